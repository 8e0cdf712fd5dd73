"""What the page of `victorialogs` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        '`mode = "summary"`: `query` with `| stats by (...)`; `log.first_seen` by each signature\'s first line, `log.rate_changed` by counts of each step.',
        '`mode = "documents"`: each line as a fact of the mapped kind.',
    ),
    rights="Whatever reads `/select/logsql/`; of a proxy before it a bearer token, or user and password. With `/flags` and `/metrics` `timeline doctor` tells the retention and what was dropped.",
    precision="nanoseconds, as the sender wrote them",
    limits=(
        "A line that is older than the retention when it comes (7 days, unless `-retentionPeriod` says more) is dropped though the sender is told 200: it is nowhere.",
        "Words are case-sensitive: `error` does not find `ERROR`, `i(error)` finds both.",
        "A query that takes longer than the server allows (30 s) is asked again over half the time.",
        "A signature is made of fields: patterns in free text are not found.",
    ),
    example={
        "url": "https://logs.example:9428",
        "query": "i(error)",
        "auth": {"basic": "env:VICTORIALOGS_USER"},
    },
)
