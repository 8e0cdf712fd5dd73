"""Facts and gaps as flat rows, one column a member, for tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from timeline.canonical import canonical
from timeline.model import Evidence, Fact, Gap, Timeline

#: Columns that hold instants (ns since 1970 UTC) and numbers; all others hold text.
INSTANTS = ("earliest", "latest", "surfaced")
NUMBERS = ("value", "threshold")
COLUMNS = (
    "record", "id", "kind", "category", *INSTANTS[:2], "time_means", "clock", INSTANTS[2], "service",
    "component", "environment", "labels", "statement", "quote", "value", "unit", "threshold", "op", "actor",
    "thread", "source", "link", "payload", "pointer", "query",
)  # fmt: skip
Row = dict[str, Any]


def rows(timeline: Timeline) -> Iterator[Row]:
    """Return a row a fact, then a row a gap; every row has every column, empty is None.

    A gap's kind is `gap.` and its reason; its `latest` is the last nanosecond that lacks something.
    """
    for fact in timeline.facts:
        yield dict.fromkeys(COLUMNS) | _fact(fact)
    for gap in timeline.gaps:
        yield dict.fromkeys(COLUMNS) | _gap(gap)


def _fact(fact: Fact) -> Row:
    plain = (
        "id",
        "kind",
        "category",
        *INSTANTS,
        "time_means",
        "clock",
        "statement",
        "actor",
        "thread",
        "source",
    )
    subject, quantity = fact.subject, fact.quantity
    row: Row = {name: getattr(fact, name) for name in plain}
    row |= {"record": "fact", "quote": fact.quote.text if fact.quote else None}
    row |= {name: getattr(subject, name) for name in ("service", "component", "environment")}
    row |= {"labels": canonical(dict(subject.labels)).decode() if subject.labels else None}
    row |= (
        {name: getattr(quantity, name) for name in ("value", "unit", "threshold", "op")} if quantity else {}
    )
    return row | _evidence(fact.evidence)


def _gap(gap: Gap) -> Row:
    row: Row = {
        "record": "gap", "id": gap.id, "kind": f"gap.{gap.reason}", "earliest": gap.start,
        "latest": max(gap.start, gap.end - 1), "statement": gap.statement, "source": gap.source,
    }  # fmt: skip
    return row | _evidence(gap.evidence)


def _evidence(entries: tuple[Evidence, ...]) -> Row:
    """Return the first entry's place; a table has one."""
    if not entries:
        return {}
    link = next((e.link for e in entries if e.link), None)
    first = entries[0]
    return {"link": link, "payload": first.payload, "pointer": first.pointer, "query": first.query}
