"""A draft of the former form, filled in by hand: built again, it keeps every byte that people wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from render.draft.draft import REGIONS, regions, render_draft
from service.check import draft as check_draft
from tests.example import example, example_samples
from timeline.checks import fences
from timeline.checks.actions import actions
from timeline.checks.completeness import prompts
from timeline.checks.draft import DraftSpan, blocks

FORMER = Path(__file__).parent / "former"


def written(name: str, newline: str = "\n") -> str:
    return (FORMER / name).read_bytes().decode().replace("\n", newline)


def prose(text: str) -> list[str]:
    return [piece.text for piece in fences.parse(text) if piece.form != "region"]


def asked(text: str) -> int:
    return len(prompts(blocks([DraftSpan(p.form, p.name, p.text) for p in fences.parse(text)])))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["default.md", "filled.md"])
def test_people_keep_every_byte_and_regions_are_of_today(name: str, newline: str) -> None:
    before = written(name, newline)
    made = render_draft(example(), previous=before, samples=example_samples())
    assert made.messages == ()
    assert prose(made.text) == prose(before)
    today = regions(example(), of=before, samples=example_samples())
    there = {p.name: p.body.replace("\r\n", "\n") for p in fences.parse(made.text) if p.form == "region"}
    assert there == today
    assert set(there) <= set(REGIONS)
    assert "customer impact lasted 30m - 32m" in there["summary"]
    again = render_draft(example(), previous=made.text, samples=example_samples())
    assert again == (made.text, ())
    assert list(check_draft.regions(check_draft.pieces(made.text), [today])) == []


def test_what_people_wrote_inside_a_region_moves_below_it() -> None:
    before = written("filled.md").replace("| severity | SEV1 |", "| severity | SEV1, as we agreed |")
    made = render_draft(example(), previous=before)
    assert "| severity | SEV1, as we agreed |\n<!-- timeline:end scope -->" in made.text
    assert [message.split(":")[0] for message in made.messages] == ["someone wrote inside region scope"]


def test_questions_are_counted_as_before() -> None:
    assert asked(written("default.md")) == asked(written("default.md", "\r\n")) == 15
    assert asked(written("filled.md")) == 0
    one = written("filled.md").replace(
        "It was early in the day", "*What might as easily have gone the other way?*\n\n<!--"
    )
    one = one.replace("<!-- (f-84285be8f9fc3c57).", "")
    assert asked(one) == 1
    told = actions(blocks([DraftSpan(p.form, p.name, p.text) for p in fences.parse(written("filled.md"))]))
    assert [action.fields["criterion"] for action in told] == ["it fires"] * 3
