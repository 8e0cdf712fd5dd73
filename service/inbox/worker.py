"""The inbox at work: events are stored in groups, worked into builds, and builds run one at a time."""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import orjson

from archive import builds, database, events
from archive.builds import Build
from archive.events import HEARTBEAT, Event, Stored
from collectors.kit import webhooks
from collectors.kit.webhooks import Resolution
from service.inbox.declared import opening
from service.settings.serve import WebhookSettings
from timeline.instant import NS

log = logging.getLogger("timeline.serve")
_LONGEST_STORE = 20.0  # seconds
_GROUP = 500  # deliveries of one transaction
_LONGEST_INCIDENT = 48 * 3600 * NS  # how far back its beginning is looked for
_FIRST_WAIT, _LONGEST_WAIT, _MOST_TRIES = NS, 300 * NS, 20

#: Runs a build; returns facts, gaps and until when the window was not yet over (ns).
Runner = Callable[[Build], "Outcome"]


class Outcome(dict[str, Any]):
    """What a build made: `facts`, `gaps`, `not_yet`."""


class BuildError(Exception):
    """A build that failed, in words for people."""


_Waiting = tuple[Sequence[Event], "asyncio.Future[list[Stored]]"]


class InboxWriter:
    """Stores deliveries: what arrives while one group is being written makes the next one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="inbox-writer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether what is delivered now would be stored."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Write what waits, then end."""
        self._queue.put(None)
        self._thread.join(30)

    async def store(self, deliveries: Sequence[Event]) -> list[Stored]:
        """Return when the events are on the disk; raise sqlite3.Error or TimeoutError when they are not."""
        future: asyncio.Future[list[Stored]] = asyncio.get_running_loop().create_future()
        self._queue.put((deliveries, future))
        # A disk that hangs must not keep senders waiting for ever: they are told to come again.
        return await asyncio.wait_for(future, _LONGEST_STORE)

    def _run(self) -> None:
        with closing(database.connect(self._path)) as connection:
            while (first := self._queue.get()) is not None:
                group, more = [first], True
                while more and len(group) < _GROUP:
                    try:
                        following = self._queue.get_nowait()
                    except queue.Empty:
                        break
                    more = following is not None
                    if following is not None:
                        group.append(following)
                _write(connection, group)
                if not more:
                    return


def _write(connection: sqlite3.Connection, group: Sequence[_Waiting]) -> None:
    try:
        stored = events.store(connection, [event for held, _ in group for event in held])
    except (sqlite3.Error, OSError) as err:
        for _, future in group:
            _settle(future, error=err)
        return
    at = 0
    for held, future in group:
        _settle(future, stored[at : at + len(held)])
        at += len(held)


def _settle(
    future: asyncio.Future[list[Stored]], result: list[Stored] | None = None, error: Exception | None = None
) -> None:
    def settle() -> None:
        if future.cancelled():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result or [])

    with suppress(RuntimeError):  # the loop is gone: nobody waits for the answer any more
        future.get_loop().call_soon_threadsafe(settle)


