"""Hostile strings on every page and in every answer of `serve`: nothing runs, nothing is asked, no link lives that no source gave."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from service.web import api, pages, stream
from tests.fuzz import seeds
from tests.fuzz.seeds import Seed
from tests.hostile.planting import Planter, built, reading
from tests.hostile.strings import EVIL, STRINGS
from tests.hostile.test_sinks import LIVE, WATCH
from tests.service.web.running import Serving, note, start_serving, write_built
from timeline.document import load
from timeline.model import Fact, Gap, Timeline
from timeline.text import without_surrogates

SEEDS: dict[str, Seed] = {seed.collector.name: seed for seed in seeds.stored()}
#: What people write into notes: the strings, one after the other.
SAID = without_surrogates("".join(f"{text}\n" for text in STRINGS if len(text) < 200))


def build(home: Path, seed: Seed, scratch: Path) -> None:
    """Write an incident whose source answered hostile strings, as a build does."""
    planter = Planter(STRINGS, sum(map(ord, seed.name)) * 19 % len(STRINGS))
    read, store = reading(seed, planter, 3, scratch)
    made, directory = built(seed, [read]), home / f"INC-{seed.collector.name.replace('_', '-')}"
    directory.mkdir(parents=True)
    write_built(directory, made.timeline, store.payloads.values())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("hostile")
    for seed in SEEDS.values():
        build(folder / "postmortems", seed, folder)
    with start_serving(folder) as running:
        for incident, timeline in incidents(running).items():
            say(running, incident, timeline)
        yield running


def incidents(server: Serving) -> dict[str, Timeline]:
    """Return the hostile incidents' timelines, by id."""
    found = sorted((server.folder / "postmortems").glob("INC-*/timeline.json"))
    return {path.parent.name: load(path.read_bytes()) for path in found if path.parent.name != "INC-42"}


