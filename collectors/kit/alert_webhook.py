"""What Alertmanager and Grafana say of alerts in their webhooks, which have one form; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from collectors.kit import fields
from collectors.kit.fields import UNREADABLE, UnreadableError
from collectors.kit.links import host_of, web
from collectors.kit.lives import ALERT, State, alert_life
from collectors.kit.proof import Request
from collectors.kit.webhooks import (
    RETRYING,
    Delivery,
    Event,
    Resolution,
    Seen,
    described,
    ended,
    instants,
    stamp,
)
from timeline import facts
from timeline.instant import Bounds, format_instant
from timeline.model import Fact, Gap
from timeline.text import code

_WORDS = ("summary", "description", "message")
_NEVER = "0001-01-01T00:00:00Z"  # Go's way to say that a time is not set


def deliveries(request: Request) -> list[Delivery]:
    """Return the one event of a notification; neither sender gives it an id."""
    return [Delivery(None, described(request.value, "status"), request.content, RETRYING)]


def alert_facts(event: Event, seen: Seen) -> Iterator[Fact | Gap]:
    """Yield when each alert began to fire and stopped, that this notification told of it, and what it left out.

    Raises UnreadableError where the body is none of Alertmanager's or Grafana's.
    """
    yield from _left_out(event)
    alerts = event.object.get("alerts")
    if not isinstance(alerts, list):
        raise UnreadableError("it lists no alerts")
    broken = None
    for index, alert in enumerate(alerts):
        try:
            yield from _Alert(event, alert, f"/body/alerts/{index}").facts(seen)
        except UNREADABLE as err:
            broken = err  # the alerts after it are read all the same
    if broken:
        raise broken


def resolution(kind: str, body: Mapping[str, Any], label: str) -> Resolution | None:
    """Return the incident of a group that is resolved: named by the label, else by alert and start.

    Where its times leave no time between (Grafana tells the end as the start), only the end is told.
    """
    alerts = _alerts(body)
    starts, ends = sorted(instants(alerts, "startsAt")), sorted(instants(alerts, "endsAt"))
    if kind != "resolved" or not starts or not ends:
        return None
    begun = starts[0] if starts[0] < ends[-1] else None
    named = _member(body, "commonLabels", label) or _member(body, "commonAnnotations", label)
    alert = _member(body, "commonLabels", "alertname") or _member(alerts[0], "labels", "alertname")
    return ended(named or f"{alert or 'alerts'}-{stamp(starts[0])}", begun, ends[-1])


def opening(kind: str, body: Mapping[str, Any], label: str) -> Resolution | None:
    """Return the incident that the label of alerts that fire names: one is declared so; other alerts are none."""
    starts = sorted(instants([one for one in _alerts(body) if one.get("status") == "firing"], "startsAt"))
    named = _member(body, "commonLabels", label) or _member(body, "commonAnnotations", label)
    return ended(named, starts[0], None) if kind == "firing" and named and starts else None


def begun(over: Mapping[str, Any], earlier: Iterable[Mapping[str, Any]]) -> str | None:
    """Return since when the alerts of a resolved group fired, as earlier notifications of it told; None: nowhere."""
    ended, firing = _identities(over), dict[str, int]()
    for body in earlier:
        for identity, alert in _identities(body).items():
            starts = instants([alert], "startsAt")
            if identity in ended and alert.get("status") == "resolved":
                firing.pop(identity, None)
            elif identity in ended and starts:
                firing[identity] = min(starts[0], firing.get(identity, starts[0]))
    return format_instant(min(firing.values())) if firing else None


def _identities(body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the alerts of a notification by their labels."""
    return {json.dumps(a.get("labels"), sort_keys=True): a for a in _alerts(body)}


def _alerts(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = body.get("alerts")
    return [a for a in listed if isinstance(a, dict)] if isinstance(listed, list) else []


def _member(value: Mapping[str, Any], name: str, key: str) -> str:
    # A label's own name may hold dots: no path.
    held = value.get(name)
    text = held.get(key) if isinstance(held, dict) else None
    return text if isinstance(text, str) else ""


def _left_out(event: Event) -> Iterator[Gap]:
    """Yield how many alerts `max_alerts` cut off."""
    number = event.object.get("truncatedAlerts")
    if isinstance(number, int) and number:
        text = f"Alertmanager left {number} alerts out of a notification"
        yield event.gap("truncated", text, missing=f"{number} alerts")


class _Alert:
    """One alert of a notification; raises UnreadableError where it has no labels."""

    def __init__(self, event: Event, alert: Any, pointer: str) -> None:
        given = fields.at(alert, "labels")
        if not isinstance(alert, dict) or not isinstance(given, dict):
            raise UnreadableError("an alert has no labels")
        self._event, self._alert, self._pointer = event, alert, pointer
        self._labels = {str(k): str(v) for k, v in given.items()}
        receiver = fields.text(event.object, "receiver") or None
        self._life = alert_life(event.origin, event.source, self._labels, receiver=receiver)

    def facts(self, seen: Seen) -> Iterator[Fact | Gap]:
        """Yield a beginning and an end, each where it is news, and the notification."""
        started, stopped = _time(self._alert, "startsAt"), _time(self._alert, "endsAt")
        resolved = self._alert.get("status") == "resolved"
        name, thread = self._life.names["alert"], self._life.thread
        life = [name, self._labels, fields.text(self._alert, "startsAt")]
        # What began where it ended did not begin there: so Grafana tells the end of what fired before.
        begins = started and not (resolved and stopped and started.latest >= stopped.latest)
        # While one fires, another start is the same firing: two senders tell their own, and the earlier wins.
        if begins and started and seen.first(["firing", *life]):
            if seen.opens(thread, started.latest):
                yield self._fact("opened", [*life, "firing"], started, "startsAt")
            elif seen.is_later(thread, started.latest):
                text = f"Alert {code(str(name))} was told to have begun again, and nothing told that it had ended"
                yield self._event.gap("partial", text, missing=str(self._life.names["labels"] or name))
        if stopped and resolved and seen.closes(thread, stopped.latest) and seen.first(["resolved", *life]):
            yield self._fact("closed", [*life, "resolved"], stopped, "endsAt")
        key = ["alert", name, self._labels, self._event.id]
        # What was said is quoted where it was said: it may change from one notification to the next.
        yield self._life.fact(
            "alert.notified", key, self._event.arrived, "received_at", evidence=[self._evidence()],
            quote=facts.quote(self._words()),
        )  # fmt: skip

    def _fact(self, state: State, key: list[Any], at: Bounds, means: str) -> Fact:
        # The times are of who found the alert, not of who notified.
        clock = host_of(fields.text(self._alert, "generatorURL"))
        return self._life.fact(
            ALERT[state], ["alert", *key], at, means, evidence=[self._evidence()], clock=clock
        )

    def _evidence(self) -> Any:
        return self._event.evidence(self._pointer, web(fields.text(self._alert, "generatorURL")))

    def _words(self) -> str:
        said = self._alert.get("annotations")
        words = [fields.text(said, word) for word in _WORDS] if isinstance(said, dict) else []
        return "\n".join(dict.fromkeys(word for word in words if word))


def _time(alert: Mapping[str, Any], name: str) -> Bounds | None:
    text = fields.text(alert, name)
    return None if not text or text == _NEVER else fields.time(alert, name)
