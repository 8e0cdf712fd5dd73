"""What the pages of `prometheus_alerts` and `prometheus_metrics` say beside their options."""

from __future__ import annotations

from collectors.base import Manual

ALERTS = Manual(
    reads=(
        "Raw samples of `ALERTS` (or of `metric`): `alert.pending`, `alert.firing`, `alert.resolved`, `alert.pending_ended`, each between two evaluations.",
        "`/api/v1/rules`, for what a rule says of itself.",
    ),
    rights="Leave to query; Thanos, Mimir, Cortex: the tenant in `auth.header`; Grafana: a service account with the role Viewer, and the data source's proxy as `url`.",
    precision="between two evaluations of the rule: 15 s to a minute wide as a rule",
    limits=(
        "What the server did not record is a hole in its evaluations, and a gap.",
        "The server's retention, and whatever a store behind it left out (Thanos' partial answers are gaps).",
        "Notifications, acknowledgements, silences: they are Alertmanager's and the pager's.",
    ),
    example={"url": "https://prometheus.example", "auth": {"bearer": "env:PROMETHEUS_TOKEN"}},
)

METRICS = Manual(
    reads=(
        "Samples of each `threshold` and of the expressions of the server's own alerting rules: `metric.crossed_above`, `metric.crossed_below` and their kin, each between two samples.",
        "Each `impact` as a number with a unit; panels for the chart.",
    ),
    rights="Leave to query; Thanos, Mimir, Cortex: the tenant in `auth.header`; Grafana: a service account with the role Viewer, and the data source's proxy as `url`.",
    precision="between two samples, to the millisecond; on a grid of `step` where a query is no plain selector",
    limits=(
        "What lies between two samples: a spike that no scrape saw.",
        "Rules whose expression has no single number to compare with: they are listed with the reason.",
        "The server's retention, downsampled blocks, partial answers: gaps.",
    ),
    example={
        "url": "https://prometheus.example",
        "rules": True,
        "threshold": [
            {"name": "checkout p99", "query": "job:latency_seconds:p99", "above": 0.5, "unit": "s"}
        ],
    },
)
