"""Sentences as people write them, of kinds that were refused once though true, or passed though false."""

from __future__ import annotations

import re

import pytest

from tests.timeline.checks.claims.conftest import Checked

RULES = ("claim-number", "claim-quote", "claim-absence", "claim-subject", "claim-actor")
IDS = {
    "FAILED": "i-fd9d0a9a13a6af90",  # 9,433 failed requests
    "WHO": "i-c845e64008d38c3e",  # 508 customers
    "BUDGET": "i-13447c0f38fa55ea",  # 11.55 % of the error budget
    "FIFTH": "f-76823126c058cba8",  # 19.88 % of the checkouts fail
    "THREE": "f-8f807b845bd1d686",  # 2.912 %
    "ERR": "f-3011d4f1f2946ed8",  # CheckoutErrorRatioHigh fired
    "FIRE": "f-84285be8f9fc3c57",  # CheckoutLatencyHigh fired
    "RES": "f-51ea8a89e91de9c9",  # it stopped
    "POOL": "f-a8a915027b0b4498",  # DatabasePoolSaturated fired
    "Q1": "f-903f4e4dc992fff8",  # CaptureQueueDeep fired, the first of five times
    "EARLY": "f-86f7df8840c43d64",  # p99 crossed with 307 ms
    "FORTY": "f-94d71916bc5826da",  # "the database refuses more than 40"
    "PLAN": "f-85857228d16fb20e",  # the commander: "raise the pool to 60 first"
    "HOLD": "f-e4d24b9dddcd6c5b",  # responder-3 on the batch lookups
    "USE": "f-1fe9e66d24b0a3e6",  # "pool in use is at 16"
    "CMD": "f-4cba0ef19a078e37",  # the commander takes over
    "OK": "f-d20b0a4fa56edecd",  # responder-3: "no error for ten minutes"
    "BOT": "f-8bfdea887ae3a64a",
    "CLOSE": "f-9bc8a9265a632add",  # the commander: "Calling it resolved"
    "PAGE": "f-9fd9b939a3925330",
    "PAGE2": "f-3d2e6b6d5fd36448",
    "STAT": "f-f5156467d452c8d2",
    "STAT2": "f-312f63db21635a61",
    "STAT3": "f-394ead49c7542299",
    "MERGE": "f-c7e2fefdb055029c",
    "DEP": "f-607b885d5c557f47",
    "DEP2": "f-28e552c63ed5100e",
    "DEP3": "f-4a5d8019217ee46d",
    "ROLL": "f-f696d60f9750d79d",
    "LOG5": "f-79efcc2c83a42bcc",  # "request failed with status 500"
}


def cited(text: str) -> str:
    return re.sub(r"\{([A-Z]+\d?)\}", lambda match: IDS[match[1]], text)


