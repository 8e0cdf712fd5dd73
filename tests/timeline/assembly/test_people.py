"""Pseudonyms: assigned once, never renumbered; no name is left in what is shown."""

from __future__ import annotations

from tests.timeline.strategies import make
from timeline.assembly.people import assign, excerpt_mask, pseudonymise, replacer
from timeline.facts import quote_marked
from timeline.model import Person
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


def test_names_mentions_and_marks_are_replaced_in_quotes_and_statements() -> None:
    text = f"@alice.e and Alice Example: ask {mention('slack:T:U2')}, not Malice; Al stays, deploybot too"
    fact = make(1, kind="chat.message", actor="slack:T:U1", quote=quote_marked(text))
    pseudonyms = {"slack:T:U1": "responder-1", "slack:T:U2": "responder-2", "slack:T:B1": "bot-1"}
    shown = pseudonymise(fact, pseudonyms, replacer([ALICE, BOB, BOT], pseudonyms))
    assert shown.quote is not None
    assert (
        shown.quote.text
        == "responder-1 and responder-1: ask responder-2, not Malice; Al stays, deploybot too"
    )
    assert shown.actor == "responder-1"


def test_a_mark_whose_identity_holds_a_name_is_one_pseudonym() -> None:
    lee = Person(identity="matrix:@lee:localhost", names=("lee",))
    replace = replacer([lee], {lee.identity: "responder-1"})
    assert replace(f"{mention(lee.identity)} please, Lee") == "responder-1 please, responder-1"


def test_an_excerpt_hides_identities_as_the_source_writes_them() -> None:
    people = [
        Person(identity="slack:T1:U0123456", names=("Alice",)),
        Person(identity="matrix:@lee:localhost"),
    ]
    mask = excerpt_mask(people, {"slack:T1:U0123456": "responder-1", "matrix:@lee:localhost": "responder-2"})
    assert mask('{"user": "U0123456", "x": "@lee:localhost", "host": "localhost"}') == (
        '{"user": "responder-1", "x": "responder-2", "host": "localhost"}'
    )


def test_two_people_of_one_name_are_both_named() -> None:
    twins = [Person(identity="a", names=("Sam Doe",)), Person(identity="b", names=("Sam Doe",))]
    replace = replacer(twins, {"a": "responder-1", "b": "responder-2"})
    assert replace("ask sam doe") == "ask responder-1/responder-2"
