"""Which kinds the sources of a build give: a kind that none gives did not happen by no record of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from timeline.checks.claims.ground import Ground

#: What begins the kinds that a collector gives; one that is not named here may give any.
GIVES: Mapping[str, tuple[str, ...]] = {
    "alertmanager": ("alert.",),
    "git": ("change.", "deploy."),
    "github": ("change.", "deploy."),
    "gitlab": ("change.", "deploy."),
    "grafana": ("alert.", "metric.", "change.", "deploy.", "custom"),
    "matrix": ("chat.",),
    "opensearch": ("log.", "trace."),
    "pagerduty": ("alert.", "incident.", "chat."),
    "prometheus_alerts": ("alert.pending", "alert.firing", "alert.resolved"),
    "prometheus_metrics": ("metric.",),
    "slack": ("chat.",),
    "statuspage": ("status.", "incident."),
}


def collectors(ground: Ground) -> frozenset[str] | None:
    """Return the collectors of the last collection; None where the timeline does not tell."""
    provenance: Any = ground.timeline.provenance
    try:
        sources = provenance["collections"][-1]["sources"]
        return frozenset(str(one["collector"]) for one in sources)
    except (KeyError, IndexError, TypeError):
        return None


def is_given(ground: Ground, kinds: Iterable[str]) -> bool:
    """Tell whether a source of the build may give one of the kinds."""
    held = ground.once(collectors)
    kinds = tuple(kinds)
    if held is None or any(kind in ground.facts.by_kind for kind in kinds):
        return True
    return any(name not in GIVES or kind.startswith(GIVES[name]) for name in held for kind in kinds)