TRUE = [
    # numbers in words, parts, what is reckoned
    "Roughly nine and a half thousand requests failed over the incident ({FAILED}).",
    "Between nine and ten thousand requests failed ({FAILED}).",
    "Just short of 9,500 requests failed ({FAILED}).",
    "Each affected customer ran into 18 or 19 failed requests on average ({FAILED}, {WHO}).",
    "Roughly 300,000 requests came in, of which 9,433 failed ({FAILED}).",
    "3.1 % of some 300,000 requests failed ({FAILED}).",
    "37 of the 508 customers wrote to us ({WHO}).",
    "Support answered 37 users ({WHO}).",
    "508 distinct users could not check out ({WHO}).",
    "88 % of the error budget is left ({BUDGET}).",
    "That one deploy cost us 11 percent of a month's budget ({BUDGET}).",
    "Ten percent of the budget would have been bad enough; it was 11.6 % ({BUDGET}).",
    "By 14:34 UTC four out of five checkouts still went through, the others did not ({FIFTH}).",
    "Success rate fell to about 80 % ({FIFTH}).",
    "Errors went from 0.8 % to 2.9 % ({THREE}).",
    "The alert came after three percent had failed ({ERR}, {THREE}).",
    "With 60 requested and only 40 allowed by the database, it could not help ({FORTY}).",
    "Two alerts paged: `CheckoutLatencyHigh` and `CheckoutErrorRatioHigh` ({PAGE}, {PAGE2}).",
    "We ran Postgres 14.9 with a `max_connections` of 400 ({POOL}).",
    "In the end 16 of 40 connections were in use ({USE}).",
    # marks around what nobody said
    'As the saying goes, "slow is the new down": p99 hurt before errors did ({FIRE}).',
    'The five whys: "Why did the pool fill?" Because lookups held connections ({HOLD}).',
    'One might ask "why did nobody see it in staging?", and rightly so ({DEP}).',
    'The page that customers got said "Something went wrong, please try again" ({LOG5}).',
    'The nickname "pool party of the orders team" stuck ({POOL}).',
    'So much for "it is only a small change to prices" ({MERGE}).',
    'A better status post would be "Checkouts fail for some customers since 14:12" ({STAT}).',
    'Rename the alert to "Pool of orders is full" ({POOL}).',
    'They wanted to know "when will it be back", support says ({STAT}).',
    'It is one of those "how did this ever work" bugs ({HOLD}).',
    'The team\'s mantra, "measure first and then change it", was forgotten ({PLAN}).',
    # what there was none of
    "There was no status update between 14:21 and 14:46 UTC ({STAT}, {STAT2}).",
    "Between the first status post ({STAT}) and the second ({STAT2}), nothing was posted on the status page.",
    "After the rollback ({ROLL}) no further deploy was made.",
    "For eight minutes after the deploy ({DEP}) there were no alerts, and nobody noticed ({FIRE}).",
    "No alerts, no dashboards, no runbook: the batch lookups had nothing ({MERGE}).",
    "The commander called it resolved, and responder-3 saw no errors ({CLOSE}, {OK}).",
    "No data was lost and no message went missing ({WHO}).",
    "Until the page at 14:13 UTC, no one had been notified ({PAGE}).",
    "There was not a single alert but `CaptureQueueDeep` ({Q1}).",
    "The bot posted no further messages ({BOT}).",
    # names that stand for comparison
    "The queue `capture` backs up whenever `checkout` is slow ({Q1}).",
    "Unlike `payments`, `checkout` has an owner on call ({PAGE}).",
    "`HikariPool-1` is what the library calls the pool ({POOL}).",
    "We rolled back to the release before `deploy-2026.11.12-1` ({ROLL}).",
    # somebody beside who did it
    "responder-3 told the commander, who decided on the pool ({PLAN}).",
    "The IC, after hearing responder-2, decided for the pool ({PLAN}).",
    "Incident command was taken by the IC right after responder-2 took the page ({CMD}).",
]
FALSE = [
    ("claim-number", "Roughly fourteen and a half thousand requests failed over the incident ({FAILED})."),
    ("claim-number", "More than five thousand users had a failed checkout ({WHO})."),
    ("claim-number", "The status page was updated eight times, the first time at 14:21 UTC ({STAT})."),
    ("claim-number", "We posted six times on the status page ({STAT3})."),
    ("claim-number", "`CaptureQueueDeep` flapped: three times it fired, then it was quiet ({Q1})."),
    ("claim-number", "The slowest requests took 3.07 s at the first, early crossing ({EARLY})."),
    ("claim-number", "By 14:34 UTC half of the checkouts still went through ({FIFTH})."),
    ("claim-quote", 'The log line "connection reset by the database peer" gave it away ({LOG5}).'),
    ("claim-quote", 'The plan was to "raise the pool to 90 first" ({PLAN}).'),
    ("claim-quote", '"the batch lookups release a connection" was the turning point ({HOLD}).'),
    ("claim-absence", "There were no alerts between the latency alert ({FIRE}) and its end ({RES})."),
    ("claim-absence", "Nothing was deployed between the page ({PAGE}) and the rollback ({ROLL})."),
    ("claim-absence", "We posted no status update between the first ({STAT}) and the last ({STAT3})."),
    ("claim-subject", "`CaptureQueueDeep` cleared when the slowest requests got fast ({RES})."),
    ("claim-actor", "responder-2 called it resolved ({CLOSE})."),
    ("claim-actor", "After responder-3's message ({PLAN}), the commander noted the lookups ({HOLD})."),
]


@pytest.mark.parametrize("text", TRUE)
def test_a_true_sentence_has_no_finding(checked: Checked, text: str) -> None:
    assert checked(cited(text), *RULES) == []


@pytest.mark.parametrize(("rule", "text"), FALSE)
def test_a_false_sentence_is_found(checked: Checked, rule: str, text: str) -> None:
    assert [one.rule for one in checked(cited(text), rule)]
