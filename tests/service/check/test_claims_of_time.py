"""Wrong times, lengths and orders in a real draft, wherever they stand; and what they leave unanswered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.check.check import check as run
from service.check.status import status
from service.review.notes import NotesFile
from tests.timeline.checks.claims.judged import WHEN, filled
from timeline.checks.findings import Finding
from timeline.document import load
from timeline.instant import parse_instant
from timeline.notes import bodies

SOON = parse_instant("2026-11-13T00:00:00Z")
FALSE = {
    "claim-time": "The alert fired at 14:50 UTC ({FIRE}).",
    "claim-duration": "It was down for nine hours ({FIRE}, {RES}).",
    "claim-order": "The deploy finished ({DEP}) after the alert fired ({FIRE}).",
}
TRUE = "The alert fired at 14:10 UTC ({FIRE}), nine minutes after the deploy ({DEP}), for 33 minutes ({FIRE}, {RES})."
RESPONSE = "*What held the response up, and which facts show it?*"
FACTOR = "Which property of the system took part? Which facts show it? What was expected, and what happened? Which?"
PLACES = {
    RESPONSE: "{}",
    "*Who was affected, how many of them, and what did they see?*": "{}",
    "*What would the next person on call want to know?*": "- {}",
    "*What helped, and which safety nets held?*": "| what | facts |\n|---|---|\n| {} | x |",
}


def written(built: Path, prompt: str, text: str) -> str:
    """Put a text below a question of the draft."""
    draft = built / "postmortem.md"
    before = draft.read_text()
    assert prompt in before
    draft.write_text(before.replace(prompt, f"{prompt}\n\n{filled(text)}"))
    return draft.read_text()


def findings(built: Path) -> list[Finding]:
    return [one for checked in run([built], now=SOON).checked for one in checked.findings]


@pytest.mark.parametrize("rule", FALSE)
@pytest.mark.parametrize("prompt", PLACES)
def test_what_is_false_is_found_wherever_it_stands(built: Path, rule: str, prompt: str) -> None:
    text = written(built, prompt, PLACES[prompt].format(FALSE[rule]))
    (one,) = [one for one in findings(built) if one.rule in WHEN]
    assert (one.rule, one.severity) == (rule, "error")
    assert text.split("\n")[one.line - 1][one.column - 1 : one.end_column - 1] == one.mark
    assert one.bounds


@pytest.mark.parametrize("prompt", PLACES)
def test_what_is_true_is_no_finding_anywhere(built: Path, prompt: str) -> None:
    written(built, prompt, PLACES[prompt].format(TRUE))
    assert not [one for one in findings(built) if one.rule in WHEN]


def test_a_note_is_held_against_its_facts(built: Path) -> None:
    timeline = load((built / "timeline.json").read_bytes())
    cites = (bodies.FactCitation(fact=filled("{FIRE}")),)
    body = bodies.Observation(kind="observation", text="It fired at 14:50 UTC.", cites=cites)
    NotesFile(built).append("n-0123456789abcdef", body, (), "ada", SOON, {f.id: f for f in timeline.facts})
    (one,) = [one for one in findings(built) if one.rule in WHEN]
    assert (one.rule, Path(one.file).name, one.line) == ("claim-time", "notes.jsonl", 1)


def unanswered(built: Path) -> set[str]:
    every = [one.message for one in findings(built) if one.rule == "prompt-empty"]
    asked = {match[0] for message in every if (match := re.search(r"'[^']*'", message))}
    (one,) = status([built], now=SOON)
    assert one.unanswered == len(asked)
    return asked


def test_a_question_is_answered_only_by_what_the_facts_do_not_disprove(built: Path) -> None:
    asked = RESPONSE.strip("*")
    assert f"'{asked}'" in unanswered(built)
    written(built, RESPONSE, FALSE["claim-time"])
    (said,) = [one.message for one in findings(built) if asked in one.message]
    assert said.startswith("the facts disprove what answers")
    assert f"'{asked}'" in unanswered(built)
    draft = built / "postmortem.md"
    draft.write_text(draft.read_text().replace("14:50 UTC", "14:10 UTC"))
    assert f"'{asked}'" not in unanswered(built)


@pytest.mark.parametrize(("time", "waits"), [("14:50", True), ("14:10", False)])
def test_a_note_that_facts_disprove_answers_nothing(built: Path, time: str, waits: bool) -> None:
    timeline = load((built / "timeline.json").read_bytes())
    cites = (bodies.FactCitation(fact=filled("{FIRE}")),)
    body = bodies.Factor(
        kind="factor",
        category="technical",
        awareness="surprise",
        text=f"It fired at {time} UTC.",
        cites=cites,
    )
    NotesFile(built).append("n-0123456789abcdef", body, (), "ada", SOON, {f.id: f for f in timeline.facts})
    assert any(one.startswith(f"'{FACTOR[:90]}") for one in unanswered(built)) is waits


def test_only_an_error_takes_an_answer_away(built: Path) -> None:
    written(built, RESPONSE, FALSE["claim-time"])
    switches = built / ".timeline-check.toml"
    for switch in ("warning", "off"):
        switches.write_text(f'[rules]\nclaim-time = "{switch}"\n')
        assert f"'{RESPONSE.strip('*')}'" not in unanswered(built)
    assert not [one for one in findings(built) if one.rule == "claim-time"]


def test_findings_are_the_same_each_time(built: Path) -> None:
    for prompt, form in PLACES.items():
        written(built, prompt, form.format(" ".join(FALSE.values())))
    assert findings(built) == findings(built)
