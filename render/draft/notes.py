"""Notes in the draft: bodies of regions for its sections of interpretation, each point with what it cites.

A caller hands `note_bodies(...)` to the fences beside the regions made of facts. A body is empty where
there is no such note. No region made of facts reads a note: without notes, facts read byte by byte alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from render.draft import action_rows, meeting_row
from render.draft.meeting_row import MEETING_ROW
from render.text import markdown
from render.text.names import PAGE
from timeline import present
from timeline.model import Fact
from timeline.notes import tickets
from timeline.notes import views as note_views
from timeline.notes.bodies import (
    FACTOR_CATEGORIES,
    Action,
    Body,
    Dispute,
    FactCitation,
    Factor,
    Hypothesis,
    Meeting,
    Question,
    RangeCitation,
)
from timeline.notes.journal import Note, current
from timeline.notes.meeting import meetings
from timeline.references.filling import linked, parts
from timeline.references.grammar import Reference
from timeline.references.names import UnknownReferenceError
from timeline.references.values import Values

_PLURAL = {
    "observation": "observations",
    "hypothesis": "hypotheses",
    "decision": "decisions",
    "lesson": "lessons",
}
#: The region of actions within a table that people write in, and the columns it has where there is no such table.
ACTION_ROWS = "note-action-rows"
ACTION_COLUMNS = ("text", "effect", "owner", "due", "criterion", "verification", "ticket")
#: Every region that notes fill, in the order of a draft's sections.
NOTE_REGIONS: tuple[str, ...] = (
    "note-observations", "note-hypotheses", "note-factors", *(f"note-factors-{name}" for name in FACTOR_CATEGORIES), "note-factor-map", "note-whys",
    "note-decisions", "note-actions", ACTION_ROWS, "note-lessons", "note-questions", "note-disputes", MEETING_ROW, "note-meeting",
)  # fmt: skip


def note_bodies(
    notes: Iterable[Note],
    facts: Mapping[str, Fact],
    *,
    chart_url: str = "",
    title: str = "the incident",
    values: Values | None = None,
    ticket_url: str = "",
    columns: Sequence[str] = ACTION_COLUMNS,
    in_row: bool = False,
) -> dict[str, str]:
    """Return the body of every region of `NOTE_REGIONS`, lines ended by LF.

    `notes` are folded (`timeline.notes.journal.fold`), `facts` the timeline's by id; `title` names the
    incident in the factor map; `values` are what references in notes say; `ticket_url` makes links of tickets' keys; `columns` are those of the
    table that takes the actions; `in_row`: a row of the draft says when the review was held. What people wrote is shown, never alive.
    """
    kept = current(notes)
    write = _Writer(facts, chart_url, values, ticket_url)
    found = {f"note-{plural}": write.points(kept, kind) for kind, plural in _PLURAL.items()}
    found["note-factors"] = write.factors(kept)
    for category in FACTOR_CATEGORIES:
        inside = [n for n in kept if isinstance(b := n.head.body, Factor) and b.category == category]
        found[f"note-factors-{category}"] = write.points(inside, "factor")
    found["note-factor-map"] = _map(note_views.with_values(kept, values) if values else kept, facts, title)
    found["note-whys"] = "".join(write.step(step, 0) for step in note_views.whys(kept))
    found["note-actions"] = write.actions(kept)
    found[ACTION_ROWS] = write.action_rows(kept, columns)
    found["note-questions"] = write.points(kept, "question")
    found["note-disputes"] = write.points(kept, "dispute")
    held = meetings(kept)
    found[MEETING_ROW] = meeting_row.row(body for _, body in held) if in_row else ""
    found["note-meeting"] = "".join(write.meeting(*one, in_row=in_row) for one in held)
    return {name: found[name] for name in NOTE_REGIONS}


def _map(notes: Sequence[Note], facts: Mapping[str, Fact], title: str) -> str:
    if not note_views.factors(notes):
        return ""
    return f"```mermaid\n{note_views.factor_map(notes, facts, title)}```\n"


class _Writer:
    def __init__(
        self, facts: Mapping[str, Fact], chart_url: str, values: Values | None, ticket_url: str
    ) -> None:
        self._facts, self._chart_url, self._values, self._ticket_url = facts, chart_url, values, ticket_url
        self._more: dict[type, Callable[[Body], str]] = {
            Factor: _factor,
            Hypothesis: self._hypothesis,
            Question: self._question,
            Dispute: self._dispute,
        }

    def words(self, text: str | None) -> str:
        """Return somebody's words in Markdown that does nothing, its references as links; nothing where there are none."""
        if not text:
            return ""
        if self._values is None:
            return markdown.escape(text)
        return "".join(self._part(words, given) for words, given in parts(text)).strip()

    def _part(self, words: str, given: Reference | None) -> str:
        before = markdown.between(words)
        if given is None or self._values is None:
            return before
        try:
            return before + linked(given, self._values)
        except UnknownReferenceError:
            return before + markdown.escape(given.text)

    def points(self, notes: Iterable[Note], kind: str) -> str:
        """Return one item a note of this kind."""
        return "".join(self._point(n) for n in notes if n.head.body is not None and n.head.body.kind == kind)

    def _point(self, note: Note) -> str:
        body = note.head.body
        assert body is not None
        more = self._more[type(body)](body) if type(body) in self._more else ""
        return f"- {self.words(body.text)}{more} {self._cited(body)}{_conflict(note)}\n"

    def factors(self, notes: Iterable[Note]) -> str:
        """Return the factors of all categories as a table of the columns that the template's has."""
        rows = [(note, body) for note in notes if isinstance(body := note.head.body, Factor)]
        rows.sort(key=lambda row: FACTOR_CATEGORIES.index(row[1].category))
        cells = [
            (
                body.category, self.words(body.text) + _conflict(note), self._cited(body)[1:-1], "",
                "a known risk" if body.awareness == "known_risk" else "a surprise",
            )
            for note, body in rows
        ]  # fmt: skip
        header = ("category", "factor", "evidence", "expected and actual", "known or a surprise")
        return markdown.table(header, cells) if cells else ""

    def step(self, step: note_views.Step, level: int) -> str:
        """Return a why and the steps that explain it, indented."""
        body = step.note.head.body
        assert body is not None
        line = f"{'  ' * level}- {self.words(body.text)} {self._cited(body)}{_conflict(step.note)}\n"
        return line + "".join(self.step(answer, level + 1) for answer in step.answers)

    def actions(self, notes: Iterable[Note]) -> str:
        """Return the table of actions; what one lacks stays an empty cell."""
        rows = [(n, n.head.body) for n in notes if isinstance(n.head.body, Action)]
        if not rows:
            return ""
        header = (
            "action",
            "kind",
            "owner",
            "due",
            "definition of done",
            "verified by",
            "ticket",
            "done",
            "cites",
        )
        return markdown.table(header, [self._action(note, body) for note, body in rows])

    def action_rows(self, notes: Iterable[Note], columns: Sequence[str]) -> str:
        """Return the actions as rows for a table of these columns, without a header."""
        rows = [(n, n.head.body) for n in notes if isinstance(n.head.body, Action)]
        if not rows:
            return ""
        parts = ("text", "effect", "owner", "due", "criterion", "verification", "ticket", "done", "cites")
        made = [action_rows.row(dict(zip(parts, self._action(*one), strict=True)), columns) for one in rows]
        return "".join(f"{line}\n" for line in markdown.table(columns, made).splitlines()[2:] if line)

    def _action(self, note: Note, body: Action) -> tuple[str, ...]:
        words = [self.words(t) for t in (body.text, body.effect, body.owner)]
        due, done = (day.isoformat() if day else "" for day in (body.due, body.done))
        rest = [self.words(t) for t in (body.criterion, body.verification)]
        return (
            words[0] + _conflict(note),
            *words[1:],
            due,
            *rest,
            self._ticket(body),
            done,
            self._cited(body),
        )

    def _ticket(self, body: Action) -> str:
        """Return a ticket as a link by its key, or as the key alone."""
        address, given = tickets.link(body.ticket, self._ticket_url), body.ticket or ""
        label = "ticket" if given == address else markdown.escape(given)
        return (
            markdown.link(label, address) if address and markdown.is_web(address) else label if given else ""
        )

    def meeting(self, note: Note, body: Meeting, *, in_row: bool) -> str:
        """Return when a review was held, who was there and what was written down of it; the last alone where a row says the rest."""
        there = ", ".join(markdown.escape(name) for name in body.present)
        where = "".join(f", {markdown.escape(one)}" for one in (body.time, body.title) if one)
        held = [
            f"Review held on {body.held.isoformat()}{where}.",
            *([f"Present at the review: {there}."] if there else []),
        ]
        said = [part for part in (self.words(body.text), self._cited(body) if body.cites else "") if part]
        told = [*(["Of the review:"] if in_row else held), *said]
        return f"- {' '.join(told)}{_conflict(note)}\n" if said or not in_row or note.conflict else ""

    def _hypothesis(self, body: Body) -> str:
        assert isinstance(body, Hypothesis)
        return self._answer(body.answer) if body.answer else ""

    def _question(self, body: Body) -> str:
        assert isinstance(body, Question)
        owner = f" ({markdown.escape(body.owner)} finds out)" if body.owner else ""
        return owner + (self._answer(body.answer) if body.answer else " (open)")

    def _dispute(self, body: Body) -> str:
        assert isinstance(body, Dispute)
        return self._answer(body.answer) if body.answer else " (no answer yet)"

    def _answer(self, text: str) -> str:
        # In words that go on, since nobody knows how the text before them ends.
        return f" - and the answer: {self.words(text)}"

    def _cited(self, body: Body) -> str:
        changed = note_views.changed(body, self._facts)
        return f"({', '.join(self._cite(c, changed) for c in body.cites)})"

    def _cite(self, cite: FactCitation | RangeCitation, changed: Mapping[str, str]) -> str:
        page = f"{self._chart_url}{PAGE}"
        if isinstance(cite, RangeCitation):
            start, end = _instants(cite)
            return markdown.link(present.bounds(cite.start, cite.end), f"{page}#from={start}&to={end}")
        fact = self._facts.get(cite.fact)
        label = present.bounds(fact.earliest, fact.latest) if fact else markdown.code(cite.fact)
        said = f", which {changed[cite.fact]}" if cite.fact in changed else ""
        return markdown.link(label, f"{page}#{cite.fact}") + said


def _instants(cite: RangeCitation) -> tuple[str, str]:
    data = cite.model_dump(mode="json")
    return data["start"], data["end"]


def _factor(body: Body) -> str:
    assert isinstance(body, Factor)
    return f" ({'a known risk' if body.awareness == 'known_risk' else 'a surprise'})"


def _conflict(note: Note) -> str:
    return " **Two versions: not settled.**" if note.conflict else ""
