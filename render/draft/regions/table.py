"""The timeline as a table and as a list, and the table of gaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from render.draft.parts import Parts
from render.text import markdown
from render.text.audience import AUDIENCES
from timeline import present, terms
from timeline.assembly.coverage import is_note, of_incident
from timeline.measures.keyfacts import MOST, KeyRow
from timeline.model import Fact, Gap
from timeline.order import display_key
from timeline.statements import statement

HEADER = ("time (UTC)", "event")
_GAP_HEADER = ("source", "time (UTC)", "reason", "what is not known")
_PERCENT, _HIGHLIGHTS = 100, 8
_FIRST = -(2**71)  # before every instant
_NOTHING = "No fact was recorded that has a row here.\n"
_SPOKEN = ("chat.message", "chat.edited")


class _Line(NamedTuple):
    """A line of the table before the day is known: the order, the instant its day is taken from, cells."""

    order: tuple[int, int, int, str, str, int]
    instant: int
    time: str
    event: str
    data: str


def timeline_table(parts: Parts) -> str:
    """Return the table, and below it which rules chose its rows and what the marks mean."""
    return f"{_table(parts)}\n{_footnote(parts)}" if parts.rows else _NOTHING


def _table(parts: Parts) -> str:
    """Return the rows; their day stands in the header where it is the same for all."""
    lines = sorted(_fact_lines(parts))
    days = {present.date(line.instant) for line in lines}
    if len(days) == 1:
        rows = [(line.time, _with_data(line)) for line in lines]
        return markdown.table((f"{days.pop()} (UTC)", HEADER[1]), rows)
    return markdown.table(HEADER, [(time, event) for time, event in _dated(lines)])


def _with_data(line: _Line) -> str:
    return f"{line.event} ({line.data})" if line.data else line.event


def log(parts: Parts) -> str:
    """Return the rows as a list, a day a line of its own, with the same note below."""
    lines, day = [], ""
    for line in sorted(_fact_lines(parts)):
        today = present.date(line.instant)
        lines += [f"- **{today}**\n"] if today != day else []
        lines.append(f"- {line.time} {_with_data(line)}\n")
        day = today
    return f"{''.join(lines)}\n{_footnote(parts)}" if lines else _NOTHING


def _footnote(parts: Parts) -> str:
    return f"<sub>{' '.join([_said(parts), *_note(parts)])}</sub>\n"


def _note(parts: Parts) -> list[str]:
    note = (
        "≈N: the order of the rows that share a mark is uncertain; "
        "their bounds, with the errors of their clocks, overlap."
    )
    return [note] if parts.marks else []


def highlights(parts: Parts) -> str:
    """Return a table of at most eight rows: end points of the measures, records of the incident, deploys."""
    short = replace(
        parts.audience, rows=min(_HIGHLIGHTS, parts.audience.rows), kinds=AUDIENCES["public"].kinds
    )
    few = replace(parts, audience=replace(short, sources=False))
    return f"{_table(few)}\n{_footnote(few)}" if few.rows else _NOTHING


def _said(parts: Parts) -> str:
    key = parts.key
    if parts.audience.rows < MOST:
        shown = f"{len(parts.rows)} of {present.count(key.total, 'fact')} shown: where the alert began and ended, then "
        where = f"; all in {parts.to_page('the chart')}" if parts.audience.page else ""
        return f"{shown}what the incident's record and the status page say, then changes{where}."
    shown = f"{key.shown} of {key.total:,} {'fact' if key.total == 1 else 'facts'} shown"
    if key.collapsed:
        flaps = sum(row.ribbon is not None for row in key.rows)
        shown += f", {key.collapsed} more collapsed into {present.count(flaps, 'row')}"
    if key.tags:
        shown += f", {present.count(key.tags, 'tag')} in the {'row of its deploy' if key.tags == 1 else 'rows of their deploys'}"
    if key.linked:
        shown += f", {present.count(key.linked, 'more record')} of the same events in their rows"
    rules = ", ".join(f"{rule} {count}" for rule, count in key.rules().items())
    chosen = f"; {'rule' if len(key.rules()) == 1 else 'rules'}: {rules}" if rules else ""
    return f"{shown}{chosen}; all in {parts.to_page('the chart')}."


def _fact_lines(parts: Parts) -> Iterator[_Line]:
    last = (_FIRST, 1, 0, "", "", 0)
    said: set[str] = set()
    for number, row in enumerate(parts.rows):
        fact = row.fact
        end = row.ribbon.last.latest if row.ribbon else fact.latest
        mark = parts.marks.get(fact.id) if row.ribbon is None else None
        time = parts.to_page(present.bounds(fact.earliest, end), fact) + (f" ≈{mark}" if mark else "")
        earliest, latest, kind, identity = display_key(fact)
        instant = fact.latest if fact.earliest is None else fact.earliest
        # One that came after the row before it, whatever their times say, stands behind it.
        last = max((earliest, 1, latest, kind, identity, 0), (*last[:5], number))
        yield _Line(
            last,
            instant,
            time,
            _event(parts, row, said),
            parts.to_source(fact.evidence),
        )


def _event(parts: Parts, row: KeyRow, said: set[str]) -> str:
    """Return what a row tells; `said` are the words of alerts and deploys that stand above already."""
    fact = row.fact
    quote = parts.quote(fact)
    if fact.kind not in _SPOKEN and fact.kind.startswith(("alert.", "deploy.", "change.tagged")):
        quote = "" if quote in said else quote
        said.add(quote)
    spoken = quote and fact.kind in _SPOKEN and parts.audience.people
    text = (parts.who(fact.actor) if spoken else parts.statement(_brief(fact))) + quote
    if quote and fact.quote and fact.quote.edited_at is not None:
        text += f" (text as edited at {present.time(fact.quote.edited_at)})"
    return text + "".join(_remarks(parts, row))


def _called(fact: Fact) -> str:
    """Return what a record in another's row is called: its kind, its source, when."""
    return f"{fact.kind.replace('.', ' ').replace('_', ' ')} {present.bounds(fact.earliest, fact.latest)} ({markdown.escape(fact.source)})"


