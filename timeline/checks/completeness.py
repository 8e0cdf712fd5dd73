"""Is the draft finished, and in time?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from timeline import present
from timeline.checks.draft import Block
from timeline.checks.findings import Finding, finding
from timeline.checks.sections import kind_of
from timeline.instant import HOUR, NS
from timeline.model import Timeline

#: Sections of factors; `timeline.notes` has a category of each.
_CATEGORIES = frozenset({"technical", "process", "human", "organisational", "environmental"})
#: The row of a draft's follow-up that a note of the meeting answers.
_HELD = "review held"
_SPELLED = {"organizational": "organisational"}
_OPTIONAL = re.compile(r"^\W*\(?optional", re.IGNORECASE)
# A question within a line: `**Authors:** *Who wrote this?*`.
_INLINE = re.compile(r"[:·]\**\s*(?:\*[^*\n]+\?\*|_[^_\n]+\?_)(?!\w)")
_LONGEST = 100  # characters of a question that a finding repeats
_TODO = re.compile(r"\b(?:TODO|TBD|FIXME|XXX)\b")


class Deadline(NamedTuple):
    """When the incident was resolved (and what tells), and until when the draft is due."""

    resolved: int
    told_by: str
    due: int


def prompts(
    blocks: Sequence[Block], noted: frozenset[str] = frozenset(), refuted: frozenset[int] = frozenset()
) -> list[Block]:
    """Return the template's questions that nobody answered: no text follows in their section, and no note.

    `noted` are the subjects of notes (`timeline.checks.prose.Noted`); a text on a line of `refuted`, which facts
    disprove, is no answer.
    """
    found_here: list[Block] = []
    for section in _sections(blocks):
        found_here += [b for b in section if _waits(b) and not is_noted((*b.section, b.cells[0].text), noted)]
        asked = [place for place, block in enumerate(section) if block.prompt]
        alone = len(asked) == 1
        for place, following in zip(asked, [*asked[1:], len(section)], strict=False):
            answers = section if alone else section[place:following]
            optional = _OPTIONAL.match(section[place].text)
            if is_noted(section[place].section, noted):
                continue
            if not optional and not any(_says_something(block, refuted) for block in answers):
                found_here.append(section[place])
    return found_here


def _waits(block: Block) -> bool:
    """Tell whether cells of a row ask still, or nothing stands beside what it names; of an action, others say what it lacks."""
    asked = (block.half_asked or block.left_blank) and not block.kept
    return asked and (block.kind != "actions" or block.follows_up)


def is_noted(section: Sequence[str], noted: frozenset[str]) -> bool:
    """Tell whether notes stand in a section: those of its subject are put there."""
    heading = section[-1].casefold().strip() if section else ""
    heading = _SPELLED.get(heading, heading)
    if heading in _CATEGORIES or heading == _HELD:
        return heading in noted
    kind = kind_of(section[-1:])
    if kind == "factors":
        return "whys" in noted if "why" in heading else bool(noted & _CATEGORIES)
    return kind in {"actions", "lessons"} and kind in noted


def _sections(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    by_heading: dict[int, list[Block]] = {}
    for block in blocks:
        if block.form != "heading":
            by_heading.setdefault(block.heading, []).append(block)
    yield from by_heading.values()


def _says_something(block: Block, refuted: frozenset[int] = frozenset()) -> bool:
    said = (
        not (block.prompt or block.half_asked or block.left_blank)
        and not block.kept
        and (block.form == "code" or not block.empty)
    )
    return said and refuted.isdisjoint(range(block.line, block.line + block.raw.count("\n") + 1))


def empty(
    blocks: Sequence[Block], noted: frozenset[str] = frozenset(), refuted: frozenset[int] = frozenset()
) -> Iterator[Finding]:
    """Find unanswered questions, and placeholders that were left."""
    unanswered = {id(block) for block in prompts(blocks, noted)} if refuted else set[int]()
    for block in prompts(blocks, noted, refuted):
        asked = _asked(block)
        how = (
            "answer in its place, or delete the row"
            if block.form == "row" and block.half_asked
            else ("answer below it, or delete it with its heading")
        )
        message = f"nobody has answered {_shown(asked)!r}: {how}"
        if block.left_blank:
            message = f"nothing stands beside {_shown(asked)!r}: answer in its place, or delete the row"
        if refuted and id(block) not in unanswered:
            message = f"the facts disprove what answers {_shown(asked)!r}: answer it by what they say"
        yield finding("prompt-empty", block.line, message, mark=asked)
    for block in blocks:
        for number, written in enumerate(block.raw.split("\n") if _asks_inside(block) else (), block.line):
            if match := _INLINE.search(written):
                asked = match[0].strip(":·*_ ")
                yield finding(
                    "prompt-empty",
                    number,
                    f"nobody has answered {asked!r}: write the answer in its place",
                    mark=asked,
                )
        for line, text in block.words if _may_hold_places(block) else ():
            if match := _TODO.search(text):
                yield finding(
                    "prompt-empty",
                    line,
                    f"{match[0]} is left: write what is known, or that it is not",
                    mark=match[0],
                )


def _shown(asked: str) -> str:
    """Return a question in a line: a long one is cut between words, and says so."""
    return asked if len(asked) <= _LONGEST else f"{asked[:_LONGEST].rpartition(' ')[0] or asked[:_LONGEST]} …"


def _asked(block: Block) -> str:
    if block.half_asked:
        return " ".join(c.text for c in block.cells if c.asks)
    return " ".join(c.text for c in block.cells if c.text.strip()) if block.cells else block.text.strip()


def _asks_inside(block: Block) -> bool:
    return block.form in {"paragraph", "item"} and not (block.prompt or block.kept)


def _may_hold_places(block: Block) -> bool:
    # A cell of an action that says TBD is found by what it lacks.
    of_action = block.form == "row" and block.kind == "actions" and not block.follows_up
    return block.form != "code" and not block.kept and not of_action


def deadline(timeline: Timeline, hours: int) -> Deadline | None:
    """Return when the draft is due; None where nothing tells when the incident was resolved."""
    incident = timeline.incident
    told = [f for f in timeline.facts if f.kind == "incident.resolved"]
    if told:
        last = max(told, key=lambda f: (f.latest, f.id))
        return Deadline(last.latest, f"fact {last.id}", last.latest + hours * HOUR)
    for resolved, by in (
        (incident.resolved, "`resolved` of the incident"),
        (incident.end, "`end` of the incident"),
    ):
        if resolved is not None:
            return Deadline(resolved, by, resolved + hours * HOUR)
    ends = [f for f in timeline.facts if f.kind == "alert.resolved"]
    if ends:
        last = max(ends, key=lambda f: (f.latest, f.id))
        return Deadline(
            last.latest, f"the last alert that stopped firing, fact {last.id}", last.latest + hours * HOUR
        )
    return None


def moment(instant: int) -> str:
    """Return an instant as reports show it: `2026-11-12 15:05:59 UTC`."""
    return f"{present.date(instant)} {present.time(instant)} UTC"


def late(
    blocks: Sequence[Block],
    timeline: Timeline,
    now: int,
    hours: int,
    noted: frozenset[str] = frozenset(),
    refuted: frozenset[int] = frozenset(),
) -> Iterator[Finding]:
    """Find a draft that is still incomplete when it is due; `now` in ns."""
    open_ = prompts(blocks, noted, refuted)
    until = deadline(timeline, hours)
    if open_ and until and now > until.due:
        over = present.duration((now - until.due) / NS, up=False)
        yield finding(
            "draft-late", open_[0].line,
            f"resolved {moment(until.resolved)} ({until.told_by}); the draft was due {hours} hours later, "
            f"{over} ago, and {present.count(len(open_), 'question')} still {'wait' if len(open_) > 1 else 'waits'}",
        )  # fmt: skip