class Database:
    """One connection that pages and workers take turns with."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = database.connect(path)
        self._lock = threading.Lock()

    @contextmanager
    def use(self) -> Iterator[sqlite3.Connection]:
        """Give the connection to one thread at a time."""
        with self._lock:
            yield self._connection

    def close(self) -> None:
        """Close it; what was committed stays."""
        with self._lock:
            self._connection.close()


def resolution(hook: WebhookSettings, kind: str, body: bytes) -> Resolution | None:
    """Return the incident that an event says is over; None where it says no such thing."""
    if not hook.build or (read := webhooks.load(hook.sender).resolution) is None:
        return None
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return read(kind, value, hook.incident_label) if isinstance(value, dict) else None


def began(connection: sqlite3.Connection, over: events.Open) -> str | None:
    """Return when what is over began, by what its webhook received before; None where nothing tells."""
    if (read := webhooks.load(over.sender).begun) is None:
        return None
    since = over.received_at - _LONGEST_INCIDENT
    stored = events.received(connection, since, over.received_at, hooks=(over.hook,))
    earlier = (_object(one.body) for one in stored if one.id < over.id)
    return read(_object(over.body), earlier)


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


class Following(Protocol):
    """What has open incidents built again: `service.inbox.live`."""

    @property
    def is_on(self) -> bool:
        """Whether it does."""

    def hurry(self, now: int) -> None:
        """Something was delivered."""

    def queue(self, now: int) -> list[str]:
        """Queue what is due."""


class Worker:
    """Two threads: one works events and says that somebody listens, one runs builds."""

    #: Has open incidents built again; called with an incident's id after each build of it.
    live: Following | None = None
    built: Callable[[str], None] | None = None

    def __init__(self, store: Database, hooks: Mapping[str, WebhookSettings], run: Runner) -> None:
        self._store, self._hooks, self._runner = store, hooks, run
        self._stopping, self._wake = threading.Event(), threading.Event()
        self._threads = [
            threading.Thread(target=self._loop, args=(step,), name=name, daemon=True)
            for name, step in (("inbox-events", self._events), ("inbox-builds", self._builds))
        ]
        with store.use() as connection:
            self._listening = events.listen(connection, time.time_ns())
            builds.recover(connection, time.time_ns())
        self._beat, self._looked = time.monotonic(), 0.0

    def start(self) -> None:
        """Begin to work."""
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 20.0) -> None:
        """End after what is at hand; a build that takes longer is queued again at the next start."""
        self._stopping.set()
        self._wake.set()
        for thread in self._threads:
            thread.join(seconds)
        with self._store.use() as connection:
            events.alive(connection, self._listening, time.time_ns())

    def wake(self) -> None:
        """Look at the queues now."""
        self._wake.set()

    @property
    def alive(self) -> bool:
        """Whether both threads work."""
        return all(thread.is_alive() for thread in self._threads)

    @property
    def stopping(self) -> bool:
        """Whether the server is ending."""
        return self._stopping.is_set()

    def _loop(self, step: Callable[[], bool]) -> None:
        while not self._stopping.is_set():
            try:
                busy = step()
            except Exception:  # a worker that ends in silence would leave everything unworked
                log.exception("worker failed", extra={"fields": {"event": "worker_failed"}})
                busy = False
            if not busy:
                self._wake.wait(1.0)
                self._wake.clear()

    def _events(self) -> bool:
        now = time.time_ns()
        with self._store.use() as connection:
            if time.monotonic() - self._beat >= HEARTBEAT / NS:
                events.alive(connection, self._listening, now)
                self._beat = time.monotonic()
            waiting = events.waiting(connection, now)
            # Those of a first try are counted together; one that was cut off before stands alone.
            first = [one for one in waiting if not one.tries]
            group = first or waiting[:1]
            events.begun(connection, [one.id for one in group])
        if self.live and time.monotonic() - self._looked >= 1:
            self._looked = time.monotonic()
            if self.live.queue(now):
                self._wake.set()
        for one in group:
            with self._store.use() as connection:
                self._work(connection, one._replace(tries=one.tries + 1), now)
        return bool(group)

    def _work(self, connection: sqlite3.Connection, one: events.Open, now: int) -> None:
        hook = self._hooks.get(one.hook)
        if one.tries > _MOST_TRIES:
            events.postponed(connection, one.id, "the server ended each time that it was worked", None)
            return
        try:
            over = resolution(hook, one.type, one.body) if hook else None
            if over:
                start = over.start or began(connection, one)
                cause = f"webhook {one.hook}"
                builds.work_event(connection, one.id, over.incident, cause, now, start, over.end)
                self._wake.set()
            elif (
                hook and self.live and self.live.is_on and (new := opening(hook, one.type, _object(one.body)))
            ):
                self._begin(connection, one, new, now)
            else:
                events.worked(connection, one.id)
                if self.live and hook and hook.build:
                    self.live.hurry(now)
        except Exception as err:  # noqa: BLE001 - one odd event must not hold up the others
            wait = min(_FIRST_WAIT * 2 ** (one.tries - 1), _LONGEST_WAIT)
            later = now + wait if one.tries < _MOST_TRIES else None
            events.postponed(connection, one.id, f"{type(err).__name__}: {err}"[:500], later)

    def _begin(self, connection: sqlite3.Connection, one: events.Open, new: Resolution, now: int) -> None:
        """Queue the first build of an incident that has begun; one that was built before is only looked at soon."""
        if builds.last(connection, new.incident) is None:
            builds.work_event(connection, one.id, new.incident, f"webhook {one.hook}", now, new.start, None)
            self._wake.set()
            return
        events.worked(connection, one.id)
        if self.live:
            self.live.hurry(now)

    def _builds(self) -> bool:
        with self._store.use() as connection:
            build = builds.take(connection, time.time_ns())
        if build is None:
            return False
        log.info(
            "build",
            extra={"fields": {"event": "build_started", "incident": build.incident, "try": build.tries}},
        )
        try:
            made = self._runner(build)
        except BuildError as err:
            self._failed(build, str(err))
        except Exception as err:  # noqa: BLE001 - whatever it was, it is shown and tried again
            self._failed(build, f"{type(err).__name__}: {err}")
        else:
            self._done(build, made)
        return True

    def _done(self, build: Build, made: Outcome) -> None:
        now = time.time_ns()
        with self._store.use() as connection:
            builds.done(connection, build.id, now, made["facts"], made["gaps"])
            followed = bool(self.live and self.live.is_on and made.get("open"))
            if int(made.get("not_yet") or 0) > (build.started_at or now) and not followed:
                # What comes after the incident is still to come: once more when the window is over. What lay
                # behind at the build already (a clone that was not fetched) is not mended by another.
                builds.follow_up(connection, build, now, int(made["not_yet"]) + NS)
        log.info("build", extra={"fields": {"event": "build_done", "incident": build.incident, **made}})
        if self.built:
            self.built(build.incident)

    def _failed(self, build: Build, error: str) -> None:
        with self._store.use() as connection:
            if self._stopping.is_set():
                builds.give_back(connection, build, time.time_ns())
                return
            builds.failed(connection, build, time.time_ns(), error[:2000])
        fields = {
            "event": "build_failed",
            "incident": build.incident,
            "error": error[:500],
            "try": build.tries,
        }
        log.warning("build", extra={"fields": fields})
