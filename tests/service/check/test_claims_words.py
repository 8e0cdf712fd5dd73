"""Claims about numbers, words, absences, names and actors, by the user's path: a built incident, its draft and notes."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.check.check import check
from service.review.notes import NotesFile
from timeline.document import load
from timeline.instant import parse_instant
from timeline.model import Timeline
from timeline.notes import bodies

SOON = parse_instant("2026-11-13T00:00:00Z")
WORDS = ("claim-number", "claim-quote", "claim-absence", "claim-subject", "claim-actor")
FALSE = {
    "claim-number": "12,000,000 customers could not check out ({alert.firing}).",
    "claim-quote": "responder-2 wrote “I have broken it myself, sorry” ({chat.message}).",
    "claim-absence": "No alert fired before 14:20 UTC ({alert.firing}).",
    "claim-subject": "Cluster `eu-west-7` failed ({alert.firing}).",
    "claim-actor": "Responder-3 wrote it ({chat.message}).",
}


def filled(text: str, timeline: Timeline) -> str:
    firing = next(fact.id for fact in timeline.facts if fact.kind == "alert.firing")
    message = next(fact.id for fact in timeline.facts if fact.actor == "responder-2")
    return text.replace("{alert.firing}", firing).replace("{chat.message}", message)


def found(built: Path, config: Path | None = None) -> set[tuple[str, str, int]]:
    report = check([built], now=SOON, config=config)
    every = [one for checked in report.checked for one in checked.findings]
    return {(one.rule, Path(one.file).name, one.line) for one in every if one.rule in WORDS}


@pytest.mark.parametrize("form", ["{}\n", "- {}\n", "| what |\n|---|\n| {} |\n"])
def test_false_sentences_are_found_in_prose_lists_and_tables(built: Path, form: str) -> None:
    draft = built / "postmortem.md"
    timeline = load((built / "timeline.json").read_bytes())
    assert found(built) == set()
    text, expected = draft.read_text() + "\n## Contributing factors\n", set()
    for rule, sentence in FALSE.items():
        text += "\n" + form.replace("{}", filled(sentence, timeline))
        expected.add((rule, draft.name, text.count("\n")))
    draft.write_text(text)
    assert found(built) == expected


def test_a_note_is_read_and_a_rule_that_is_off_is_not(built: Path) -> None:
    timeline = load((built / "timeline.json").read_bytes())
    message = next(fact for fact in timeline.facts if fact.actor == "responder-2")
    body = bodies.Observation(
        kind="observation", text="Responder-3 wrote it", cites=(bodies.FactCitation(fact=message.id),)
    )
    NotesFile(built).append(
        "n-00000000000000aa", body, (), "ada", SOON, {fact.id: fact for fact in timeline.facts}
    )
    assert found(built) == {("claim-actor", "notes.jsonl", 1)}
    config = built.parent / "timeline.toml"
    config.write_text('[check.rules]\nclaim-actor = "off"\n')
    assert found(built, config) == set()
