"""The draft's tables of numbers: of the impact, and of what thresholds and alerts say of each other."""

from __future__ import annotations

from collections.abc import Sequence

from render.draft.parts import Parts
from render.text import markdown
from timeline import present
from timeline.instant import NS
from timeline.measures.offsets import CLOCK_OFFSET
from timeline.model import Impact, Reconciled
from timeline.text import number

_MOST = 12
_SPANS = {"incident", "window"}
_EXTRAPOLATED = (
    "A budget is read once for the incident and once for the window: each is extrapolated to the ends of its own "
    "range by the server, so that the last digits may differ.\n"
)


def impact_table(parts: Parts, *, short: bool = False) -> str:
    """Return the table of impact numbers, with what could not be read; nothing where none were asked.

    A `short` one has the numbers over the incident alone, where there are such.
    """
    numbers = parts.timeline.impact
    if short and any(one.span == "incident" for one in numbers):
        numbers = tuple(one for one in numbers if one.span == "incident")
    rows = [_impact(parts, one) for one in numbers]
    if not rows:
        return ""
    table = parts.table(("impact", "number", "over (UTC)", "data link"), rows)
    both = {one.span for one in numbers if one.take == "budget" and one.value is not None} >= _SPANS
    return f"{table}\n{_EXTRAPOLATED}" if both else table


def _impact(parts: Parts, one: Impact) -> tuple[str, str, str, str]:
    labels = ", ".join(f"{name}={value}" for name, value in one.labels.items() if name != "__name__")
    shown = f" ({markdown.code(labels)})" if labels and parts.audience.identifiers else ""
    name = markdown.escape(parts.words(one.name)) + shown
    value = (
        "not known" if one.value is None else f"{number(one.value)} {markdown.escape(parts.words(one.unit))}"
    )
    if one.take == "max" and one.value is not None:
        value += " at most at once"
    if one.take == "budget" and one.value is not None:
        value += f", burnt over the {one.span}"
    span = f"{present.bounds(one.start - one.start % NS, one.end)}, the {one.span}"
    if one.missing_s:
        span += f"; without {present.duration(one.missing_s, up=True)} that had no samples"
    return name, value, span, parts.to_source(one.evidence)


def reconciliation(parts: Parts) -> str:
    """Return the table of thresholds against alerts, after an empty line; nothing where all agree."""
    rows = [row for row in parts.timeline.reconciliation if row.name != CLOCK_OFFSET]
    if not rows or not parts.audience.sources:  # names of rules and series: for those who keep them
        return ""
    kept = [row for name in dict.fromkeys(r.name for r in rows) for row in _some(rows, name)]
    table = markdown.table(
        ("rule coverage", "first (UTC)", "ahead of the alert"),
        [_reconciled(parts, row) for row in kept],
    )
    more = len(rows) - len(kept)
    return f"\n{table}" + (f"\n{present.count(more, 'more row')} in `timeline.json`.\n" if more else "")


def _some(rows: Sequence[Reconciled], name: str) -> list[Reconciled]:
    return [row for row in rows if row.name == name][:_MOST]


def _reconciled(parts: Parts, row: Reconciled) -> tuple[str, str, str]:
    first = parts.facts.get(row.from_)
    lead = "" if row.min_s is None or row.max_s is None else present.duration_range(row.min_s, row.max_s)
    return markdown.statement(row.statement), parts.at(first) if first else "", lead
