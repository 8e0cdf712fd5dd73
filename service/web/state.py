"""What the handlers share: settings, the library, the inbox, who may do what, and metrics."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archive import builds, events
from collectors.kit.proof import Proof
from collectors.kit.redaction import Redactor
from collectors.kit.webhooks import Webhook
from service.archive.following import Following
from service.inbox.library import Library
from service.inbox.refresh_job import Refresher
from service.inbox.worker import Database, InboxWriter, Worker
from service.settings.serve import ServeSettings, WebhookSettings
from service.web.audit import Audit
from service.web.limits import Held, Limiter, Unproven
from service.web.metrics import Gauge, Metrics
from service.web.operation.reminders import Reminders
from service.web.peers import Proxies
from service.web.sessions import Sessions
from service.web.signin import LOCAL, SignIn, User
from timeline.errors import TimelineError

if TYPE_CHECKING:
    from starlette.requests import Request


_STREAMS = 500  # pages that follow notes, of all people


@dataclass(frozen=True)
class Hook:
    """A configured webhook with its sender, and its secrets resolved."""

    settings: WebhookSettings
    webhook: Webhook
    proof: Proof


@dataclass
class State:
    """One running server."""

    settings: ServeSettings
    library: Library
    store: Database
    writer: InboxWriter
    worker: Worker
    signin: SignIn
    hooks: Mapping[str, Hook]
    hosts: frozenset[str] | None  # names a browser may call us by; None: any, people sign in
    sessions: Sessions
    audit: Audit
    refresher: Refresher
    redactor: Redactor  # knows the secrets that the server knows
    archive: Following
    reminders: Reminders
    metrics: Metrics = field(default_factory=Metrics)
    started_at: int = field(default_factory=time.time_ns)

    def __post_init__(self) -> None:
        minute = self.settings.requests_per_minute
        self.requests = Limiter(minute, max(minute / 4, 60))
        self.attempts = Limiter(10, 10)
        self.refusals = Limiter(self.settings.refusals_per_minute)
        self.unproven = Unproven()
        self.streams = Held(self.settings.streams_per_user, _STREAMS)
        self.proxies = Proxies(self.settings.proxies)
        self.deliveries = Limiter(self.settings.webhooks_per_minute, self.settings.webhooks_per_minute / 2)
        self.metrics.watch(self.gauges)
        self.refreshing = threading.Lock()  # one at a time: each may take a core
        self._changed: dict[str, asyncio.Event] = {}

    def changed(self, incident: str) -> asyncio.Event:
        """Return the event that is set when notes of an incident are next written here."""
        return self._changed.setdefault(incident, asyncio.Event())

    def announce(self, incident: str) -> None:
        """Wake everybody who follows an incident."""
        if event := self._changed.pop(incident, None):
            event.set()

    def gauges(self) -> Iterator[Gauge]:
        """Yield what is counted when it is asked for."""
        with self.store.use() as connection:
            stored, built = events.counts(connection), builds.counts(connection)
        for hook, states in stored.items():
            for state, number in states.items():
                yield "inbox_events", {"webhook": hook, "state": state}, number
        for state, number in built.items():
            yield "builds", {"state": state}, number
        yield "streams", {}, self.streams.total
        yield from self._programme()

    def _programme(self) -> Iterator[Gauge]:
        try:
            made = self.archive.programme()
        except (TimelineError, OSError):
            return  # what cannot be read is no zero; the pages say why
        if made is None:
            return
        for severity, number in made.incidents.items():
            yield "incidents", {"severity": severity}, number
        for name, number in made.known.items():
            yield "incident_durations_known", {"duration": name}, number
        for name, ends in made.medians.items():
            for bound, seconds in zip(("low", "high"), ends, strict=True):
                yield "incident_duration_median_seconds", {"duration": name, "bound": bound}, seconds
        for state, number in made.actions.items():
            yield "actions", {"state": state}, number


def state_of(request: Request) -> State:
    """Return the server that a request came to."""
    found: State = request.app.state.serve
    return found


def peer_of(request: Request) -> str:
    """Return the address that a request comes from, by the word of a trusted proxy where it came through one."""
    return str(request.scope.get("timeline_peer", ""))


def user_of(request: Request) -> User:
    """Return who sends a request; the gate let nobody else through."""
    found: User = request.scope.get("timeline_user", LOCAL)
    return found
