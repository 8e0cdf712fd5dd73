"""The timeline table and the table of gaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from render.draft.parts import Parts
from render.text import markdown
from render.text.audience import AUDIENCES
from timeline import present, terms
from timeline.measures.keyfacts import MOST, KeyRow
from timeline.model import Gap
from timeline.order import display_key

HEADER = ("time (UTC)", "event", "data link")
_GAP_HEADER = ("source", "time (UTC)", "reason", "what is not known")
_PERCENT, _HIGHLIGHTS = 100, 10
_FIRST = -(2**71)  # before every instant


class _Line(NamedTuple):
    """A line of the table before the day is known: the order, the instant its day is taken from, cells."""

    order: tuple[int, int, int, str, str, int]
    instant: int
    time: str
    event: str
    data: str


def timeline_table(parts: Parts) -> str:
    """Return the line on what is shown, the table, and the note on undetermined order."""
    lines = sorted([*_fact_lines(parts), *_gap_lines(parts)])
    blocks = [_said(parts), parts.table(HEADER, list(_dated(lines)))]
    return "\n".join([*blocks, *_note(parts)])


def _note(parts: Parts) -> list[str]:
    note = (
        "≈N: the order of the rows that share a mark is uncertain; "
        "their bounds, with the errors of their clocks, overlap.\n"
    )
    return [note] if parts.marks else []


def highlights(parts: Parts) -> str:
    """Return a table of at most ten rows: end points of the measures, records of the incident, deploys."""
    short = replace(
        parts.audience, rows=min(_HIGHLIGHTS, parts.audience.rows), kinds=AUDIENCES["public"].kinds
    )
    few = replace(parts, audience=short)
    lines = sorted(_fact_lines(few))
    return "\n".join([_said(few), few.table(HEADER, list(_dated(lines))), *_note(few)])


def _said(parts: Parts) -> str:
    key = parts.key
    if parts.audience.rows < MOST:
        shown = f"{len(parts.rows)} of {present.count(key.total, 'fact')} shown: where the alert began and ended, then "
        where = f"; all in {parts.to_page('the chart')}" if parts.audience.page else ""
        return f"{shown}what the incident's record and the status page say, then changes{where}.\n"
    shown = f"{key.shown} of {key.total:,} {'fact' if key.total == 1 else 'facts'} shown"
    if key.collapsed:
        flaps = sum(row.ribbon is not None for row in key.rows)
        shown += f", {key.collapsed} more collapsed into {present.count(flaps, 'row')}"
    if key.tags:
        shown += f", {present.count(key.tags, 'tag')} in the {'row of its deploy' if key.tags == 1 else 'rows of their deploys'}"
    rules = ", ".join(f"{rule} {count}" for rule, count in key.rules().items())
    chosen = f"; {'rule' if len(key.rules()) == 1 else 'rules'}: {rules}" if rules else ""
    return f"{shown}{chosen}; all in {parts.to_page('the chart')}.\n"


def _fact_lines(parts: Parts) -> Iterator[_Line]:
    last = (_FIRST, 1, 0, "", "", 0)
    for number, row in enumerate(parts.rows):
        fact = row.fact
        end = row.ribbon.last.latest if row.ribbon else fact.latest
        mark = parts.marks.get(fact.id) if row.ribbon is None else None
        time = present.bounds(fact.earliest, end) + (f" ≈{mark}" if mark else "")
        earliest, latest, kind, identity = display_key(fact)
        instant = fact.latest if fact.earliest is None else fact.earliest
        # One that came after the row before it, whatever their times say, stands behind it.
        last = max((earliest, 1, latest, kind, identity, 0), (*last[:5], number))
        yield _Line(
            last,
            instant,
            time,
            _event(parts, row),
            parts.to_source(fact.evidence),
        )


def _event(parts: Parts, row: KeyRow) -> str:
    fact = row.fact
    quote = parts.quote(fact)
    text = parts.to_page(parts.statement(fact), fact) + quote
    if quote and fact.quote and fact.quote.edited_at is not None:
        text += f" (text as edited at {present.time(fact.quote.edited_at)})"
    return text + "".join(_remarks(parts, row))


def _remarks(parts: Parts, row: KeyRow) -> Iterator[str]:
    if row.tag and parts.audience.identifiers:
        yield f"; also recorded as {parts.to_page('a tag', row.tag)}"
    if row.ribbon:
        yield f"; flapping {row.ribbon.times}x until {present.time(row.ribbon.last.latest)}"
        if row.ribbon.low is not None and row.ribbon.high is not None:
            low, high = int(row.ribbon.low * _PERCENT), -int(-row.ribbon.high * _PERCENT // 1)
            yield f", active {low}-{high} % of the time"
    if row.fact.variants:
        yield f" ({present.count(len(row.fact.variants), 'other content')} read under this id)"
    if row.fact.last_seen is not None:
        yield f" (no longer in the source; last seen in collection {row.fact.last_seen})"


def _gap_lines(parts: Parts) -> Iterator[_Line]:
    for gap in parts.timeline.gaps if parts.audience.identifiers else ():
        order = (gap.start, 0, gap.end, gap.source, gap.id, 0)
        said = markdown.statement(gap.statement) if parts.audience.sources else terms.reason(gap.reason)
        event = f"**Gap** in {markdown.code(gap.source)} {_until(gap)}: {said}"
        yield _Line(order, gap.start, present.time(gap.start), event, parts.to_source(gap.evidence))


def _until(gap: Gap) -> str:
    end = present.time(gap.end)
    return (
        f"until {end}"
        if present.date(gap.start) == present.date(gap.end)
        else f"until {present.date(gap.end)} {end}"
    )


def _dated(lines: list[_Line]) -> Iterator[tuple[str, str, str]]:
    day = ""
    for line in lines:
        today = present.date(line.instant)
        yield (line.time if today == day else f"**{today}** {line.time}", line.event, line.data)
        day = today


def gaps_table(parts: Parts) -> str:
    """Return the table of gaps, or the sentence that there is none."""
    gaps = parts.timeline.gaps
    if not gaps:
        return "Every source answered for the whole window.\n"
    if not parts.audience.identifiers:
        spans = "; ".join(f"{_span(gap)} {terms.reason(gap.reason)}" for gap in gaps)
        return (
            f"{present.count(len(gaps), 'gap')}, times (UTC) for which a source could not be read: {spans}.\n"
        )
    rows = [(markdown.code(gap.source), _span(gap), terms.reason(gap.reason), _missing(gap)) for gap in gaps]
    return parts.table(_GAP_HEADER, rows)


def _span(gap: Gap) -> str:
    day = present.date(gap.start)
    end = present.time(gap.end)
    until = end if present.date(gap.end) == day else f"{present.date(gap.end)} {end}"
    return f"{day} {present.time(gap.start)}-{until}"


def _missing(gap: Gap) -> str:
    text = markdown.statement(gap.statement)
    return f"{text} ({markdown.escape(gap.missing)})" if gap.missing and gap.reason != "conflict" else text
