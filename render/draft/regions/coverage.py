"""Rule coverage in the draft: what thresholds and alerts say of each other."""

from __future__ import annotations

from collections.abc import Sequence

from render.draft.parts import Parts
from render.text import markdown
from timeline import present
from timeline.measures.offsets import CLOCK_OFFSET
from timeline.model import Reconciled

_MOST = 12


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