def _brief(fact: Fact) -> Fact:
    """Return a fact whose statement leaves out how a rate was counted: the page says it."""
    if "counted" not in fact.names:
        return fact
    return fact.replace(statement=statement(fact.kind, {**fact.names, "counted": None}))


def _remarks(parts: Parts, row: KeyRow) -> Iterator[str]:
    if row.tag and parts.audience.identifiers:
        yield f"; also recorded as {parts.to_page('a tag', row.tag)}"
    if row.also and parts.audience.identifiers:
        yield f"; also recorded: {present.listed([parts.to_page(_called(fact), fact) for fact in row.also])}"
    if row.ribbon:
        yield f"; flapping {row.ribbon.times}x until {present.time(row.ribbon.last.latest)}"
        if row.ribbon.low is not None and row.ribbon.high is not None:
            low, high = int(row.ribbon.low * _PERCENT), -int(-row.ribbon.high * _PERCENT // 1)
            yield f", active {low}-{high} % of the time"
    if row.fact.variants:
        yield f" ({present.count(len(row.fact.variants), 'other content')} read under this id)"
    if row.fact.last_seen is not None:
        yield f" (no longer in the source; last seen in collection {row.fact.last_seen})"


def _dated(lines: list[_Line]) -> Iterator[tuple[str, str]]:
    day = ""
    for line in lines:
        today = present.date(line.instant)
        yield (line.time if today == day else f"**{today}** {line.time}", _with_data(line))
        day = today


def gaps_table(parts: Parts) -> str:
    """Return the table of gaps, or the sentence that there is none."""
    gaps = parts.timeline.gaps if parts.audience.identifiers else of_incident(parts.timeline)
    if not gaps:
        return "Every source answered for the whole window.\n"
    if not parts.audience.identifiers:
        spans = "; ".join(f"{_span(gap)} {terms.reason(gap.reason)}" for gap in gaps)
        return (
            f"{present.count(len(gaps), 'gap')}, times (UTC) for which a source could not be read: {spans}.\n"
        )
    rows = [(markdown.code(gap.source), _span(gap), _reason(parts, gap), _missing(gap)) for gap in gaps]
    return parts.table(_GAP_HEADER, rows)


def _reason(parts: Parts, gap: Gap) -> str:
    is_outside = is_note(gap, parts.timeline.incident)
    return f"{'note: ' if is_outside else ''}{terms.reason(gap.reason)}"


_NAMED = 4


def short_gaps(parts: Parts) -> str:
    """Return one line on the gaps: how many, and of which sources."""
    gaps = of_incident(parts.timeline)
    if not gaps:
        return f"Every source answered for the whole {'incident' if parts.timeline.gaps else 'window'}.\n"
    names = (
        list(dict.fromkeys(markdown.code(gap.source) for gap in gaps)) if parts.audience.identifiers else []
    )
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    of = f" in the data of {present.listed([*names[:_NAMED], *more])}" if names else ""
    count = present.count(len(gaps), "gap")
    return f"{count[0].upper()}{count[1:]}{of}: what happened then may be missing here.\n"


def _span(gap: Gap) -> str:
    day = present.date(gap.start)
    end = present.time(gap.end)
    until = end if present.date(gap.end) == day else f"{present.date(gap.end)} {end}"
    return f"{day} {present.time(gap.start)}-{until}"


def _missing(gap: Gap) -> str:
    text = markdown.statement(gap.statement)
    return f"{text} ({markdown.escape(gap.missing)})" if gap.missing and gap.reason != "conflict" else text
