"""An application's operations: of its history, its newest one, and those that events alone tell; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from collectors.argocd.events import Told, operations, user_of
from collectors.argocd.objects import Application, Revision, revision_of
from collectors.kit import fields
from collectors.kit.fields import UnreadableError
from collectors.kit.kubernetes.events import Event
from timeline.canonical import Json
from timeline.instant import NS, Bounds
from timeline.relative import first_instant

Outcome = Literal["running", "succeeded", "failed"]
_OUTCOMES: dict[str, Outcome] = {
    "Running": "running", "Terminating": "running", "Succeeded": "succeeded", "Failed": "failed", "Error": "failed",
}  # fmt: skip
#: An event is written beside the state that it is of, and both times are cut to seconds.
_BESIDE = 10 * NS


class Moment(NamedTuple):
    """When something was, and what told it."""

    at: Bounds
    means: str


@dataclass(frozen=True)
class Operation:
    """A sync: `key` is its own in the application, `places` where it stands, `number` that in the history."""

    key: tuple[Json, ...]
    start: Moment | None
    end: Moment | None
    outcome: Outcome
    revision: Revision
    places: tuple[str, ...] = ()
    number: int | None = None
    user: str = ""
    is_automated: bool = False
    is_dry: bool = False
    message: str = ""
    retries: str = ""
    workloads: tuple[str, ...] = ()
    told: Told | None = None
    by_events: bool = field(default=False)  # nothing but its events is kept of it

    @property
    def first(self) -> int:
        """Return the first instant that is known of it (ns)."""
        known = self.start or self.end
        return first_instant(known.at) if known else 0


def read(app: Application, events: Iterable[Event]) -> list[Operation]:
    """Return an application's operations, the oldest first; raise UnreadableError."""
    kept = list(_history(app))
    newest = _newest(app)
    if newest is not None:
        same = next((n for n, one in enumerate(kept) if _is_same(one, newest)), None)
        if newest.outcome == "succeeded" and not newest.is_dry and not kept and _keeps_some(app):
            raise UnreadableError("its newest sync has succeeded, and it has no history")
        if same is None:
            kept.append(newest)
        else:
            places = (*kept[same].places, *newest.places)
            kept[same] = replace(
                kept[same], places=places, message=newest.message, retries=newest.retries, workloads=newest.workloads
            )  # fmt: skip
    told = list(operations(events))
    for place, one in enumerate(kept):
        near = [(_apart(one, other), n) for n, other in enumerate(told) if _fits(one, other)]
        if near:
            kept[place] = replace(one, told=told.pop(min(near)[1]))
    kept += [_by_events(one) for one in told]
    return sorted(kept, key=lambda one: (one.first, one.number is None, one.number or 0))


def _history(app: Application) -> Iterator[Operation]:
    seen: set[str] = set()
    for place, entry in enumerate(fields.many(app.data, "status.history")):
        number = fields.number(entry, "id")
        began = fields.text(entry, "deployStartedAt")  # versions before 1.8 note the end alone
        key: tuple[Json, ...] = ("operation", began) if began and began not in seen else ("history", number)
        seen.add(began)
        yield Operation(
            key, Moment(fields.time(entry, "deployStartedAt"), f"deployStartedAt of history {number}") if began else None,
            Moment(fields.time(entry, "deployedAt"), f"deployedAt of history {number}"), "succeeded", revision_of(entry),
            (f"/status/history/{place}",), number, fields.text(entry, "initiatedBy.username"),
            fields.at(entry, "initiatedBy.automated") is True, workloads=tuple(_managed(app)),
        )  # fmt: skip


def _newest(app: Application) -> Operation | None:
    state = fields.at(app.data, "status.operationState")
    if not state:
        return None
    phase = fields.required(state, "phase")
    if phase not in _OUTCOMES:
        raise UnreadableError(f"its operation is in an unknown phase, {phase}")
    outcome, sync = _OUTCOMES[phase], fields.at(state, "operation.sync")
    result = fields.at(state, "syncResult")
    revision = revision_of(result) if result else revision_of(sync)
    ended = outcome != "running"
    return Operation(
        ("operation", fields.required(state, "startedAt")), Moment(fields.time(state, "startedAt"), "operationState.startedAt"),
        Moment(fields.time(state, "finishedAt"), f"operationState.finishedAt, {phase}") if ended else None, outcome,
        revision if revision.parts else revision_of(sync), ("/status/operationState",), None,
        fields.text(state, "operation.initiatedBy.username"), fields.at(state, "operation.initiatedBy.automated") is True,
        fields.at(sync, "dryRun") is True, fields.text(state, "message"), fields.text(state, "retryCount"),
        tuple(_synced(result)),
    )  # fmt: skip


def _keeps_some(app: Application) -> bool:
    """Tell whether a whole sync that succeeded has an entry in the history."""
    is_partial = bool(fields.many(app.data, "status.operationState.operation.sync.resources"))
    return not is_partial and fields.text(app.data, "spec.revisionHistoryLimit") != "0"


def _managed(app: Application) -> Iterator[str]:
    """Yield the Deployments that an application has now."""
    yield from _deployments(fields.many(app.data, "status.resources"))


def _synced(result: Any) -> Iterator[str]:
    """Yield the Deployments that a sync changed: of each resource it says what was done."""
    rows = fields.many(result, "resources")
    yield from _deployments([one for one in rows if not fields.text(one, "message").endswith(" unchanged")])


def _deployments(rows: Sequence[Any]) -> Iterator[str]:
    for one in rows:
        if (fields.text(one, "group"), fields.text(one, "kind")) == ("apps", "Deployment"):
            yield f"{fields.text(one, 'namespace')}/{fields.text(one, 'name')}"


def _is_same(entry: Operation, newest: Operation) -> bool:
    """Tell whether the newest operation is an entry of the history, which has no failed, partial or dry ones."""
    return newest.outcome == "succeeded" and not newest.is_dry and entry.key == newest.key


def _fits(one: Operation, told: Told) -> bool:
    """Tell whether events may be of an operation."""
    if told.ended and one.outcome != "running":
        if told.has_failed != (one.outcome == "failed"):
            return False
        said = told.revision
        if said and one.revision.parts and said not in one.revision.parts and told.ended:
            return False
    return _apart(one, told) <= _BESIDE


def _apart(one: Operation, told: Told) -> int:
    """Return how far (ns) events are from an operation: ends from ends, else beginnings from beginnings."""
    if told.ended and one.end:
        after = first_instant(told.ended.times[0].at) - first_instant(one.end.at)
        # The state is written first: what was told a second before it is of another one.
        return after if after >= 0 else _BESIDE + 1
    if told.began and one.start:
        return abs(first_instant(told.began.times[0].at) - first_instant(one.start.at))
    return _BESIDE + 1


def _by_events(told: Told) -> Operation:
    began, ended = told.began, told.ended
    start = Moment(began.times[0].at, f"{began.times[0].means} of event {began.reason}") if began else None
    end = Moment(ended.times[0].at, f"{ended.times[0].means} of event {ended.reason}") if ended else None
    revision = Revision((told.revision,) if told.revision else ())
    outcome: Outcome = "running" if not ended else "failed" if told.has_failed else "succeeded"
    return Operation(
        ("event", told.first.uid), start, end, outcome, revision, user=user_of(began.item) if began else "",
        is_automated=told.is_automated, told=told, by_events=True,
    )  # fmt: skip
