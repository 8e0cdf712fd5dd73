"""What the page of `inbox` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "The deliveries that `timeline serve` stored: what each means is its sender's to say (`alertmanager`, `grafana`, `github`, `gitlab`, `pagerduty`, `cloudevents` and those of plug-ins).",
    ),
    rights="The file of the server's database, on the same machine, readable.",
    precision="as the sender's, never later than the delivery was received",
    limits=(
        "What was sent while the server was away, unless the sender sent it again.",
        "Deliveries past the server's `retention`.",
        "Whatever a sender leaves out of its notification: that is said (`truncatedAlerts` is a gap).",
    ),
    example={"path": "postmortems/timeline.db"},
)
