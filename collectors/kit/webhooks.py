"""What a sender of webhooks is, found by an entry point: proof, deliveries, facts, and what has ended.

[project.entry-points."incident_timeline.webhooks"]
acme = "acme.webhook:WEBHOOK"
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, NamedTuple, Protocol

from collectors.kit import fields
from collectors.kit.fields import UnreadableError
from collectors.kit.links import web
from collectors.kit.people import People
from collectors.kit.proof import JSON, Proof, Request, require, require_type
from timeline import facts
from timeline.errors import TimelineError, UndecodableTimeError
from timeline.instant import MINUTE, Bounds, format_instant, precise
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Gap, GapReason, Quote, Subject, gap
from timeline.statements import Name
from timeline.zones import read_time

GROUP = "incident_timeline.webhooks"
#: Where a sender gives deliveries no id: an equal body within this time, in which it tries again, is the
#: same delivery (it is Alertmanager's and Grafana's default group interval); later it is a repeated one.
RETRYING = 5 * MINUTE


class Delivery(NamedTuple):
    """One event to store. `repeat_after` (ns): an equal body within it is the same one, 0: at any time.

    `repeat_after` None: only `id`, the sender's own, tells deliveries apart.
    """

    id: str | None
    type: str
    body: bytes
    repeat_after: int | None = None


class Resolution(NamedTuple):
    """An incident that ended, or began: its id, and its bounds (RFC 3339) where the sender tells them."""

    incident: str
    start: str | None
    end: str | None


class MakeEvidence(Protocol):
    """Makes an evidence entry that points into the stored event's row."""

    def __call__(self, pointer: str, link: str | None = None) -> Evidence:
        """Return the entry."""


@dataclass(frozen=True)
class Event:
    """A stored delivery on its way to facts; `body` is its JSON, `received` (ns) by our clock."""

    id: int
    hook: str
    sender: str
    type: str
    body: Any
    whole: str  # where the body stands in the row: /body, or /text where it is no JSON
    origin: str
    source: str
    received: int
    evidence: MakeEvidence

    @property
    def object(self) -> dict[str, Any]:
        """The body where it is an object, else an empty one."""
        return self.body if isinstance(self.body, dict) else {}

    @property
    def arrived(self) -> Bounds:
        """When it was received."""
        return precise(self.received, 1)

    def fact(
        self, kind: Kind, key: list[Any], at: Bounds, means: str, names: Mapping[str, Name], *, origin: str | None = None,
        pointer: str = "", text: str = "", actor: str | None = None, link: str = "", thread: str | None = None,
        subject: Subject | None = None, clock: str | None = None,
        quote: Quote | None = None,
    ) -> Fact:  # fmt: skip
        """Make a fact of this event; its words are `quote`, which may mark people, else `text`."""
        return facts.fact(
            kind, origin=origin or self.origin, key=key, at=at, time_means=means, clock=clock or origin or self.origin,
            source=self.source, names={**names, **({"actor": actor} if actor else {})}, subject=subject,
            quote=quote or facts.quote(text), actor=actor, thread=thread,
            evidence=[self.evidence(pointer or self.whole, web(link))],
        )  # fmt: skip

    def arrival(self) -> Fact:
        """Make the fact that it arrived, which any type gives: nothing that was stored is silent."""
        names: dict[str, Name] = {"label": f"{self.sender} {self.type}", "source": self.hook}
        return self.fact("custom", ["delivery", self.id], self.arrived, "received_at", names)

    def gap(self, reason: GapReason, statement: str, *, missing: str | None = None) -> Gap:
        """Make a gap at the moment it arrived."""
        end = self.received + 1
        return gap(self.source, reason, self.received, end, statement, missing=missing, evidence=(self.evidence(""),))  # fmt: skip


@dataclass
class Seen:
    """What the events read so far have told, so that repeats tell it once; and the people in them."""

    people: People = field(default_factory=People)
    _keys: set[str] = field(default_factory=set)
    _holders: dict[str, str] = field(default_factory=dict)
    _open: dict[str, int] = field(default_factory=dict)  # thread -> where what is open began (ns)
    _ended: dict[str, int] = field(default_factory=dict)  # thread -> where it ended last
    _foreseen: dict[str, list[Any]] = field(default_factory=dict)

    def foresee(self, key: Any, value: Any) -> None:
        """Note under a key, before any event is read, what a later one says of earlier ones."""
        self._foreseen.setdefault(json.dumps(key, sort_keys=True), []).append(value)

    def foreseen(self, key: Any) -> list[Any]:
        """Return what was noted under a key."""
        return self._foreseen.get(json.dumps(key, sort_keys=True), [])

    def opens(self, thread: str, at: int) -> bool:
        """Tell whether a beginning is one: not while the same is open, nor at or before its last end (ns)."""
        if thread in self._open or at <= self._ended.get(thread, at - 1):
            return False
        self._open[thread] = at
        return True

    def is_later(self, thread: str, at: int) -> bool:
        """Tell whether a beginning (ns) is later than that of what is open."""
        return thread in self._open and at > self._open[thread]

    def closes(self, thread: str, at: int) -> bool:
        """Tell whether an end is one: of what is open, or of what nobody told the beginning of (ns)."""
        if at <= self._ended.get(thread, at - 1):
            return False
        self._open.pop(thread, None)
        self._ended[thread] = at
        return True

    def first(self, key: Any) -> bool:
        """Tell whether this is new."""
        name = json.dumps(key, sort_keys=True)
        new = name not in self._keys
        self._keys.add(name)
        return new

    def holds(self, key: Any, record: str) -> bool:
        """Tell whether of the records with a key this is the first one; told again it stays so."""
        return self._holders.setdefault(json.dumps(key, sort_keys=True), record) == record


