"""What the draft says of clocks: how far they stand apart, and what was taken off a source's times."""

from __future__ import annotations

from render.draft.parts import Parts
from render.text import markdown, provenance
from timeline import present
from timeline.measures.offsets import CLOCK_OFFSET

_MOST = 12


def clocks(parts: Parts) -> str:
    """Return a list of lines after an empty line; nothing where there is nothing to say."""
    if not parts.audience.sources:
        return ""
    rows = [row for row in parts.timeline.reconciliation if row.name == CLOCK_OFFSET]
    lines = [f"- {markdown.statement(row.statement)}.\n" for row in rows[:_MOST]]
    if len(rows) > _MOST:
        lines.append(f"- {present.count(len(rows) - _MOST, 'more pair')} of clocks in `timeline.json`.\n")
    taken = provenance.clock_offsets(parts.timeline)
    lines += [f"- {_taken(source, seconds)}.\n" for source, seconds in sorted(taken.items())]
    return "\n" + "".join(lines) if lines else ""


def _taken(source: str, seconds: float) -> str:
    size = present.duration(abs(seconds), up=False)
    way = "earlier" if seconds > 0 else "later"
    name = markdown.code(source)
    return f"Times of {name} are {size} {way} than its clock shows, as configured (`clock_offset`)"
