"""True sentences of the forms that people write, about the bundled example: none is found wrong."""

from __future__ import annotations

import pytest

from tests.timeline.checks.claims.judged import filled, ground, pair, read

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


#: `<true|false>` of forms that a reader of drafts met: the false one is an error of the rule.
PAIRS = {
    "claim-absence": [
        # the span begins, or ends, with what is cited, and its time is said too
        "After the alert had cleared at 14:44 UTC ({RES}), no <alert fired again|status post was made>.",
        "As soon as the queue alert fired at 14:18 UTC ({Q1}), no <merge of `#812` took place|deploy took place>.",
        "Between the page at 14:13 UTC ({PAGE}) and the ack at 14:13 UTC ({ACK}), no <deploy was made|notification was sent>. The ack came at once.",
        "No <alert was silenced|alert fired> between the page and the rollback ({PAGE}, {ROLL}).",
        "From `investigating` to `monitoring` there was no <other update on the status page|alert> ({STAT}, f-312f63db21635a61).",
        "There was no word on the status page <before 14:21|between 14:20 and 14:25> UTC ({STAT}).",
        "Nothing had been posted on the status page by the time the <page went out ({PAGE})|rollback was out ({ROLL})>.",
        "When the queue alert first cleared, that was <not the end of it: `CaptureQueueDeep` fired again|the end of it: `CaptureQueueDeep` never fired again> ({Q1}).",
        "No message was ever <pinned|deleted> in the incident channel ({STAT}).",
        "No alert of the <database|payments> service fired ({FIRE}).",
        "Until <the page went out, nothing had been posted on the status page ({FIRE}, {PAGE})|we rolled back, nothing had been posted on the status page ({FIRE}, {ROLL})>.",
        "<Something|Nothing> was posted on the status page from the page to the rollback ({PAGE}, {ROLL}).",
    ],
    "claim-actor": [
        "It was <responder-2|responder-3> who had the pager and wrote “I am paged for checkout latency, looking” (f-d82137525b5cb681).",
        "<responder-3|communications> wondered aloud whether Prometheus was gone (f-2d67f7714499b664).",
        "The <incident commander|communications lead> announced the plan to raise the pool to 60 first (f-85857228d16fb20e).",
        '"Rolling back to the release before 14:01" was <the incident commander|responder-2> (f-00ff9d98dba91df6).',
        "14:17 <responder-3|responder-2> says the pool is full (f-d48052f53fad0aa9)",
        "all of the pool in use: <responder-3|responder-2> (f-d48052f53fad0aa9)",
        "<responder-3|responder-2> reported that the pool, rather than the database, was full (f-d48052f53fad0aa9).",
    ],
    "claim-duration": [
        "Users put up with it for the better part of <an hour|three hours>, if we go by the alert ({FIRE}, {RES}).",
        "The timeouts went on for <forty|twenty> minutes at the very most ({FIRE}, {RES}).",
    ],
    "claim-time": [
        "By half past <two|noon> UTC the status page had said that some checkouts fail ({STAT}).",
        "It was <2:38|3:38> p.m. UTC by the time we could roll back ({ROLL}).",
    ],
    "claim-number": [
        "The queue alert fired <three times|twice> that afternoon ({Q1}, f-46d5be5bda8929d0, f-953586f3bd10e90e).",
        "`CaptureQueueDeep`: <five|four> firings over the whole incident ({Q1}).",
        "CaptureQueueDeep x<5|1> ({Q1}, {Q2})",
        "In the whole incident only <one deploy was|two deploys were> rolled back ({ROLL}).",
    ],
    "claim-order": [
        # both cited at the end: their words tell which is which
        "The page <went out after|went out before> the alert had fired ({PAGE}, {FIRE}).",
        "The status page said `investigating` <before|after> anybody had rolled anything back ({STAT}, {ROLL}).",
        "First the <queue alert went off, and then latency cleared ({Q1}, {RES})|latency alert cleared, and then the first queue alert went off ({RES}, {Q1})>.",
        "First came <`#812`, followed by `#815` (f-c7e2fefdb055029c, {MERGE})|`#815`, followed by `#812` ({MERGE}, f-c7e2fefdb055029c)>.",
        "[<The alert|The rollback>](timeline.html#<{FIRE}|{ROLL}>), and [the ack](timeline.html#{ACK}) followed.",
        "Under load <latency gave way first; the error ratio followed ({FIRE}, {ERR})|the error ratio gave way first; latency followed ({ERR}, {FIRE})>.",
        "Customers had already been told when, shortly afterwards, <we rolled back ({STAT}, {ROLL})|the page was acknowledged ({STAT}, {ACK})>.",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in PAIRS.items() for text in texts])
def test_a_pair_of_such_a_form_is_told_apart(rule: str, text: str) -> None:
    true, false = (filled(one) for one in pair(text))
    assert errors(true) == []
    assert rule in errors(false)


#: What the forms above might be taken for.
QUIET = [
    "no alert on record 14:30-14:32, but Prometheus was restarting, so that proves nothing (f-2d67f7714499b664, f-28c5ae2f84e63607)",
    "It was communications, and not the commander, who reported that Prometheus was back (f-28c5ae2f84e63607).",
    "1 h 04 from deploy to the end (f-607b885d5c557f47, f-897ea840351582e8)",
    "In Auckland it was ten past three in the morning, on 13 November, when the alert fired ({FIRE}).",
    "First latency rose, then we rolled back, and after that the queue alert fired once more ({XLAT}, {ROLL}, {Q5}).",
    "Once the last of it had cleared at 14:44 UTC ({RES}), `CheckoutLatencyHigh` never fired again.",
    "Time to first response took 193 s ({FIRE}, f-d82137525b5cb681).",
    "Nobody acknowledged at once ({FIRE}).",
    "Not once did an alert of the database fire ({FIRE}).",
    "There was no deploy on 12 November before 14:01 UTC ({DEP}).",
    "There was no message from the payments team ({FIRE}).",
    "It took us another 13 minutes after the failed fix to roll back ({DEP2}, {ROLL}).",
    "Seven and a half minutes before the queue alert it was latency that had gone off ({Q1}, {FIRE}).",
    "Within eight minutes of the latency alert the queue followed with one of its own ({FIRE}, {Q1}).",
    "It was not until the rollback was out that latency recovered for good ({ROLL}, {RES}).",
    "The queue alert fired at least twice that afternoon ({Q1}, f-46d5be5bda8929d0, f-953586f3bd10e90e).",
    "The queue alert fired twice within five minutes ({Q1}, f-46d5be5bda8929d0, f-953586f3bd10e90e).",
    "It was deployed ({DEP}). Nine minutes later, the alert fired ({FIRE}).",
]  # fmt: skip


@pytest.mark.parametrize("text", QUIET)
def test_what_only_looks_like_it_is_no_error(text: str) -> None:
    assert errors(filled(text)) == []
