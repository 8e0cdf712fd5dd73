"""What each member of `timeline.json` means: the descriptions of its JSON Schema and of the reference."""

from __future__ import annotations

from collections.abc import Mapping

_TIME = "RFC 3339 with `Z`, in as few of 0, 3, 6 or 9 digits as are exact"
_CONTENT = {
    "kind": "one of a closed vocabulary, below",
    "category": "what it is to the incident",
    "earliest": "the first instant at which it may have happened; null: it was already so",
    "latest": "the last instant at which it may have happened",
    "time_means": "the source's own name for the time: `startsAt`, `created_at`, `sample`",
    "clock": "the clock that told the time: order within one clock needs no error",
    "surfaced": "when it was visible to responders; null where it was not sent to them",
    "subject": "what it is about",
    "statement": "one sentence, made from `kind` and `names` alone; never parsed",
    "names": "what the statement was made of, by kind, below",
    "quote": "a person's or a system's own words",
    "quantity": "a measured value",
    "actor": "who did it, as a pseudonym",
    "thread": "the key of one life: an alert's pending, firing, end; a deploy; a chat thread",
    "related": "other facts, each with the named rule that ties it to this one",
}
#: What each member means, by record.
MEANINGS: Mapping[str, Mapping[str, str]] = {
    "Timeline": {
        "schema_version": "a minor version only adds members; an earlier major one is made anew from its evidence",
        "incident": "the incident as its file or the flags describe it",
        "window": "what was collected, padding included",
        "facts": "in display order: `earliest` (null first), `latest`, kind, id",
        "gaps": "what sources could not give",
        "measures": "durations between facts, as ranges",
        "panels": "what the chart draws",
        "impact": "numbers that configured queries gave",
        "reconciliation": "what thresholds and alerts say of each other, and how far clocks stand apart",
        "digest": "SHA-256 over the canonical document without `digest` and `provenance`",
        "provenance": "tool, parser and schema versions, configuration digest, queries, clocks and their errors, quotes in which names may remain",
    },
    "Fact": {
        **_CONTENT,
        "id": "`f-` and 16 hex: SHA-256 over `[1, origin, kind, key]`; stays when the window grows or it is read again",
        "source": "the configured source's name",
        "evidence": "where it can be opened",
        "panel": "the id of the panel that draws it",
        "variants": "other contents seen under this id",
        "last_seen": "the collection that last saw a record that its source no longer gives",
    },
    "Content": _CONTENT,
    "Subject": {
        "service": "the service",
        "component": "the component, channel or repository",
        "environment": "the environment",
        "labels": "all labels, in full",
    },
    "Quote": {
        "text": "at most 4,000 characters; the whole is in the payload",
        "truncated": "whether there is more",
        "edited_at": "when the text was edited: what stood there before is not known",
    },
    "Quantity": {
        "value": "the value", "unit": "its unit", "threshold": "what it was compared with",
        "op": "`>`, `>=`, `<`, `<=`, `==`, `!=` or `absent`",
    },
    "Related": {"fact": "a fact's id", "rule": "the rule's name"},
    "Evidence": {
        "source": "the configured source's name",
        "payload": "SHA-256 of the stored, redacted bytes",
        "pointer": "RFC 6901 in JSON, `line:N` in lines, `bytes:A-B` in the rest",
        "query": "what was asked",
        "link": "the source's own page",
    },
    "Gap": {
        "id": "`g-` and 16 hex", "source": "the source's name", "start": _TIME, "end": _TIME,
        "reason": "one of a closed vocabulary", "statement": "one sentence", "missing": "what is lacking, or which fact",
        "evidence": "what shows it",
    },
    "Measure": {
        "name": "the measure's name", "from": "the fact it begins at", "to": "the fact it ends at",
        "min_s": "at least so many seconds; below zero: the order is uncertain", "max_s": "at most so many seconds",
        "reason": "why there is none", "formula": "the two points, the later minus the earlier",
    },
    "Panel": {
        "id": "`p-` and 16 hex", "source": "the source's name", "title": "the panel's title", "unit": "the values' unit",
        "query": "the query", "thresholds": "limits that are drawn", "series": "the series that are drawn",
        "shown": "how many series are drawn", "of": "of how many",
    },
    "Threshold": {"name": "the limit's name", "op": "the operator", "value": "the limit; null for `absent`"},
    "Series": {
        "labels": "the series' labels", "payload": "SHA-256 of the payload with its drawing data",
        "high": "RFC 6901 pointer to the highest value of each step", "low": "the same of the lowest",
    },
    "Impact": {
        "id": "`i-` and 16 hex", "source": "the source's name", "name": "the number's name", "unit": "its unit",
        "query": "the query", "take": "`integral`, `max` or `budget`", "span": "`window`, or the unpadded `incident`",
        "labels": "the series' labels", "start": _TIME, "end": _TIME, "value": "the number",
        "read_s": "seconds that could be read", "missing_s": "seconds that could not", "evidence": "what it was computed from",
    },
    "Reconciled": {
        "name": "what it states", "from": "the first of the facts it is about", "to": "the alert it is compared with",
        "count": "how many facts it is about", "min_s": "at least so many seconds later", "max_s": "at most so many",
        "statement": "one sentence",
    },
    "Window": {"start": "the first instant", "end": "the first instant after it"},
    "Incident": {
        "id": "its id, and its folder's name", "title": "its title", "severity": "its severity",
        "start": "a hint; null bounds nothing", "end": "a hint; null bounds nothing", "services": "services it is about",
        "alert": "the alert of the headline", "detected": "a person's claim", "mitigated": "a person's claim",
        "resolved": "a person's claim", "roles": "role to pseudonym", "channels": "its channels", "links": "its links",
        "labels": "anything else",
    },
}  # fmt: skip
