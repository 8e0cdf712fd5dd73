"""What the page of `alertmanager` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "`/api/v2/silences`: `alert.silenced` where a silence began in the window, `alert.unsilenced` where it ended, with its matchers, its author and comment.",
    ),
    rights="None where Alertmanager is open to you; else what stands before it (`auth`). Grafana: a service account that may read silences; Mimir: the tenant in `auth.header`.",
    precision="milliseconds or finer; a start that was set for later is the start, not the making",
    limits=(
        "No alerts: Alertmanager keeps no history of them. They come from `prometheus_alerts`, or from its notifications by the `inbox`.",
        "Silences that ended longer ago than `retention` are deleted: the part of a window before that is a gap.",
    ),
    example={
        "url": "https://alertmanager.example",
        "auth": {"bearer": "env:ALERTMANAGER_TOKEN"},
        "external_labels": {"cluster": "eu"},
    },
)
