"""Notes' places in a draft: each region once, below the heading it belongs to, and only where there is a note.

The draft's last line remembers which regions were placed, so that one a person deleted stays deleted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple

from render.draft import action_rows, meeting_row
from render.draft import form as draft_form
from render.draft.meeting_row import MEETING_ROW
from render.draft.notes import ACTION_COLUMNS, ACTION_ROWS, NOTE_REGIONS, note_bodies
from render.draft.parts import Parts
from timeline.checks import fences
from timeline.checks.draft import Block, DraftSpan, blocks
from timeline.notes.bodies import FACTOR_CATEGORIES, Action
from timeline.notes.journal import Note

#: What stands above a region that shares its heading with others.
_LABELS = {
    "note-observations": "Observations", "note-hypotheses": "Hypotheses", "note-decisions": "Decisions",
    "note-questions": "Questions", "note-disputes": "Disputed facts", "note-whys": "Why, step by step",
}  # fmt: skip
_FACTORS = frozenset({"contributing factors", "contributing factor", "root causes", "root cause"})
_WHYS = frozenset({"five whys", "5 whys"})
_ACTIONS = frozenset({"action items", "actions", "actionables", "corrective actions"})
_LESSONS = frozenset({"lessons", "lessons learned", "learnings", "what we learned"})
_FOLLOW_UP = frozenset({"follow-up", "follow up", "followup"})
_CONCLUSIONS = frozenset({"conclusions", "conclusion"})
_SPELLED = {"organisational": frozenset({"organisational", "organizational"})}
#: Headings by region, the nearest first; what is not named stands with the contributing factors.
_HEADINGS: dict[str, tuple[frozenset[str], ...]] = {
    **{f"note-factors-{c}": (_SPELLED.get(c, frozenset({c})), _FACTORS) for c in FACTOR_CATEGORIES},
    "note-whys": (_WHYS, _FACTORS),
    "note-decisions": (_ACTIONS,),
    "note-actions": (_ACTIONS,),
    ACTION_ROWS: (_ACTIONS,),
    "note-lessons": (_LESSONS, _CONCLUSIONS),
    "note-meeting": (_FOLLOW_UP, _ACTIONS),
}
_ORDER = {name: number for number, name in enumerate(NOTE_REGIONS)}
_TABLE, _OF_CATEGORY = "note-factors", "note-factors-"
_ATX = re.compile(r"\ufeff? {0,3}#{1,6}[ \t]")


class _Lines(NamedTuple):
    """A draft's lines, its headings, and where note regions begin: line index to name and height."""

    lines: list[str]
    headings: list[Block]
    regions: dict[int, tuple[str, int]]
    tables: dict[int, int]  # the line of a heading to that of the first table below it


def bodies(parts: Parts, notes: Sequence[Note], of: str) -> dict[str, str]:
    """Return the body of every note region in the draft `of`; all are empty for people outside."""
    if not parts.audience.identifiers:
        return dict.fromkeys(NOTE_REGIONS, "")
    incident = parts.timeline.incident
    title = f"{incident.id}: {incident.title}" if incident.title else incident.id
    made = note_bodies(
        notes, parts.facts, chart_url=parts.chart_url, title=title, values=parts.values, ticket_url=parts.ticket_url,
        columns=(_columns(of) if any(isinstance(n.head.body, Action) for n in notes) else ()) or ACTION_COLUMNS,
        in_row=meeting_row.asks(of),
    )  # fmt: skip
    return {name: _labelled(name, body) for name, body in made.items()}


def _by_form(wanted: Sequence[str], known: set[str], headings: Sequence[Block]) -> list[str]:
    """Return the regions without those of factors that are of another form: by category, or all in one table.

    By category where the draft has such headings, or has such regions already.
    """
    by_category = any(name.startswith(_OF_CATEGORY) for name in known) or any(
        _heading(name, headings, own=True) for name in NOTE_REGIONS if name.startswith(_OF_CATEGORY)
    )
    return [name for name in wanted if not (name == _TABLE if by_category else name.startswith(_OF_CATEGORY))]


