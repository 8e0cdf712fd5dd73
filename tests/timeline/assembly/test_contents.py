"""What says no more than another content of its record is no other content; what contradicts it is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from tests.timeline.strategies import facts, make
from timeline.assembly.contents import says_no_more
from timeline.assembly.merge import Seen, merge
from timeline.instant import NS
from timeline.model import Fact, Quote, Related, Subject
from timeline.order import LINEAGE

FULL = make(1, earliest=5, latest=9).replace(
    kind="chat.message", names={"channel": "#ops", "actor": "slack:T:U"}, quote=Quote(text="x"), actor="slack:T:U",
    subject=Subject(service="shop", component="#ops", labels={"channel": "#ops", "bot": "true"}), thread="t-1",
    related=(Related(fact="f-1", rule="r"),),
)  # fmt: skip
BARE = Subject(labels={"channel": "C1"})


def of(**change: Any) -> Fact:
    return FULL.replace(**change)


@pytest.mark.parametrize(
    "less",
    [
        of(quote=None), of(actor=None, names={"channel": "#ops"}), of(thread=None), of(related=()),
        of(subject=FULL.subject.replace(service=None)), of(subject=FULL.subject.replace(labels={"channel": "#ops"})),
        of(names={"channel": "C1", "actor": "slack:T:U"}, subject=BARE),
    ],
)  # fmt: skip
def test_one_who_knew_less_contradicts_nobody(less: Fact) -> None:
    assert says_no_more(less, FULL)
    assert not says_no_more(FULL, less)
    merged = merge([Seen(1, less), Seen(1, FULL)])
    assert [(fact.content(), fact.variants) for fact in merged.facts] == [(FULL.content(), ())]
    assert merged.gaps == []


def test_another_word_for_the_same_time_is_no_conflict() -> None:
    """An API's `created_at` is a webhook's `occurred_at`."""
    assert says_no_more(of(time_means="m"), FULL)


@pytest.mark.parametrize(
    "other",
    [
        of(quote=Quote(text="y")), of(latest=10), of(earliest=None), of(clock="c"), of(kind="custom"),
        of(names={"channel": "#other", "actor": "slack:T:U"}), of(subject=FULL.subject.replace(service="cart")),
        of(subject=FULL.subject.replace(labels={"channel": "#ops", "pinned": "true"})), of(actor="slack:T:V"),
    ],
)  # fmt: skip
def test_what_says_otherwise_is_a_conflict(other: Fact) -> None:
    assert not says_no_more(other, FULL)
    assert [gap.reason for gap in merge([Seen(1, other), Seen(1, FULL)]).gaps] == ["conflict"]


def test_a_time_told_to_the_second_is_no_conflict_with_the_same_told_finer() -> None:
    """A webhook's `14:03:00 UTC` is its API's `14:03:00.192Z`; another second is another time."""
    fine = of(earliest=5 * NS + 192, latest=5 * NS + 199, surfaced=5 * NS + 199)
    coarse = of(earliest=5 * NS, latest=6 * NS - 1, surfaced=6 * NS - 1)
    assert says_no_more(coarse, fine)
    assert not says_no_more(fine, coarse)
    (fact,) = merge([Seen(1, coarse), Seen(1, fine)]).facts
    assert (fact.content(), fact.variants) == (fine.content(), ())
    for other in (
        of(earliest=6 * NS, latest=7 * NS - 1, surfaced=7 * NS - 1), of(earliest=4 * NS, latest=6 * NS - 1),
        of(earliest=5 * NS, latest=6 * NS - 1, surfaced=None), of(earliest=None, latest=6 * NS - 1),
    ):  # fmt: skip
        assert not says_no_more(other, fine)


def test_what_a_source_no_longer_says_is_shown_as_it_is_now() -> None:
    now = of(quote=None)
    (fact,) = merge([Seen(1, FULL), Seen(2, now)]).facts
    assert fact.content() == now.content()
    assert fact.variants == (FULL.content(),)


def test_which_ancestors_are_told_is_no_conflict() -> None:
    ties = [(Related(fact=f"f-{n}", rule=LINEAGE), Related(fact="f-1", rule="r")) for n in (7, 8)]
    one, other = (of(related=tie) for tie in ties)
    for newest in (one, other):
        older = other if newest is one else one
        (fact,) = merge([Seen(1, older), Seen(2, newest)]).facts
        assert (fact.content(), fact.variants) == (newest.content(), ())
    assert merge([Seen(1, one), Seen(1, other)]).facts == merge([Seen(1, other), Seen(1, one)]).facts


@given(facts())
def test_a_content_says_no_more_than_itself(fact: Fact) -> None:
    assert says_no_more(fact, fact)
