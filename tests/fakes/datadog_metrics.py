"""Datadog's query of metrics: points rolled up from the epoch on, over what the query says or what the window makes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.fakes.rest import RefusalError

Row = dict[str, Any]
_METRIC = re.compile(
    r"(?:(?P<aggr>\w+):)?(?P<metric>[\w.]+)\{(?P<scope>[^{}]*)\}(?: by \{(?P<groups>[^{}]*)\})?"
)
_ROLLUP = re.compile(r"\.rollup\((\w+), (\d+)\)")
_TAKES: Mapping[str, Callable[[Sequence[float]], float]] = {
    "avg": lambda values: sum(values) / len(values), "sum": sum, "max": max, "min": min, "count": len,
}  # fmt: skip
_MOST = 1_500  # points of a series
PERCENT: list[Row | None] = [
    {"family": "percentage", "scale_factor": 1, "name": "percent", "short_name": "%", "plural": "percent", "id": 17}, None,
]  # fmt: skip


class Metrics:
    """Values by seconds since 1970 of each metric's series, which its tags tell apart."""

    def __init__(self) -> None:
        self.sent: dict[str, dict[tuple[str, ...], dict[float, float | None]]] = {}
        self.unit: list[Row | None] | None = PERCENT
        self.least = 0  # seconds: no points are narrower
        self.forced = ""  # rolls up so, and says so, whatever was asked
        self.more: Row = {}  # members of each answer
        self.members: Row = {}  # of each series

    def send(self, metric: str, values: Mapping[float, float | None], *tags: str) -> None:
        """Send values of a metric; None is a period that comes as null."""
        self.sent.setdefault(metric, {}).setdefault(tags, {}).update(values)

    def answer(self, asked: Mapping[str, str]) -> Row:
        """Answer a query."""
        low, high, query = int(asked["from"]), int(asked["to"]), asked["query"]
        match = _METRIC.search(query)
        if match is None or low >= high:
            raise RefusalError(400, "Error parsing query")
        rollup = _ROLLUP.search(query)
        how, width = (rollup[1], int(rollup[2])) if rollup else ("avg", 20)
        width = max(width, self.least)
        while (high - low) / width > _MOST:
            width *= 5
        expression = query
        if self.forced:
            how, expression = self.forced, _ROLLUP.sub(f".rollup({self.forced}, {width})", query)
        groups = [one.strip() for one in (match["groups"] or "").split(",") if one.strip()]
        rows = [
            self._row(match, groups, tags, points, expression, width)
            for tags, sent in self.sent.get(match["metric"], {}).items()
            if (points := _rolled(sent, low, high, width, _TAKES[how]))
        ]
        return {
            "status": "ok", "res_type": "time_series", "resp_version": 1, "query": query, "from_date": low * 1000,
            "to_date": high * 1000, "series": rows, "values": [], "times": [], "message": "", "group_by": groups, **self.more,
        }  # fmt: skip

    def _row(
        self, match: re.Match[str], groups: list[str], tags: tuple[str, ...], points: list[list[float | None]], expression: str,
        width: int,
    ) -> Row:  # fmt: skip
        scope = (
            ",".join(sorted({*([] if match["scope"] == "*" else match["scope"].split(",")), *tags})) or "*"
        )
        first, last = points[0][0], points[-1][0]
        assert first is not None
        assert last is not None
        return {
            "metric": match["metric"], "display_name": match["metric"], "aggr": match["aggr"], "query_index": 0, "scope": scope,
            "tag_set": [tag for tag in tags if tag.partition(":")[0] in groups], "attributes": {}, "unit": self.unit,
            "expression": expression, "interval": width, "length": len(points), "start": int(first),
            "end": int(last) + (width - 1) * 1000, "pointlist": points, **self.members,
        }  # fmt: skip


def _rolled(
    sent: Mapping[float, float | None],
    low: int,
    high: int,
    width: int,
    take: Callable[[Sequence[float]], float],
) -> list[list[float | None]]:
    held: dict[int, list[float]] = {}
    for at, value in sorted(sent.items()):
        begin = int(at // width) * width
        if low <= at < high and begin >= low:
            held.setdefault(begin, []).extend([] if value is None else [value])
    return [[begin * 1000.0, take(values) if values else None] for begin, values in sorted(held.items())]
