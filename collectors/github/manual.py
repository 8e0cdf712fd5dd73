"""What the pages of `github` and `github_actions` say beside their options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "`/deployments` with their statuses: `deploy.started`, `deploy.finished`, `deploy.failed`; `deploy.rolled_back` where an environment came back to an earlier revision.",
        "`/releases`: `change.released`.",
        "`/issues` with a label of `incidents`, and those that `links` lead to, with their `/timeline`: `incident.declared`, `incident.severity_changed` (a label that `severities` fits), `incident.role_assigned`, `incident.resolved`, comments as `chat.message`; other events as `custom`, by their own name.",
        "`/issues/NUMBER` for a build by name (`timeline build 'shop/web#12'`): window, title, severity, assignees, link.",
        "With `pull_requests`: `/pulls`, `change.merged`; with `config_paths` those and their `/files`: `change.config` beside the merge that it is part of.",
    ),
    rights="A fine-grained token for the repository with *Deployments*, *Contents*, *Issues* and (for `pull_requests`) *Pull requests*, each read-only; `GITHUB_TOKEN` of a workflow with the same. Public repositories are read without one, 60 requests an hour.",
    precision="seconds",
    limits=(
        "Deployments cannot be asked for by time: those up to `lookback` before the window are read, for one of them may change in it.",
        "`inactive` is neither a failure nor a roll-back.",
        "An issue whose label of `incidents` was taken off again is not found by it. An issue that is closed as not planned is closed.",
        "A release is at its `published_at`; drafts are not read.",
    ),
    example={"repository": "shop/web", "auth": {"bearer": "env:GITHUB_TOKEN"}, "service": "checkout"},
)

ACTIONS = Manual(
    reads=(
        "`/actions/runs` made in the window, or up to `lookback` before it, with `/jobs` and earlier `/attempts`: by a rule of `deploy` `deploy.started`, `deploy.finished`, `deploy.failed`, `deploy.cancelled`, and while it waits `deploy.waiting`; else `custom`, by the workflow's name and the state.",
        "Each attempt is a run of its own; a job that a rule names is the deploy in place of its run.",
        "A run ends with its last job; `updated_at` moves later and bounds the end of runs without jobs.",
    ),
    rights="A fine-grained token for the repository with *Actions* (and *Metadata*), read-only; `GITHUB_TOKEN` of a workflow with `actions: read`. Public repositories are read without one, 60 requests an hour.",
    precision="seconds",
    limits=(
        "GitHub finds runs by when they were first made: one that was made before `lookback` and run again in the window is not seen.",
        "At most 1,000 runs are listed of one question: spans are halved until they fit; more in one second are a gap.",
        "One request for each run that moved since the window began. `others = false` reads deploys alone.",
        "Environments of jobs are not told: a rule says them. What GitHub itself records of environments is `github`'s.",
        "Skipped and neutral runs are neither a failure nor a deploy: `custom`. Who cancelled one is not told.",
        "A run that has waited for approval does not tell it any more.",
        "Runs that GitHub has deleted by its retention.",
    ),
    example={
        "repository": "shop/web", "auth": {"bearer": "env:GITHUB_TOKEN"},
        "deploy": [{"pipeline": "deploy*.yml", "branch": "main", "environment": "production", "service": "checkout"}],
    },
)  # fmt: skip
