"""Who is said to have done it: the cited fact's actor, another of the same system, or nobody who can be told."""

from __future__ import annotations

import pytest

from tests.timeline.checks.claims.conftest import Checked
from tests.timeline.checks.claims.judged import read
from timeline.checks.claims.check import check
from timeline.checks.claims.claim import note_claims
from timeline.checks.claims.ground import Ground
from timeline.people.names import Names

RULE = "claim-actor"
#: Forms with who it was, and in their place who it was not; message 2 is of responder-2, 3 of the incident commander.
PAIRS = [
    ("{} wrote that p99 was climbing ({chat.message:2}).", "Responder-2", "Responder-3"),
    ("The message was posted by {} ({chat.message:3}).", "the incident commander", "responder-2"),
    ("[{} said](timeline.html#{chat.message:2}) so in chat.", "Responder-2", "Comms"),
    ("It was {} who told the channel ({chat.message:2}).", "responder-2", "responder-3"),
    ("According to {}, errors came too ({chat.message:2}).", "responder-2", "communications"),
    ("p99 was climbing, as {}'s message says ({chat.message:2}).", "responder-2", "responder-3"),
    ("- {}: p99 is climbing ({chat.message:2})", "Responder-2", "Responder-3"),
    ("| at | who | what |\n|---|---|---|\n| 14:15 UTC | {} | p99 climbs {chat.message:2} |\n", "responder-2", "responder-3"),
    ("{} posted that the alert fires ({chat.message:0}).", "A bot", "The on-call"),
    ("{} then quickly declared who does what ({chat.message:3}).", "The IC", "Responder-2"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "right", "wrong"), PAIRS)
def test_whose_it_was_passes_and_another_does_not(
    checked: Checked, form: str, right: str, wrong: str
) -> None:
    assert checked(form.replace("{}", right), RULE) == []
    (one,) = checked(form.replace("{}", wrong), RULE)
    assert one.severity == "error"
    assert one.mark.casefold() in wrong.casefold()
    assert one.expected


@pytest.mark.parametrize(
    "text",
    [
        "The on-call wrote that p99 was climbing ({chat.message:2}).",
        "responder-2 merged the change ({change.merged:0}).",
        "Responder-3 replied to responder-2's message ({chat.message:2}).",
        "responder-2 was told by responder-3 about the pool ({chat.message:4}).",
        "Communications were good ({chat.message:2}).",
        "The alert fired ({alert.firing:0}). Responder-3 wrote about it.",
        "“Responder-3 wrote it”, somebody says ({chat.message:2}).",
        "responder-3 should have written it ({chat.message:2}).",
        "## Action items\n\n- Responder-3 said to raise the pool ({chat.message:2}).",
    ],
)
def test_what_cannot_be_told_is_left_alone(checked: Checked, text: str) -> None:
    assert checked(text, RULE) == []


def test_two_who_changed_places_are_two_errors(checked: Checked) -> None:
    form = "After {}'s message ({chat.message:2}), {} noted the pool ({chat.message:4})."
    one, other = "responder-2", "responder-3"
    assert checked(form.replace("{}", one, 1).replace("{}", other, 1), RULE) == []
    assert len(checked(form.replace("{}", other, 1).replace("{}", one, 1), RULE)) == 2


def test_two_identities_are_one_person_only_where_people_says_so(ground: Ground) -> None:
    fact = next(one for one in ground.facts if one.kind == "change.merged" and one.actor == "responder-1")
    text = f"Responder-2 merged it ({fact.id})."
    joined = Names([], {"git:ada": "responder-1", "git:sam": "responder-2", "matrix:@sam": "responder-2"})

    def rules(names: Names) -> list[str]:
        known = Ground(ground.timeline, ground.errors, names)
        return [one.rule for one in read(text, known)]

    assert rules(Names([], {"git:ada": "responder-1", "matrix:@sam": "responder-2"})) == []
    assert rules(joined) == [RULE]


def test_a_note_is_read_too(ground: Ground) -> None:
    fact = next(one for one in ground.facts if one.actor == "responder-2")
    found = list(check(note_claims("Responder-3 wrote it.", [fact.id], 2), ground))
    assert [(one.rule, one.line) for one in found] == [(RULE, 2)]
