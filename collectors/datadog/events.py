"""Events of Datadog as facts: what monitors passed through, and what people and tools posted; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.datadog.monitors import change_of, kind_of, life_of, monitor_of
from collectors.kit import fields
from collectors.kit.links import filled, web
from collectors.kit.rows import tagged
from timeline import facts
from timeline.instant import NS, Bounds, precise
from timeline.kinds import Kind
from timeline.model import Evidence, Fact
from timeline.relative import first_instant
from timeline.text import line

_INNER, _OUTER = "attributes.attributes.timestamp", "attributes.timestamp"
_LONGEST = 120  # characters of a text that name something


def moment(event: Any) -> tuple[Bounds, str]:
    """Return when an event was, and the member that tells it; raise UnreadableError.

    Most are known to the second, however many digits are printed: milliseconds count where they are not zero.
    """
    if fields.at(event, _INNER) is None:
        return _known(fields.time(event, _OUTER)), "timestamp"
    inner = fields.time(event, _INNER, unit="ms")
    if _is_whole(inner) and fields.at(event, _OUTER) is not None:
        outer = fields.time(event, _OUTER)
        if not _is_whole(outer) and precise(first_instant(outer) // NS * NS, NS) == _known(inner):
            return outer, "timestamp"
    return _known(inner), "attributes.timestamp"


def _is_whole(at: Bounds) -> bool:
    return first_instant(at) % NS == 0


def _known(at: Bounds) -> Bounds:
    """Return the second that a time without a part of one stands for, any other as it is."""
    return precise(first_instant(at), NS) if _is_whole(at) else at


class Events:
    """Tells events of one account."""

    def __init__(self, origin: str, source: str, kinds: Mapping[str, Kind], pages: str | None) -> None:
        self._origin, self._source, self._kinds, self._pages = origin, source, kinds, pages

    def fact(self, event: Any, evidence: Evidence) -> Fact:
        """Return the fact of an event; raise UnreadableError."""
        own = ["event", fields.required(event, "id")]
        at, means = moment(event)
        inner = fields.at(event, "attributes.attributes")
        tags = [tag for tag in fields.many(event, "attributes.tags") if isinstance(tag, str)]
        evidence = evidence.replace(link=self._link(inner, at))
        quote = facts.quote(fields.text(event, "attributes.message"))
        change = change_of(inner) if monitor_of(inner) else None
        if change is not None:
            life = life_of(inner, tagged.named(tags), change, self._origin, self._source)
            if kind := kind_of(change):
                return life.fact(kind, own, at, means, evidence=[evidence], quote=quote)
            label = f"Alert {life.names['alert']}: {change.before or '-'} to {change.after}"
            names = {"label": label, "source": "Datadog"}
            return life.fact("custom", own, at, means, names=names, evidence=[evidence], quote=quote)
        kind = tagged.kind_of(tags, self._kinds)
        told = tagged.about(kind, tags, _called(event, inner), "Datadog")
        key = fields.text(inner, "aggregation_key")
        return facts.fact(
            kind, origin=self._origin, key=own, at=at, time_means=means, clock=self._origin, source=self._source,
            names=told.names, subject=told.subject, quote=quote, evidence=[evidence],
            thread=facts.thread_key("datadog events", self._origin, key) if key else None,
        )  # fmt: skip

    def _link(self, inner: Any, at: Bounds) -> str | None:
        """Return the page of an event's monitor, of the event, or of its time."""
        if self._pages is None:
            return None
        address = fields.text(inner, "monitor.result.alert_url")
        if address.startswith("/"):
            return web(self._pages + address)
        if number := fields.text(inner, "evt.id"):
            return filled(f"{self._pages}/event/event?id={{id}}", id=number)
        first, last = (at.earliest or at.latest) // NS * 1000, (at.latest // NS + 1) * 1000
        return f"{self._pages}/event/explorer?from_ts={first}&to_ts={last}"


def _called(event: Any, inner: Any) -> str:
    """Return what an event is called: its title, else the first line of its text, else its own id."""
    texts = (fields.text(inner, "title"), fields.text(event, "attributes.message"))
    lines = (text.strip() for one in texts for text in one.splitlines())
    return line(next(filter(None, lines), f"event {fields.text(event, 'id')}"), _LONGEST)
