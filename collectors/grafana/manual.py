"""What the page of `grafana` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        "`/api/v1/rules/history`: each change of an alert rule's state, `alert.pending`, `alert.firing`, `alert.resolved`, `alert.no_data` and so on; where the history is kept in annotations, those of alert rules in its place.",
        "`/api/annotations`: each annotation as the kind of its tag (`kinds`), else `custom`; of a region its beginning and its end.",
    ),
    rights="A service account's token with *Viewer*, or with `annotations:read`, `alert.rules:read` and the folders of the rules: what lies in others is left out without a word.",
    precision="milliseconds (nanoseconds where the history is in Loki), of the evaluation: an alert's state began after the one before, where the rule's interval is told",
    limits=(
        "A change that Grafana could not write is in its own log alone.",
        "Of a rule that was deleted the annotations cannot be asked for by the rule; they are found by their time.",
        "Annotations may be deleted by age or number: those are gone without a trace.",
        "More than `page` records of one second (history) or millisecond (annotations) are a gap.",
        "The rule's interval is the one of today.",
    ),
    example={
        "url": "https://grafana.example",
        "auth": {"bearer": "env:GRAFANA_TOKEN"},
        "kinds": {"deploy": "deploy.finished", "config": "change.config"},
    },
)