def _by_table(wanted: Sequence[str], known: set[str], draft: _Lines) -> list[str]:
    """Return the regions with actions once: as rows where people's table takes them, else as a table of their own."""
    in_table = ACTION_ROWS in known or ("note-actions" not in known and _table(draft) is not None)
    return [name for name in wanted if name != ("note-actions" if in_table else ACTION_ROWS)]


def _table(draft: _Lines) -> int | None:
    """Return the line, from 1, of the header of the table that takes actions; None where there is none."""
    heading = _heading("note-actions", draft.headings)
    at = draft.tables.get(heading.line) if heading else None
    return at if at is not None and action_rows.columns(draft.lines[at - 1]) else None


def _columns(text: str) -> tuple[str, ...]:
    """Return what the columns of the table take that actions stand in, or would."""
    pieces, line = fences.parse(text), 1
    for piece in pieces:
        if piece.rows and piece.name == ACTION_ROWS:
            lines = text.split("\n")[: line - 1]
            above = list(takewhile(lambda one: one.lstrip().startswith("|"), reversed(lines)))
            return action_rows.columns(above[-1]) if above else ()
        line += piece.text.count("\n")
    draft = _read(text, pieces)
    at = _table(draft)
    return action_rows.columns(draft.lines[at - 1]) if at is not None else ()


def joined(text: str) -> str:
    """Return a draft whose table of noted actions, in which nobody wrote, gives way to rows of people's table.

    So does what a meeting's note said below a row that asks the same.
    """
    pieces = fences.parse(text)
    held = next((p for p in pieces if p.name == "note-meeting" and p.form == "region"), None)
    if (
        held
        and not held.touched
        and meeting_row.asks(text)
        and not any(p.name == MEETING_ROW for p in pieces)
    ):
        text = draft_form.without_regions("".join(p.text for p in pieces if p is not held), {held.name})
        pieces = fences.parse(text)
    own = next((p for p in pieces if p.name == "note-actions" and p.form == "region" and not p.rows), None)
    if own is None or own.touched or _table(_read(text, pieces)) is None:
        return text
    left = "".join(piece.text for piece in pieces if piece is not own)
    return draft_form.without_regions(left, {own.name})


def emptied(before: str, after: str) -> str:
    """Return the draft, without naming regions of rows where their last row went: nobody deleted them."""
    after = meeting_row.given_back(after)
    there = [any(p.name == ACTION_ROWS and p.rows for p in fences.parse(text)) for text in (before, after)]
    return draft_form.without_regions(after, {ACTION_ROWS}) if there == [True, False] else after


def _labelled(name: str, body: str) -> str:
    return f"**{_LABELS[name]}**\n\n{body}" if body and name in _LABELS else body


def place(text: str, made: Mapping[str, str]) -> fences.Rendered:
    """Insert each region that has a body and was never in the draft; every other byte of prose stays.

    What has no heading of its own, exactly once, is not placed and is named.
    """
    pieces = fences.parse(text)
    known = {*draft_form.form_of(text).regions, *(p.name for p in pieces if p.form == "region")}
    wanted = [name for name, body in made.items() if body and name not in known and body != meeting_row.ASKS]
    draft = _read(text, pieces)
    wanted = _by_table(_by_form(wanted, known, draft.headings), known, draft)
    if not wanted:
        return fences.Rendered(text, ())
    if not draft_form.says(text):
        return fences.Rendered(text, (_unsaid(),))
    if MEETING_ROW in wanted:
        filled = draft_form.with_regions(meeting_row.placed(text, made[MEETING_ROW]), [MEETING_ROW])
        return place(filled, made)
    found = {name: _place(name, draft) for name in wanted}
    places = {name: at for name, at in found.items() if at is not None}
    for name, at in sorted(places.items(), key=lambda one: (one[1], _ORDER[one[0]]), reverse=True):
        newline = "\r" if draft.lines[at - 1].endswith("\r") else ""
        write = fences.rows if name == ACTION_ROWS else fences.region
        region = write(name, made[name], f"{newline}\n").removesuffix("\n")
        draft.lines.insert(at, region)
    placed = draft_form.with_regions("\n".join(draft.lines), [name for name in wanted if name in places])
    return fences.Rendered(placed, tuple(_unplaced(name) for name in wanted if name not in places))


