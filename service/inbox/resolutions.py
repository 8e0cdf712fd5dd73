"""Which deliveries say that an incident is over, and which incident to build then; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from service.settings.serve import WebhookSettings
from timeline.errors import UndecodableTimeError
from timeline.instant import format_instant
from timeline.zones import read_time


class Resolution(NamedTuple):
    """An incident that ended: its id, and its bounds (RFC 3339) where the sender tells them."""

    incident: str
    start: str | None
    end: str | None


def resolution(hook: WebhookSettings, kind: str, body: bytes) -> Resolution | None:
    """Return the incident that a delivery says is over; None where it says no such thing."""
    reader = _READERS.get(hook.sender)
    if not hook.build or reader is None:
        return None
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return reader(hook, kind, value) if isinstance(value, dict) else None


def _alerts(hook: WebhookSettings, kind: str, body: Mapping[str, Any]) -> Resolution | None:
    alerts = [a for a in _list(body.get("alerts")) if isinstance(a, dict)]
    if kind != "resolved" or not alerts:
        return None
    labels = body.get("commonLabels") or {}
    starts, ends = sorted(_times(alerts, "startsAt")), sorted(_times(alerts, "endsAt"))
    if not starts or not ends:
        return None
    told = _text(labels, hook.incident_label) or _text(
        body.get("commonAnnotations") or {}, hook.incident_label
    )
    alert = _text(labels, "alertname") or _text(alerts[0].get("labels") or {}, "alertname") or "alerts"
    return _named(told or f"{alert}-{_stamp(starts[0])}", starts[0], ends[-1])


def _pagerduty(_: WebhookSettings, kind: str, body: Mapping[str, Any]) -> Resolution | None:
    event = body.get("event")
    data = event.get("data") if isinstance(event, dict) else None
    if kind != "incident.resolved" or not isinstance(event, dict) or not isinstance(data, dict):
        return None
    name = f"PD-{data.get('number') or data.get('id') or ''}"
    starts, ends = list(_times([data], "created_at")), list(_times([event], "occurred_at"))
    return _named(name, starts[0], ends[0]) if starts and ends else None


def _statuspage(_: WebhookSettings, kind: str, body: Mapping[str, Any]) -> Resolution | None:
    incident = body.get("incident")
    if kind != "incident.resolved" or not isinstance(incident, dict):
        return None
    starts = [*_times([incident], "started_at"), *_times([incident], "created_at")]
    ends = [*_times([incident], "resolved_at"), *_times([incident], "updated_at")]
    return _named(f"SP-{_text(incident, 'id')}", starts[0], ends[0]) if starts and ends else None


def _cloudevents(_: WebhookSettings, kind: str, body: Mapping[str, Any]) -> Resolution | None:
    data = body.get("data")
    if not re.search(r"incident\.resolved(\.|$)", kind) or not isinstance(data, dict):
        return None
    name = _text(data, "incident") or _text(data, "id") or _text(body, "subject")
    starts, ends = list(_times([data], "start")), [*_times([data], "end"), *_times([body], "time")]
    return _named(name, starts[0] if starts else None, ends[0] if ends else None)


def _named(name: str, start: int | None, end: int | None) -> Resolution | None:
    """Return the incident under an id that is a folder's name everywhere."""
    identity = re.sub(r"[^A-Za-z0-9._-]+", "-", name).replace("..", "-").strip("-._")[:100]
    if not identity or (start is not None and end is not None and end <= start):
        return None
    first, last = (None if t is None else format_instant(t) for t in (start, end))
    return Resolution(identity, first, last)


def _times(values: list[Any], name: str) -> Iterator[int]:
    for value in values:
        text = _text(value, name)
        if not text or text.startswith("0001-"):
            continue
        try:
            yield read_time(text).latest
        except UndecodableTimeError:
            continue


def _stamp(instant: int) -> str:
    return datetime.fromtimestamp(instant // 10**9, UTC).strftime("%Y%m%dT%H%M%SZ")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any, name: str) -> str:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, str) else ""


_READERS: dict[str, Callable[[WebhookSettings, str, Mapping[str, Any]], Resolution | None]] = {
    "alertmanager": _alerts,
    "grafana": _alerts,
    "pagerduty": _pagerduty,
    "statuspage": _statuspage,
    "cloudevents": _cloudevents,
}
