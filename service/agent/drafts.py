"""What an agent writes: Markdown that is checked and kept nowhere, and a hypothesis that people see as one."""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any

from render.text.findings import Group, render_findings
from service.agent.facts import fact_of
from service.agent.forms import DraftCheck, Findings, NoteForm
from service.agent.paging import ROOM
from service.agent.questions import DraftQuestion, NoteQuestion
from service.agent.shelf import Shelf
from service.check.given import check_text
from service.review.notes import NotesFile
from timeline.answers.pages import page
from timeline.answers.untrusted import seen
from timeline.canonical import short_id
from timeline.errors import TimelineError
from timeline.notes.bodies import Hypothesis

_LONGEST = 2000  # characters of one member of a finding


def check_draft(shelf: Shelf, asked: DraftQuestion) -> DraftCheck:
    """Return the findings about a draft, as `timeline check --format json` has them."""
    timeline = shelf.load(asked.incident).timeline
    checked = check_text(shelf.directory(asked.incident), asked.markdown, timeline, config=shelf.config)
    told = json.loads(render_findings([Group(checked.name, checked.findings, checked.unverified)], "json"))
    rows = [_visible(row) for row in told["findings"]]
    counts = Counter(row["severity"] for row in rows)
    question = ["check_draft", asked.incident, timeline.digest, asked.markdown, rows]
    cut = page(
        question, asked.cursor, lambda n: len(json.dumps(rows[n])), len(rows), most=asked.limit, room=ROOM
    )
    return DraftCheck(
        ok=told["ok"], errors=counts["error"], warnings=counts["warning"], notes=counts["note"], total=len(rows),
        findings=Findings(rows=rows[cut.place : cut.next_place]), next_cursor=cut.cursor,
    )  # fmt: skip


def _visible(value: Any) -> Any:
    """Return a finding's members with nothing in them that nobody sees, and none too long."""
    if isinstance(value, str):
        return seen(value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…")
    if isinstance(value, list):
        return [_visible(item) for item in value]
    return {name: _visible(item) for name, item in value.items()} if isinstance(value, dict) else value


def propose_note(shelf: Shelf, asked: NoteQuestion, agent: str) -> NoteForm:
    """Write a hypothesis by `agent:NAME`, and return it; the same one again is there once."""
    loaded = shelf.load(asked.incident)
    facts = list(dict.fromkeys(asked.facts))
    for identity in facts:
        fact_of(loaded, identity)
    author, text = f"agent:{agent}", seen(asked.text)
    identity = short_id("n", ["agent", author, text, facts])
    try:
        body = Hypothesis.model_validate(
            {"kind": "hypothesis", "text": text, "cites": [{"fact": fact} for fact in facts]}
        )
    except ValueError as err:
        raise TimelineError("a note needs visible words") from err
    NotesFile(shelf.directory(asked.incident)).append(
        identity, body, (), author, time.time_ns(), loaded.facts
    )
    return NoteForm(note=identity, author=author)
