"""Numbers and durations that stand where the cited message has another, each beside its true twin."""

from __future__ import annotations

import pytest

from tests.timeline.checks.claims.judged import pair, read
from timeline.checks.claims.ground import Ground

MESSAGE = "f-94d71916bc5826da"
#: What the message says, and what a sentence makes of it.
MISREAD = [
    # a part of a whole, either number, and what that is in per cent
    ("212,000 of 215,000 devices are back", "<212,000|221,000> of 215,000 devices were back ({m})."),
    ("3,400 of 9,000 tiles are built", "3,400 of <9,000|90,000> tiles had been built by then ({m})."),
    ("3,400 of 9,000 tiles are built", "About <38 %|58 %> of the tiles were built ({m})."),
    ("two of the five shards answer late", "<Two|Three> of the five shards were slow ({m})."),
    ("new certificate on one of three nodes", "The certificate was on <one|two> of three nodes ({m})."),
    # what is left is no misreading, another number is
    ("212,000 of 215,000 devices are back", "<Three|Thirteen> thousand devices were still missing ({m})."),
    # shares in words
    ("One lookup in five times out", "One lookup in <five|ten> timed out ({m})."),
    ("One lookup in five times out", "<20 %|50 %> of the lookups timed out ({m})."),
    ("Half as many bookings as a week ago", "Bookings fell to <half|a third> of those of a week ago ({m})."),
    ("Origins are at 90 % of their cores", "Only <nine tenths|four tenths> of the cores were in use ({m})."),
    ("One lookup in five times out", "Every <fifth|tenth> lookup timed out ({m})."),
    ("Origins are at 90 % of their cores", "Origins used <nine|seven> of ten cores ({m})."),
    ("new certificate on one of three nodes", "One node <in three|in five> had the new certificate ({m})."),
    ("3,400 of 9,000 tiles are built", "3,400 tiles were done and <5,600|6,600> were to go ({m})."),
    ("backlog is at 300 and falling", "<300|30> webhooks were still waiting ({m})."),
    ("I delete 400 GB of old thumbnails", "<Four hundred|Fourteen hundred> gigabytes of thumbnails went ({m})."),
    ("Map data is older than a day", "Map data was older than <a day|a week> ({m})."),
    # a limit, a size, a count, by the words around it
    ("Signing takes more than 400 ms", "Signing took more than <400 ms|4 s> ({m})."),
    ("memory of the store grows by 800 MB in eight minutes", "Memory grew by <800|80> MB in eight minutes ({m})."),
    ("memory of the store grows by 800 MB in eight minutes", "Memory grew by 800 MB in <eight|eighteen> minutes ({m})."),
    ("the database refuses more than 40", "The database refuses more than <40|60> connections ({m})."),
    ("Plan: raise the pool to 60 first", "The plan was to raise the pool to <60|600> ({m})."),
    ("p99 is at 1.4 s and climbing", "p99 was at <1.4|4.1> s when the first responder looked ({m})."),
    # a factor of ten, digits in another order
    ("finance counts 1,240 doubles so far", "<1,240|12,400> duplicate charges had been counted by then ({m})."),
    ("finance counts 1,240 doubles so far", "Over <1,200|1,300> doubles had been counted ({m})."),
    # answers by their code
    ("logins fail with 503, then recover", "Users got a <503|404> ({m})."),
    # how long something took, as the words have it
    ("all mail is out, the last one waited 94 minutes", "The last mail waited <94|49> minutes ({m})."),
    ("The oldest job waits for 15 minutes", "Jobs waited for <15|50> minutes at the oldest ({m})."),
    ("The volume is full within four days", "The volume was to be full within <four|two> days ({m})."),
    ("Reports are older than six hours", "Reports were older than <six|sixteen> hours ({m})."),
]  # fmt: skip


@pytest.mark.parametrize(("said", "text"), MISREAD)
def test_a_number_that_the_message_has_otherwise_is_found(ground: Ground, said: str, text: str) -> None:
    known = _saying(ground, said)
    true, false = pair(text.replace("{m}", MESSAGE))
    assert [one.message for one in read(true, known)] == []
    assert {one.rule for one in read(false, known)} & {"claim-number", "claim-duration"}


#: Beside a message, of something else.
ELSE = [
    ("p99 is down to 180 ms", "It was 45 minutes after the alert that p99 was down ({m})."),
    ("3,400 of 9,000 tiles are built", "Two people built the tiles ({m})."),
    ("memory of the store grows by 800 MB in eight minutes", "Memory grew by 100 MB a minute, or 800 MB in eight minutes ({m})."),
    ("rolling back now", "Two of the three responders agreed to roll back ({m})."),
]  # fmt: skip


@pytest.mark.parametrize(("said", "text"), ELSE)
def test_a_number_of_something_else_is_no_error(ground: Ground, said: str, text: str) -> None:
    findings = read(text.replace("{m}", MESSAGE), _saying(ground, said))
    assert [one.message for one in findings if one.severity == "error"] == []


def _saying(ground: Ground, text: str) -> Ground:
    """Return the example with other words in a message."""
    facts = tuple(
        fact.replace(quote=fact.quote.replace(text=text)) if fact.id == MESSAGE and fact.quote else fact
        for fact in ground.timeline.facts
    )
    return Ground(ground.timeline.replace(facts=facts), ground.errors, ground.names)
