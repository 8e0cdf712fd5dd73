"""What the page of `pagerduty` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "`/log_entries` of the window, whenever their incidents began: `incident.declared`, `alert.notified`, `alert.acknowledged`, `incident.role_assigned`, `incident.severity_changed`, `incident.resolved`, notes as `chat.message`; other types as `custom`, by their own name.",
    ),
    rights="A read-only API key (*Integrations > API Access Keys*), or a user's token, which sees what its owner sees; an OAuth token in `auth.bearer` needs `incidents.read`.",
    precision="seconds; PagerDuty prints six zeros behind them",
    limits=(
        "More than 10,000 entries of one second cannot be listed: a gap. Longer spans are halved until they fit.",
        "Entries of incidents that were deleted.",
        "A 429 without a time to wait, which comes, is waited for as `time_cap` allows; the rest is a gap.",
    ),
    example={"token": "env:PAGERDUTY_TOKEN", "teams": ["PT4KHLK"]},
)
