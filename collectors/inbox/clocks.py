"""What deliveries tell of their senders' clocks: none arrives before what it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from collectors.base import Check, Options, Record
from collectors.kit.webhooks import Event
from timeline.instant import NS
from timeline.model import Fact
from timeline.zones import parse_duration, parse_offset


def clock_checks(deliveries: Iterable[tuple[Event, Sequence[Record]]], options: Options) -> list[Check]:
    """Return for each sender's clock how far it is ahead of ours at least, or the soonest arrival.

    How long a delivery took is not known, so no clock is seen to be behind.
    """
    ahead: dict[str, list[int]] = defaultdict(list)
    for event, records in deliveries:
        dated = (r for r in records if isinstance(r, Fact) and r.time_means != "received_at")
        for fact in dated:
            if fact.earliest is not None:
                ahead[fact.clock].append(fact.earliest - event.received)
    return [_check(clock, each, options) for clock, each in sorted(ahead.items())]


def _check(clock: str, ahead: Sequence[int], options: Options) -> Check:
    most = (max(ahead) - parse_offset(options.clock_offset)) / NS
    allowed = parse_duration(options.clock_error) / NS
    if most <= 0:
        return Check(
            "clock",
            True,
            f"{clock}: of {len(ahead)} records, the soonest arrived {-most:.1f} s after its time",
        )
    detail = (
        f"{clock}: at least {most:.1f} s ahead of ours, by {len(ahead)} records; clock_error {allowed:g} s"
    )
    return Check("clock", most <= allowed, detail)
