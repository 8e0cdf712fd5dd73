"""True sentences of the forms that people write, about the bundled example: none is found wrong."""

from __future__ import annotations

import pytest

from tests.timeline.checks.claims.judged import filled, ground, read

TRUE = [
    "Roughly one in twenty to one in four checkouts failed between 14:13 and 14:44 UTC (f-8f807b845bd1d686, f-51e3d24249b60a3e).",
    "Customers were told at 14:21 UTC, some ten and a half minutes after the first page"
    " ([status](timeline.html#f-f5156467d452c8d2), [page](timeline.html#f-84285be8f9fc3c57)).",
    "The pool did not help (f-94d71916bc5826da). Two and a half minutes later, once graphs were back, the IC called the"
    " rollback (f-28c5ae2f84e63607, f-00ff9d98dba91df6).",
    "9,433 requests failed (i-c845e64008d38c3e). The outage burnt 11.55 % of the monthly error budget.",
    "The page fired a little after ten past two UTC (f-84285be8f9fc3c57).",
    "It took us another 13 minutes after the failed fix to roll back (f-28e552c63ed5100e, f-f696d60f9750d79d).",
    "We spent 12 minutes on the pool before we turned to the release itself (f-28e552c63ed5100e, f-00ff9d98dba91df6).",
    "The incident lasted from 14:02 to 15:10 UTC; customers felt it for half of that, 31 minutes"
    " (f-8f807b845bd1d686, f-51e3d24249b60a3e).",
    "The first responder wrote three minutes and some seconds after the alert (f-84285be8f9fc3c57, f-d82137525b5cb681).",
    "It was over by 14:45 UTC (f-51e3d24249b60a3e), well before the incident was closed at five past three (f-897ea840351582e8).",
    "Nobody had been paged by 14:12 UTC (f-9fd9b939a3925330).",
    "At 8:10 a.m. in Chicago (America/Chicago) the page fired (f-84285be8f9fc3c57).",
    "At 14:10 in Frankfurt's rack the page fired (f-84285be8f9fc3c57).",
    "At 15:10 in Berlin the page fired (f-84285be8f9fc3c57).",
    "The pool was raised (f-28e552c63ed5100e), and p99 fell over three minutes later (f-94d71916bc5826da).",
    "It went on for a little over half an hour, 2,013 seconds to be precise (f-84285be8f9fc3c57, f-51ea8a89e91de9c9).",
    "They wrote of ten minutes without an error and half a minute later made it twelve (f-d20b0a4fa56edecd, f-4651f10533b1075c).",
    "About seven and a half minutes after `deploy-2026.11.12-1` (f-607b885d5c557f47) p99 passed its threshold of 0.5 s (f-d6d566052f2971e7).",
    "No alert fired between 12 November 13:10 and 12 November 14:02 UTC (f-84285be8f9fc3c57).",
    "Had we rolled back at 14:18 UTC, we would have saved 20 minutes (f-f696d60f9750d79d).",
    "Although Prometheus returned at 14:33 UTC (f-28c5ae2f84e63607), the decision to roll back came only at 14:36 UTC"
    " (f-00ff9d98dba91df6).",
]  # fmt: skip


def errors(text: str) -> list[str]:
    """Return the rules that find errors in a text, of all that read claims."""
    every = read(text, ground())
    return [one.rule for one in every if one.severity == "error"]


@pytest.mark.parametrize("text", TRUE)
def test_a_true_sentence_is_no_error(text: str) -> None:
    assert errors(text) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            "At 8:10 a.m. in Denver (America/Chicago) the page was acknowledged (f-f696d60f9750d79d).",
            "claim-time",
        ),
        (
            "It took an hour and three quarters to roll back (f-28e552c63ed5100e, f-f696d60f9750d79d).",
            "claim-duration",
        ),
        (
            "The incident lasted from 14:02 to 16:10 UTC (f-8f807b845bd1d686, f-51e3d24249b60a3e).",
            "claim-time",
        ),
        (
            "We acknowledged over nine minutes later (f-9fd9b939a3925330, f-289885705dc7f440).",
            "claim-duration",
        ),
    ],
)
def test_a_false_one_of_such_a_form_is(text: str, rule: str) -> None:
    assert rule in errors(text)


