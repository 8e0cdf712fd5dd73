"""What the page of `azure_devops` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "`_apis/build/builds` queued in the window or up to `lookback` before it: `custom` when a build began and ended; by a rule of `deploy` `deploy.started`, `deploy.finished`, `deploy.failed`, `deploy.cancelled`.",
        "With a rule over a `job`, stages and jobs of such builds, by their `/timeline`.",
    ),
    rights="A personal access token with *Build (read)*, as `token`; it is sent as the password of nobody. An Entra token as `auth.bearer`.",
    precision="100 nanoseconds, as printed",
    limits=(
        "Classic releases (`vsrm.dev.azure.com`) are not read.",
        "Builds are found by when they were queued: one older than `lookback` that is still under way is not seen.",
        "Earlier attempts of a stage that ran again are not read, nor since when one waited for approval.",
        "Azure answers 200 with `Retry-After` where it slows down, which is waited for; where it asks too long, the rest is a gap.",
        "Builds that retention deleted. Who cancelled one is not told.",
    ),
    example={
        "project": "acme/shop", "token": "env:AZURE_DEVOPS_TOKEN",
        "deploy": [{"job": "deploy production", "branch": "main", "environment": "production"}],
    },
)  # fmt: skip
