"""Kinds of false sentences as people write them, each beside its true twin, over the built example: `<true|false>`."""

from __future__ import annotations

import pytest

from tests.timeline.checks.claims.conftest import Checked
from tests.timeline.checks.claims.judged import filled, pair

KINDS = {
    "claim-time": [
        # an hour as a bound, minutes in digits, a zone behind the part of the day or the local time
        "By <3|2> p.m. UTC the errors had ended (f-51e3d24249b60a3e).",
        "Customers got word at <21|12> minutes past two UTC ({STAT}).",
        "It fired at <9:10 in the morning, Eastern time|8:10 in the morning, Eastern time> ({FIRE}).",
        "Berlin saw the alert at <15:10|16:10> local time, Europe/Berlin ({FIRE}).",
        "Customers could see it from <14:21|14:02> UTC on ({STAT}).",
        "Checkout was slow from <14:10|14:30> UTC on ({FIRE}).",
        # parts of the hour in words, and of the day
        "Checkout was paged about at <ten|twenty> minutes past two UTC ({FIRE}).",
        "The rollback was out at <twenty-two|thirty-two> minutes to three UTC ({ROLL}).",
        "The rollback came just after <two|four> in the afternoon, UTC ({DEP}).",
        # a bound that is denied is that moment, or soon after
        "We did not roll back until <14:38|14:08> UTC ({ROLL}).",
        # what is called after its habit, and what people could do
        "The nightly check failed at <14:10|15:10> UTC ({FIRE}).",
        "From <14:21|14:50> UTC customers could read of it ({STAT}).",
        "The expiry of the pool was warned about at <14:13|16:13> UTC ({POOL}).",
    ],
    "claim-duration": [
        "Latency was up for <half an hour|a full hour> ({FIRE}).",
        "Checkout was slow for <about half an hour|an hour> ({FIRE}, {RES}).",
        "The latency alert was active for just short of <forty minutes|two hours> ({FIRE}).",
        "Nearly <forty minutes|an hour> passed from the deploy to the rollback ({DEP}, {ROLL}).",
    ],
    "claim-number": [
        # an alert by the words of its name, and how often the cited one came
        "The capture queue alert fired <five|seven> times ({Q1}).",
        "The capture queue filled in <five|nine> waves ({Q1}).",
        "<Two|Four> deploys were made that day ({DEP2}).",
        "There were <three|two> deploys in the window ({DEP}).",
    ],
    "claim-subject": [
        # an invented alert in code form, by what it did or who was called by it
        "`<CheckoutLatencyHigh|CheckoutAlmostDown>` woke up on-call ({PAGE}).",
        "On-call was paged for `<CheckoutLatencyHigh|PaymentsGone>` ({PAGE}).",
        "`<CheckoutErrorRatioHigh|CheckoutErrors>` had fired by then ({ERR}).",
        # like what is recorded but for its numbers, in code form or not, in vain or not
        "`deploy-2026.11.12-<2|4>` carried the larger pool ({DEP2}).",
        "The larger pool came with deploy-2026.11.12-<2|5> ({DEP2}).",
        "Pull request #<815|851> raised the pool ({MERGE}).",
        "`deploy-2026.11.12-<2|6>` did not help ({DEP2}).",
    ],
    "claim-order": [
        "Until the <deploy was rolled back ({ROLL}), latency did not recover ({RES})|latency recovered ({RES}), the deploy was not rolled back ({ROLL})>.",
        "The acknowledgement ({ACK}) <led the status post ({STAT}) by|trailed the status post ({STAT}) by> seven minutes.",
        "On-call knew ({ACK}) <well before|long after> customers did ({STAT}).",
        # the form of the whole sentence, and what stands behind the second
        "The page went out ({PAGE}), it was acknowledged ({ACK}) and <customers were told ({STAT})|the deploy finished ({DEP})>, in that order.",
        "Only when <the page had gone out ({PAGE}) was it acknowledged ({ACK})|it had been acknowledged ({ACK}) did the page go out ({PAGE})>.",
        "When the page went out ({PAGE}), the deploy <had long|had not yet> finished ({DEP}).",
        "By the time customers were told ({STAT}), the rollback had <not been done yet|already been done> ({ROLL}).",
        "<The deploy finished ({DEP})|The page went out ({PAGE})> first and <the page went out ({PAGE})|the deploy finished ({DEP})> second.",
        "<The deploy ({DEP}) came first, the alert ({FIRE})|The alert ({FIRE}) came first, the deploy ({DEP})> second.",
        "We were paged ({PAGE}) and <acknowledged ({ACK})|deployed ({DEP})> shortly afterwards.",
        "Customers were told ({STAT}); before that <the page was acknowledged ({ACK})|the deploy was rolled back ({ROLL})>.",
        # what somebody learned is known when they write it at the latest
        "The pool was raised ({DEP2}) <after|before> responder-3 had found that the lookups hold a connection (f-e4d24b9dddcd6c5b).",
    ],
    "claim-absence": [
        "The channel was silent between <14:20 and 14:22|14:15 and 14:22> UTC (f-85857228d16fb20e).",
        "Customers heard nothing until <14:21|14:30> UTC ({STAT}).",
        "The latency alert stayed quiet <until 14:10|from 14:09 to 14:12> UTC ({FIRE}).",
        # an alert by words of its name; what it did not do; how often
        "No capture queue alert fired between <14:18:30 and 14:21|14:10 and 14:21> UTC ({Q2}).",
        "`CheckoutLatencyHigh` never <fired a second time|cleared> ({FIRE}).",
        "The latency alert did not <fire again before 14:29|stop firing before 14:50> UTC ({FIRE}).",
        "The capture queue alert never fired a <sixth|third> time ({Q1}).",
        # nothing as what was done, and what was written
        "The team deployed nothing between <14:02 and 14:24|14:00 and 14:24> UTC ({DEP2}).",
        "Nothing was written in chat between <14:20 and 14:22|14:15 and 14:22> UTC (f-85857228d16fb20e).",
        "Nobody acknowledged <anything before 14:13|the page of 14:13> UTC ({ACK}).",
        # the only one
        "The only <rollback|deploy> of the incident came at 14:38 UTC ({ROLL}).",
        # spans: days, the first minutes, between two facts, after one, told by the clause before
        "There was no status post before <14:21|14:30> UTC on 12 November ({STAT}).",
        "Between 12 November 14:02 and 12 November <14:24|14:25> UTC nothing was deployed ({DEP2}).",
        "In the first <quarter of an hour|half an hour> nothing was deployed ({DEP2}).",
        "Without any <rollback|message> in between, the pool change was merged ({MERGE}) and rolled back ({ROLL}).",
        "No <deploy|status post> followed the rollback ({ROLL}).",
        "Between <14:18:40 and 14:19|14:15 and 14:19> UTC it was quiet; no message was posted (f-e4d24b9dddcd6c5b).",
    ],
    "claim-actor": [
        "It fell to <the incident commander|communications> to call for the rollback (f-00ff9d98dba91df6).",
        "The one who asked about the deploy of 14:01 was <responder-2|responder-3> (f-6b22f235cae636a0).",
        "The call to roll back was <the commander’s|responder-2’s> (f-00ff9d98dba91df6).",
        "Responder-<3|2> worked out that the lookups hold a connection (f-e4d24b9dddcd6c5b).",
        # verbs of any work, the first to do it, behind a quotation and in brackets before the citation
        "<The incident commander|Communications> ordered the rollback (f-00ff9d98dba91df6).",
        "<The incident commander|Communications> took the release back (f-00ff9d98dba91df6).",
        "<Responder-3|Responder-2> linked the errors to the batch lookups (f-e4d24b9dddcd6c5b).",
        "<Responder-3|Responder-2> was the first to look at the pool graph (f-d48052f53fad0aa9).",
        "“Prometheus is back”, said <communications|responder-3> (f-28c5ae2f84e63607).",
        "“graphs are blank for me” (<responder-3|responder-2>, f-2d67f7714499b664).",
    ],
}
PAIRS = [(rule, text) for rule, texts in KINDS.items() for text in texts]


