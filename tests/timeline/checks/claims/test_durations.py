"""`claim-duration`: a true and a false sentence of one form, in digits and in words."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.example import example
from tests.timeline.checks.claims.judged import errors, filled, ground, judged, pair
from timeline.checks.claims.when.amounts import typed
from timeline.instant import NS
from timeline.model import Fact
from timeline.order import elapsed

#: `<true|false>`.
PAIRS = [
    "The alert fired for <33 minutes|nine hours> ({FIRE}, {RES}).",
    "The alert fired for <33|43> minutes ({FIRE}).",
    "<Half an hour|Two hours> later it stopped ({FIRE}) ({RES}).",
    "It was down for <about half an hour|about an hour and a half> ({FIRE}) to ({RES}).",
    "It took <thirty-three|forty-three> minutes ({FIRE}, {RES}).",
    "It took less than <40|20> minutes ({FIRE}, {RES}).",
    "It took <at least half|more than> an hour ({FIRE}, {RES}).",
    "It was acknowledged <three|thirteen> minutes after it fired ({FIRE}, {ACK}).",
    "It was acknowledged after 3 min <10|59> s ({FIRE}, {ACK}).",
    "The page went out <2.5|4.5> minutes later ({FIRE}, {PAGE}).",
    "The page went out <two|four> and a half minutes later ({FIRE}, {PAGE}).",
    "Firing to resolved took <33|53> minutes ({MFR}).",
    "The alert fired within <10|5> minutes of the deploy ({DEP}, {FIRE}).",
    "It fired ({FIRE}).  <Half an hour|Nine hours> later it was over ({RES}).",
    "It fired ({FIRE}) and was over ({RES}). <Thirty-three minutes|Nine hours> passed.",
    "A <33|63>-minute outage ({FIRE}, {RES}).",
    "It lasted <33m20s|43m20s> ({FIRE}, {RES}).",
    "It lasted <0h33m|1h33m> ({FIRE}, {RES}).",
    "It lasted <00:33:20|01:33:20> ({FIRE}, {RES}).",
    "It lasted <30 to 35|40 to 45> minutes ({FIRE}, {RES}).",
    "It lasted <2,000|5,000> seconds ({FIRE}, {RES}).",
    "It recovered in <35|25> minutes or less ({FIRE}, {RES}).",
    "At 14:10 ({FIRE}) it fired; <3|30> minutes later ({ACK}) it was acknowledged and 30 minutes later ({RES}) over.",
    "Nothing was recorded for <three|thirteen> minutes ({GAP}).",
    "| Metric | Value |\n|---|---|\n| Time to mitigate | <33|73> minutes ({FIRE}, {RES}) |",
    "**TTD:** <2|12> min ({XLAT}, {FIRE})",
    "Two alerts fired <five|fifteen> minutes apart ({FIRE}, {ERR}).",
    "The pool alert ({POOL}) came <2-3|12-13> minutes after the latency alert ({FIRE}).",
    "It was a little <over|under> half an hour ({FIRE}, {RES}).",
]  # fmt: skip


@pytest.mark.parametrize("text", PAIRS)
def test_a_true_duration_is_no_finding_and_a_wrong_one_is_an_error(text: str) -> None:
    true, false = pair(text)
    assert judged(true) == []
    assert errors(false) == ["claim-duration"]


@pytest.mark.parametrize(
    "text",
    [
        "The timeout of 30 s is too long ({FIRE}, {RES}).",
        "p99 latency was 4.3 s over 5 minutes ({FIRE}, {RES}).",
        "The pool alert has a 5-minute window ({FIRE}, {RES}).",
        "The error budget of 30 days was burnt ({FIRE}, {RES}).",
        "Every 15 seconds Prometheus scrapes ({FIRE}, {RES}).",
        "The alert `HighLatency5m` fired ({FIRE}, {RES}).",
        "> It was down for nine hours ({FIRE}, {RES})",
        '"It was down for nine hours", wrote the on-call ({FIRE}, {RES}).',
        "For the first ten minutes nobody looked at the deploy ({FIRE}, {RES}).",
        "Next time it should fire within 1 minute ({FIRE}, {RES}).",
        "Requests took 4.2 seconds at the peak ({FIRE}, {RES}).",
        "Customers waited 30 seconds for a payment ({FIRE}, {RES}).",
        "It was down for nine hours.",
        "Our SLA gives us 15 minutes to acknowledge ({FIRE}, {ACK}).",
        "The connection pool's 30 second wait was used up ({POOL}, {POOLX}).",
        "The deploy's 10-minute soak was skipped ({DEP}).",
        "The retry budget of 3 attempts in 10 seconds was used up ({LOG}).",
        "Compared with the 90 minutes of INC-31, this one was short ({FIRE}, {RES}).",
        "Each time the queue alert fired for about two minutes ({Q1}, {Q2}, {Q5}).",
    ],
)
def test_what_claims_no_duration(text: str) -> None:
    assert judged(text) == []


def test_where_no_pair_can_be_told_it_is_a_warning() -> None:
    (one,) = judged("Nobody looked for eleven hours ({BRIDGE}).")
    assert (one.rule, one.severity, one.mark) == ("claim-duration", "warning", "eleven hours")


def test_a_finding_says_what_would_be_right() -> None:
    (one,) = judged("It lasted nine hours ({FIRE}, {RES}).")
    assert (one.mark, one.expected) == ("nine hours", "33m15s - 33m45s")
    assert one.fix is not None
    assert one.fix.text == filled("{{FIRE}..{RES}:duration}")
    assert [line[:18] for line in one.bounds] == [filled("{FIRE}"), filled("{RES}")]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("half an hour", 1440, 2160), ("an hour and a half", 4500, 6300), ("two and a half minutes", 135, 165),
        ("1½ hours", 4500, 6300), ("a hundred and twenty seconds", 119.5, 120.5), ("90 s", 89.5, 90.5),
        ("1h02m", 3690, 3750), ("1 hour and 2 minutes", 3690, 3750), ("a minute", 30, 90), ("nine-hour", 30600, 34200),
        ("about 10 minutes", 480, 720), ("less than 10 minutes", 0, 600), ("over 10 min", 600, float("inf")),
        ("10 minutes ± 30 s", 540, 660), ("twenty to thirty minutes", 1170, 1830), ("a couple of minutes", 60, 240),
    ],
)  # fmt: skip
def test_a_duration_is_as_wide_as_it_was_typed(text: str, low: float, high: float) -> None:
    one, *_ = typed(text, 0, len(text))
    assert (one.low, one.high) == pytest.approx((low, high))


FACTS = [fact for fact in example().facts if fact.earliest is not None]


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(FACTS), st.sampled_from(FACTS))
def test_a_duration_within_the_range_is_never_an_error_and_one_well_outside_always(
    data: st.DataObject, start: Fact, end: Fact
) -> None:
    span = elapsed(start, end, ground().errors)
    assert span is not None
    assume(span[0] > 2 * NS and start.id != end.id)
    sentence = f"It was {{}} seconds from the one to the other ({start.id}, {end.id})."
    least, most = -(-span[0] // NS), span[1] // NS
    if least <= most:  # no whole second lies within some
        assert errors(sentence.format(data.draw(st.integers(least, most)))) == []
    for outside in (
        span[0] // NS - data.draw(st.integers(1, 100)),
        span[1] // NS + data.draw(st.integers(2, 9_000)),
    ):
        if outside > 0:
            assert errors(sentence.format(outside)) == ["claim-duration"]
