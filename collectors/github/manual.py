"""What the page of `github` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "`/deployments` with their statuses: `deploy.started`, `deploy.finished`, `deploy.failed`; `deploy.rolled_back` where an environment came back to an earlier revision.",
        "`/releases`: `change.released`.",
        "With `pull_requests`: `/pulls`, `change.merged`.",
    ),
    rights="A fine-grained token for the repository with *Deployments*, *Contents* and (for `pull_requests`) *Pull requests*, each read-only; `GITHUB_TOKEN` of a workflow with the same. Public repositories are read without one, 60 requests an hour.",
    precision="seconds",
    limits=(
        "Deployments cannot be asked for by time: those up to `lookback` before the window are read, for one of them may change in it.",
        "`inactive` is neither a failure nor a roll-back.",
        "A release is at its `published_at`; drafts are not read.",
    ),
    example={"repository": "shop/web", "auth": {"bearer": "env:GITHUB_TOKEN"}, "service": "checkout"},
)
