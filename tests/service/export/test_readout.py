"""A page to read together asks before it tells; a leader's sheet tells at each stop; words of people are inert and name nobody."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from render.draft.parts import Parts
from render.draft.readout import Reading, readout, sheet, stops
from service import names
from service.export.readout import html, leading, page, reading
from service.review.notes import NotesFile
from tests.example import example, example_folder
from tests.timeline.strategies import make
from timeline.model import Incident, Timeline, Window
from timeline.notes.bodies import Lesson

DRAFT = """

## Contributing factors

| category | factor | evidence |
| --- | --- | --- |
| technical | The pool had no time-out, as Ada saw <script>alert(1)</script> [x](javascript:alert(1)) | f-1 |
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One built incident with a factor in its draft, a lesson in its notes, and a still."""
    made = Path(shutil.copytree(example_folder(), tmp_path / "INC-42"))
    with (made / names.DRAFT).open("a") as draft:
        draft.write(DRAFT)
    cites = [{"start": "2026-11-12T14:00:00Z", "end": "2026-11-12T15:00:00Z"}]
    lesson = Lesson.model_validate({"kind": "lesson", "text": "A pool wants a time-out", "cites": cites})
    NotesFile(made).append("n-" + "1" * 16, lesson, (), "engineer-1", 1)
    (made / names.CHARTS).mkdir(exist_ok=True)
    (made / names.CHARTS / "overview.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    return made


def test_each_moment_shows_what_was_known_and_asks(folder: Path) -> None:
    text = page(folder)
    before, after = text.split("\n## What was done\n")
    asked = re.findall(r"### (\d+)\. (\d\d:\d\d:\d\d) UTC", before)
    there = stops(example(), _parts(folder))
    assert len(asked) == len(there) >= 3
    assert before.count("What would you do now, and what would you want to know first?") == len(asked)
    assert [line.split(". ")[0] for line in after.split("\n") if line[:1].isdigit()] == [
        number for number, _ in asked
    ]
    place = next(number for number, stop in enumerate(there) if stop.facts[0].kind == "deploy.rolled_back")
    moment = before.split("### ")[place + 1]
    assert "CheckoutErrorRatioHigh" in moment
    assert "rolled back" not in moment
    assert "was rolled back" in after
    assert "A pool wants a time-out" in before
    assert "![The incident on one axis of time](charts/overview.svg)" in before


def test_what_people_wrote_is_inert_and_names_nobody(folder: Path) -> None:
    for text in (page(folder), leading(folder)):
        made = html(text, folder).decode()
        assert "The pool had no time-out" in text
        for out in (text, made):
            assert not re.search(r"\bAda\b", out)
            assert "<script" not in out
        assert "[x](" not in text
        assert "href" not in made
    assert "data:image/svg+xml" in html(page(folder), folder).decode()


def test_a_leader_is_told_at_each_stop_what_was_done(folder: Path) -> None:
    text = leading(folder)
    assert text.count("- Then: ") == text.count("- What would you do now") >= 3
    assert "## What was done" not in text


def test_where_nothing_was_done_or_written_it_is_said() -> None:
    timeline = Timeline(
        incident=Incident(id="INC-1", start=0, end=10), window=Window(start=0, end=10), facts=(make(1),), gaps=(), measures=(), panels=()
    )  # fmt: skip
    for text in (readout(Reading(timeline, "T")), sheet(Reading(timeline, "T"))):
        assert "nothing tells where to stop" in text
        assert "Nobody has written down a contributing factor." in text


def _parts(folder: Path) -> Parts:
    from render.draft.readout import _parts

    return _parts(reading(folder))
