"""Events of a cluster, in both of their forms: when they happened, how often, and from when on they are kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from collectors.base import MakeGap, SourceError
from collectors.kit import fields
from collectors.kit.fields import UnreadableError
from collectors.kit.kubernetes.client import Cluster, Item
from timeline.instant import Bounds, format_instant
from timeline.model import Gap, Window
from timeline.relative import first_instant, part

#: Both groups serve the same objects, the newer one under other names.
FORMS = (("api/v1", "events"), ("apis/events.k8s.io/v1", "events"))
_ALL: dict[str, Any] = {}
_OBJECT = dict.fromkeys(("apiVersion", "kind", "namespace", "name", "uid", "fieldPath"), _ALL)
KEEP = {
    # Argo CD writes there who did it.
    "metadata": {**dict.fromkeys(("uid", "name", "namespace", "creationTimestamp"), _ALL), "annotations": {"user": _ALL}},
    "involvedObject": _OBJECT, "regarding": _OBJECT, "related": _OBJECT,
    **dict.fromkeys((
        "type", "reason", "action", "message", "note", "count", "deprecatedCount", "series", "source", "deprecatedSource",
        "firstTimestamp", "lastTimestamp", "deprecatedFirstTimestamp", "deprecatedLastTimestamp", "eventTime",
        "reportingComponent", "reportingController", "reportingInstance",
    ), _ALL),
}  # fmt: skip


#: How the recorder writes an event that stands for many alike ones: its words are those of the last one alone.
_COMBINED = "(combined from similar events): "


class Occurrence(NamedTuple):
    """One time at which an event is known to have happened: its number among `count`, and what told it."""

    number: int
    at: Bounds
    means: str


class Event(NamedTuple):
    """An event by what both forms say."""

    item: Item
    uid: str
    reason: str
    message: str
    kind: str
    namespace: str
    name: str
    of: str  # uid of the object
    reporter: str
    host: str
    total: int
    times: tuple[Occurrence, ...]
    combined: bool

    @property
    def where(self) -> str:
        """Return the object as `Deployment shop/checkout`."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"

    def said(self, occurrence: Occurrence) -> str:
        """Return the words of an occurrence; empty where those are not kept."""
        return "" if self.combined and occurrence.number < self.total else self.message

    def repeated(self, occurrence: Occurrence) -> str:
        """Return what an occurrence says of the others, which are folded into one event."""
        first = self.times[0].at
        since = format_instant(first_instant(first))
        if occurrence.number == 1:
            return (
                ", whose words are not kept: others alike were combined with it"
                if self.combined and self.total > 1
                else ""
            )
        return f", {'the last of ' if self.combined else ''}{self.total} {'similar ones' if self.combined else 'times'} since {since}"


async def events(cluster: Cluster, **params: str) -> list[Item]:
    """Return all events that are kept; raise SourceError where neither form may be listed."""
    try:
        return await cluster.items(*FORMS[0], KEEP, params)
    except SourceError as err:
        if err.reason != "unauthorised":
            raise
        try:
            return await cluster.items(*FORMS[1], KEEP)
        except SourceError:
            raise err from None


def read_event(item: Item) -> Event:
    """Return what an event says; raise UnreadableError.

    Its name ends in its time in ns, in hexadecimal. That is how today's recorders name it and no promise: it bounds
    nothing here.
    """
    data, text = item.data, fields.text
    message = text(data, "message") or text(data, "note")
    about = "involvedObject" if fields.at(data, "involvedObject") else "regarding"
    count = _number(data, "series.count") or _number(data, "count") or _number(data, "deprecatedCount")
    return Event(
        item, fields.required(data, "metadata.uid"), fields.required(data, "reason"),
        message.removeprefix(_COMBINED), fields.required(data, f"{about}.kind"), text(data, f"{about}.namespace"),
        text(data, f"{about}.name"), text(data, f"{about}.uid"), _first(data, "reportingComponent", "reportingController", "source.component", "deprecatedSource.component"),
        _first(data, "source.host", "deprecatedSource.host"), max(count, 1), tuple(_times(data, count)), message.startswith(_COMBINED),
    )  # fmt: skip


def _times(data: Any, count: int) -> Iterable[Occurrence]:
    """Yield the first time and, of an event that came again, the last one: those between are not kept."""
    firsts = ("eventTime", "firstTimestamp", "deprecatedFirstTimestamp", "metadata.creationTimestamp")
    lasts = ("series.lastObservedTime", "lastTimestamp", "deprecatedLastTimestamp")
    begun = next((path for path in firsts if fields.at(data, path)), None)
    if begun is None:
        raise UnreadableError("it has no time")
    yield Occurrence(1, fields.time(data, begun), _called(begun))
    ended = next((path for path in lasts if fields.at(data, path)), None)
    if count > 1 and not ended:
        raise UnreadableError(f"it came {count} times, and has no last time")
    if ended and count < 1 and fields.text(data, ended) != fields.text(data, begun):
        raise UnreadableError("it came again, and has no count")
    if count > 1 and ended:
        yield Occurrence(count, fields.time(data, ended), f"{_called(ended)} of {count} occurrences")


def _called(path: str) -> str:
    """Return a time by the name that the older form has for it."""
    name = path.removeprefix("deprecated")
    return name[0].lower() + name[1:]


def _first(data: Any, *paths: str) -> str:
    return next((found for path in paths if (found := fields.text(data, path))), "")


def _number(data: Any, path: str) -> int:
    found = fields.text(data, path)
    return int(found) if found.isdecimal() else 0


def forgotten(
    make: MakeGap, window: Window, read: Iterable[Event], now: int, ttl: int, what: str
) -> list[Gap]:
    """Return the gap of what of the window is older than events are kept; none where one of before it is still there."""
    oldest = min((one.times[-1].at.latest for one in read), default=now)
    lost = part(window, None, min(now - ttl, oldest))
    if lost is None:
        return []
    said = f"Events before {format_instant(lost.end)} are not kept any more, {what}: the oldest that is kept is of "
    said += format_instant(oldest) if oldest < now else "no time: there is none"
    return [make("past_retention", lost, said, missing="events")]
