"""Notifications in the form that Alertmanager and Grafana share."""

from __future__ import annotations

from typing import Any

LABELS = {"alertname": "CheckoutErrors", "service": "checkout", "severity": "critical"}


def alert(
    status: str = "firing",
    starts: str = "2026-11-21T14:02:03.456Z",
    ends: str = "0001-01-01T00:00:00Z",
    **labels: str,
) -> dict[str, Any]:
    return {
        "status": status, "labels": {**LABELS, **labels}, "annotations": {"summary": "Errors above 2 %"}, "startsAt": starts, "endsAt": ends,
        "generatorURL": "http://prometheus.example:9090/graph?g0.expr=up", "fingerprint": "a1",
    }  # fmt: skip


def group(*alerts: dict[str, Any], status: str = "firing", **more: Any) -> dict[str, Any]:
    return {
        "version": "4",
        "receiver": "timeline",
        "status": status,
        "alerts": list(alerts),
        "commonLabels": LABELS,
        "truncatedAlerts": 0,
        **more,
    }
