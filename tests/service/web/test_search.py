"""Earlier incidents while somebody types: what the server answers, and what the page makes of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from service import names
from tests.servers.browser import launched
from tests.service.web.running import INCIDENT, Serving, build_incident, start_serving


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Serve one whole incident and one that has nothing of it but a draft and a few facts."""
    folder = tmp_path_factory.mktemp("search")
    built = build_incident(folder / "postmortems")
    other = folder / "postmortems/INC-7"
    shutil.copytree(built, other)
    path = other / names.TIMELINE
    changed = json.loads(path.read_text())
    changed["incident"] |= {"id": "INC-7", "title": "Search <b>slow</b> 🦊 again", "severity": "SEV3"}
    changed["facts"] = [one for one in changed["facts"] if one["kind"].startswith("metric")]
    path.write_text(json.dumps(changed))
    (other / names.DRAFT).write_text("# INC-7\n\n## Lessons\n\n🦊 The `dinosaur` ate the cable.\n")
    with start_serving(folder) as running:
        yield running


def asked(serving: Serving, **params: Any) -> Any:
    with serving.client() as client:
        return client.get("/api/search", params=params).raise_for_status().json()


def test_words_properties_and_counts(serving: Serving) -> None:
    both = asked(serving)
    assert {one["id"] for one in both["hits"]} == {INCIDENT, "INC-7"}
    assert both["counts"]["severity"]["SEV3"] == 1
    found = asked(serving, q="investigat", typing=True)
    assert [one["id"] for one in found["hits"]] == [INCIDENT]
    (excerpt, *_) = found["hits"][0]["excerpts"]
    assert (excerpt["section"], excerpt["reference"][:2]) == ("status", "f-")
    assert [excerpt["text"][a:b] for a, b in excerpt["marks"]] == ["investigating"]
    assert not asked(serving, q="inves")["total"]  # a whole word that nobody wrote
    assert [one["id"] for one in asked(serving, severity="sev3")["hits"]] == ["INC-7"]
    assert not asked(serving, severity="SEV3", service="elsewhere")["total"]
    some = asked(serving, q="dinosaur investigating")
    assert (some["all_words"], some["total"]) == (False, 2)


def test_what_cannot_be_asked_is_said_in_words(serving: Serving) -> None:
    with serving.client() as client:
        wrong = client.get("/api/search", params={"since": "yesterday"})
        assert wrong.status_code == 400
        assert wrong.json()["detail"].startswith("since yesterday: it is a year, month or day such as 2026")
        assert client.get("/api/search", params={"q": " ".join("abcdefgh" * 6)}).status_code == 400
        for params in ({"q": "x" * 1_001}, {"most": "0"}, {"service": ["x"] * 21}):
            assert client.get("/api/search", params=params).status_code == 422


def test_an_incident_that_is_kept_from_elsewhere_has_no_page_and_no_folder_here(
    serving: Serving, tmp_path: Path
) -> None:
    from service.archive.keeping import opened, update

    elsewhere = tmp_path / "INC-8"
    shutil.copytree(serving.folder / "postmortems/INC-7", elsewhere)
    path = elsewhere / names.TIMELINE
    path.write_text(path.read_text().replace('"INC-7"', '"INC-8"'))
    with opened(serving.folder / "timeline.toml") as (archive, conf):
        update(archive, conf, [elsewhere])
    try:
        found = {one["id"]: one["served"] for one in asked(serving, q="dinosaur")["hits"]}
        assert found == {"INC-7": True, "INC-8": False}
        assert str(tmp_path) not in json.dumps(asked(serving, q="dinosaur"))
    finally:
        with opened(serving.folder / "timeline.toml") as (archive, _):
            archive.remove([str(elsewhere.resolve())])


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with launched(chromium) as running:
        yield running


@pytest.fixture
def page(browser: Browser, serving: Serving) -> Iterator[Page]:
    made = browser.new_page(viewport={"width": 1280, "height": 720})
    wrong: list[str] = []
    made.on("pageerror", lambda err: wrong.append(str(err)))
    made.goto(serving.url)
    yield made
    made.close()
    assert not wrong


@pytest.mark.browser
def test_somebody_types_chooses_and_goes_there(page: Page, serving: Serving) -> None:
    expect(page.locator("#all")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("dinos")
    expect(page.locator(".hit")).to_have_count(1)
    expect(page.locator("#all")).to_be_hidden()
    expect(page.locator(".hit .hit-top")).to_contain_text("INC-7 Search <b>slow</b> 🦊 again")
    expect(page.locator(".hit mark")).to_have_text("dinosaur")
    expect(page.locator(".hit li")).to_have_text("lesson 🦊 The dinosaur ate the cable.")
    expect(page.locator("#hit-count")).to_have_text("1 incident.")
    page.keyboard.press("Escape")
    expect(page.locator("#all")).to_be_visible()
    page.keyboard.type("condition")
    expect(page.locator(".hit")).to_have_count(2)
    chip = page.get_by_role("group", name="severity").get_by_role("button", name="SEV3")
    chip.click()
    expect(page.locator(".hit")).to_have_count(1)
    expect(page.get_by_role("button", name="SEV3", pressed=True)).to_be_focused()
    assert parse_qs(urlsplit(page.url).query) == {"q": ["condition"], "severity": ["SEV3"]}
    page.reload()  # the address holds the question
    expect(page.locator(".hit")).to_have_count(1)
    assert page.locator("#q").input_value() == "condition"
    page.get_by_role("button", name="SEV3", pressed=True).click()
    expect(page.locator(".hit")).to_have_count(2)
    page.locator("#q").press("Enter")  # to the best of them
    page.keyboard.press("Enter")
    page.wait_for_url("**/incidents/**")


@pytest.mark.browser
def test_an_excerpt_leads_to_its_fact(page: Page) -> None:
    page.locator("#q").fill("investigating")
    link = page.locator(".hit li a").first
    expect(link).to_contain_text("status")
    link.click()
    page.wait_for_url("**/incidents/*#f-*")
    expect(page.frame_locator("#chart").locator("#fact-panel")).to_contain_text("investigating")


@pytest.mark.browser
def test_nothing_alike_is_an_answer(page: Page) -> None:
    page.locator("#q").fill("zebra")
    expect(page.locator("#hit-count")).to_have_text("Nothing alike: no incident has that.")
    page.locator("#q").fill("zebra dinosaur")
    expect(page.locator("#hit-count")).to_have_text(
        "No incident has all of these words; 1 incident with most of them."
    )
