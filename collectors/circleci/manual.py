"""What the page of `circleci` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "`/project/{slug}/pipeline`, newest first, until older than `lookback` before the window, with each `/workflow`: `custom` when a workflow began and ended; by a rule of `deploy` `deploy.started`, `deploy.finished`, `deploy.failed`, `deploy.cancelled`.",
        "With a rule over a `job`, `/workflow/{id}/job`; one on hold is `deploy.waiting`.",
    ),
    rights='A personal API token that may read the project, as `auth = { header = { "Circle-Token" = "env:CIRCLE_TOKEN" } }`.',
    precision="seconds",
    limits=(
        "There is no filter by time: pipelines are paged until older. A workflow that ran again, of a pipeline older than `lookback`, is not seen.",
        "One request for each pipeline, one more for each workflow with a rule over jobs.",
        "Who cancelled or approved is not told. Since when an approval was waited for is not told either: its workflow's start stands.",
    ),
    example={
        "project": "gh/shop/web", "auth": {"header": {"Circle-Token": "env:CIRCLE_TOKEN"}},
        "deploy": [{"pipeline": "deploy", "branch": "main", "environment": "production"}],
    },
)  # fmt: skip
