"""What the page of `gitlab` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "`/deployments`: `deploy.started`, `deploy.finished`, `deploy.failed`, `deploy.cancelled`, `deploy.waiting`, other states as `custom`; at the times of their jobs.",
        "`/releases`: `change.released`. With `merge_requests`: `change.merged`.",
        "With `incidents` or `incident_labels`, and of those that `links` lead to: `/issues` with their `/notes`, `/resource_state_events` and `/resource_label_events`: `incident.declared`, `incident.role_assigned`, `incident.severity_changed` (GitLab's own severity, and labels that `severities` fits), `incident.resolved`, notes as `chat.message`; other events and system notes as `custom`.",
        "`/issues/NUMBER` for a build by name (`timeline build 'shop/checkout#12'`, where `project` is a path): window, title, severity, assignees, link.",
        "With rules in `deploy`: `/pipelines` and `/jobs` (retried ones too) as deploys; with `pipelines`, the others as `custom`. A job that made a deployment is told by that.",
        "Its webhook tells the same records under the same ids.",
    ),
    rights="A project access token (role *Reporter*) with `read_api`, as `auth.bearer`; a personal one does as well. Public projects are read without one, but for deployments of private environments.",
    precision="milliseconds; seconds where GitLab prints `.000Z`",
    limits=(
        "A deployment has one status, the last: since when it was blocked or what came before is not told.",
        "Deployments made by the API have no job: they ended between `created_at` and `updated_at`.",
        "Read is what changed between `lookback` before and `lookahead` after the window: what began in it and changed still later is not seen.",
        "Who was assigned, and GitLab's own severity, are told by system notes alone, by how these begin.",
        "Offsets end at 50,000 records: spans are halved until they fit; more in one second are a gap.",
        "Pipelines that were cleaned up, and feature flags, of which the API tells no change: those are the webhook's.",
    ),
    example={
        "project": "shop/checkout", "auth": {"bearer": "env:GITLAB_TOKEN"}, "merge_requests": True,
        "deploy": [{"job": "deploy*", "branch": "main", "environment": "production"}],
    },
)  # fmt: skip
