"""What the page of `loki` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        '`mode = "summary"`: `query` with `sum by (...) (count_over_time(...))`; `log.first_seen` by the first line of each signature, `log.rate_changed` where Loki says that a count may have changed. What comes over the wire grows with what happened.',
        '`mode = "documents"`: `query_range`, each line as a fact of the mapped kind.',
    ),
    rights="Whatever reads in Grafana: a bearer token, or user and password of a gateway; of Grafana Cloud the user is the number of the stack's Loki and the password a token with `logs:read`. `tenant` where Loki has several.",
    precision="nanoseconds, as the sender wrote them",
    limits=(
        "A signature is made of labels, or of what `query` itself takes out of lines (`| json`): patterns in free text are not found.",
        "Of more lines in one nanosecond than Loki gives at once (`max_entries_limit_per_query`) the rest cannot be had: a gap there.",
        "Loki keeps equal lines of one stream and nanosecond once.",
        "`max_query_lookback` cuts the beginning off without a word: `timeline doctor` shows how far back there are streams.",
        "Lines under a delete request are gone without a trace.",
    ),
    example={
        "url": "https://loki.example",
        "query": '{namespace="shop"} |= "error"',
        "auth": {"basic": "env:LOKI_USER"},
    },
)
