"""Refresh by button: notes come into draft and page, the answer says what changed, and open pages hear of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from service import files
from service.draft.stills import unavailable
from tests.service.web.running import INCIDENT, SECRETS, TOKENS, Serving, Start, note
from tests.service.web.test_stream import events


def folder(server: Serving) -> Path:
    return server.folder / "postmortems" / INCIDENT


def refresh(server: Serving, **more: Any) -> httpx.Response:
    return httpx.post(f"{server.api}/refresh", trust_env=False, timeout=60, **more)


def write(server: Serving, **more: Any) -> None:
    body = note("Pools need a limit", kind="lesson", **more)
    httpx.post(f"{server.api}/notes", json={"body": body}, trust_env=False).raise_for_status()


def panel(server: Serving, **headers: str) -> httpx.Response:
    return httpx.get(f"{server.url}/incidents/{INCIDENT}/draft", headers=headers, trust_env=False, timeout=30)


def test_a_refresh_brings_notes_in_says_what_changed_and_the_second_changes_nothing(start: Start) -> None:
    server = start()
    draft = folder(server) / "postmortem.md"
    draft.write_text(draft.read_text().replace("## Lessons\n", "## Lessons\n\nOurs, and kept.\n"))
    write(server)
    first, second = refresh(server), refresh(server)
    assert (first.status_code, second.status_code) == (200, 200), first.text
    told = first.json()
    assert (told["files"], told["regions"]) == (["postmortem.md", "timeline.html"], ["note-lessons"])
    assert (second.json()["files"], second.json()["regions"]) == ([], [])
    assert "Pools need a limit" in draft.read_text()
    assert "\nOurs, and kept.\n" in draft.read_text()
    with server.client() as client:
        assert 'timeline_refreshes_total{outcome="done"} 2.0' in client.get("/metrics").text
    (audit,) = server.folder.glob("postmortems/*.audit.jsonl")
    lines = [json.loads(line) for line in audit.read_text().splitlines()]
    assert [(one["incident"], one["outcome"]) for one in lines if one["event"] == "refresh"] == [
        (INCIDENT, "done")
    ] * 2


def test_an_open_page_hears_of_it_and_takes_the_draft_anew(start: Start) -> None:
    server = start()
    before = panel(server)
    assert "Pools need a limit" not in before.text
    write(server)
    heard: Iterator[dict[str, Any]] = events(server)
    assert next(heard)["event"] == "version"
    refresh(server)
    assert {next(heard)["event"], next(heard)["event"]} == {"timeline", "draft"}
    after = panel(server, **{"if-none-match": before.headers["etag"]})
    assert (after.status_code, "Pools need a limit" in after.text) == (200, True)
    # How late it is changes each minute: of two answers one at least is within one.
    again = [panel(server, **{"if-none-match": f'W/{panel(server).headers["etag"]}, "x"'}) for _ in range(2)]
    assert (304, b"") in [(one.status_code, one.content) for one in again]


def test_the_panel_is_what_the_page_shows_and_nothing_in_it_is_alive(start: Start) -> None:
    server = start()
    draft = folder(server) / "postmortem.md"
    evil = "<script>alert(1)</script> <img src=x onerror=alert(2)> [a](javascript:alert(3)) ![b](https://evil.example/x.png)"
    draft.write_text(draft.read_text().replace("## Lessons\n", f"## Lessons\n\n{evil}\n"))
    with server.client() as client:
        shown, page = panel(server), client.get(f"/incidents/{INCIDENT}").text
        assert (
            shown.text.strip() in page
            or panel(server).text.strip() in client.get(f"/incidents/{INCIDENT}").text
        )
    assert "<script" not in shown.text
    assert "<img src=x" not in shown.text
    assert 'href="javascript' not in shown.text
    assert "evil.example/x.png" not in shown.text
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert int(shown.headers["x-findings"]) == shown.text.count('<aside class="finding')


def test_the_panel_folds_what_the_draft_folds_and_nothing_that_people_left_open(start: Start) -> None:
    server = start()
    draft = folder(server) / "postmortem.md"
    torn = "<details><summary>open</summary>\n\nno end\n\n<sub onclick=x>a</sub> </sub> <sub>b\n\nsay <sub>small</sub> here"
    draft.write_text(draft.read_text().replace("## Lessons\n", f"## Lessons\n\n{torn}\n"))
    shown = panel(server).text
    folds = draft.read_text().count("<details>") - 1
    assert folds > 0
    assert (shown.count("<details>"), shown.count("</details>")) == (folds, folds)
    assert "&lt;details&gt;&lt;summary&gt;open" in shown
    assert "say <sub>small</sub> here" in shown
    assert shown.count("<sub>") == shown.count("</sub>")
    assert "<sub onclick" not in shown


def test_while_a_build_runs_a_refresh_says_so_and_writes_nothing(start: Start) -> None:
    server = start()
    write(server)
    with files.locked(folder(server)):
        busy = refresh(server)
    assert busy.status_code == 409
    assert busy.json()["detail"] == "a build of this incident is running; wait for it to end"


def test_a_draft_with_a_broken_fence_is_left_alone_and_the_answer_says_which_line(start: Start) -> None:
    server = start()
    draft = folder(server) / "postmortem.md"
    broken = draft.read_text().replace("<!-- timeline:end summary -->", "<!-- timeline:end sumary -->")
    draft.write_text(broken)
    refused = refresh(server)
    assert refused.status_code == 409
    assert "sumary ends here" in refused.json()["detail"]
    assert str(server.folder) not in refused.json()["detail"]
    assert draft.read_text() == broken


@pytest.mark.parametrize(("name", "status"), [("ADA", 200), ("BO", 403)])
def test_a_reader_refreshes_nothing(start: Start, name: str, status: int) -> None:
    server = start(TOKENS, **SECRETS)
    assert refresh(server, headers={"authorization": f"Bearer {SECRETS[name]}"}).status_code == status


def test_an_incident_that_is_not_there_is_not_made(start: Start) -> None:
    server = start()
    assert httpx.post(f"{server.url}/api/incidents/INC-9/refresh", trust_env=False).status_code == 404
    assert not (server.folder / "postmortems" / "INC-9").exists()


@pytest.mark.skipif(unavailable() is not None, reason="no stills can be drawn here")
def test_a_refresh_draws_again_the_stills_that_the_build_drew_and_no_others(start: Start) -> None:
    server = start()
    write(server)
    assert refresh(server).status_code == 200
    charts = folder(server) / "charts"
    assert not charts.exists()
    charts.mkdir()
    (charts / "overview.svg").write_text("<svg/>")
    told = refresh(server).json()
    assert "charts/overview.svg" in told["files"]
    assert "<path" in (charts / "overview.svg").read_text()
    assert "charts/overview.svg" in (folder(server) / "postmortem.md").read_text()
    assert refresh(server).json()["files"] == []
