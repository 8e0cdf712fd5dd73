"""What patterns tell, as data; each figure carries the names of its incidents. Durations are ranges in seconds."""

from __future__ import annotations

import msgspec

from timeline.patterns.numbers import Estimate, Range


class Incident(msgspec.Struct, frozen=True):
    """An incident that is in the figures; `started` is RFC 3339, `durations` those of `MAIN` that are known."""

    id: str
    title: str
    severity: str
    started: str | None
    services: tuple[str, ...]
    lasted_of: str
    durations: dict[str, Range]


class Duration(msgspec.Struct, frozen=True):
    """A duration over all incidents, and those of which it is not known, by the reason."""

    known: Estimate
    unknown: dict[str, tuple[str, ...]]


class Group(msgspec.Struct, frozen=True):
    """The incidents that have one value of a group, and their main durations."""

    value: str
    incidents: tuple[str, ...]
    durations: dict[str, Estimate]


class Groups(msgspec.Struct, frozen=True):
    """The groups of one name, and the incidents of which it is not known."""

    groups: tuple[Group, ...]
    unknown: tuple[str, ...]


class Point(msgspec.Struct, frozen=True):
    """The median of the last incidents up to one of them."""

    at: str
    median: Range
    incidents: tuple[str, ...]


class Tally(msgspec.Struct, frozen=True):
    """What was recorded of one name: how often in all, and in which incidents."""

    name: str
    times: int
    incidents: tuple[str, ...]


class Tallies(msgspec.Struct, frozen=True):
    """Names with what was recorded of them, in how many incidents it is known (none included), and in which it is not."""

    rows: tuple[Tally, ...]
    known: tuple[str, ...]
    unknown: tuple[str, ...]


class Impact(msgspec.Struct, frozen=True):
    """A number of customer impact over incidents; of those in `partial` some was not read."""

    name: str
    unit: str
    take: str
    known: Estimate
    partial: tuple[str, ...]


class Before(msgspec.Struct, frozen=True):
    """A kind of change that was the last before the breach, and how long before."""

    kind: str
    known: Estimate


class Held(msgspec.Struct, frozen=True):
    """What people wrote on what helped in an incident."""

    incident: str
    texts: tuple[str, ...]


class Patterns(msgspec.Struct, frozen=True):
    """Everything; `few` says that there are too few incidents for p90, intervals and the course of time."""

    zone: str
    few: bool
    incidents: tuple[Incident, ...]
    durations: dict[str, Duration]
    groups: dict[str, Groups]
    course: dict[str, tuple[Point, ...]]
    alerts: dict[str, Tallies]
    gaps: Tallies
    reasons: Tallies
    impact: tuple[Impact, ...]
    before: tuple[Before, ...]
    changes: Tallies
    last_changes: Tallies
    held: tuple[Held, ...]

    def helped(self) -> dict[str, tuple[str, ...]]:
        """Return what people wrote on what helped, whatever the case, with the ids of incidents: what most wrote first."""
        words: dict[str, tuple[str, list[str]]] = {}
        for one in self.held:
            for text in one.texts:
                ids = words.setdefault(" ".join(text.casefold().split()), (text, []))[1]
                if one.incident not in ids:
                    ids.append(one.incident)
        return {text: tuple(ids) for text, ids in sorted(words.values(), key=lambda row: -len(row[1]))}
