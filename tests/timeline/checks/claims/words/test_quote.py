"""Quotations against the words at the fact's pointer: a true and a false one of each form."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.timeline.checks.claims.conftest import Checked
from timeline.checks.claims.check import check
from timeline.checks.claims.claim import claims, note_claims
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.words.folded import folded
from timeline.checks.draft import DraftSpan, blocks
from timeline.order import of_kind

RULE = "claim-quote"
#: Forms with the true words and, in their place, false ones; message 1 is "I am paged for checkout latency, looking".
PAIRS = [
    ("responder-2 wrote “{}” ({chat.message:1}).", "I am paged for checkout latency", "I am paged for payment latency"),
    ('"{}," wrote responder-2 ({chat.message:1}), after the alert.', "I am paged", "I was asleep"),
    ("> {} ({chat.message:1})", "I am paged for checkout latency, looking", "I am paged for checkout latency, leaving"),
    ("> responder-2: {}\n> — responder-2, 14:13 UTC, {chat.message:1}", "I am paged for checkout latency", "I saw it a while ago"),
    ("- The page said «{}»\n  [14:21](timeline.html#{status.posted:0}).", "Some checkouts fail", "All checkouts fail"),
    ("| at | said |\n|---|---|\n| 14:21 | “{}” {status.posted:0} |\n", "Some checkouts fail or take long", "Some checkouts fail or get lost"),
    ("The alert says “{}” ({alert.firing:0}).", "The slowest hundredth of checkout requests", "The slowest tenth of checkout requests"),
    ("They posted “{}” ({status.posted:0}).", "Some checkouts fail [...] looking into it", "We are [...] Some checkouts fail"),
    ("They posted “{}” ({status.posted:0}).", "some checkouts fail – or take long…", "some checkouts may fail – or take long…"),
    ("They posted “{}” ({status.posted:0}).", "[S]ome *checkouts* fail or take long", "[F]ew *checkouts* fail or take long"),
    ("responder-2 wrote “{}” ({chat.message:2}).", "p99 is at 1.4 s and climbing", "p99 is at 2.4 s and climbing"),
    ("The log reads “{}” ({log.first_seen:0}).", "failed with status 500", "failed with status 503"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "right", "wrong"), PAIRS)
def test_a_true_quotation_passes_and_a_false_one_does_not(
    checked: Checked, form: str, right: str, wrong: str
) -> None:
    assert checked(form.replace("{}", right), RULE) == []
    (one,) = checked(form.replace("{}", wrong), RULE)
    assert (one.rule, one.severity) == (RULE, "error")
    assert wrong.replace("…", "").replace("*", "") in one.mark.replace("*", "")


@pytest.mark.parametrize(
    "text",
    [
        'The "big red" button was used ({chat.message:1}).',
        'We had a "works on my machine" moment ({chat.message:1}).',
        'The runbook "How to take a deploy back safely" was open ({chat.message:1}).',
        "The responders' page and the team’s pool, “both of” them ({chat.message:1}).",
        "Nobody cites “what was never said by anybody here”.",
        '`say "words that nobody said here"` ran ({chat.message:1}).',
        "> — responder-2, 14:13 UTC ({chat.message:1})",
        "“Customers with a failed checkout” is what the table counts ({i}).",
    ],
)
def test_what_is_no_quotation_of_a_fact_is_left_alone(checked: Checked, ground: Ground, text: str) -> None:
    assert checked(text.replace("{i}", ground.timeline.impact[0].id), RULE) == []


def test_two_quotations_that_changed_places_are_two_errors(checked: Checked) -> None:
    one, other = "I am paged for checkout latency", "p99 is at 1.4 s and climbing"
    form = "responder-2 wrote “{}” ({chat.message:1}), and then wrote “{}” ({chat.message:2})."
    assert checked(form.replace("{}", one, 1).replace("{}", other, 1), RULE) == []
    assert len(checked(form.replace("{}", other, 1).replace("{}", one, 1), RULE)) == 2


def test_a_finding_says_what_was_said_and_offers_it(checked: Checked, ground: Ground) -> None:
    fact = of_kind(ground.facts, "chat.message")[1]
    (one,) = checked("Then “we did nothing at all here” was said ({chat.message:1}).", RULE)
    assert fact.quote is not None
    assert one.expected == f"“{fact.quote.text}”"
    assert one.bounds[0].startswith(f"{fact.id}: A message was posted by responder-2")
    assert (one.line, one.column, one.end_column) == (1, 6, 34)
    assert one.fix is not None
    assert one.fix.text == f"{{{fact.id}:quote}}"


def test_without_its_evidence_nothing_is_said(ground: Ground) -> None:
    blind = Ground(ground.timeline, ground.errors, ground.names)
    text = f"They wrote “we did nothing at all” ({of_kind(ground.facts, 'chat.message')[1].id})."
    assert list(check(claims(blocks([DraftSpan("prose", "", text)])), blind, {"claim-actor"})) == []


def test_a_note_is_read_too(ground: Ground) -> None:
    fact = of_kind(ground.facts, "chat.message")[1]
    right, wrong = (
        [one for one in check(note_claims(text, [fact.id], 3), ground) if one.rule == RULE]
        for text in ("They wrote “I am paged for checkout”.", "They wrote “I am bored by checkout”.")
    )
    assert right == []
    assert [(one.line, one.fix) for one in wrong] == [(3, None)]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_a_piece_of_what_was_said_passes_and_a_changed_word_does_not(
    checked: Checked, ground: Ground, data: st.DataObject
) -> None:
    fact = data.draw(
        st.sampled_from([one for one in ground.facts if one.quote and len(one.quote.text.split()) > 3])
    )
    assert fact.quote is not None
    words = fact.quote.text.split()
    begin = data.draw(st.integers(0, len(words) - 4))
    piece = words[begin : data.draw(st.integers(begin + 4, len(words)))]
    form = data.draw(st.sampled_from(["They wrote “{}” ({id}).", "“{}” ({id})", "In {id} stands “{}”."]))
    text = form.replace("{id}", fact.id)
    assert checked(text.replace("{}", " ".join(piece)), RULE) == []
    piece[data.draw(st.integers(0, len(piece) - 1))] = "zebra"
    assert len(checked(text.replace("{}", " ".join(piece)), RULE)) == 1


@given(st.text(st.characters(codec="latin-1"), max_size=200))
def test_words_are_folded_once_for_all(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert folded(text) == folded(f"  {text} \n")


def test_the_words_of_a_document_are_no_quotation_of_a_fact(checked: Checked) -> None:
    said = 'says "roll back first, ask later", which we did not do ({chat.message:0}).'

    assert checked(f"The runbook {said}", "claim-quote") == []
    assert checked(f"The on-call {said}", "claim-quote")
