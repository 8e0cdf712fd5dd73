"""What the page of `buildkite` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "`/v2/organizations/{organization}/builds` made in the window or up to `lookback` before it: `custom` when a build began and ended; by a rule of `deploy` `deploy.started`, `deploy.finished`, `deploy.failed`, `deploy.cancelled`.",
        "With a rule over a `job`, the jobs of such builds, each try of a retried one; a block step that waits is `deploy.waiting`.",
    ),
    rights="An API token with `read_builds` (and `read_organizations` for `doctor`), as `auth.bearer`.",
    precision="milliseconds",
    limits=(
        "Builds are found by when they were made: one older than `lookback` that is still under way is not seen.",
        "Who cancelled or unblocked is not told.",
        "A skipped build, and one that was not run, are neither a failure nor a deploy.",
    ),
    example={
        "organization": "shop", "auth": {"bearer": "env:BUILDKITE_TOKEN"},
        "deploy": [{"pipeline": "deploy-*", "branch": "main", "environment": "production"}],
    },
)  # fmt: skip
