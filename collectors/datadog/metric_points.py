"""Points of Datadog's metrics: what an answer gives of each series, how wide its points are, and what it says about itself; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from collectors.base import Payload, SourceError
from collectors.datadog.metric_query import rollups_of
from collectors.kit import fields
from collectors.kit.metrics.samples import MS, Joined, LabelKey, Part, Piece, Samples
from collectors.kit.rows import tagged
from timeline.instant import NS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SERIES = "series"
_FULL = re.compile(r"[A-Za-z_][\w./-]*:[^\s()!*,]+")  # a tag of a scope that holds for every point
_LAST = 2.0**63 / MS
_WELL = frozenset({"", "ok", "success"})


class Question(NamedTuple):
    """What a threshold watches: the query as it is asked; `step` (ns) is the period that its points are to have."""

    query: str
    step: int

    @property
    def text(self) -> str:
        """The query as evidence shows it."""
        return self.query

    @property
    def absent(self) -> dict[str, str]:
        """Nothing: what has no points at all is not watched for."""
        return {}


class Answers:
    """Series of a question out of its answers, in order of time."""

    def __init__(self, asked: Question) -> None:
        self._asked = asked
        self._pieces: list[Piece] = []
        self._widths: dict[LabelKey, int] = {}
        self.others: dict[str, None] = {}  # how Datadog rolled up, where otherwise than asked
        self.messages: dict[str, None] = {}
        self.units: dict[str, None] = {}
        self.tells_rollup = True

    def add(self, page: Payload, low: int, high: int) -> None:
        """Take in an answer's points from `low` to before `high` (ns); raise SourceError where it is an error, or unreadable."""
        told = page.json()
        self._note(told)
        rows = fields.listing(told, SERIES)
        own, seen = Payload(page.sha256, b""), set[LabelKey]()
        for place, row in enumerate(rows):
            labels = labels_of(row)
            key = tuple(sorted(labels.items()))
            if key in seen:
                raise SourceError(
                    "undecodable", "two series have the same metric and tags: nothing tells them apart"
                )
            seen.add(key)
            self._note_series(row)
            for first, times, values in _runs(row, low, high):
                part = Part(0, own, f"/{SERIES}/{place}/pointlist", first)
                self._pieces.append(Piece(labels, times, values, part))
                self._widths[key] = max(self._widths.get(key, 0), _width(row))

    def series(self, now: int) -> list[Samples]:
        """Return the series, without points whose period is not over at `now` (ns)."""
        return [*self._over(now)]

    @property
    def widest(self) -> int:
        """How long (ns) the widest points' periods are."""
        return max(self._widths.values(), default=self._asked.step)

    @property
    def unit(self) -> str | None:
        """The unit of all series; None where there is none, or several."""
        return next(iter(self.units)) or None if len(self.units) == 1 else None

    def _over(self, now: int) -> Iterator[Samples]:
        import numpy as np

        for one in Joined(self._pieces):
            if (np.diff(one.times) <= 0).any():
                raise SourceError("undecodable", "an answer holds points out of order")
            width = self._widths[one.key]
            count = int(np.searchsorted(one.times, now - width, side="right"))
            if count:
                yield Samples(one.labels, one.times[:count], one.values[:count], one.parts, width=width)

    def _note(self, told: Any) -> None:
        status, words = (
            fields.text(told, "status"),
            [fields.text(told, name) for name in ("error", "message")],
        )
        why = "; ".join(dict.fromkeys(word for word in words if word not in _WELL))
        if status == "error" or fields.text(told, "error"):
            raise SourceError(
                "undecodable", f"Datadog answered with an error: {why or 'it does not say which'}"
            )
        if status not in _WELL:
            self.messages[f"its status is {status}"] = None
        if why:
            self.messages[why] = None

    def _note_series(self, row: Any) -> None:
        self.units[unit_of(row)] = None
        asked = {one.text for one in rollups_of(self._asked.query)}
        told = rollups_of(fields.text(row, "expression"))
        self.tells_rollup = self.tells_rollup and bool(told)
        self.others |= {one.text: None for one in told if one.text not in asked}


def labels_of(row: Any) -> dict[str, str]:
    """Return what tells a series from others: its metric, and the tags of its scope and of its group."""
    scope = fields.text(row, "scope").split(",")
    tags = [tag.strip() for tag in scope] if all(_FULL.fullmatch(tag.strip()) for tag in scope) else []
    group = [tag.strip() for tag in fields.many(row, "tag_set") if isinstance(tag, str)]
    named = tagged.named([*tags, *group])
    metric = fields.text(row, "metric")
    return {**({"__name__": metric} if metric else {}), **named}


def unit_of(row: Any) -> str:
    """Return the unit of a series' values as Datadog shortens it: `B/s`; empty where it has none."""
    units = [_named(one) for one in fields.many(row, "unit")[:2]]
    if not units or not units[0]:
        return ""
    return f"{units[0]}/{units[1]}" if len(units) > 1 and units[1] else units[0]


def _named(unit: Any) -> str:
    return fields.text(unit, "short_name") or fields.text(unit, "name")


def _width(row: Any) -> int:
    """Return how long (ns) each point's period is, as the answer tells."""
    seconds = fields.number(row, "interval")
    if not 0 < seconds < _LAST / 1000:
        raise SourceError("undecodable", "an answer does not tell how long the periods of its points are")
    return seconds * NS


def _runs(row: Any, low: int, high: int) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.float64]]]:
    """Yield points of a series that follow each other without a null between them: the first one's place, times (ns), values."""
    import numpy as np

    points = fields.listing(row, "pointlist")
    if not all(_is_point(point) for point in points):
        raise SourceError("undecodable", "an answer holds points that are no pairs of a time and a value")
    times = np.array([point[0] for point in points], np.float64)
    if not (np.abs(times) < _LAST).all() or (np.diff(times) <= 0).any():
        raise SourceError("undecodable", "an answer holds points whose times are none, or out of order")
    stamps = np.rint(times).astype(np.int64) * MS
    held = np.array([point[1] is not None for point in points], bool) & (stamps >= low) & (stamps < high)
    places = np.flatnonzero(held)
    for run in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1):
        if len(run):
            first, last = int(run[0]), int(run[-1]) + 1
            values = np.array([float(point[1]) for point in points[first:last]], np.float64)
            yield first, stamps[first:last], values


def _is_point(point: Any) -> bool:
    return (
        isinstance(point, list) and len(point) == 2 and _is_number(point[0])
        and (point[1] is None or _is_number(point[1]))
    )  # fmt: skip


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300
