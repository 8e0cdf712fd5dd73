"""Every rule about claims, over a draft's claims and those of the notes beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from timeline.checks.claims.absences import absence
from timeline.checks.claims.certain import is_whole
from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.when import durations, order, times
from timeline.checks.claims.words import actor, number, quote, subject
from timeline.checks.findings import Finding, Switch

Read = Callable[[Claim, Ground], Iterator[Finding]]


class Reader(NamedTuple):
    """What reads a claim, and the rules whose findings it yields."""

    rules: tuple[str, ...]
    read: Read


#: Every reader, each of the rules that its module is about.
READERS: tuple[Reader, ...] = (
    Reader((times.RULE,), times.check),
    Reader((durations.RULE,), durations.check),
    Reader((order.RULE, order.OPEN), order.check),
    Reader(("claim-number",), number.read),
    Reader(("claim-quote",), quote.read),
    Reader((absence.RULE,), absence.read),
    Reader((actor.RULE,), actor.read),
    Reader((subject.RULE,), subject.read),
)


def check(claims: Iterable[Claim], ground: Ground, off: Collection[str] = frozenset()) -> Iterator[Finding]:
    """Check claims against what they cite; a reader whose rules are all `off` reads nothing."""
    readers = [one.read for one in READERS if not all(rule in off for rule in one.rules)]
    if not readers:
        return
    for claim in claims:
        for read in readers:
            yield from (
                one for one in read(claim, ground) if one.rule not in off and is_whole(claim, one, ground)
            )


def refuted(
    findings: Iterable[Finding], switches: Mapping[str, Switch] = MappingProxyType({})
) -> frozenset[int]:
    """Return the lines of errors about claims, with the severities that `switches` give: what stands there answers nothing."""
    rules = {rule for reader in READERS for rule in reader.rules}
    errors = (
        one for one in findings if one.rule in rules and switches.get(one.rule, one.severity) == "error"
    )
    return frozenset(line for one in errors for line in range(one.line, (one.end_line or one.line) + 1))
