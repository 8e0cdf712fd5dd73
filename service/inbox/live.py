"""Open incidents, built again while they last: soon after a webhook, else each `live`; ended with them, or idle.

An incident is open while neither its file nor a fact says that it ended. One whose builds bring no new fact for `live_idle` is
left alone, so that an incident that nobody closed is not built for ever; a build of any other kind takes it up again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from archive import builds
from archive.builds import Build
from service.inbox.worker import Database
from timeline.instant import NS, parse_instant

_APART = 5 * NS  # between the end of a build and one that a webhook asks for
_SHARE = 3  # a build that takes longer than a third of `every` waits longer, too


class Pace(NamedTuple):
    """Durations in ns: between builds, and without a new fact until there are no more; 0: never built again."""

    every: int
    idle: int


class Live:
    """Which open incidents are to be built now."""

    def __init__(
        self, store: Database, summaries: Callable[[], Iterable[Mapping[str, Any]]], pace: Pace
    ) -> None:
        self._store, self._summaries, self._pace = store, summaries, pace
        self._news: dict[str, tuple[tuple[Any, Any], int]] = {}  # what was known last, and since when
        self._hurry = 0
        self._lock = threading.Lock()

    @property
    def is_on(self) -> bool:
        """Whether open incidents are built again at all."""
        return self._pace.every > 0

    def hurry(self, now: int) -> None:
        """Something was delivered: open incidents are built soon."""
        with self._lock:
            self._hurry = now

    def queue(self, now: int) -> list[str]:
        """Queue a build of each open incident whose time has come; return their ids."""
        if not self.is_on:
            return []
        return [
            str(row["id"]) for row in self._summaries() if self._is_open(row, now) and self._due(row, now)
        ]

    def _is_open(self, row: Mapping[str, Any], now: int) -> bool:
        if not row["open"]:
            self._news.pop(str(row["id"]), None)
            return False
        known = (row["facts"], row["latest"])
        before = self._news.get(str(row["id"]))
        if before is None:  # after a start of the server: by the newest fact's own time
            self._news[str(row["id"])] = (known, parse_instant(str(row["latest"])))
        elif before[0] != known:
            self._news[str(row["id"])] = (known, now)
        return now - self._news[str(row["id"])][1] <= self._pace.idle

    def _due(self, row: Mapping[str, Any], now: int) -> bool:
        identity = str(row["id"])
        with self._store.use() as connection:
            last = builds.last(connection, identity)
            if last is not None and (last.state == "running" or _waits(last, now)):
                return False
            if now < self._next(last, int(row["built"])):
                return False
            builds.queue_live(connection, identity, now, str(row["start"]))
        return True

    def _next(self, last: Build | None, built: int) -> int:
        """Return when the incident is to be built next: after the last build, or the file that another wrote."""
        ended = max(built, last.finished_at or 0 if last else 0)
        took = (last.finished_at - last.started_at) if last and last.finished_at and last.started_at else 0
        if last is not None and last.state == "failed":
            return ended + builds.LONGEST_WAIT
        wait = max(self._pace.every, _SHARE * took)
        with self._lock:
            delivered = self._hurry > (last.started_at or 0 if last else built)
        return ended + (min(wait, max(_APART, took)) if delivered else wait)


def _waits(last: Build, now: int) -> bool:
    """Tell whether a build waits for its turn, or to be tried again: it keeps its place."""
    return last.state == "queued" and (last.tries > 0 or last.next_at <= now)
