"""Queries of Datadog's metrics, as far as it matters how they roll points up; pure."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlencode

_SINGLE = re.compile(
    r"\s*(?:(avg|sum|min|max|count|p[0-9]{1,3}):)?([A-Za-z][\w.]*)\{([^{}]*)\}\s*(?:by\s*\{([^{}]*)\}\s*)?((?:\.as_(?:count|rate)\(\))?)\s*"
)
_ROLLUP = re.compile(r"\.rollup\(([^()]*)\)")
_SCOPE, _GROUPS = re.compile(r"\{"), re.compile(r"\bby\s*\{")
_AGGREGATORS = frozenset({"avg", "sum", "min", "max", "count"})


class Rollup(NamedTuple):
    """How points are made of the values of a period: by what, and over how many seconds; None where it is not said."""

    aggregator: str
    seconds: int | None

    @property
    def text(self) -> str:
        """The rollup as a query has it."""
        return f".rollup({self.aggregator}, {self.seconds})"


class Single(NamedTuple):
    """A query of one metric and no function."""

    aggregator: str
    metric: str
    scope: str
    groups: str


def single(query: str) -> Single | None:
    """Return a query of one metric without functions; None of another one."""
    match = _SINGLE.fullmatch(query)
    return Single(*(match[number] or "" for number in range(1, 5))) if match else None


def rollups_of(query: str) -> list[Rollup]:
    """Return the rollups of a query, in their order; `avg` is what Datadog takes where none is named."""
    return [_rollup(match[1]) for match in _ROLLUP.finditer(query)]


def metrics_of(query: str) -> int:
    """Return how many metrics a query reads."""
    return len(_SCOPE.findall(query)) - len(_GROUPS.findall(query))


def explored(pages: str, query: str, start: int, end: int) -> str | None:
    """Return the metrics explorer's address of a query of one metric, between two times (ms); None of another one."""
    told = single(_ROLLUP.sub("", query))
    if told is None:
        return None
    members = {
        "from_ts": start, "to_ts": end, "exp_metric": told.metric, "exp_scope": told.scope, "exp_group": told.groups,
        "exp_agg": told.aggregator or "avg",
    }  # fmt: skip
    return f"{pages}/metric/explorer?{urlencode({name: value for name, value in members.items() if value})}"


def _rollup(told: str) -> Rollup:
    words = [word.strip().strip("'\"") for word in told.split(",")]
    aggregator = next((word for word in words if word in _AGGREGATORS), "avg")
    return Rollup(aggregator, next((int(word) for word in words if word.isascii() and word.isdigit()), None))
