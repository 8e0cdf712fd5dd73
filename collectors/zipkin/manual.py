"""What the page of `zipkin` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "`/api/v2/traces`, those with a tag or annotation `error`: `trace.first_error` of each operation of a service in the window, with what the tag says.",
    ),
    rights="None of its own; what stands before it as `auth`.",
    precision="microseconds; a fact is from the begin to the end of its span, or at the annotation `error` where there is one",
    limits=(
        "Traces are those that were kept: what sampling dropped is not known.",
        "A question is answered with `limit` traces and no cursor: a span of time that holds so many is halved, down to a millisecond, which is a gap where it still does.",
        "Traces are found by their begin: those that began up to `lookback` before the window are read too, of older ones an error in the window is not seen.",
        "How many errors there were is not told: sampling hides it.",
        "Storage on Cassandra wants `services` to be named.",
    ),
    example={"url": "http://zipkin.example:9411", "services": ["checkout", "payments"]},
)
