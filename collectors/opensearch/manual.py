"""What the page of `opensearch` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        '`mode = "summary"`: `log.first_seen` and `log.rate_changed` of signatures, counted by the cluster; what is read grows with what happened, not with the number of lines.',
        '`mode = "documents"`: each document that `query` finds as a fact of `kind`.',
    ),
    rights="A role that may read the index and open a point in time in it (`read`, `indices:data/read/point_in_time/*`).",
    precision="as the field is mapped: milliseconds, or nanoseconds for `date_nanos`; by the clock of whoever wrote the document",
    limits=(
        "Shards that did not answer, and answers that were cut, are gaps.",
        "A signature is the values of fields that the index can aggregate (`signature`): patterns in free text are not found.",
        "What came in after the window was read: `timeline refresh` reads again.",
    ),
    example={
        "url": "https://search.example:9200",
        "index": "logs-*",
        "query": "level:ERROR",
        "auth": {"basic": "env:OPENSEARCH_USER"},
    },
)
