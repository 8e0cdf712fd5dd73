"""What came back of earlier incidents, as a build writes it down beside its evidence: what the archive said then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from timeline.cases.features import Features
from timeline.cases.recurrence import WITHIN, recurrences
from timeline.cases.similarity import Aspect
from timeline.instant import format_instant


class Known(NamedTuple):
    """An incident of the archive: start in ns, and its draft as seen from the folder of the one that is compared, or nothing."""

    id: str
    title: str
    start: int | None
    features: Features
    draft: str = ""


class Thing(msgspec.Struct, frozen=True):
    """Something that came back, and how many incidents have it."""

    aspect: Aspect
    value: str
    incidents: int


class Former(msgspec.Struct, frozen=True, omit_defaults=True):
    """An earlier incident: its start, how long (ns) before this one that was, what both have, and where its draft is."""

    id: str
    title: str
    start: str
    before: int
    same: tuple[Thing, ...]
    draft: str = ""


class CameBack(msgspec.Struct, frozen=True):
    """The incidents in which something of this one was, the nearest first; `earlier` are in the archive, `near` of them within the days.

    `within` is in ns.
    """

    within: int
    earlier: int
    near: int
    incidents: tuple[Former, ...] = ()


def came_back(
    start: int | None, features: Features, others: Sequence[Known], within: int = WITHIN
) -> CameBack:
    """Return what of an incident (by its start, ns, and features) was in others that began in the time `within` (ns) before it."""
    if start is None:
        return CameBack(within, 0, 0)
    before = [one for one in others if one.start is not None and one.start <= start]
    every = [*((one.start, one.features) for one in before), (start, features)]
    pairs = [one for one in recurrences(every, within) if one.later == len(before)]
    found = (
        Former(
            before[one.former].id, before[one.former].title, format_instant(before[one.former].start or 0), one.after,
            tuple(Thing(*same) for same in one.same), before[one.former].draft,
        )
        for one in pairs
    )  # fmt: skip
    near = sum(start - (one.start or 0) <= within for one in before)
    return CameBack(within, len(before), near, tuple(found))


def encoded(told: CameBack) -> bytes:
    """Return it as JSON."""
    return msgspec.json.format(msgspec.json.encode(told), indent=1)


def decoded(raw: bytes) -> CameBack:
    """Return it from JSON; raises msgspec.DecodeError."""
    return msgspec.json.decode(raw, type=CameBack)
