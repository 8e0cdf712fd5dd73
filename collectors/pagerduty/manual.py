"""What the page of `pagerduty` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        '`/log_entries` of the window, whenever their incidents began: `incident.declared`, `alert.notified`, `alert.acknowledged`, `alert.unacknowledged`, `alert.escalated`, `alert.reassigned`, `incident.role_assigned`, `incident.severity_changed`, `incident.resolved`, notes as `chat.message`; other types as `custom`, by their own name. With `scope = "incident"` only `/incidents/ID/log_entries` of the incidents that `links` lead to.',
        "`/change_events`: `deploy.finished` where a pattern of `deploys` fits the summary, else `custom`.",
        "`/incidents/ID/alerts` and `/notes` of the incidents that `links` lead to, as those of a build by name (`timeline build PD-1234`) do: `alert.firing`, `alert.resolved`, `chat.message`.",
        "`/incidents/ID` for a build by name: window, title, priority or urgency, service, who is assigned, conference.",
    ),
    rights="A read-only API key (*Integrations > API Access Keys*), or a user's token, which sees what its owner sees; an OAuth token in `auth.bearer` needs `incidents.read`, and `change_events.read` unless `change_events = false`. `timeline doctor` tells which of them it may read.",
    precision="seconds; PagerDuty prints six zeros behind them",
    limits=(
        "More than 10,000 entries of one second cannot be listed: a gap. Longer spans are halved until they fit.",
        "Entries of incidents that were deleted.",
        "When an alert ended: PagerDuty tells only that it did, which is between its beginning and the end of its incident.",
        "A note as it was first written, where somebody edited it.",
        "Which change event is a deploy: `deploys` says so.",
        "A 429 without a time to wait, which comes, is waited for as `time_cap` allows; the rest is a gap.",
    ),
    example={"token": "env:PAGERDUTY_TOKEN", "teams": ["PT4KHLK"], "deploys": ["Deployed *"]},
)