@pytest.mark.parametrize(("rule", "text"), PAIRS)
def test_the_false_sentence_is_found_and_its_true_twin_is_not(checked: Checked, rule: str, text: str) -> None:
    true, false = pair(filled(text))
    assert [one.message for one in checked(true)] == []
    assert rule in {one.rule for one in checked(false)}


#: What was before all that is recorded, what was replaced, settings and classes.
NO_SUBJECT = [
    "The previous release, `deploy-2026.11.11-1`, had no such lookups ({DEP}).",
    "It replaced `deploy-2026.11.11-1` ({DEP}).",
    "Change #815 followed #812 (f-c7e2fefdb055029c, {MERGE}).",
    "`MaxConnections` is set to 40 in the database (f-94d71916bc5826da).",
    "The `HikariPool` class logs the time-out ({LOG}).",
    "`CheckoutErrorRatioHigh` did not fire before that ({FIRE}).",
]


@pytest.mark.parametrize("text", NO_SUBJECT)
def test_what_no_record_would_name_is_no_subject(checked: Checked, text: str) -> None:
    assert [one.message for one in checked(filled(text)) if one.rule == "claim-subject"] == []


#: What somebody was given, or had in mind, has no agent that a record would name.
NO_AGENT = [
    "Responder-2 waited for the graphs (f-2d67f7714499b664).",
    "Communications received the plan (f-85857228d16fb20e).",
    "Responder-2 was told that the graphs are blank (f-2d67f7714499b664).",
]


@pytest.mark.parametrize("text", NO_AGENT)
def test_who_only_received_is_no_agent(checked: Checked, text: str) -> None:
    assert [one for one in checked(text) if one.rule == "claim-actor"] == []
