"""What the page of `jira` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "Issues that `jql` finds and that changed in the window (`POST /rest/api/3/search/jql`; on a server `/rest/api/2/search`), and those that `links` lead to: `incident.declared` at their creation, with the severity of then.",
        "Their changelogs: `incident.severity_changed`, `incident.role_assigned` (the assignee), `incident.resolved` when the status came to be one of the category *done*, `incident.declared` again when it left it; every other change as `custom`.",
        "Their comments: `chat.message`, Atlassian's document format and wiki markup as plain text.",
        "An issue that a rule of `change` fits is a change in place of an incident: its kind, when its status came to be done; the rest of it as `custom`.",
        "`/issue/KEY` for a build by name (`timeline build SHOP-991`): window, summary, severity, components as services, assignee, link.",
    ),
    rights="On Cloud an API token of an Atlassian account that may browse the projects, with its mail: `auth.basic` refers to `MAIL:TOKEN`; an OAuth token in `auth.bearer` needs `read:jira-work` and `read:jira-user`. On a server a personal access token in `auth.bearer`. A token that has expired finds nothing without an error: who asks is asked first.",
    precision="milliseconds",
    limits=(
        "JQL compares to the minute, in the zone of the user who asks: a day more on both sides is asked for, and cut by the issues' own times.",
        "Issues with a security level that the user may not see, and deleted issues and comments.",
        "A comment as it was first written, where somebody edited it.",
        "What a status meant that Jira does not have any more: a gap, and the change as `custom`.",
        "Values of custom fields that may be people's names: only that the field changed is told.",
        "Two requests for each issue that changed; a server that cuts its changelog is a gap.",
    ),
    example={
        "url": "https://acme.atlassian.net", "auth": {"basic": "env:JIRA_LOGIN"}, "jql": "project = SHOP AND issuetype = Incident",
    },
)  # fmt: skip
