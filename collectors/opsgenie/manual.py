"""What the pages of `opsgenie` and `jsm` say beside their options."""

from __future__ import annotations

from collectors.base import Manual

_ALERTS = "of alerts created from `lookback` before the window on: `alert.firing`; their logs: `alert.acknowledged`, `alert.unacknowledged`, `alert.escalated`, `alert.reassigned`, `alert.resolved`, `alert.notified`; other logs as `custom`, quoted. Where no log tells it, an alert's report says when it was acknowledged, and closed."
_LIMITS = (
    "Alerts that are older than `lookback`, whatever became of them in the window.",
    "Repeats of an alert: only their count is kept, and the last one's time.",
    "What a log says in words that are not known: told as `custom`, by its own words.",
    "Alerts of other teams, where the key is a team's; those that its retention deleted. More than 19,900 alerts of one millisecond are a gap; longer spans are halved.",
)

MANUAL = Manual(
    reads=(
        f"`/v2/alerts` and `/v2/alerts/ID/logs`: {_ALERTS}",
        "`/v1/incidents` and `/v2/incident-timelines/ID/entries`: `incident.declared`, `incident.resolved`, notes as `chat.message`; other entries as `custom`. Where no entry tells the end, it is by the incident's last change.",
        "`/v1/incidents/ID` for a build by name (`timeline build OG-12`): window, title, priority, link.",
    ),
    rights="The key of an API integration with *Read* access (*Settings > Integrations > API*); for timelines one that may also read configuration. Opsgenie answers until 2027-04-05, and up to 120 days after a migration: read what you want to keep before.",
    precision="milliseconds; an entry of an incident's timeline has the time that people gave it",
    limits=(*_LIMITS, "Who an incident's responders are: they are ids without names."),
    example={"token": "env:OPSGENIE_KEY", "query": "teams: payments"},
)
JSM_MANUAL = Manual(
    reads=(f"`/v1/alerts` and `/v1/alerts/ID/logs`: {_ALERTS}",),
    rights="An API token of an Atlassian account that may see the alerts, with its mail: `auth.basic` refers to `MAIL:TOKEN`; an OAuth token in `auth.bearer` needs `read:ops-alert:jira-service-management`.",
    precision="milliseconds",
    limits=(*_LIMITS, "Incidents: they are issues of Jira, which this API does not have."),
    example={
        "url": "https://api.atlassian.com/jsm/ops/api/CLOUD_ID",
        "auth": {"basic": "env:ATLASSIAN_LOGIN"},
    },
)