def say(server: Serving, incident: str, timeline: Timeline) -> None:
    """Have somebody write hostile notes of each kind."""
    if not timeline.facts:
        return
    fact = timeline.facts[0].id
    with server.client() as client:
        for begin in range(0, len(SAID), len(SAID) // 3 + 1):
            text = f"a{SAID[begin : begin + 5_000]}"
            for kind, more in (
                ("why", {}), ("factor", {"category": "human", "awareness": "surprise"}), ("question", {"owner": f"a{text[:150]}"}), ("observation", {}),
            ):  # fmt: skip
                body = note(text, kind, fact, **more)
                sent = {"body": body, "author": f"a{text[:100]}"}
                answer = client.post(f"/api/incidents/{incident}/notes", json=sent)
                assert answer.status_code == 201, answer.text[:300]


def own(timeline: Timeline) -> set[str]:
    """Return the links that sources gave as links: those of facts, of gaps, and of the incident."""
    records: tuple[Fact | Gap, ...] = (*timeline.facts, *timeline.gaps)
    given = {entry.link for record in records for entry in record.evidence if entry.link}
    return given | set(timeline.incident.links)


def test_there_is_an_incident_of_every_collector(server: Serving) -> None:
    assert len(incidents(server)) == len(SEEDS)


def addresses(incident: str, timeline: Timeline, notes: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield route and address of everything that shows what sources or people said."""
    given = {
        "fact": [fact.id for fact in timeline.facts[:20]] or ["f-0000000000000000"],
        "sha256": sorted(
            {entry.payload for fact in timeline.facts for entry in fact.evidence if entry.payload}
        )[:20]
        or ["0" * 64],
        "note": [one["id"] for one in notes[:5]] or ["n-0000000000000000"],
        "name": ["timeline.svg"],
    }
    for router in (api, pages):
        for route in router.router.routes:
            path = getattr(route, "path", "")
            if "GET" not in getattr(route, "methods", ()):
                continue
            named = next((name for name in given if f"{{{name}}}" in path), "")
            for value in given.get(named, [""]):
                yield path, path.replace("{incident}", incident).replace(f"{{{named}}}", value)


def test_every_route_gives_its_type_and_nobody_may_guess_another(server: Serving) -> None:
    seen = set[str]()
    with server.client() as client:
        for incident, timeline in incidents(server).items():
            notes = client.get(f"/api/incidents/{incident}/notes").json()["notes"]
            for route, address in addresses(incident, timeline, notes):
                answer = client.get(address)
                assert answer.status_code < 500, (address, answer.text[:200])
                seen |= {route} if answer.status_code == 200 else set()
                assert answer.headers["x-content-type-options"] == "nosniff", address
                policy = answer.headers["content-security-policy"]
                assert "default-src 'none'" in policy
                kind = answer.headers["content-type"]
                if answer.status_code >= 400:
                    assert kind == "application/json", address
                elif route.startswith("/api/") and "evidence" in route:
                    assert kind == "text/plain; charset=utf-8"
                elif route.startswith("/api/"):
                    assert kind == "application/json", address
                    json.loads(answer.content)
                else:
                    assert kind == (
                        "application/json" if address.endswith(".data") else "text/html; charset=utf-8"
                    ), address
    left = {"/incidents/{incident}/charts/{name}"}  # no stills are drawn here; tests/render reads them as SVG
    wanted = {route for route, _ in addresses("x", next(iter(incidents(server).values())), [])} - left
    assert wanted - seen == set()
    assert [route.path for route in stream.router.routes] == ["/api/incidents/{incident}/stream"]  # type: ignore[attr-defined]


def test_what_no_text_can_hold_is_refused(server: Serving) -> None:
    incident, timeline = next((name, found) for name, found in incidents(server).items() if found.facts)
    sent = json.dumps({"body": note("a\ud800", fact=timeline.facts[0].id)})
    with server.client(headers={"content-type": "application/json"}) as client:
        assert client.post(f"/api/incidents/{incident}/notes", content=sent).status_code == 422


def test_the_stream_is_a_stream_of_events(server: Serving) -> None:
    incident = next(iter(incidents(server)))
    with server.client() as client, client.stream("GET", f"/api/incidents/{incident}/stream") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["x-content-type-options"] == "nosniff"


PAGES = ("", "/agenda", "/factors", "/whys")


@pytest.mark.browser
@pytest.mark.parametrize("name", SEEDS)
def test_nothing_lives_on_a_page(server: Serving, browser: Browser, name: str) -> None:
    incident = f"INC-{name.replace('_', '-')}"
    given = own(incidents(server)[incident])
    for page, address in opened(server, browser, *(f"/incidents/{incident}{end}" for end in PAGES)):
        if address.endswith(incident):
            page.frame_locator("#chart").locator("html[data-ready]").wait_for(timeout=60_000)
            page.locator("#connection.on").wait_for()
        assert foreign(page, given) == [], address


@pytest.mark.browser
def test_nothing_lives_on_the_list_of_incidents(server: Serving, browser: Browser) -> None:
    given = set[str]().union(*map(own, incidents(server).values()))
    for page, address in opened(server, browser, "/"):
        page.get_by_role("link", name="INC-git", exact=True).wait_for()
        assert foreign(page, given) == [], address


def opened(server: Serving, browser: Browser, *addresses: str) -> Iterator[tuple[Page, str]]:
    """Yield a page at each address in turn; at the end it must have asked for nothing but what the server gives."""
    context = browser.new_context()
    context.add_init_script(f"({WATCH})()")
    context.route(lambda url: not url.startswith(server.url), lambda route: route.abort())
    asked: list[str] = []
    try:
        page = context.new_page()
        page.on(
            "request",
            lambda r: asked.append(r.url) if not r.url.startswith((server.url, "blob:", "data:")) else None,
        )
        page.on("dialog", lambda d: asked.append(f"dialog {d.message}"))
        for address in addresses:
            page.goto(f"{server.url}{address}")
            yield page, address
        assert asked == []
    finally:
        context.close()


def foreign(page: Page, given: set[str]) -> list[str]:
    """Return what ran, broke a policy or leads away without a source's saying so, in a page and its frames."""
    found = []
    for frame in page.frames:
        if frame.evaluate("window.alive || 0"):
            found.append(f"ran in {frame.url}")
        found += frame.evaluate("window.violations")
        found += [
            one for one in frame.evaluate(LIVE)
            if one not in given and not re.fullmatch(r"#[\w=&.:,%+-]*|(?:/(?!/)[\w./#=-]*|[\w./-]+)|data:image/svg.*|blob:.*|IFRAME", one)
        ]  # fmt: skip
    return found


def test_an_evil_link_would_be_seen(browser: Browser) -> None:
    page = browser.new_page()
    page.add_init_script(f"({WATCH})()")
    page.goto("about:blank")
    page.set_content(f"<a href='{EVIL}'>a</a><script>window.alive = 1</script>")
    assert foreign(page, set()) == ["ran in about:blank", EVIL]
    assert foreign(page, {EVIL}) == ["ran in about:blank"]
    page.close()
