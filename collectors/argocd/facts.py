"""An application's operations, events, health and conditions as facts; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from collectors.argocd.events import user_of
from collectors.argocd.objects import Application, Revision, Source
from collectors.argocd.operations import Moment, Operation
from collectors.kit import fields
from collectors.kit.kubernetes.events import Event
from timeline.canonical import short_id
from timeline.facts import quote, quote_marked, thread_key
from timeline.instant import NS, format_instant
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Quote, Related, Subject
from timeline.relative import first_instant
from timeline.statements import Name
from timeline.text import clean, mention

_ENDS: dict[str, Kind] = {"succeeded": "deploy.finished", "failed": "deploy.failed"}
ROLL_BACK = "deployed an older revision again"


class Life(NamedTuple):
    """The facts of one operation, and the events that tell of it."""

    facts: list[Fact]
    thread: str | None
    events: tuple[Event, ...]


class Writer:
    """Writes the facts of one application."""

    def __init__(self, source: Source, app: Application, found: Sequence[Operation]) -> None:
        self._source, self._app, self._found = source, app, found

    def lives(self) -> Iterator[Life]:
        """Yield each operation's facts; a dry run, which deploys nothing, is a record."""
        for place, one in enumerate(self._found):
            events = tuple(event for event in one.told or () if event is not None)
            if one.is_dry or self._is_no_sync(one):
                yield Life(self._dry(one), None, events)
                continue
            facts = list(self._steps(one))
            facts += self._rolled_back(place, facts)
            # What has no record but its events is told by them.
            yield Life(facts, self._thread(one), () if one.by_events else events)

    def event(self, event: Event, thread: str | None = None) -> Iterator[Fact]:
        """Yield an event by each time that is known of it."""
        user = user_of(event.item)
        subject = self._source.subject(self._app, reason=event.reason, type=fields.text(event.item.data, "type"))  # fmt: skip
        for when in event.times:
            label = f"{event.reason} of {event.where}{event.repeated(when)}"
            yield self._source.fact(
                "custom", [event.uid, when.number], when.at, f"{when.means} of the event",
                names={"label": label, "source": event.reporter or None}, evidence=[self._of_event(event)],
                subject=subject, quote=self._words(event.said(when), user), actor=self._source.user(user), thread=thread,
            )  # fmt: skip

    def states(self) -> Iterator[Fact]:
        """Yield since when the application's health is as it is, and each of its conditions."""
        app, health = self._app, fields.at(self._app.data, "status.health")
        if fields.text(health, "lastTransitionTime"):
            status = fields.required(health, "status")
            at = fields.time(health, "lastTransitionTime")
            yield self._source.fact(
                "custom", [app.uid, "health", at.latest], at, "lastTransitionTime of health",
                names={"label": f"Health {status} of Application {app.called}"}, evidence=[self._evidence("/status/health")],
                subject=self._source.subject(app), quote=quote(fields.text(health, "message")),
            )  # fmt: skip
        for place, one in enumerate(fields.many(app.data, "status.conditions")):
            if not fields.text(one, "lastTransitionTime"):
                continue
            name, at = fields.required(one, "type"), fields.time(one, "lastTransitionTime")
            yield self._source.fact(
                "custom", [app.uid, "condition", name, at.latest], at, f"lastTransitionTime of condition {name}",
                names={"label": f"Condition {name} of Application {app.called}"},
                evidence=[self._evidence(f"/status/conditions/{place}")], subject=self._source.subject(app),
                quote=quote(fields.text(one, "message")),
            )  # fmt: skip

    def deploy(self, one: Operation) -> str:
        """Return what an operation is called: as in the history, else by when it began."""
        if one.number is not None:
            return f"{self._app.called} #{one.number}"
        return f"{self._app.called} {format_instant(one.first)}"

    def _steps(self, one: Operation) -> Iterator[Fact]:
        under_way = one.message if one.outcome == "running" and one.retries else ""
        if one.start:
            yield self._fact(
                "deploy.started", one, one.start, actor=one.user, words=self._began(one) or quote(under_way)
            )
        if one.end and one.outcome in _ENDS:
            ended = one.told.ended if one.told and one.by_events else None
            words = quote(ended.message if ended else one.message)
            yield self._fact(_ENDS[one.outcome], one, one.end, words=words)

    def _began(self, one: Operation) -> Quote | None:
        event = one.told.began if one.told and one.by_events else None
        return self._words(event.message, one.user) if event else None

    def _rolled_back(self, place: int, facts: Sequence[Fact]) -> Iterator[Fact]:
        """Yield that an operation rolled back: Argo CD's event calls it so, or it deployed again what had been replaced."""
        one = self._found[place]
        before = [other for other in self._found[:place] if not other.is_dry and not self._is_no_sync(other)]
        done = [other for other in before if other.outcome == "succeeded"]
        last = done[-1] if done else None
        own = one.revision.identity
        asked = bool(one.told and one.told.back)
        came_again = (
            one.number is not None and bool(own) and last is not None and last.revision.identity not in {(), own}
            and any(other.revision.identity == own for other in done)
        )  # fmt: skip
        if one.outcome != "succeeded" or not (asked or came_again):
            return
        later = before[before.index(last) :] if last else before
        replaced = [other for other in (*([last] if last else []), *reversed(later)) if _differs(other.revision, one.revision)]  # fmt: skip
        old = replaced[0] if replaced else None
        names: dict[str, Name] = {
            "deploy": self.deploy(old) if old else self._app.called, "by": self.deploy(one),
            "previous": old.revision.shown or None if old else None,
        }  # fmt: skip
        related = [Related(fact=fact.id, rule=ROLL_BACK) for fact in facts if fact.kind == "deploy.started"]
        if old and old.start:
            known = short_id("f", [1, self._source.origin, "deploy.started", self._key(old)])
            related.append(Related(fact=known, rule=ROLL_BACK))
        at = one.start or one.end
        if at:
            words = (
                self._words(one.told.began.message, one.user)
                if asked and one.told and one.told.began
                else None
            )
            yield self._fact("deploy.rolled_back", one, at, names=names, life=old, actor=one.user, related=tuple(related), words=words)  # fmt: skip

    def _dry(self, one: Operation) -> list[Fact]:
        """Return a dry run's records, where it has any beside its events."""
        steps = () if one.by_events else ((one.start, "began"), (one.end, one.outcome))
        return [
            self._source.fact(
                "custom", [*self._key(one), "dry run", what], moment.at, moment.means,
                names={"label": f"Dry run of a sync of Application {self._app.called}: {what}"}, evidence=self._places(one),
                subject=self._subject(one), quote=quote(one.message) if what != "began" else None,
                actor=self._source.user(one.user) if what == "began" else None,
            )
            for moment, what in steps if moment
        ]  # fmt: skip

    def _is_no_sync(self, one: Operation) -> bool:
        """Tell whether what events alone tell deployed nothing: the history has every whole sync that succeeded, and no dry run."""
        if not one.by_events or one.outcome != "succeeded" or (one.told and one.told.is_partial):
            return False
        kept = [other for other in self._found if other.number is not None]
        return bool(kept) and (kept[0].number == 0 or one.first > kept[0].first)

    def _fact(
        self, kind: Kind, one: Operation, moment: Moment, *, names: dict[str, Name] | None = None, actor: str = "",
        words: Quote | None = None, life: Operation | None = None, related: tuple[Related, ...] = (),
    ) -> Fact:  # fmt: skip
        subject = self._subject(one)
        shown: dict[str, Name] = {
            "deploy": self.deploy(one), "environment": subject.environment, "service": subject.service,
            "revision": one.revision.shown or None, **(names or {}),
        }  # fmt: skip
        return self._source.fact(
            kind, self._key(one), moment.at, moment.means, names=shown, evidence=self._places(one), subject=subject,
            thread=self._thread(life or one), quote=words, actor=self._source.user(actor), related=related,
        )  # fmt: skip

    def _key(self, one: Operation) -> list[str | int]:
        return [self._app.uid, *(part for part in one.key if isinstance(part, str | int))]

    def _thread(self, one: Operation) -> str:
        return thread_key("deploy", self._source.origin, *self._key(one))

    def _subject(self, one: Operation) -> Subject:
        return self._source.subject(
            self._app, took=_took(one), history="" if one.number is None else str(one.number), commit=one.revision.commit,
            automated="true" if one.is_automated else "", retries=one.retries, workloads=" ".join(sorted(set(one.workloads))),
        )  # fmt: skip

    def _places(self, one: Operation) -> list[Evidence]:
        if not one.by_events:
            return [self._evidence(place) for place in one.places]
        return [self._of_event(event) for event in one.told or () if event is not None]

    def _evidence(self, below: str) -> Evidence:
        return self._source.evidence(self._app.item, below, self._app)

    def _of_event(self, event: Event) -> Evidence:
        return self._source.evidence(event.item, "", self._app)

    def _words(self, text: str, user: str) -> Quote | None:
        """Return an event's words, which begin with who it was."""
        if user and text.startswith(f"{user} ") and (identity := self._source.user(user)):
            return quote_marked(mention(identity) + clean(text.removeprefix(user)))
        return quote(text)


def _took(one: Operation) -> str:
    """Return how many seconds an operation took; empty where that is not known."""
    if not one.start or not one.end:
        return ""
    return str(max(0, first_instant(one.end.at) - first_instant(one.start.at)) // NS)


def _differs(one: Revision, other: Revision) -> bool:
    return bool(one.parts) and one.parts != other.parts
