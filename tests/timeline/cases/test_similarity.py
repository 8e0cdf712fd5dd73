"""Likeness: rare things count, frequent ones hardly; signatures are compared by their words; "nothing alike" is an answer."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.families import LEVELS, planted
from benchmarks.similar import quality
from timeline.cases.features import Features, template
from timeline.cases.similarity import ALIKE, Incidents, Match
from timeline.cases.wording import words

POOL = (
    "level=ERROR logger=checkout.db message=timed out after 300 ms waiting for connection 17 of pool orders"
)
LATER = "level=WARN logger=checkout.db message=timed out after 12 ms waiting for connection 9 of pool orders"
KINDS = ("deploy.finished", "alert.firing", "log.first_seen", "chat.message")


def others(count: int) -> list[Features]:
    """Return incidents that have nothing in common but the alert that always fires."""
    return [
        Features(alerts=("Watchdog", f"Other{n}"), services=(f"service-{n}",), kinds=KINDS)
        for n in range(count)
    ]


def like(one: Features, other: Features, *rest: Features) -> Match | None:
    """Return how alike the second is to the first, among the rest."""
    found = Incidents([one, other, *rest]).alike(0, 0.0)
    return next((match for match in found if match.place == 1), None)


def test_the_same_incident_again_is_wholly_alike() -> None:
    one = Features(
        alerts=("A",), signatures=(POOL,), services=("checkout",), changed=("shop/checkout",), kinds=KINDS
    )
    match = like(one, one, *others(20))
    assert match
    assert match.score == 1.0
    assert [reason.aspect for reason in match.reasons[-1:]] == ["order"]
    assert sum(reason.share for reason in match.reasons) == pytest.approx(match.score, abs=0.001)


def test_an_alert_of_every_incident_says_little_and_a_rare_one_much() -> None:
    base = others(40)
    common = like(Features(alerts=("Watchdog", "A")), Features(alerts=("Watchdog", "B")), *base)
    rare = like(Features(alerts=("PoolFull", "A")), Features(alerts=("PoolFull", "B")), *base)
    assert common
    assert rare
    assert common.score < 0.1 < ALIKE < rare.score


def test_nothing_alike_is_an_answer() -> None:
    assert Incidents(others(30)).alike(0) == []
    assert Incidents([Features()]).alike(0) == []
    assert Incidents([Features(), Features()]).alike(0) == []


def test_signatures_are_the_same_whatever_numbers_they_carry_and_alike_by_their_words() -> None:
    assert (
        template(POOL)
        == "level error logger checkout.db message timed out after ms waiting for connection of pool orders"
    )
    numbers = Features(signatures=(POOL.replace("17", "4").replace("300", "7"),))
    match = like(Features(signatures=(POOL,)), numbers, *others(5))
    assert match
    (reason,) = match.reasons
    assert reason.share == 0.9
    reworded = like(Features(signatures=(POOL,)), Features(signatures=(LATER,)), *others(5))
    assert reworded
    (reason,) = reworded.reasons
    assert (reason.value, reason.other, reason.of) == (POOL, LATER, 2)
    assert 0.5 < reason.share < 0.9
    assert words(reason, 7) == f"a signature that is alike: {LATER} (in 2 of 7 incidents)"
    other = Features(signatures=("level=ERROR logger=checkout.db message=disk is full",))
    assert like(Features(signatures=(POOL,)), other, *others(5)) is None


def test_one_signature_is_the_counterpart_of_one_alone() -> None:
    match = like(Features(signatures=(POOL,)), Features(signatures=(POOL, LATER)), *others(5))
    assert match
    assert [reason.other for reason in match.reasons] == [""]


def test_what_people_wrote_counts_only_where_both_have_it() -> None:
    recorded = Features(alerts=("A",), kinds=KINDS)
    reviewed = Features(
        alerts=("A",), kinds=KINDS, factors=("Nobody knew the limit of the pool",), modes=("exhaustion",)
    )
    fresh = like(recorded, reviewed, *others(5))
    assert fresh
    assert fresh.score == 1.0
    both = like(
        reviewed,
        Features(alerts=("B",), kinds=KINDS, factors=("Nobody knew that limit of the pool",)),
        *others(5),
    )
    assert both
    assert {reason.aspect for reason in both.reasons} == {"factor", "order"}


def test_the_order_of_events_is_a_tenth() -> None:
    one = Features(alerts=("A",), kinds=KINDS)
    turned = like(one, Features(alerts=("A",), kinds=KINDS[::-1]), *others(5))
    assert turned
    assert turned.score == pytest.approx(0.9 + 0.1 / 4)
    assert words(turned.reasons[-1], 7) == "first events in one order: 1 of 4 kinds"


names = st.lists(st.sampled_from("abcdef"), max_size=4).map(tuple)
texts = st.lists(st.lists(st.sampled_from(("pool", "timed", "out", "of", "disk", "9")), min_size=1, max_size=4).map(" ".join), max_size=3).map(tuple)  # fmt: skip
features = st.builds(
    Features, alerts=names, signatures=texts, services=names, changed=names, kinds=names, factors=texts
)


@given(st.lists(features, min_size=2, max_size=6))
def test_likeness_goes_both_ways_and_is_never_more_than_one(every: list[Features]) -> None:
    scores = {
        (place, match.place): match.score
        for place in range(len(every))
        for match in Incidents(every).alike(place, 0.0)
    }
    assert all(0 <= score <= 1 for score in scores.values())
    for a, b in itertools.combinations(range(len(every)), 2):
        assert scores.get((a, b), 0) == pytest.approx(scores.get((b, a), 0), abs=0.0002)


def test_planted_families_are_found_and_single_incidents_are_like_none() -> None:
    incidents = planted(7, LEVELS["medium"], families=10, of_families=70, singles=30)
    found = quality(incidents)
    assert found.found >= 0.9
    assert found.of_five >= 0.8
    assert found.false <= 0.1
    # Neither figure comes by itself: who calls everything alike is wrong about singles, who calls nothing so finds none.
    assert quality(incidents, 0.0).false == 1
    assert quality(incidents, 1.1).found == 0
