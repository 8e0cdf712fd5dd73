"""Webhook events that `timeline serve` stored: what other systems told us when it happened."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, TypeVar

import anyio.to_thread
import orjson
from pydantic import Field

from archive import database, events
from archive.database import DatabaseError
from archive.events import HEARTBEAT, Received
from collectors.base import Answer, Check, Collector, Options, Payload, Record, SourceError, TestedAgainst
from collectors.inbox.clocks import clock_checks
from collectors.inbox.manual import MANUAL
from collectors.kit import webhooks
from collectors.kit.fields import UNREADABLE, Skipped
from collectors.kit.webhooks import Event, Seen, UnknownSenderError
from timeline.instant import format_instant, parse_instant
from timeline.model import Evidence, Gap, Window
from timeline.zones import Duration, parse_duration

_PAGE, _PAGE_BYTES = 500, 6 * 2**20
_SHOWN = 10
T = TypeVar("T")


class InboxOptions(Options):
    """Options of `inbox`; `path` is the server's database, `hooks` narrows it to some webhooks."""

    path: str = Field(description="the server's database", examples=["postmortems/timeline.db"])
    hooks: tuple[str, ...] = Field((), description="names of webhooks; default: all", examples=[["am"]])
    look_back: Duration = Field(
        "6h", description="deliveries received this long before the window are read: they may tell of it"
    )
    look_ahead: Duration = Field("6h", description="and those received this long after it")


class _Page(NamedTuple):
    payload: Payload
    rows: list[dict[str, Any]]


class InboxCollector(Collector[InboxOptions]):
    """Reads stored deliveries around the window: each becomes facts, none is dropped."""

    name = "inbox"
    family = "any"
    summary = "webhooks that `timeline serve` received; gives Alertmanager a history"
    tested_against: ClassVar[TestedAgainst] = "real"
    manual = MANUAL
    options_type = InboxOptions
    reads = ("hooks",)
    target = "path"
    parser_version = 5  # a release of GitLab is known by its tag, as its API tells it

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the facts of each delivery, people, and when nobody listened."""
        seen, skipped = Seen(), Skipped("delivery", _SHOWN, plural="deliveries")
        pages = [page async for page in self._pages(window)]
        events = [self._event(page, index, row) for page in pages for index, row in enumerate(page.rows)]
        for event in events:
            self._foresee(event, seen)
        for event in events:
            for record in self._read(event, seen, skipped):
                yield record
        for person in seen.people:
            yield person
        for gap in skipped.gaps(self.gap, window):
            yield gap
        runs = await self.context.tape.exchange({"inbox": self.options.path, "read": "runs"}, self._runs)
        for gap in self._downtime(runs, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield what `timeline doctor` shows: the file, how many events it holds, and since when."""
        try:
            count, first = await self._ask(events.extent)
            alive = max((b for _, b in await self._ask(events.runs)), default=None)
            newest = await self._ask(partial(events.latest, count=_PAGE, hooks=self.options.hooks))
        except SourceError as err:
            yield Check("reachable", False, str(err))
            return
        yield Check("reachable", True, self.options.path)
        since = f", the first at {format_instant(first)}" if first else ""
        yield Check("events", True, f"{count} stored{since}")
        late = "nobody listened yet" if alive is None else f"listened last at {format_instant(alive)}"
        yield Check("listening", alive is not None and self.context.now - alive < 4 * HEARTBEAT, late)
        for check in self._clocks(newest):
            yield check

    def _clocks(self, newest: Iterable[Received]) -> list[Check]:
        """Compare senders' clocks with ours by the newest deliveries."""
        nothing = _Page(Payload("", b""), [])
        each = [self._event(nothing, index, _row(one)) for index, one in enumerate(newest)]
        skipped = Skipped("delivery", _SHOWN)  # what cannot be read is named by a build
        return clock_checks(
            [(event, list(self._read(event, Seen(), skipped))) for event in each], self.options
        )

    # --- reading -----------------------------------------------------------------------------------

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
            page = payload.json()
            yield _Page(payload, page["events"])
            more, after = page["more"], page["events"][-1]["id"] if page["events"] else 0

    def _reader(self, start: int, end: int, after: int) -> Any:
        def read(connection: sqlite3.Connection) -> dict[str, Any]:
            return _page(events.received(connection, start, end, after=after, hooks=self.options.hooks))

        async def perform() -> Answer:
            return _answer(await self._ask(read))

        return perform

    async def _runs(self) -> Answer:
        runs = await self._ask(events.runs)
        return _answer({"runs": [[format_instant(a), format_instant(b)] for a, b in runs]})

    async def _ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Return what the database answers; raise SourceError where it cannot be read."""

        def ask() -> T:
            with closing(self._open()) as connection:
                try:
                    return question(connection)
                except sqlite3.Error as err:
                    raise SourceError("unreachable", f"{self.options.path} cannot be read: {err}") from err

        return await anyio.to_thread.run_sync(ask)

    def _open(self) -> sqlite3.Connection:
        try:
            return database.look(Path(self.context.resolve_path(self.options.path)))
        except sqlite3.Error as err:
            raise SourceError("unreachable", f"{self.options.path} cannot be opened: {err}") from err
        except DatabaseError as err:
            text = f"{self.options.path} is no inbox that this version reads"
            raise SourceError("undecodable", text) from err

    # --- facts -------------------------------------------------------------------------------------

    def _event(self, page: _Page, index: int, row: dict[str, Any]) -> Event:
        query = f"{row['hook']}, event {row['id']}"

        def evidence(pointer: str, link: str | None = None) -> Evidence:
            return self.evidence(page.payload, f"/events/{index}{pointer}", query=query, link=link)

        return Event(
            id=row["id"], hook=str(row["hook"]), sender=str(row["sender"]), type=str(row["type"]), body=row.get("body"),
            whole="/body" if "body" in row else "/text", origin=self.origin, source=self.context.source,
            received=parse_instant(row["received_at"]), evidence=evidence,
        )  # fmt: skip

    def _foresee(self, event: Event, seen: Seen) -> None:
        with suppress(*UNREADABLE, UnknownSenderError):  # told where the event itself is read
            if foresee := webhooks.load(event.sender).foresee:
                foresee(event, seen)

    def _read(self, event: Event, seen: Seen, skipped: Skipped) -> Iterator[Record]:
        try:
            yield from webhooks.load(event.sender).facts(event, seen)
        except (*UNREADABLE, UnknownSenderError) as err:
            skipped.add(f"{event.hook} {event.type}: {err}", event.evidence(""))
            yield event.arrival()

    def _downtime(self, payload: Payload, window: Window) -> Iterator[Gap]:
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


def _page(received: Iterator[Received]) -> dict[str, Any]:
    """Return as many events as one payload holds, and whether there are more."""
    rows: list[dict[str, Any]] = []
    size = 0
    for event in received:
        if len(rows) == _PAGE or (rows and size + len(event.body) > _PAGE_BYTES):
            return {"more": True, "events": rows}
        rows.append(_row(event))
        size += len(event.body)
    return {"more": False, "events": rows}


def _row(event: Received) -> dict[str, Any]:
    kept = {name: getattr(event, name) for name in ("id", "hook", "sender", "delivery", "type")}
    kept["received_at"] = format_instant(event.received_at)
    try:
        body: Any = orjson.loads(event.body)
    except orjson.JSONDecodeError:
        return {**kept, "text": bytes(event.body).decode("utf-8", "replace")}
    return {**kept, "body": body}


def _answer(value: Any) -> Answer:
    return Answer(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n", "json")
