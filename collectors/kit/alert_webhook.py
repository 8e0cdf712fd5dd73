"""What Alertmanager and Grafana say of alerts in their webhooks; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from collectors.kit.webhooks import Delivered, Told, UnreadableError, text_in
from timeline import facts
from timeline.errors import UndecodableTimeError
from timeline.instant import Bounds, precise
from timeline.kinds import Kind
from timeline.model import Fact
from timeline.zones import read_time

_NOISE = frozenset({"alertname", "severity"})  # left out of statements; the subject keeps them
_WORDS = ("summary", "description", "message")
_NEVER = "0001-01-01T00:00:00Z"  # Go's way to say that a time is not set


def alert_facts(one: Delivered, told: Told) -> Iterator[Fact]:
    """Yield when each alert began to fire and stopped, and that this notification told of it.

    Raises UnreadableError where the body is none of Alertmanager's or Grafana's.
    """
    body = one.body
    alerts = body.get("alerts") if isinstance(body, dict) else None
    if not isinstance(alerts, list):
        raise UnreadableError("it lists no alerts")
    broken = None
    for index, alert in enumerate(alerts):
        try:
            yield from _alert(one, alert, f"/body/alerts/{index}", told)
        except UnreadableError as err:
            broken = err  # the alerts after it are read all the same
    if broken:
        raise broken


def left_out(one: Delivered) -> int:
    """Return how many alerts `max_alerts` cut off."""
    number = one.body.get("truncatedAlerts") if isinstance(one.body, dict) else None
    return number if isinstance(number, int) else 0


def _alert(one: Delivered, alert: Any, pointer: str, told: Told) -> Iterator[Fact]:
    if not isinstance(alert, dict) or not isinstance(alert.get("labels"), dict):
        raise UnreadableError("an alert has no labels")
    labels = {str(k): str(v) for k, v in alert["labels"].items()}
    name = labels.get("alertname") or "unnamed"
    started, ended = _time(alert, "startsAt"), _time(alert, "endsAt")
    life = [name, labels, text_in(alert, "startsAt")]
    # Repeats tell the same beginning again: once is enough, and the first one told it first.
    if started and told.first(["firing", *life]):
        yield _fact(one, "alert.firing", [*life, "firing"], started, "startsAt", alert, labels, pointer)
    if ended and alert.get("status") == "resolved" and told.first(["resolved", *life]):
        yield _fact(one, "alert.resolved", [*life, "resolved"], ended, "endsAt", alert, labels, pointer)
    arrived = precise(one.received, 1)
    yield _fact(one, "alert.notified", [name, labels, one.id], arrived, "received_at", alert, labels, pointer)


def _fact(
    one: Delivered, kind: Kind, key: list[Any], at: Bounds, means: str,
    alert: Mapping[str, Any], labels: dict[str, str], pointer: str,
) -> Fact:  # fmt: skip
    name = labels.get("alertname") or "unnamed"
    shown = ", ".join(f"{k}={v}" for k, v in sorted(labels.items()) if k not in _NOISE)
    notified = kind == "alert.notified"
    link = text_in(alert, "generatorURL")
    web = link if urlsplit(link).scheme in {"http", "https"} else None
    receiver = text_in(one.body, "receiver") or None
    clock = one.origin if notified else (urlsplit(web).hostname or one.origin if web else one.origin)
    return facts.fact(
        kind, origin=one.origin, key=["alert", *key], at=at, time_means=means, clock=clock, source=one.source,
        names={"alert": name, "labels": shown or None, "receiver": receiver}, subject=facts.subject_of(labels, labels),
        # What was said is quoted where it was said: it may change from one notification to the next.
        quote=facts.quote(_words(alert)) if notified else None,
        evidence=[one.evidence(pointer).replace(link=web)],
        thread=facts.alert_thread(one.origin, name, labels),
    )  # fmt: skip


def _words(alert: Mapping[str, Any]) -> str:
    said = alert.get("annotations")
    found = [text_in(said, word) for word in _WORDS] if isinstance(said, dict) else []
    return "\n".join(dict.fromkeys(word for word in found if word))


def _time(alert: Mapping[str, Any], name: str) -> Bounds | None:
    text = text_in(alert, name)
    if not text or text == _NEVER:
        return None
    try:
        return read_time(text)
    except UndecodableTimeError as err:
        raise UnreadableError(f"its {name} is no time") from err
