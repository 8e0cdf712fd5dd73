"""`claim-order`: in both voices, both orders of naming, and causes; what bounds leave open is a warning."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.example import example
from tests.timeline.checks.claims.judged import errors, filled, ground, judged, pair
from timeline.model import Fact
from timeline.order import precedes

#: `<true|false>`.
PAIRS = [
    "The deploy finished ({DEP}) <before|after> the alert fired ({FIRE}).",
    "<After|Before> the deploy ({DEP}), the alert fired ({FIRE}).",
    "The deploy ({DEP}) was <followed|preceded> by the alert ({FIRE}).",
    "The deploy ({DEP}) <preceded|followed> the alert ({FIRE}).",
    "The alert ({FIRE}) was <preceded|followed> by the deploy ({DEP}).",
    "<Following|Prior to> the deploy ({DEP}), the alert fired ({FIRE}).",
    "Nine minutes <after|before> the deploy ({DEP}) the alert fired ({FIRE}).",
    "First <the deploy finished ({DEP}), then the alert fired ({FIRE})|the alert fired ({FIRE}), then the deploy finished ({DEP})>.",
    "<The deploy finished ({DEP}). Then the alert fired ({FIRE})|The alert fired ({FIRE}). Then the deploy finished ({DEP})>.",
    "<The deploy finished ({DEP}); later the alert fired ({FIRE})|The alert fired ({FIRE}); later the deploy finished ({DEP})>.",
    "<The alert fired ({FIRE}). Nine minutes earlier, it was deployed ({DEP})|It was deployed ({DEP}). Nine minutes earlier, the alert fired ({FIRE})>.",
    "As soon as the <alert fired ({FIRE}), the page was sent ({PAGE})|page was sent ({PAGE}), the alert fired ({FIRE})>.",
    "The <on-call acknowledged once the page was sent ({ACK}, {PAGE})|page was sent once the on-call acknowledged ({PAGE}, {ACK})>.",
    "The <page had already been acknowledged ({ACK}) when the status was posted ({STAT})|status had already been posted ({STAT}) when the page was acknowledged ({ACK})>.",
    "When the <status was posted ({STAT}), the page had already been acknowledged ({ACK})|page was acknowledged ({ACK}), the status had already been posted ({STAT})>.",
    "By the time the <status was posted ({STAT}), the page was acknowledged ({ACK})|page was acknowledged ({ACK}), the status was posted ({STAT})>.",
    "The <alert did not stop ({RES}) until the deploy was rolled back ({ROLL})|deploy was not rolled back ({ROLL}) until the alert stopped ({RES})>.",
    "The rollback ({ROLL}) came after the alert fired ({FIRE}) but before <it stopped ({RES})|the deploy ({DEP})>.",
    "The deploy finished <before|after> the alert fired ({DEP}, {FIRE}).",
    "The alert fired <after|before> the deploy finished ({DEP}, {FIRE}).",
    "The <deploy ({DEP}) led to the alert ({FIRE})|alert ({FIRE}) led to the deploy ({DEP})>.",
    "The <alert ({FIRE}) was caused by the deploy ({DEP})|deploy ({DEP}) was caused by the alert ({FIRE})>.",
    "The <alert was triggered by the deploy ({FIRE}, {DEP})|deploy was triggered by the alert ({FIRE}, {DEP})>.",
    "Due to the <deploy ({DEP}), the alert fired ({FIRE})|alert ({FIRE}), the deploy finished ({DEP})>.",
    "The <alert fired ({FIRE}) because of the deploy ({DEP})|deploy ({DEP}) was made because the alert fired ({FIRE})>.",
    "<[The deploy](timeline.html#{DEP}), causing [the alert](timeline.html#{FIRE})|[The alert](timeline.html#{FIRE}), causing [the deploy](timeline.html#{DEP})>.",
    "The queue alert <fired ({Q5})|first fired ({Q1})> after the second deploy ({DEP2}).",
    "The queue alert's <first|last> firing ({Q1}) came before the second deploy ({DEP2}).",
    "- After <the rollback ({ROLL}), latency recovered ({RES})|latency recovered ({RES}), the deploy was rolled back ({ROLL})>.",
    "| a | b |\n|---|---|\n| The deploy ({DEP}) came <before|after> the alert ({FIRE}) | x |",
    "It was not until <the rollback ({ROLL}) that latency recovered ({RES})|latency recovered ({RES}) that it was rolled back ({ROLL})>.",
    "The <recovery did not come ({RES}) until after the rollback ({ROLL})|rollback did not come ({ROLL}) until after the recovery ({RES})>.",
    "The <latency alert fired first ({FIRE}), the pool alert second ({POOL})|pool alert fired first ({POOL}), the latency alert second ({FIRE})>.",
    "The root cause of the <alert ({FIRE}) was the deploy ({DEP})|deploy ({DEP}) was the alert ({FIRE})>.",
    "What set off the <alert ({FIRE}) was the deploy ({DEP})|deploy ({DEP}) was the alert ({FIRE})>.",
    "The <deploy ({DEP}) is why the alert fired ({FIRE})|alert ({FIRE}) is why it was deployed ({DEP})>.",
    "The <alert ({FIRE}) fired 9 minutes later than the deploy ({DEP})|deploy ({DEP}) came 9 minutes later than the alert ({FIRE})>.",
    "The alert ({FIRE}) fired and, <after|before> the page ({PAGE}), was acknowledged ({ACK}).",
    "10m <before|after> the alert fired ({FIRE}), a deploy finished ({DEP}).",
    "Only after `checkout p99, early` <crossed ({XLAT}), the alert fired ({FIRE})|alerted ({FIRE}), its expression crossed ({XLAT})>.",
]  # fmt: skip


@pytest.mark.parametrize("text", PAIRS)
def test_a_true_order_is_no_finding_and_a_wrong_one_is_an_error(text: str) -> None:
    true, false = pair(text.replace("| a | b |\n|---|---|\n| ", "\0").replace(" | x |", "\1"))
    true, false = (
        one.replace("\0", "| a | b |\n|---|---|\n| ").replace("\1", " | x |") for one in (true, false)
    )
    assert judged(true) == []
    assert errors(false) == ["claim-order"]


@pytest.mark.parametrize(
    "text",
    [
        "The alert became pending ({PEND}) after its expression crossed ({XLAT}).",
        "The expression crossed ({XLAT}) before the alert became pending ({PEND}).",
        "The alert became pending ({PEND}) because the expression crossed ({XLAT}).",
    ],
)
def test_what_bounds_leave_open_is_a_warning_with_both(text: str) -> None:
    (one,) = judged(text)
    assert (one.rule, one.severity) == ("claim-order-undetermined", "warning")
    assert {bound[:18] for bound in one.bounds} == {filled("{PEND}"), filled("{XLAT}")}


@pytest.mark.parametrize(
    "text",
    [
        "It is unclear whether the deploy ({DEP}) came after the alert ({FIRE}).",
        "Had the alert fired ({FIRE}) before the deploy ({DEP}), it would have been clear.",
        "The deploy was not caused by the alert ({DEP}) ({FIRE}).",
        "After all, the alert fired ({FIRE}) and the deploy had finished ({DEP}).",
        "The following facts matter: {FIRE}, {DEP}.",
        "The alert fired once ({FIRE}) and the deploy finished ({DEP}).",
        "> The alert fired ({FIRE}) before the deploy ({DEP}).",
        "“The alert fired before the deploy”, they wrote ({FIRE}) ({DEP}).",
        "The alert fired ({FIRE}) and the deploy finished ({DEP}).",
        "Did the alert fire ({FIRE}) before the deploy ({DEP})?",
        "The alert fired before the deploy.",
        "We looked at the deploy ({DEP}) only after the page ({PAGE}).",
        "The alert fired ({FIRE}). It then turned out that the deploy ({DEP}) had changed the pool.",
        "We know this because the alert ({FIRE}) fired and the deploy ({DEP}) finished.",
        "It is possible that the deploy ({DEP}) was made because of the alert ({FIRE}).",
        "The rollback took effect after about six minutes ({ROLL}, {RES}).",
        "The message came before 14:20 ({FIRE}) and the rollback after ({ROLL}).",
    ],
)
def test_what_claims_no_order(text: str) -> None:
    assert judged(text) == []


@pytest.mark.parametrize("verb", ["fired", "came on"])
def test_where_another_firing_fits_than_the_cited_one_it_is_a_warning_that_names_it(verb: str) -> None:
    (one,) = judged(
        f"Any firing may be meant: the queue alert {verb} ({{Q1}}) after the second deploy ({{DEP2}})."
    )
    assert (one.rule, one.severity) == ("claim-order", "warning")
    assert "f-953586f3bd10e90e" in one.message


def test_two_firings_of_one_alert_may_be_put_in_a_wrong_order() -> None:
    (one,) = judged("The queue alert's firing ({Q5}) came before another of its firings ({Q1}).")
    assert (one.rule, one.severity) == ("claim-order", "warning")


def test_a_cause_that_came_later_is_named_as_a_cause() -> None:
    (one,) = judged("The alert ({FIRE}) led to the deploy ({DEP}).")
    assert one.message == filled("{FIRE} is given as the cause of {DEP}, and came after it")
    assert one.mark == "led to"


FORWARD = ["{} happened before {}.", "{} was followed by {}.", "{}, then {}.", "{} led to {}."]
BACKWARD = ["{} happened after {}.", "{} was preceded by {}.", "{} because {}.", "{} was caused by {}."]


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(example().facts), st.sampled_from(example().facts))
def test_an_order_is_an_error_exactly_where_the_other_is_proven(
    st_data: st.DataObject, one: Fact, other: Fact
) -> None:
    if one.id == other.id or "alert." in one.kind or "alert." in other.kind:
        return  # any firing may be meant
    forward = st_data.draw(st.booleans())
    form = st_data.draw(st.sampled_from(FORWARD if forward else BACKWARD))
    first, second = (one, other) if forward else (other, one)
    said = [
        finding.rule for finding in judged(form.format(f"One thing ({one.id})", f"the other ({other.id})"))
    ]
    if precedes(first, second, ground().errors):
        assert said == []
    elif precedes(second, first, ground().errors):
        assert said == ["claim-order"]
    else:
        assert said == ["claim-order-undetermined"]
