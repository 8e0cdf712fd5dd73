"""What the page of `datadog` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "`/api/v2/events/search` of the window. Of monitors, group by group: `alert.firing` (of a warning with `state=Warn`), `alert.resolved`, `alert.no_data`, `alert.data_returned`, and `alert.notified` where a notification was repeated; from a warning to an alert and back as `custom`.",
        "Every other event as the kind of its tag (`kinds`; each has one of its source, `source:jenkins`), else `custom`, by its title. Of tags `service:`, `env:`, `repository:`, and `version:` or `git.commit.sha:` are named.",
    ),
    rights="An API key and an application key (*Organization Settings*), the latter with the scope `events_read` alone; of OAuth a token in `auth.bearer`.",
    precision="seconds, though milliseconds are printed; milliseconds where they are not zero. Who posts an event may set its time back, up to 18 hours",
    limits=(
        "What a monitor passed through while a downtime muted it, which may post no event: nothing tells of it.",
        "What was so before the window: an alert that was firing already is told by its end alone.",
        "Events from before `retention`, by default Datadog's own 15 months: a gap.",
        "Metrics, and Datadog's own incidents, whose timeline its API does not give.",
    ),
    example={
        "url": "https://api.datadoghq.eu", "query": "env:production",
        "kinds": {"source:jenkins": "deploy.finished", "source:launchdarkly": "change.flag"},
    },
)  # fmt: skip