#: Of ends in words, counts within a span, links in brackets, what did not help, and times that others wrote.
MENDED = [
    "We rolled back at twenty-two minutes to three ({ROLL}).",
    "For the people in Berlin (CET, UTC+1) it was 15:10 when the page fired ({FIRE}).",
    "It took us half an hour, give or take a few minutes, to resolve it ({FIRE}, {RES}).",
    "Time to acknowledge: 00:03:10 ({FIRE}, {ACK}).",
    "The queue alert first fired at 14:18 UTC and last fired at 14:38 UTC ({Q1}, {Q5}).",
    "Five times between 14:18 and 14:40 UTC the queue alert fired ({Q1}).",
    "The queue alert fired five times in 22 minutes ({Q1}, {Q5}).",
    "PR #812 was merged at 13:48 UTC and deployed at 14:01 UTC ([merge](timeline.html#f-c7e2fefdb055029c), [deploy](timeline.html#{DEP})).",
    "Customers were told at 14:21 UTC, about seven to eight minutes after the first failures were visible ({STAT}, f-8f807b845bd1d686).",
    "The second deploy ({DEP2}) did not help: errors continued until the third (f-4a5d8019217ee46d).",
    "Raising the pool did not help ({DEP2}); latency stayed high until after the rollback ({ROLL}, {RES}).",
    "The pool change ({DEP2}) helped nobody until it was rolled back ({ROLL}).",
    "The status post ({STAT}) waited until after the ack ({ACK}).",
    "The rollback ({ROLL}) had to wait until the commander decided ({ACK}).",
    "Duration: 68 minutes by the incident file, 33 by the alert ({FIRE}, {RES}).",
    "Unlike the outage of 3 October, which lasted 2 hours, this one was over in 34 minutes ({FIRE}, {RES}).",
    "Half past two had passed before the commander called for the rollback (f-00ff9d98dba91df6).",
    "It was merged at 14:23 UTC ({MERGE}), was live ({DEP2}), and fifteen minutes after the merge we rolled back ({ROLL}).",
    "An hour and four minutes after the deploy ({DEP}) we closed the incident (f-897ea840351582e8).",
    "It was closed an hour less eight minutes after the page was acknowledged ({ACK}, f-897ea840351582e8).",
    "1:04 h after the deploy the incident was closed ({DEP}, f-897ea840351582e8).",
    "The first alert ({FIRE}) fired two and three quarters of a minute before the second ({POOL}).",
    "Responder-2 wrote at 14:18 UTC whether it fits the deploy of 14:01 (f-6b22f235cae636a0).",
    "Eleven minutes after the page, and twenty after the deploy, customers were informed ({FIRE}, {DEP}, {STAT}).",
    "The ack followed the page, the rollback followed the ack ({FIRE}, {ACK}, {ROLL}).",
    "Three minutes and a bit after the page it was acknowledged ({FIRE}, {ACK}).",
]  # fmt: skip
REFUSED = [
    ("An hour and half a minute after the deploy ({DEP}) we closed the incident (f-897ea840351582e8).", "claim-duration"),
    ("We rolled back at ten minutes to three ({ROLL}).", "claim-time"),
    ("For the people in Berlin (CET, UTC+1) it was 16:20 when the page fired ({FIRE}).", "claim-time"),
    ("Time to acknowledge: 00:13:10 ({FIRE}, {ACK}).", "claim-duration"),
    ("PR #812 was merged at 13:58 UTC and deployed at 14:01 UTC ([merge](timeline.html#f-c7e2fefdb055029c), [deploy](timeline.html#{DEP})).", "claim-time"),
    ("Customers were told about seventeen to eighteen minutes after the first failures were visible ({STAT}, f-8f807b845bd1d686).", "claim-duration"),
    ("The queue alert fired five times in 52 minutes ({Q1}, {Q5}).", "claim-duration"),
    ("Five times between 14:18 and 14:59 UTC the queue alert fired ({Q1}).", "claim-time"),
    ("An hour and forty minutes after the deploy ({DEP}) we closed the incident (f-897ea840351582e8).", "claim-duration"),
    ("The alert did not clear ({RES}) until after the incident had been closed (f-897ea840351582e8).", "claim-order"),
    ("Twenty past two had passed before the deploy was out ({DEP}).", "claim-time"),
    ("Duration: 48 minutes by the incident file ({FIRE}, {RES}).", "claim-duration"),
]  # fmt: skip


@pytest.mark.parametrize("text", MENDED)
def test_a_true_sentence_by_names_is_no_error(text: str) -> None:
    assert errors(filled(text)) == []


@pytest.mark.parametrize(("text", "rule"), REFUSED)
def test_a_false_one_by_names_is(text: str, rule: str) -> None:
    assert rule in errors(filled(text))
