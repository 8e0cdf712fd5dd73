"""What is not certain is silent: each true sentence gives no error, its false twin is found where one can be told."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.timeline.checks.claims.judged import filled, ground, pair, read
from timeline.checks.findings import Finding
from timeline.instant import MINUTE, NS
from timeline.model import Fact
from timeline.order import of_kind


def found(text: str) -> list[Finding]:
    """Return the findings of a text, the columns of a table parted by `||` from its row."""
    text = filled(text)
    if "||" in text:
        head, _, row = text.partition("||")
        text = f"| {head} |\n|{' --- |' * (head.count('|') + 1)}\n| {row} |"
    return read(text, ground())


#: `<true|false>`, by kind; the false one is an error.
PAIRS = [
    # by the clock's minutes, and with the seconds left out
    "The rollback (f-00ff9d98dba91df6) was ordered <23|29> minutes after the page ({PAGE}).",
    "It was <33|36> minutes from alert to recovery ({FIRE}, {RES}).",
    # from a time that the sentence states
    "At 14:05 UTC traffic rose; <five|nine> minutes later the alert fired ({FIRE}).",
    # parts of the day, and zones that a column or a sentence tells
    "At <3:10|5:10> in the afternoon, Berlin time, the alert fired ({FIRE}).",
    "At <ten past three|ten past five> in the afternoon in Berlin the alert fired ({FIRE}).",
    "UTC ; CET ; what||14:10 ; <15:10|17:10> ; alert fired ({FIRE})",
    "UTC ; Berlin ; what||14:10 ; <15:10|17:10> ; alert fired ({FIRE})",
    "from ; to ; what||14:10 ; <14:44|14:54> ; CheckoutLatencyHigh fired ({FIRE})",
    # by the distance from what is cited
    "Support heard of it at <14:05|14:02> UTC, five minutes before the alert ({FIRE}).",
    # together
    "CaptureQueueDeep fired for <four|seven> minutes in all ({Q1}, {Q2}).",
    # ranges with halves
    "It took between <two and a half and three|five and a half and six> minutes to page ({FIRE}, {PAGE}).",
    # an order, where the sides are as they are cited
    "The page ({PAGE}) went out <after|before> the alert had fired ({FIRE}).",
    "The deploy ({DEP}) was long out; latency recovered <after|before> the rollback ({RES}, {ROLL}).",
    # absences
    "No alert fired <before|after> the deploy ({DEP}).",
    "No deploy <preceded|followed> the merge ({MERGE}).",
]  # fmt: skip
SILENT = [
    # questions
    "Were 12,000 customers affected? ({FIRE})",
    "Were 12,000 customers hit? (i-c845e64008d38c3e)",
    # refused, put right, of another time
    "The page came at 14:13 UTC ({PAGE}), not at 14:10.",
    "On the call we said that the page came at 14:10 UTC; it came at 14:13 ({PAGE}).",
    "We had feared that 12,000 customers were hit; it was 508 (i-c845e64008d38c3e).",
    "First estimates spoke of 2,000 customers, the number in the logs is 508 (i-c845e64008d38c3e).",
    "In the outage of March, 12,000 requests failed; this time it was 9,433 (i-fd9d0a9a13a6af90).",
    "Compared with INC-37, where 3,100 customers were affected, this one was small (i-c845e64008d38c3e).",
    "metric ; before ; after||failed requests ; 0 ; 9,433 (i-fd9d0a9a13a6af90)",
    "It was the longest outage since the one of 17 May 2023, which lasted five hours ({FIRE}, {RES}).",
    "According to the runbook, a rollback takes two minutes; here it took six ({ROLL}, {RES}).",
    "In future a rollback must be out 5 minutes after the page ({PAGE}).",
    "The monthly budget still has 88 % (i-13447c0f38fa55ea).",
    "Nobody was paged on Monday or Tuesday ({FIRE}).",
    "Action item ; Owner ; Due||Page on a full pool ({POOL}) ; SRE ; 2026-12-01",
    "Metric ; Value||Failed requests ; 9.4 k (i-fd9d0a9a13a6af90)",
    "Nobody acknowledged CaptureQueueDeep ({Q1}).",
    "Checkout was slow for 33 of those 68 minutes ({FIRE}, {RES}).",
    # comparisons, parts, rates
    "The alert ({FIRE}) went on for five times as long as the page took after it ({PAGE}).",
    "Checkout was degraded for 33 minutes, or 49 % of the incident ({FIRE}, {RES}).",
    "The first alert lasted seven minutes longer than the second ({FIRE}, {RES}, {POOL}).",
    # nothing that happened is in no order
    "Nothing was posted for 25 minutes after the first status post ({STAT}, f-f5156467d452c8d2).",
    "The pool stayed full because nobody rolled back until 14:38 UTC ({FIRE}, {ROLL}).",
    # a length whose unit was said before
    "Two minutes after the page ({PAGE}) errors fired ({ERR}), and after another twenty-two the rollback came ({ROLL}).",
    # whose words name the other's fact
    "The fix ({MERGE}) was out 90 seconds after its merge ({DEP2}).",
    # how long it is between two is no value of one
    "The time from `checkout p99, early` to the firing of CheckoutLatencyHigh was 250 s (f-86f7df8840c43d64, {FIRE}).",
    # nobody is no program
    "No human wrote in the channel before 14:13 UTC (f-d82137525b5cb681).",
]  # fmt: skip


@pytest.mark.parametrize("form", PAIRS)
def test_a_true_sentence_is_silent_and_its_twin_is_an_error(form: str) -> None:
    true, false = pair(form.replace(" ; ", " @ "))
    true, false = (text.replace(" @ ", " | ") for text in (true, false))
    assert [one for one in found(true) if one.severity == "error"] == []
    assert [one for one in found(false) if one.severity == "error"] != []


@pytest.mark.parametrize("text", SILENT)
def test_what_is_not_certain_is_no_error(text: str) -> None:
    assert [one for one in found(text.replace(" ; ", " | ")) if one.severity == "error"] == []


MOMENTS = [
    fact
    for fact in of_kind(ground().facts, "alert.firing", "deploy.finished", "chat.message", "status.posted")
    if fact.earliest is not None
]
LEADS = (
    "At {} it happened ({id}).", "It happened at {} ({id}).", "({id}) At {}, it happened.", "That it happened was seen at {} ({id}).",
    "It was {} when it happened ({id}).", "- {}: it happened ({id})", "It happened (at {}, {id}).", "Not before {} did it happen ({id}).",
    "By {} it had happened ({id}).", "{} – it happened ({id})", "What happened at {} is recorded ({id}).",
)  # fmt: skip
FORMS = {
    "UTC": "%H:%M UTC",
    "Z": "%H:%MZ",
    "Europe/Berlin": "%H:%M in Berlin",
    "America/New_York": "%I:%M %p EST",
}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(MOMENTS), st.sampled_from(LEADS), st.sampled_from(sorted(FORMS)))
def test_a_time_of_a_fact_is_true_in_every_form(fact: Fact, lead: str, zone: str) -> None:
    at = datetime.fromtimestamp(fact.latest // NS, UTC)
    own = at if zone in {"UTC", "Z"} else at.astimezone(ZoneInfo(zone))
    text = lead.format(own.strftime(FORMS[zone]), id=fact.id)
    assert [one for one in found(text) if one.severity == "error"] == []


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(MOMENTS), st.sampled_from(MOMENTS))
def test_minutes_between_facts_are_those_of_the_clock_cut_off_or_rounded(
    data: st.DataObject, one: Fact, other: Fact
) -> None:
    first, last = sorted((one, other), key=lambda fact: fact.latest)
    apart = last.latest - first.latest
    if apart < 5 * MINUTE:
        return
    by_clock = last.latest // MINUTE - first.latest // MINUTE
    minutes = data.draw(st.sampled_from((by_clock, apart // MINUTE, round(apart / MINUTE))))
    form = data.draw(st.sampled_from((
        "It took {} minutes ({a}, {b}).", "{} minutes passed ({a}, {b}).", "From the one ({a}) to the other ({b}) it was {} minutes.",
        "The other ({b}) came {} minutes later than the one ({a}).",
    )))  # fmt: skip
    assert not found(form.format(minutes, a=first.id, b=last.id))
    assert found(form.format(minutes * 2 + 3, a=first.id, b=last.id))
