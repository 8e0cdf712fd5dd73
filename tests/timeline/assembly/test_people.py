"""Pseudonyms: assigned once, never renumbered; no name is left in what is shown."""

from __future__ import annotations

from tests.timeline.strategies import make
from timeline.assembly.people import Pseudonymiser, assign
from timeline.facts import fact, quote_marked
from timeline.instant import Bounds
from timeline.model import Person, Subject, gap
from timeline.text import mention

ALICE = Person(identity="slack:T:U1", names=("Alice Example", "alice", "alice.e"))
BOB = Person(identity="slack:T:U2", names=("Bob", "Al"))
BOT = Person(identity="slack:T:B1", names=("deploybot",), bot=True)


def test_pseudonyms_follow_first_appearance_and_roles() -> None:
    facts = [make(1, actor="slack:T:U2"), make(2, actor="slack:T:U1"), make(3, actor="slack:T:B1")]
    found = assign(facts, [ALICE, BOB, BOT], {}, {}, {"slack:T:U1": "Incident Commander"})
    assert found == {"slack:T:U2": "responder-1", "slack:T:U1": "incident-commander", "slack:T:B1": "bot-1"}


def test_what_was_assigned_is_never_changed() -> None:
    known = {"slack:T:U1": "responder-7"}
    found = assign([make(1, actor="slack:T:U2"), make(2, actor="slack:T:U1")], [], known, {}, {})
    assert found == {"slack:T:U1": "responder-7", "slack:T:U2": "responder-1"}


def test_joined_identities_share_one_pseudonym() -> None:
    joined = {"git:a@example.org": "slack:T:U1", "slack:T:U1": "slack:T:U1"}
    found = assign([make(1, actor="git:a@example.org"), make(2, actor="slack:T:U1")], [], {}, joined, {})
    assert found["git:a@example.org"] == found["slack:T:U1"] == "responder-1"


def test_a_person_joined_later_keeps_the_pseudonym_that_is_known() -> None:
    joined = {"git:a@example.org": "slack:T:U1", "slack:T:U1": "slack:T:U1"}
    found = assign([make(1, actor="slack:T:U1")], [], {"git:a@example.org": "responder-4"}, joined, {})
    assert found == {"git:a@example.org": "responder-4", "slack:T:U1": "responder-4"}


PSEUDONYMS = {"slack:T:U1": "responder-1", "slack:T:U2": "responder-2", "slack:T:B1": "bot-1"}


def hidden() -> Pseudonymiser:
    return Pseudonymiser([ALICE, BOB, BOT], PSEUDONYMS)


def test_names_mentions_and_marks_are_replaced_in_quotes() -> None:
    text = f"@alice.e and Alice Example: ask {mention('slack:T:U2')}, not Malice; Al stays, deploybot too"
    put = hidden()
    shown = put.fact(make(1, kind="chat.message", actor="slack:T:U1", quote=quote_marked(text)))
    assert shown.quote is not None
    assert shown.quote.text == (
        "responder-1 and responder-1: ask responder-2, not Malice; Al stays, deploybot too"
    )
    assert shown.actor == "responder-1"
    assert put.may_name == {"chat.message": 1}, "Al may be Bob, or not"


def test_a_quote_without_a_doubtful_word_is_not_counted() -> None:
    put = hidden()
    put.fact(make(1, kind="chat.message", quote=quote_marked("Alice Example: deploybot is down")))
    assert not +put.may_name


def test_a_name_among_the_names_of_a_fact_is_replaced_and_its_statement_says_so() -> None:
    called = make(
        1, label="call of Alice Example", subject=Subject(labels={"by": "Alice Example", "host": "alice"})
    )
    shown = hidden().fact(called)
    assert shown.names["label"] == "call of responder-1"
    assert shown.statement.startswith("`call of responder-1` was recorded")
    assert shown.subject.labels == {"by": "responder-1", "host": "alice"}


def test_a_label_that_names_somebody_is_replaced_even_where_it_is_a_word() -> None:
    fact = make(1, subject=Subject(labels={"assigned_to": "alice", "service": "alice"}))
    assert hidden().fact(fact).subject.labels == {"assigned_to": "responder-1", "service": "alice"}


def test_a_word_of_a_source_in_code_form_is_no_code() -> None:
    names = {"incident": "INC-1", "claimant": "`Alice Example`"}
    said = fact(
        "incident.detected", origin="o", key=1, at=Bounds(0, 10), time_means="t", clock="c", source="s", names=names, evidence=[],
    )  # fmt: skip
    assert hidden().fact(said).statement.endswith("per `responder-1`")


def test_a_gap_says_no_name() -> None:
    told = gap("s", "unauthorised", 0, 1, "Alice Example has no right", missing="what alice.e@x.example sees")
    assert hidden().gap(told).statement == "responder-1 has no right"


def test_a_mark_that_a_quote_ends_in_goes_whole() -> None:
    quote = quote_marked("x" * 3_995 + mention("slack:T:U1"))
    assert quote is not None
    assert quote.text == "x" * 3_995
    assert quote.truncated
