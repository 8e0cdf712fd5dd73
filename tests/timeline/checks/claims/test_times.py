"""`claim-time`: a true and a false sentence of one form, in the ways that people type times."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.example import example
from tests.timeline.checks.claims.judged import errors, filled, ground, judged, pair
from timeline.checks.claims.check import check
from timeline.checks.claims.claim import note_claims
from timeline.checks.claims.when import times
from timeline.instant import MINUTE, NS

#: `<true|false>`.
PAIRS = [
    "The alert fired at <14:10|14:50> UTC ({FIRE}).",
    "At <14:10:37|14:10:55> UTC the alert fired ({FIRE}).",
    "The alert fired at <15:10 CET|14:10 CET> ({FIRE}).",
    "The alert fired at <15:10 Berlin time|16:10 Berlin time> ({FIRE}).",
    "The on-call was paged at <06:13 PST|14:13 PST> ({PAGE}).",
    "The on-call was paged at <7:43 pm IST|2:13 pm IST> ({PAGE}).",
    "The on-call was paged at <15:13+01:00|15:13+02:00> ({PAGE}).",
    "The on-call was paged at <15:13 (Europe/Berlin)|14:13 (Europe/Berlin)> ({PAGE}).",
    "Paged at <8:13 a.m. Central time|9:13 a.m. Central time> ({PAGE}).",
    "Paged at <6:13am Pacific|8:13am Pacific> ({PAGE}).",
    "It fired at <2:10 pm|2:10 am> ({FIRE}).",
    "It fired at <about 14:12|about 14:22> ({FIRE}).",
    "CheckoutLatencyHigh went off <14:10ish|14:30ish> ({FIRE})",
    "alert @ 14:10Z ({FIRE}), <ack @ 14:13Z|ack @ 14:18Z> ({ACK})",
    "fired <1410Z|1440Z> {FIRE}",
    "<By 14:15|By 14:05> the alert had fired ({FIRE}).",
    "The alert was firing <until 14:44|until 15:30> ({RES}).",
    "The alert fired <just before 14:12|just before 14:42> ({FIRE}).",
    "The alert fired <no earlier than 14:10 UTC|no earlier than 14:20 UTC> ({FIRE}).",
    "The alert fired <before 15:00|after 15:00> ({FIRE}).",
    "The alert didn't fire <until 14:10 UTC|until 14:20 UTC> ({FIRE}).",
    "The alert didn’t fire <until 14:05 UTC|until 14:20 UTC> ({FIRE}).",
    "It wasn't <until 14:38 UTC|until 14:58 UTC> that the rollback finished ({ROLL}).",
    "From 14:10 <to 14:44|to 15:44> checkout failed ({FIRE}, {RES}).",
    "<From 14:10|From 14:20> ({FIRE}) to 14:44 ({RES}) checkout failed.",
    "From 14:10 <to 14:44 UTC|to 15:44 UTC> the alert fired ({FIRE}).",
    "We were down <14:10-14:44|14:10-15:44> ({FIRE}/{RES}).",
    "Nothing was recorded <from 14:29 to 14:32 UTC|from 15:29 to 15:32 UTC> ({GAP}).",
    "<On 2026-11-12|On 2026-11-13> the alert fired ({FIRE}).",
    "<On Thursday, 12 November|On Friday, 13 November> at 14:10 UTC it fired ({FIRE}).",
    "It fired <on 12 Nov 2026|on 12 Nov 2025> at 14:10 UTC ({FIRE}).",
    "It fired <on Nov 12, 14:10 UTC|on Nov 21, 14:10 UTC> ({FIRE}).",
    "<2026-11-12T14:10:37Z|2026-11-12T14:10:57Z> alert fired ({FIRE}).",
    "| when | what |\n|---|---|\n| <14:10 UTC|14:40 UTC> | fired {FIRE} |",
    "| when (CET) | what |\n|---|---|\n| <15:10|14:10> | fired {FIRE} |",
    "| Time (UTC) | Event |\n|---|---|\n| <14:10:30 – 14:10:45|14:11:30 – 14:11:45> | fired ({FIRE}) |",
    "All times in CET.\n\nIt fired <at 15:10|at 14:10> ({FIRE}).",
    "## Timeline (America/New_York)\n\n<- 09:10|- 14:10> it fired ({FIRE}).",
    "- <**14:10 UTC**|**14:15 UTC**> – `CheckoutLatencyHigh` fired. {FIRE}",
    "Detection: it fired at <**14:10 UTC**|**14:20 UTC**> (`{FIRE}`), after the deploy (`{DEP}`).",
    "The alert fired at <[14:10]|[14:20]>(timeline.html#{FIRE}).",
    "The queue alert flapped from 14:18 to <14:40|14:55> UTC ({Q1}, {Q5}).",
    "CaptureQueueDeep fired for the last time at <14:38|14:18> ({Q1}).",
    "Nobody told customers before <14:21|14:41> UTC, when the status was posted ({STAT}).",
    "At <2:38|2:48> in the afternoon the deploy was rolled back ({ROLL}).",
    "On <Thursday|Monday> the alert fired ({FIRE}).",
    "| Start | End | Facts |\n|---|---|---|\n| 14:10 | <14:44|14:54> | {FIRE}, {RES} |",
    "deploy 1401Z ({DEP}), pages from <14:13|14:23> ({PAGE}), rolled back 14:38 ({ROLL}), green by 14:45 ({RES})",
    "The alert rose at 01:10 (Australia/Sydney) on November <13|12>, 2026 ({FIRE}).",
    "The alert fired at <14:10|14:20>. ({FIRE})",
    "Paged at <9:13|10:13> a.m. New York time ({PAGE}).",
    "It fired not before <14:10|14:20> ({FIRE}).",
    "{FIRE} shows that it fired at <14:10|14:20>.",
]


@pytest.mark.parametrize("text", PAIRS)
def test_a_true_time_is_no_finding_and_a_wrong_one_is_an_error(text: str) -> None:
    true, false = pair(text)
    assert judged(true) == []
    assert "claim-time" in errors(false)


def test_swapped_times_are_two_errors() -> None:
    assert errors("It fired at 14:44 ({FIRE}) and stopped at 14:10 ({RES}).") == ["claim-time", "claim-time"]


@pytest.mark.parametrize(
    "text",
    [
        "It fired at 18:00.",  # cites nothing
        "> It fired at 18:00 ({FIRE}).",
        "“It fired at 18:00”, the on-call wrote ({FIRE}).",
        "`18:00` is in the name ({FIRE}).",
        "The alert could have fired at 14:05 had the threshold been lower ({FIRE}).",
        "The same happened on 2026-10-03, in a previous incident ({FIRE}).",
        "The next window is scheduled for 18:00 UTC ({FIRE}).",
        "Version 14.10.2 was deployed ({DEP}).",
        "The ratio of reads to writes was 10:30 ({FIRE}).",
        "The on-call was paged at 15:13 local time ({PAGE}).",
        "The 18:00 batch job was not affected ({FIRE}).",
        "## Actions\n\n- Raise the pool's size by 2026-12-01 ({FIRE}).",
        "Did it fire at 18:00 ({FIRE})?",
        "Nothing fired from 14:02 to 14:09 UTC ({FIRE}).",
        "The job runs at 02:00 UTC every night ({DEP}).",
        "The review meeting is on 2026-11-19 at 15:00 UTC ({FIRE}).",
        "Kubernetes 1.31 was released on 2026-08-13, and we run it ({DEP}).",
        "In INC-31 it fired at 18:00 ({FIRE}).",
    ],
)
def test_what_claims_no_time(text: str) -> None:
    assert judged(text) == []


def test_a_finding_says_where_what_and_what_would_be_right() -> None:
    (one,) = judged("It was bad.\n\nThe alert fired at 14:50 UTC ({FIRE}).\n")
    assert (one.line, one.column, one.end_column, one.mark) == (3, 20, 29, "14:50 UTC")
    assert one.bounds == (filled(
        "{FIRE}: Alert `CheckoutLatencyHigh` fired (`service=checkout, severity=page`), 2026-11-12 14:10:30-14:10:45 UTC"
    ),)  # fmt: skip
    assert one.expected == "14:10 UTC"
    assert one.fix is not None
    assert one.fix.text == filled("{{FIRE}:time}")


def test_a_note_is_checked_on_its_line() -> None:
    (claim,) = note_claims("It fired at 14:50.", [filled("{FIRE}")], 7)
    (one,) = check([claim], ground())
    assert (one.rule, one.line, one.fix) == ("claim-time", 7, None)


FACTS = [fact for fact in example().facts if fact.earliest is not None]
ZONES = st.sampled_from([0, 60, -300, 330, 345, 840, -660])


def typed(instant: int, form: str, offset: int) -> str:
    moment = datetime.fromtimestamp(instant // NS, UTC).astimezone(timezone(timedelta(minutes=offset)))
    shown = f"{moment:{form}}"
    return f"{shown}{moment:%z}"[: len(shown) + 3] + f":{abs(offset) % 60:02d}"


@settings(max_examples=300, deadline=None)
@given(
    st.data(),
    st.sampled_from(FACTS),
    ZONES,
    st.sampled_from(["%Y-%m-%d %H:%M", "%H:%M:%S", "%Y-%m-%dT%H:%M:%S"]),
)
def test_a_time_within_the_bounds_is_never_an_error_and_one_well_outside_always(
    data: st.DataObject, fact: object, offset: int, form: str
) -> None:
    earliest, latest = fact.earliest, fact.latest  # type: ignore[attr-defined]
    width = NS if "S" in form else MINUTE
    within = data.draw(st.integers(earliest, latest))
    sentence = "It was so at {} (" + fact.id + ")."  # type: ignore[attr-defined]
    assert times.RULE not in errors(sentence.format(typed(within, form, offset)))
    if fact.quote and re.search(r"\d:\d\d", fact.quote.text):  # type: ignore[attr-defined]
        return  # a sentence may mean the time that a message names
    early = data.draw(st.booleans())
    away = data.draw(st.integers(2 * width, 600 * MINUTE))
    outside = earliest - away if early else latest + away
    assert times.RULE in errors(sentence.format(typed(outside, form, offset)))


def test_a_range_of_minutes_in_words_is_no_time_of_day() -> None:
    assert not errors("Customers were told at 14:21 UTC, seven to eight minutes later ({STAT}).")
    assert errors("At seven to eight UTC customers were told ({STAT}).") == [times.RULE]