@dataclass(frozen=True)
class Webhook:
    """A sender.

    `verify` raises RefusedError unless a delivery proves who sent it. `deliveries` returns what to store of
    one (ValueError or UnreadableError: all of it, for a later version). `facts` reads a stored event:
    UnreadableError counts it as unreadable, and its arrival is told. `resolution` returns the incident that
    an event of this type and body says is over; its third argument is the label that holds an incident's id.
    """

    verify: Callable[[Request, Proof], None]
    deliveries: Callable[[Request], Sequence[Delivery]]
    facts: Callable[[Event, Seen], Iterator[Fact | Gap]]
    resolution: Callable[[str, Mapping[str, Any], str], Resolution | None] | None = None
    #: When (RFC 3339) what a body says is over began, by earlier bodies of the same webhook, in their order.
    begun: Callable[[Mapping[str, Any], Iterable[Mapping[str, Any]]], str | None] | None = None
    #: What the sender wants back, instead of being stored, when an address is set up; None: nothing.
    challenge: Callable[[Request], str | None] | None = None
    #: Headers that agree to deliveries: of the origin that asks, at so many a minute.
    handshake: Callable[[str, int], dict[str, str]] | None = None
    basic: bool = False  # may prove itself by basic auth
    #: Looks at the headers alone, before the body is taken: raises RefusedError where they cannot be the sender's,
    #: and tells whether they prove it whole; None: only the body can tell.
    screen: Callable[[Request, Proof], bool] | None = None
    types: tuple[str, ...] = (JSON,)  # the content types of its deliveries; `*/*`: any
    #: Notes what an event says of earlier ones, such as that a message was deleted: called for each event
    #: before facts are made of any.
    foresee: Callable[[Event, Seen], None] | None = None
    #: As `resolution`, of an incident that an event says has begun: without an end.
    opening: Callable[[str, Mapping[str, Any], str], Resolution | None] | None = None

    def authenticate(self, request: Request, proof: Proof) -> None:
        """Return when the delivery proves itself; raise RefusedError."""
        require(bool(proof.secret or proof.basic))
        self.verify(request, proof)
        require_type(request, *self.types)

    def by_headers(self, request: Request, proof: Proof) -> bool:
        """Tell whether the headers alone prove a delivery; raise RefusedError where they never can."""
        require(bool(proof.secret or proof.basic))
        return self.screen(request, proof) if self.screen else False

    def receive(self, request: Request) -> Sequence[Delivery]:
        """Return the events of a delivery (a batch holds several)."""
        try:
            return self.deliveries(request)
        except (ValueError, UnreadableError):
            # What cannot be read today is stored all the same: a later version may.
            return [Delivery(None, "unreadable", request.content, RETRYING)]


class UnknownSenderError(TimelineError):
    """No webhook of this name is installed, or it cannot be loaded."""


@cache
def _points() -> dict[str, EntryPoint]:
    return {point.name: point for point in sorted(entry_points(group=GROUP), key=lambda p: p.name)}


def names() -> list[str]:
    """Return the registered senders, sorted."""
    return list(_points())


@cache
def load(name: str) -> Webhook:
    """Import a sender; raise UnknownSenderError naming what failed."""
    if name not in _points():
        raise UnknownSenderError(f"no sender {name!r} is installed")
    try:
        webhook: Webhook = _points()[name].load()
    except Exception as err:  # a plugin may fail in any way; the user needs to know which and how
        raise UnknownSenderError(f"sender {name!r} cannot be loaded: {type(err).__name__}: {err}") from err
    return webhook


def described(body: Any, *paths: str) -> str:
    """Return the first text at one of the paths, cut as a type is; else `unknown`."""
    return next((name for path in paths if (name := own_text(body, path))), "unknown")


def own_text(body: Any, path: str) -> str:
    """Return the text (no number) at a path, cut at 200 characters; empty where there is none."""
    text = fields.at(body, path)
    return text[:200] if isinstance(text, str) else ""


def ended(name: str, start: int | None, end: int | None) -> Resolution | None:
    """Return the incident under an id that is a folder's name everywhere; None where there is none."""
    identity = re.sub(r"[^A-Za-z0-9._-]+", "-", name).replace("..", "-").strip("-._")[:100]
    if not identity or (start is not None and end is not None and end <= start):
        return None
    first, last = (None if t is None else format_instant(t) for t in (start, end))
    return Resolution(identity, first, last)


def instants(values: Sequence[Any], *paths: str) -> list[int]:
    """Return the readable times at the paths of the values (ns), path by path; Go's zero time is none."""
    times = []
    for path in paths:
        for value in values:
            text = fields.at(value, path)
            if not isinstance(text, str) or not text or text.startswith("0001-"):
                continue
            try:
                times.append(read_time(text).latest)
            except UndecodableTimeError:
                continue
    return times


def stamp(instant: int) -> str:
    """Return an instant as a part of a folder's name."""
    return datetime.fromtimestamp(instant // 10**9, UTC).strftime("%Y%m%dT%H%M%SZ")
