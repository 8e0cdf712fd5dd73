"""Numbers against impact, counts and measured values: a true and a false one of each form."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.timeline.checks.claims.conftest import Checked
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.words.numerals import numerals
from timeline.model import Impact

RULE = "claim-number"
#: Forms with a true number and, in its place, a false one.
PAIRS = [
    ("{} customers could not check out ({alert.firing:0}).", "508", "12,000,000"),
    ("{} customers could not check out ({alert.firing:0}).", "About five hundred", "About twelve million"),
    ("At the peak {} customers saw a failed checkout ({alert.firing:0}).", "508", "480"),
    ("{} requests failed ({alert.firing:0}).", "9,433", "94,330"),
    ("{} requests failed ({alert.firing:0}).", "9.4k", "94k"),
    ("{} requests failed ({alert.firing:0}).", "More than nine thousand", "Fewer than five thousand"),
    ("We burnt {} of the error budget ({alert.firing:0}).", "11.6 %", "21 percent"),
    ("| impact | number |\n|---|---|\n| customers with a failed checkout | {} {i} |\n", "508", "5,080"),
    ("{} fired during the incident ({alert.firing:0}).", "Eight alerts", "Five alerts"),
    ("{} fired during the incident ({alert.firing:0}).", "4 different alerts", "3 different alerts"),
    ("There were {} in total ({alert.firing:0}).", "8 firings", "6 firings"),
    ("`CaptureQueueDeep` fired {} ({alert.firing:3}).", "five times", "twice"),
    ("`CaptureQueueDeep` fired {} ({alert.firing:3} in the chart).", "five times", "once"),
    ("`CaptureQueueDeep` fired {} ({alert.firing:3}).", "at least four times", "at most three times"),
    ("We made {} on the status page ({status.posted:0}).", "three posts", "four posts"),
    ("The error ratio reached {} ({metric.crossed_above:3}).", "2.9 %", "7.9 %"),
    ("The limit of {} of all checkouts was crossed ({metric.crossed_above:3}).", "one percent", "five percent"),
    ("p99 of checkout was at {} ({metric.crossed_above:0}).", "307 ms", "3.07 s"),
    ("The pool crossed its threshold of {} ({metric.crossed_above:1}).", "40", "70"),
    ("The rate went up to {} documents a minute ({log.rate_changed:0}).", "18.6", "186"),
    ("{} of the checkouts failed ({metric.present:2}).", "A fifth", "Two thirds"),
    ("{} checkouts failed ({metric.present:2}).", "One in five", "One in two"),
    ("{} checkouts failed ({metric.present:2}).", "2 out of 10", "8 out of 10"),
    ("The on-call was paged {} ({alert.firing:0}).", "twice", "five times"),
    ("The timeline has {} ({alert.firing:0}).", "94 facts", "61 facts"),
]  # fmt: skip


def filled(ground: Ground, text: str) -> str:
    return text.replace("{i}", ground.timeline.impact[0].id)


@pytest.mark.parametrize(("form", "right", "wrong"), PAIRS)
def test_a_true_number_passes_and_a_false_one_does_not(
    checked: Checked, ground: Ground, form: str, right: str, wrong: str
) -> None:
    assert checked(filled(ground, form.replace("{}", right)), RULE) == []
    findings = checked(filled(ground, form.replace("{}", wrong)), RULE)
    assert {one.severity for one in findings} == {"error"}


@pytest.mark.parametrize(
    "text",
    [
        "Three customers wrote to support ({alert.firing:0}).",
        "The 4 replicas were restarted, two of them twice ({deploy.finished:0}).",
        "Pull request #815, version 2.3.1, port 8080, step 3 and SEV1 ({alert.firing:0}).",
        "It failed with status 500, and 503 errors followed on 12 November 2026 ({log.first_seen:0}).",
        "At 14:08 UTC, 30 minutes and 12 s later, p99 was bad ({metric.crossed_above:0}).",
        "Our objective is an availability of 99.9 % ({metric.crossed_above:3}).",
        "responder-2 asked to raise the pool to 60 ({chat.message:2}).",
        "responder-2 saw p99 at 1.4 s ({chat.message:2}).",
        "“12 alerts fired”, says a title, and `9 alerts` are code ({alert.firing:0}).",
        "Two alerts fired ({alert.firing:0}, {alert.firing:1}).",
        "Two of the alerts fired before 14:14 UTC ({alert.firing:0}).",
        "Did 12 alerts fire ({alert.firing:0})?",
        "> 12 alerts fired ({alert.firing:0}).",
        "## Actions\n\n- Page once 12 alerts fired ({alert.firing:0}).",
        "It took 00m 43s, at 0830, with 404 requests and 10 % more load ({metric.crossed_above:3}).",
        "4 Deploys of the last week ({alert.firing:0})",
        "At 2.27 pages were on the page of the 25000 element list ({alert.firing:0}).",
        "1002 is full of messages, and 456 parse requests failed to parse ({alert.firing:0}).",
        "About 300 requests per second were served ({alert.firing:0}).",
    ],
)
def test_what_is_no_number_of_the_timeline_is_left_alone(checked: Checked, text: str) -> None:
    assert checked(text, RULE) == []


def test_beyond_a_count_that_a_gap_may_lower_is_a_warning_that_names_it(
    checked: Checked, ground: Ground
) -> None:
    (gap,) = ground.timeline.gaps
    (one,) = checked("Twelve alerts fired ({alert.firing:0}).", RULE)
    assert (one.severity, gap.id in one.message) == ("warning", True)


def test_a_part_of_the_incident_may_have_fewer_and_never_more(checked: Checked) -> None:
    assert checked("Two messages were posted in the first ten minutes ({chat.message:0}).", RULE) == []
    (one,) = checked("90 messages were posted in the first ten minutes ({chat.message:0}).", RULE)
    assert one.severity == "error"


def test_a_finding_offers_the_number_by_reference(checked: Checked, ground: Ground) -> None:
    impact = next(one for one in ground.timeline.impact if one.unit == "customers" and one.span == "incident")
    (one,) = checked("Customers: 700 customers were hit ({alert.firing:0}).", RULE)
    assert (one.mark, one.expected) == ("700", "508")
    assert one.fix is not None
    assert one.fix.text == f"{{{impact.id}}}"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_a_number_with_fewer_digits_passes(checked: Checked, ground: Ground, data: st.DataObject) -> None:
    digits = data.draw(st.integers(2, 6))
    impact: Impact = data.draw(st.sampled_from(ground.timeline.impact))
    assert impact.value is not None
    typed = f"{float(f'{impact.value:.{digits}g}'):,}".removesuffix(".0")
    assert checked(f"The number was {typed} {impact.unit} ({impact.id}).", RULE) == []
    fact = data.draw(st.sampled_from([one for one in ground.facts if one.quantity and one.quantity.value]))
    assert fact.quantity is not None
    assert fact.quantity.value is not None
    value = float(f"{fact.quantity.value:.{digits}g}")
    assert checked(f"It crossed its limit at {value:g} ({fact.id}).", RULE) == []
    assert checked(f"Its value was {value:g} ({fact.id}).", RULE) == []


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("twenty-three alerts", 23, 23, ""),
        ("two hundred and five users", 204.5, 205.5, ""),
        ("12 million", 11_500_000, 12_500_000, ""),
        ("9 433 requests", 9_432.5, 9_433.5, ""),
        ("about 20 %", 16, 24, "%"),
        ("half of them", 45, 55, "%"),
        ("between 10 and 20 errors", 9.5, 20.5, ""),
        ("2 to 3 ms", 0.0015, 0.0035, "s"),
        ("500 users", 450, 550, ""),
        ("a dozen deploys", 10.8, 13.2, ""),
    ],
)
def test_a_number_means_what_its_digits_leave_open(text: str, low: float, high: float, unit: str) -> None:
    (one,) = numerals(text)
    assert (round(one.low, 9), round(one.high, 9), one.unit) == (low, high, unit)


@given(st.text(st.sampled_from("0123456789.,%ks -–/:#atwoandhundredmillion"), max_size=80))
def test_any_text_has_numbers_in_order(text: str) -> None:
    every = numerals(text)
    assert all(0 <= one.start < one.end <= len(text) for one in every)
    assert [one.start for one in every] == sorted(one.start for one in every)
    assert all(one.low <= one.high or one.value < 0 for one in every)


def test_what_cites_nothing_may_count_something_else(checked: Checked) -> None:
    assert checked("Five alerts fired, and about half a million such requests were made.", RULE) == []
    (one,) = checked("700 customers saw a failed checkout.", RULE)
    assert one.severity == "warning"
