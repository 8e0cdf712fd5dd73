"""Words that no rule reads: a sentence with one gives no error; words that are read leave the reading whole."""

from __future__ import annotations

import pytest

from tests.timeline.checks.claims.judged import filled, ground, pair, read

TRUE = [
    "It never took us nine minutes to answer a page ({PAGE}, {ACK}).",
    "Neither the page nor the acknowledgement took ten minutes ({FIRE}, {PAGE}, {ACK}).",
    "Another 6 minutes beyond the rollback ({ROLL}) latency was back ({RES}).",
    "Latency was back six minutes beyond it ({RES}); the rollback ({ROLL}) had taken its time.",
    "The page ({PAGE}) went out after the alert ({FIRE}), whereas the status post that went before it ({DEP}) was of another matter.",
    "Apart from the pool alert ({POOL}), no alert fired between 14:12 and 14:14 UTC.",
    "All but 8 of the 508 customers could retry (i-c845e64008d38c3e).",
    "508 customers were hit, 12 more than the first estimate (i-c845e64008d38c3e).",
    "We had the page ({PAGE}) half as fast as the 70 seconds of our goal.",
    "The page ({PAGE}) went out nearly three minutes after the alert ({FIRE}), instead of the 30 seconds we promise.",
    "The rollback ({ROLL}) ended it ({RES}) six minutes on, rather than in the two that the runbook gives.",
    "At 14:38 UTC we rolled back ({ROLL}) instead of waiting for 15:00 UTC.",
    "The rollback was ordered at 14:36 UTC, not at 14:38 when it was out ({ROLL}).",
    "Nobody deployed anything other than the fix after 14:10 UTC ({MERGE}, {DEP2}).",
    "Except for the fix ({DEP2}), nothing was deployed after 14:10 UTC.",
    "No alert that anybody would call new fired after 14:20 UTC ({Q2}).",
    "No message worth keeping was written between 14:13 and 14:20 UTC ({PAGE}).",
    "Nobody wrote anything useful until 14:20 UTC ({STAT}).",
    "Three of the five episodes of CaptureQueueDeep ({Q1}, {Q5}) lasted less than two minutes.",
    "From the alert ({FIRE}) to the page ({PAGE}) not even three minutes passed.",
    "The 33 minutes of the latency alert ({FIRE}, {RES}) are more than twice the 14 minutes of the error alert.",
    "Nobody deployed anything that touched the pool before the merge ({MERGE}).",
    "Two of our alerts took under three minutes to fire ({FIRE}, {POOL}).",
    "The alert fired at 14:10 UTC ({FIRE}); for customers it was bad from 14:05 UTC.",
    "For customers it was bad from 14:05 UTC, well before the alert at 14:10 UTC ({FIRE}).",
    "No sooner had the alert fired ({FIRE}) than the page went out ({PAGE}).",
    "Hardly had latency alerted ({FIRE}) when the page went out ({PAGE}).",
    "By 14:30 UTC, long after the merge ({MERGE}), nothing had changed.",
    "Ten minutes before the alert's end ({RES}) we had not yet rolled back ({ROLL}).",
    "After the merge ({MERGE}) 90 seconds passed before the deploy was out ({DEP2}), and 13 and a half minutes before we rolled back ({ROLL}).",
    "13 and a half minutes after a deploy that took 90 seconds ({MERGE}, {DEP2}) we rolled back ({ROLL}).",
]  # fmt: skip
#: `<true|false>`: words that look alike, and are read.
READ = [
    "It lasted <forty|twenty> minutes at the very most ({FIRE}, {RES}).",
    "It lasted <thirty|fifty> minutes at the very least ({FIRE}, {RES}).",
    "It was at the very most <forty|twenty> minutes from the alert ({FIRE}) to its end ({RES}).",
    "The page took <no more than three minutes|no more than two minutes> ({FIRE}, {PAGE}).",
    "It was <not quite three minutes|not quite two minutes> until the page went out ({FIRE}, {PAGE}).",
    "It took another <six|nine> minutes from the rollback ({ROLL}) to the end ({RES}).",
    "Nobody was paged until <two and a half|eight> minutes after the alert ({FIRE}, {PAGE}).",
    "<Fewer than 600|Fewer than 400> customers were affected (i-c845e64008d38c3e).",
    "The rollback came <after|before> the merge ({ROLL}, {MERGE}).",
    "Nobody merged anything before <14:23|14:30> UTC ({MERGE}).",
]  # fmt: skip


def errors(text: str) -> list[str]:
    """Return the rules of which a text has errors."""
    return [one.rule for one in read(filled(text), ground()) if one.severity == "error"]


@pytest.mark.parametrize("text", TRUE)
def test_what_no_rule_reads_is_no_error(text: str) -> None:
    assert errors(text) == []


@pytest.mark.parametrize("form", READ)
def test_what_is_read_is_judged(form: str) -> None:
    true, false = pair(form)
    assert errors(true) == []
    assert errors(false) != []
