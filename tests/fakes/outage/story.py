"""What happened, and when: seconds after 14:00:00 UTC on 2026-11-21, and what each source is told of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from timeline.instant import NS

BEGIN = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
START = int(BEGIN.timestamp()) * NS
ALERT = "CheckoutErrors"
LABELS = {"alertname": ALERT, "service": "checkout", "severity": "page"}
#: What each source is told: kind, when it was (s after the beginning), and how wide bounds a fact of it may have (s). What
#: a cluster is told is recorded of real ones, and has a story of its own.
TOLD: dict[str, list[tuple[str, float, float]]] = {
    "repo": [("change.merged", -600, 1), ("change.config", -600, 1)],
    "github": [("change.merged", -600, 1), ("deploy.started", 30, 1), ("deploy.finished", 110, 1)],
    "actions": [("deploy.started", 10, 1), ("deploy.finished", 112, 1)],
    "gitlab": [("change.merged", -330.25, 0.001), ("deploy.started", -300.125, 0.001), ("deploy.finished", -260.75, 0.001)],
    "forge": [("change.merged", 1_800, 1)],
    "jenkins": [("custom", -900.5, 0.001), ("custom", -840.5, 0.001), ("deploy.started", 2_280.5, 0.001), ("deploy.finished", 2_380.75, 0.001)],
    "codedeploy": [("deploy.started", 35.5, 0.001), ("deploy.finished", 95.5, 0.001)],
    "cloudtrail": [("change.scale", 2_300, 1)],
    "alerts": [("alert.pending", 300, 15), ("alert.firing", 360, 15), ("alert.resolved", 2_400, 15)],
    "metrics": [("metric.crossed_above", 300, 15), ("metric.crossed_below", 2_400, 15)],
    "grafana": [("alert.pending", 310, 10), ("alert.firing", 370, 10), ("alert.resolved", 2_410, 10)],
    "notified": [("alert.firing", 360, 1), ("alert.notified", 390, 30), ("alert.resolved", 2_400, 1), ("alert.notified", 2_420, 30)],
    "alarms": [("alert.firing", 372.25, 0.001), ("alert.resolved", 2_460.5, 0.001)],
    "datadog": [("alert.firing", 365, 1), ("alert.resolved", 2_405, 1)],
    "pagerduty": [("incident.declared", 375, 1), ("alert.acknowledged", 430, 1), ("incident.resolved", 2_500, 1)],
    "opsgenie": [("alert.firing", 380.125, 0.001), ("alert.acknowledged", 450.5, 0.001), ("alert.resolved", 2_505.25, 0.001)],
    "slack": [("chat.message", at, 0.001) for at in (112.5, 440.25, 2_270.75)],
    "room": [("chat.message", at, 0.001) for at in (500.125, 2_345.5)],
    "support": [("chat.message", at, 0.001) for at in (520.5, 2_610.25)],
    "irc": [("chat.message", at, 60) for at in (480, 1_200)],
    "call": [("chat.message", at, 16) for at in (507, 2_182)],
    "jira": [("incident.declared", 600.25, 0.001), ("custom", 700.5, 0.001), ("chat.message", 800.75, 0.001), ("incident.resolved", 2_700.125, 0.001)],
    "status": [("status.posted", at, 0.001) for at in (900.5, 1_500.25, 2_600.75)],
    "logs": [("log.first_seen", -900, 0.001), ("log.first_seen", 310.5, 0.001), ("log.rate_changed", 310.5, 120), ("log.rate_changed", 2_381, 120)],
    "app": [("custom", at, 0.001) for at in (308.5, 320.25, 2_390.75)],
    "tickets": [("custom", at, 1) for at in (610, 660, 1_230)],
    "notes": [("custom", at, 60) for at in (540, 2_340)],
}  # fmt: skip
STACK = frozenset({"argocd", "cluster", "releases"})
#: What sources cannot tell, of which each says so: source, reason.
GAPS = {
    ("argocd", "past_retention"), ("cluster", "past_retention"), ("releases", "past_retention"), ("irc", "partial"),
    ("notes", "partial"), ("slack", "partial"),
}  # fmt: skip


def at(after: float) -> datetime:
    """Give the time so many seconds after the beginning."""
    return BEGIN + timedelta(seconds=after)


def ns(after: float) -> int:
    """Give the same in ns since 1970."""
    return START + round(after * 1000) * 1_000_000