def without(text: str) -> str:
    """Return a draft without the note regions that stand in it, as it was before they were placed."""
    had_row = MEETING_ROW in draft_form.form_of(text).regions
    text = meeting_row.asking(text)
    pieces = fences.parse(text)
    there = {p.name for p in pieces if p.form == "region" and p.name in _ORDER} | (
        {MEETING_ROW} if had_row else set()
    )
    return draft_form.without_regions("".join(p.text for p in pieces if p.name not in there), there)


def _read(text: str, pieces: Iterable[fences.Piece]) -> _Lines:
    line, regions, spans = 0, {}, []
    for piece in pieces:
        height = piece.text.count("\n")
        if piece.form == "region" and piece.name in _ORDER and not piece.rows:
            regions[line] = (piece.name, height)
        spans.append(DraftSpan(piece.form, piece.name, piece.text))
        line += height
    lines = text.split("\n")
    there = blocks(spans)
    tables: dict[int, int] = {}
    for block in there:
        piped = (
            block.form == "row"
            and not (block.kept or block.quoted)
            and lines[block.group - 1].startswith("|")
        )
        if piped and block.group < len(lines):
            tables.setdefault(block.heading, block.group)
    # Only a heading that is nobody's quotation, item or moved text, and has a line after it.
    headings = [
        block
        for block in there
        if block.form == "heading" and not (block.kept or block.quoted) and block.group == block.line
        and block.line < len(lines) and _ATX.match(lines[block.line - 1])
    ]  # fmt: skip
    return _Lines(lines, headings, regions, tables)


def _place(name: str, draft: _Lines) -> int | None:
    """Return the index of the line before which a region goes; None without a heading that is one alone."""
    if name == ACTION_ROWS:
        table = _table(draft)
        return None if table is None else table + 1
    heading = _heading(name, draft.headings)
    if heading is None:
        return None
    at = heading.line
    if at < len(draft.lines) - 1 and not draft.lines[at].strip():
        at += 1
    while at in draft.regions and _ORDER[draft.regions[at][0]] < _ORDER[name]:
        at += draft.regions[at][1]
    return at


def _heading(name: str, headings: Iterable[Block], *, own: bool = False) -> Block | None:
    """Return the heading that a region belongs to; its `own`, or the nearest that there is."""
    given = list(headings)
    for names in _HEADINGS.get(name, (_FACTORS,))[: 1 if own else None]:
        found = [h for h in given if h.text.strip(" .:?").casefold() in names and _fits(h, names)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _fits(heading: Block, names: frozenset[str]) -> bool:
    # "Process" or "Human" may be a heading of anything; only one on contributing factors is meant.
    plain = names in (_FACTORS, _WHYS, _ACTIONS, _LESSONS, _CONCLUSIONS, _FOLLOW_UP)
    return plain or heading.kind == "factors"


def _unplaced(name: str) -> str:
    names = _HEADINGS.get(name, (_FACTORS,))[-1]
    wanted = " or ".join(repr(one) for one in sorted(names))
    return f"notes of region {name} were not placed: the draft has not exactly one heading {wanted}"


def _unsaid() -> str:
    return (
        "notes were not placed: the draft's last line, `<!-- timeline:draft ... -->`, is not there, "
        "so nothing would tell which of them were deleted"
    )
