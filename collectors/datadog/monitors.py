"""What an event says of a monitor: which of its groups passed from which state to which; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from collectors.kit import fields
from collectors.kit.lives import ALERT, Life, alert_names
from timeline.facts import shown_labels, subject_of, thread_key
from timeline.kinds import Kind

_OPEN = frozenset({"Alert", "Warn"})
_STATES = {"alert": "Alert", "warn": "Warn", "warning": "Warn", "ok": "OK", "no data": "No Data"}
#: The state that an event's own status stands for, of events that tell no transition.
_STATUSES = {"error": "Alert", "warn": "Warn", "warning": "Warn", "ok": "OK", "success": "OK"}
_NO_DATA, _AGAIN = "[no data", "[re-"  # how their titles begin


class Change(NamedTuple):
    """A monitor's group passed from a state to another, as Datadog writes them; empty where it does not tell."""

    before: str
    after: str
    is_repeated: bool = False  # a notification of a state that goes on


def monitor_of(event: Any) -> Any:
    """Return the monitor that an event (`attributes.attributes`) is of; None of another event."""
    monitor = fields.at(event, "monitor")
    return monitor if isinstance(monitor, dict) and monitor else None


def change_of(event: Any) -> Change | None:
    """Return what became of a monitor's group; None where the event is of no state."""
    for place in ("monitor.transition", "transition"):
        told = fields.at(event, place)
        if isinstance(told, dict) and told:
            before, after = (
                _state(fields.text(told, name)) for name in ("source_state", "destination_state")
            )
            return (
                Change(before, after, fields.text(told, "transition_type") == "renotify") if after else None
            )
    after = _STATUSES.get(fields.text(event, "status"), "")
    title = fields.text(event, "title").lower()
    if after and title.startswith(_NO_DATA):
        after = "No Data"
    return Change("", after, title.startswith(_AGAIN)) if after else None


def kind_of(change: Change) -> Kind | None:
    """Return the kind of a change; None of one that has no kind of its own, or that is not known."""
    before, after, is_repeated = change
    if is_repeated:
        return "alert.notified"
    if before == after:
        return None
    if after in _OPEN:
        return None if before in _OPEN else ALERT["opened"]
    if after == "OK":
        ended: Mapping[str, Kind] = {
            "No Data": "alert.data_returned",
            **dict.fromkeys(("", *_OPEN), ALERT["closed"]),
        }
        return ended.get(before)
    return "alert.no_data" if after == "No Data" else None


def life_of(event: Any, tags: Mapping[str, str], change: Change, origin: str, source: str) -> Life:
    """Return the life of a monitor's group; raise UnreadableError where the event does not tell which it is."""
    monitor = monitor_of(event)
    own = fields.text(monitor, "id") or fields.required(event, "monitor_id")
    groups = sorted(_groups(event))
    called = fields.text(monitor, "name") or fields.text(monitor, "templated_name") or f"monitor {own}"
    labels = {"alertname": called, **dict(_label(group) for group in groups)}
    # A warning is another state than an alert, of the same life; that is in its statement alone.
    shown = {**labels, "state": change.after} if change.after == "Warn" else labels
    return Life(
        origin=origin, source=source, clock=origin, names={**alert_names(labels), "labels": shown_labels(shown)},
        subject=subject_of({**tags, **labels}, labels), thread=thread_key("datadog monitor", origin, own, *groups),
    )  # fmt: skip


def _state(text: str) -> str:
    return _STATES.get(text.lower(), text)


def _groups(event: Any) -> set[str]:
    """Return the groups (`host:a`) that an event is of; those of one text are apart at commas."""
    told = fields.many(event, "monitor.groups") or fields.many(event, "monitor_groups")
    found: set[str] = set()
    for text in filter(None, map(fields.string, told)):
        parts = [part.strip() for part in text.split(",")]
        found |= set(parts) if all(":" in part for part in parts) else {text}
    return found - {"*"}


def _label(group: str) -> tuple[str, str]:
    name, found, value = group.partition(":")
    return (name, value) if found else ("group", group)
