"""Statements: templates state no cause and no judgement, and hold identifiers in code form only."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.timeline.strategies import make
from timeline.assembly.people import identities
from timeline.facts import fact
from timeline.instant import Bounds
from timeline.kinds import SPECS, Kind
from timeline.statements import BARRED_WORDS, statement
from timeline.text import PERSON_CLOSE, PERSON_OPEN, code, line

_FIELD = re.compile(r"\{(\w+)(?::(\w))?\}")


def forms(kind: Kind) -> list[str]:
    return [t for t in (SPECS[kind].template, SPECS[kind].already, SPECS[kind].matching) if t]


def names_for(kind: Kind, value: str = "x") -> dict[str, str | int]:
    found: dict[str, str | int] = {}
    for template in forms(kind):
        for name, form in _FIELD.findall(template):
            found[name] = 1 if form == "n" else "U1" if form == "p" else "w" if form in {"w", "u"} else value
    return found


@pytest.mark.parametrize("kind", list(SPECS))
def test_no_template_judges_or_names_a_cause(kind: Kind) -> None:
    for template in forms(kind):
        words = f" {re.sub(r'[^a-z ]', ' ', template.lower())} "
        assert not [word for word in BARRED_WORDS if re.search(rf"\b{re.escape(word)}\b", words)]


@pytest.mark.parametrize("kind", list(SPECS))
@pytest.mark.parametrize("already", [False, True])
def test_every_template_makes_one_sentence(kind: Kind, already: bool) -> None:
    text = statement(kind, names_for(kind), already=already)
    assert text[0].isupper() or text[0] in "`\ue000"
    assert "{" not in text
    assert "[" not in text
    assert "\n" not in text


@pytest.mark.parametrize("kind", list(SPECS))
@given(hostile=st.text(min_size=1))
def test_what_a_source_says_stays_in_code_form(kind: Kind, hostile: str) -> None:
    text = statement(kind, names_for(kind, hostile))
    plain = "".join(text.split("`")[::2])
    assert text.count("`") % 2 == 0
    for template in forms(kind):
        assert "\n" not in text
        assert len(plain) <= len(template) + 40


@given(st.text())
def test_code_form_is_one_line_without_inner_backticks(text: str) -> None:
    shown = code(text)
    assert shown.count("`") == 2
    assert "\n" not in shown
    assert len(shown) <= 162


def test_a_missing_name_is_an_error_and_an_optional_one_is_left_out() -> None:
    with pytest.raises(KeyError):
        statement("alert.firing", {})
    assert statement("alert.firing", {"alert": "A"}) == "Alert `A` fired"
    assert statement("alert.firing", {"alert": "A"}, already=True) == "Alert `A` was already firing"


def test_a_person_is_a_mark_until_pseudonyms_are_known() -> None:
    fact = make(kind="chat.message", actor="slack:T1:U1")
    assert identities(fact) == ["slack:T1:U1"]


@given(st.text())
def test_a_message_or_an_identifier_is_one_line_that_turns_nothing(text: str) -> None:
    for shown in (line(text), code(text)):
        assert len(shown.splitlines()) <= 1
        assert not set(shown) & {*"\x1b\x07\x9b\u202e\u2066\u200f", PERSON_OPEN, PERSON_CLOSE}
    assert line(line(text)) == line(text)
    assert len(line(text)) <= 1_000


@pytest.mark.parametrize(
    "kind", ["incident.declared", "incident.detected", "incident.mitigated", "incident.resolved"]
)
def test_who_claims_something_of_an_incident_is_named(kind: Kind) -> None:
    def made(**names: str) -> str:
        return fact(
            kind, origin="tracker.example", key=["1"], at=Bounds(1, 1), time_means="at", clock="tracker.example",
            source="tracker", names={"incident": "INC-1", **names}, evidence=[],
        ).statement  # fmt: skip

    assert made().endswith(", per `tracker.example`")
    assert made(claimant="the incident file").endswith(", per the incident file")
