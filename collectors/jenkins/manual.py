"""What the page of `jenkins` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "`/api/json` of every folder below `url`, and `allBuilds` of every job: `custom` when a build began and ended; by a rule of `deploy` `deploy.started`, `deploy.finished`, `deploy.failed`, `deploy.cancelled`.",
        "With a rule over a `job`, stages of its builds (`wfapi`, of the plug-in Pipeline: Stage View); one that waits for input is `deploy.waiting`.",
    ),
    rights="A user with *Overall/Read* and *Job/Read*, and an API token of theirs, as `auth.basic` (`user:token`).",
    precision="milliseconds; `timestamp` is when a build was taken from the queue, its end is that and its `duration`",
    limits=(
        "Builds that a discarder deleted; each job says how many it keeps.",
        "`builds` would be the newest 100 alone: `allBuilds` is read in ranges, newest first, until older than `lookback` before the window.",
        "An unstable build is neither a success nor a failure. Who aborted one is not told.",
        "One request for each folder and job; `jobs` narrows it.",
    ),
    example={
        "url": "https://jenkins.example", "auth": {"basic": "env:JENKINS_LOGIN"}, "jobs": ["shop/*"],
        "deploy": [{"pipeline": "shop/deploy", "environment": "production"}],
    },
)  # fmt: skip
