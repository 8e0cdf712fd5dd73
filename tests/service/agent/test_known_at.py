"""`known_at` and `coverage` answer an agent as the page answers a person: the page's own modules are asked, too."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from render.page.data import sources
from service.agent.paging import json_of
from service.agent.shelf import Folders
from service.agent.tools import Caller, answer
from tests.example import example_folder
from tests.service.web.running import build_incident
from timeline.instant import NS, format_instant

SCRIPT = Path(__file__).parents[2] / "js" / "known-at.mjs"


@pytest.fixture(scope="module", params=["example", "rich"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example_folder() if request.param == "example" else build_incident(tmp_path_factory.mktemp("rich"))


def test_known_at_is_what_the_replay_shows(folder: Path, node: Path) -> None:
    shelf = Folders([folder], None)
    window = shelf.load("INC-42").timeline.window
    # Half a second off the whole ones: the page counts in milliseconds.
    step = (window.end - window.start) // 60 // NS * NS
    times = [format_instant(window.start + n * step + NS // 2) for n in range(61)]
    shown = subprocess.run(
        [node, SCRIPT], input=json.dumps([str(folder / "timeline.html"), times]), capture_output=True, text=True, check=True
    )  # fmt: skip
    told = False
    for time, page in zip(times, json.loads(shown.stdout), strict=True):
        asked = {"incident": "INC-42", "time": time, "limit": 200}
        found = json.loads(json_of(answer(shelf, "known_at", asked, Caller())))
        ids = [fact["id"] for fact in found["facts"]]
        while found["next_cursor"]:
            more = json.loads(
                json_of(answer(shelf, "known_at", {**asked, "cursor": found["next_cursor"]}, Caller()))
            )
            ids, found = ids + [fact["id"] for fact in more["facts"]], more
        assert ids == page["surfaced"], time
        assert (found["untold"], found["ahead"]) == (page["untold"], page["ahead"]), time
        counts = {
            name: len(found[name]) for name in ("firing", "pending", "no_data", "acknowledged", "silenced")
        }
        assert counts == {name: page[name] for name in counts}, time
        assert found["last_message"] == page["message"], time
        told = told or bool(counts["firing"] and found["last_message"])
    assert told


def test_coverage_names_every_source_and_gap_that_the_page_has(folder: Path) -> None:
    shelf = Folders([folder], None)
    timeline = shelf.load("INC-42").timeline
    found = json.loads(json_of(answer(shelf, "coverage", {"incident": "INC-42", "limit": 200}, Caller())))
    assert found["next_cursor"] is None
    assert {row["source"] for row in found["stretches"]} == set(sources(timeline))
    assert {gap["id"] for row in found["stretches"] for gap in row["gaps"]} == {
        gap.id for gap in timeline.gaps
    }
    for row in found["stretches"]:
        assert (row["state"] == "collected") == (not row["gaps"])
    assert found["worst"] in {"partial", "none"}
