"""Webhook events that `timeline serve` stored: what other systems told us when it happened."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import anyio.to_thread
import orjson

from collectors.base import Answer, Check, Collector, Options, Payload, Record, SourceError, TestedAgainst
from collectors.inbox_events import READERS
from collectors.kit.alert_webhook import left_out
from collectors.kit.webhooks import Delivered, Told, UnreadableError, other
from timeline.instant import NS, format_instant, parse_instant
from timeline.model import Evidence, Fact, Gap, Window
from timeline.zones import Duration, parse_duration

KNOWN_VERSION = 1  # of the database
HEARTBEAT = 15 * NS
_PAGE, _PAGE_BYTES = 500, 6 * 2**20
_SHOWN = 10


class InboxOptions(Options):
    """Options of `inbox`; `path` is the server's database, `hooks` narrows it to some webhooks."""

    path: str
    hooks: tuple[str, ...] = ()
    look_back: Duration = "6h"
    look_ahead: Duration = "6h"


class _Page(NamedTuple):
    payload: Payload
    events: list[dict[str, Any]]


class InboxCollector(Collector[InboxOptions]):
    """Reads stored deliveries around the window: each becomes facts, none is dropped."""

    name = "inbox"
    family = "any"
    summary = "webhooks that `timeline serve` received; gives Alertmanager a history"
    tested_against: ClassVar[TestedAgainst] = "real"
    options_type = InboxOptions
    target = "path"

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the facts of each delivery, people, and when nobody listened."""
        told, broken = Told(), list[tuple[str, Evidence]]()
        async for page in self._pages(window):
            for index, event in enumerate(page.events):
                for record in self._read(page, index, event, told, broken):
                    yield record
        for person in told.people():
            yield person
        for gap in self._unread(broken, window):
            yield gap
        runs = await self.context.tape.exchange({"inbox": self.options.path, "read": "runs"}, self._runs)
        for gap in self._deaf(runs, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield what `timeline doctor` shows: the file, how many events it holds, and since when."""
        try:
            found = await anyio.to_thread.run_sync(self._look)
        except SourceError as err:
            yield Check("reachable", False, str(err))
            return
        yield Check("reachable", True, self.options.path)
        count, first, alive = found
        yield Check(
            "events", True, f"{count} stored" + (f", the first at {format_instant(first)}" if first else "")
        )
        late = "nobody listened yet" if alive is None else f"listened last at {format_instant(alive)}"
        yield Check("listening", alive is not None and self.context.now - alive < 4 * HEARTBEAT, late)

    async def _pages(self, window: Window) -> AsyncIterator[_Page]:
        start = window.start - parse_duration(self.options.look_back)
        end = min(window.end + parse_duration(self.options.look_ahead), self.context.now)
        after, more = 0, True
        while more:
            request = {
                "inbox": self.options.path, "read": "events", "hooks": list(self.options.hooks),
                "received": [format_instant(start), format_instant(end)], "after": after,
            }  # fmt: skip
            payload = await self.context.tape.exchange(request, self._reader(start, end, after))
            found = payload.json()
            yield _Page(payload, found["events"])
            more, after = found["more"], found["events"][-1]["id"] if found["events"] else 0

    def _reader(self, start: int, end: int, after: int) -> Any:
        async def perform() -> Answer:
            return await anyio.to_thread.run_sync(self._events, start, end, after)

        return perform

    def _events(self, start: int, end: int, after: int) -> Answer:
        hooks = self.options.hooks
        only = f" AND hook IN ({', '.join('?' * len(hooks))})" if hooks else ""
        query = (
            "SELECT id, hook, sender, delivery, type, received_at, body FROM events"  # noqa: S608 - marks only
            f" WHERE received_at BETWEEN ? AND ? AND id > ?{only} ORDER BY id LIMIT {_PAGE + 1}"
        )
        kept: list[dict[str, Any]] = []
        size = 0
        with closing(self._open()) as connection:
            for row in connection.execute(query, (start, end, after, *hooks)):
                if len(kept) == _PAGE or (kept and size + len(row["body"]) > _PAGE_BYTES):
                    return _answer({"more": True, "events": kept})
                kept.append(_row(row))
                size += len(row["body"])
        return _answer({"more": False, "events": kept})

    async def _runs(self) -> Answer:
        def read() -> Answer:
            with closing(self._open()) as connection:
                rows = connection.execute("SELECT started_at, alive_at FROM runs ORDER BY id")
                return _answer({"runs": [[format_instant(a), format_instant(b)] for a, b in rows]})

        return await anyio.to_thread.run_sync(read)

    def _open(self) -> sqlite3.Connection:
        path = Path(self.context.resolve_path(self.options.path)).resolve()
        try:
            connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10)
            connection.row_factory = sqlite3.Row
            version = connection.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.Error as err:
            raise SourceError("unreachable", f"{self.options.path} cannot be opened: {err}") from err
        if not 1 <= version <= KNOWN_VERSION:
            connection.close()
            raise SourceError("undecodable", f"{self.options.path} is no inbox that this version reads")
        return connection

    def _look(self) -> tuple[int, int | None, int | None]:
        with closing(self._open()) as connection:
            count, first = connection.execute("SELECT count(*), min(received_at) FROM events").fetchone()
            alive = connection.execute("SELECT max(alive_at) FROM runs").fetchone()[0]
        return count, first, alive

    def _read(
        self, page: _Page, index: int, event: dict[str, Any], told: Told, broken: list[tuple[str, Evidence]]
    ) -> Iterator[Fact | Gap]:
        query = f"{event['hook']}, event {event['id']}"
        one = Delivered(
            event, self.origin, self.context.source, received=parse_instant(event["received_at"]),
            evidence=lambda pointer: self.evidence(page.payload, f"/events/{index}{pointer}", query=query),
        )  # fmt: skip
        reader = READERS.get(one.sender)
        try:
            yield from reader(one, told) if reader else other(one)
        except UnreadableError as err:
            broken.append((f"{one.hook} {one.type}: {err}", one.evidence("")))
            yield from other(one)
        if missing := left_out(one):
            moment = Window(start=one.received, end=one.received + 1)
            text = f"Alertmanager left {missing} alerts out of a notification"
            yield self.gap(
                "truncated", moment, text, missing=f"{missing} alerts", evidence=(one.evidence(""),)
            )

    def _unread(self, broken: list[tuple[str, Evidence]], window: Window) -> Iterator[Gap]:
        for why, count in sorted(Counter(text for text, _ in broken).items()):
            evidence = tuple(e for text, e in broken if text == why)[:_SHOWN]
            missing = f"{count} deliver{'y' if count == 1 else 'ies'}"
            text = f"{missing} could not be read, but for their arrival: {why}"
            yield self.gap("undecodable", window, text, missing=missing, evidence=evidence)

    def _deaf(self, payload: Payload, window: Window) -> Iterator[Gap]:
        """Yield when nobody listened: senders may have tried again later, or not at all."""
        runs = [(parse_instant(a), parse_instant(b)) for a, b in payload.json()["runs"]]
        at, evidence = window.start, (self.evidence(payload, "/runs"),)
        end = min(window.end, self.context.now)
        first = min((a for a, _ in runs), default=end)
        for start, alive in [*sorted(runs), (end, end)]:
            # A run that was killed listened until up to one heartbeat after its last one.
            if start > at and at < end and start - at > 2 * HEARTBEAT:
                silent = Window(start=at, end=min(start, end))
                yield self._silence(silent, evidence, before=silent.start < first)
            at = max(at, alive)

    def _silence(self, silent: Window, evidence: tuple[Evidence, ...], *, before: bool) -> Gap:
        if before:
            return self.gap("past_retention", silent, "The inbox did not exist yet", evidence=evidence)
        text = "The inbox was not listening; what was sent meanwhile is here only if it was sent again"
        return self.gap("partial", silent, text, evidence=evidence)


def _row(row: sqlite3.Row) -> dict[str, Any]:
    kept = {name: row[name] for name in ("id", "hook", "sender", "delivery", "type")}
    kept["received_at"] = format_instant(row["received_at"])
    try:
        body: Any = orjson.loads(row["body"])
    except orjson.JSONDecodeError:
        return {**kept, "text": bytes(row["body"]).decode("utf-8", "replace")}
    return {**kept, "body": body}


def _answer(value: Any) -> Answer:
    return Answer(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n", "json")
