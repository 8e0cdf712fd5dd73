"""Which kinds the sources of a build give: a kind that none gives did not happen by no record of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from timeline.checks.claims.ground import Ground

#: What begins the kinds that a collector gives. One that is not named here reads what it is configured for: the sorts
#: that its source has facts of, and any where it has none.
GIVES: Mapping[str, tuple[str, ...]] = {
    "alertmanager": ("alert.",),
    "azure_devops": ("deploy.",),
    "buildkite": ("deploy.",),
    "circleci": ("deploy.",),
    "cloudtrail": ("change.", "deploy.started"),
    "cloudwatch_alarms": ("alert.", "change.config", "change.removed"),
    "cloudwatch_metrics": ("metric.",),
    "codedeploy": ("deploy.",),
    "datadog_metrics": ("metric.",),
    "ecs": ("deploy.",),
    "git": ("change.", "deploy."),
    "gitea": ("change.",),
    "github": ("change.", "deploy."),
    "github_actions": ("deploy.",),
    "gitlab": ("change.", "deploy."),
    "grafana": ("alert.", "metric.", "change.", "deploy.", "custom"),
    "hand_timeline": ("custom",),
    "irc_log": ("chat.",),
    "jenkins": ("deploy.",),
    "matrix": ("chat.",),
    "mattermost": ("chat.",),
    "opensearch": ("log.", "trace."),
    "pagerduty": ("alert.", "incident.", "chat."),
    "prometheus_alerts": ("alert.pending", "alert.firing", "alert.resolved"),
    "prometheus_metrics": ("metric.",),
    "sentry": ("log.first_seen", "change.released", "deploy.started", "deploy.finished", "custom"),
    "slack": ("chat.",),
    "statuspage": ("status.", "incident."),
    "teams": ("chat.",),
    "transcript": ("chat.",),
    "unleash": ("change.",),
    "zipkin": ("trace.",),
}


def given(ground: Ground) -> frozenset[str] | None:
    """Return what begins the kinds that the last collection's sources give (empty: any); None where nothing tells."""
    sources = ground.once(_sources)
    return None if sources is None else frozenset(begin for _, begins in sources for begin in begins)


def sources_giving(ground: Ground, kinds: Iterable[str]) -> frozenset[str]:
    """Return the sources that give one of the kinds: by their collector, or by what they gave.

    A source that gave nothing, and whose collector reads whatever it is configured for, counts where no other does.
    """
    kinds = tuple(kinds)
    told = {
        one.source for kind in kinds for fact in ground.facts.by_kind.get(kind, ()) for one in fact.evidence
    }
    told |= {fact.source for kind in kinds for fact in ground.facts.by_kind.get(kind, ())}
    sources = ground.once(_sources) or ()
    named = {name for name, begins in sources if any(begins) and any(k.startswith(begins) for k in kinds)}
    return frozenset(told | named) or frozenset(name for name, begins in sources if not any(begins))


def _sources(ground: Ground) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
    provenance: Any = ground.timeline.provenance
    try:
        sources = [
            (str(one["name"]), str(one["collector"])) for one in provenance["collections"][-1]["sources"]
        ]
    except (KeyError, IndexError, TypeError):
        return None
    held = ground.once(_sorts)
    return tuple(
        (name, tuple(sorted(GIVES.get(collector) or held.get(name) or ("",)))) for name, collector in sources
    )


def _sorts(ground: Ground) -> Mapping[str, frozenset[str]]:
    """Return the sorts of facts (`alert.`) that each source gave."""
    held: dict[str, set[str]] = {}
    for fact in ground.timeline.facts:
        for source in {fact.source, *(one.source for one in fact.evidence)}:
            held.setdefault(source, set()).add(f"{fact.kind.partition('.')[0]}.")
    return {source: frozenset(sorts) for source, sorts in held.items()}


def is_given(ground: Ground, kinds: Iterable[str]) -> bool:
    """Tell whether a source of the build may give one of the kinds."""
    held, kinds = ground.once(given), tuple(kinds)
    if held is None or any(kind in ground.facts.by_kind for kind in kinds):
        return True
    return any(kind.startswith(tuple(held)) for kind in kinds)
