"""The contributing-factor map as a drawing: each column leads to the next, the incident on the right; pure."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from timeline.model import Fact
from timeline.notes import views as note_views
from timeline.notes.bodies import Factor
from timeline.notes.journal import Note, cited

WIDTH, GAP_X, GAP_Y, LINE, PAD = 250, 70, 16, 17, 10
_CHARS, _LINES = 30, 6


class Box(NamedTuple):
    """A box: its place, its lines of words, what it is (`fact`, `surprise`, `known_risk`, `incident`)."""

    id: str
    x: int
    y: int
    height: int
    lines: tuple[str, ...]
    form: str
    over: str
    title: str

    @property
    def left(self) -> tuple[int, int]:
        """Where an arrow ends."""
        return self.x, self.y + self.height // 2

    @property
    def right(self) -> tuple[int, int]:
        """Where an arrow begins."""
        return self.x + WIDTH, self.y + self.height // 2


class Arrow(NamedTuple):
    """A curve from one box to the next; dashed from a fact."""

    path: str
    form: str


class Diagram(NamedTuple):
    """Everything to draw, and the size of the sheet."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def diagram(notes: Sequence[Note], facts: Mapping[str, Fact], title: str) -> Diagram | None:
    """Return the drawing; None where there is no factor yet."""
    tree = note_views.factors(notes)
    if not tree:
        return None
    known = {n.id: n for n in notes}
    depth = note_views.levels(tree)
    stands = {f: depth[i] for i in tree for f in cited(known[i].head.body) if f in facts}
    # A fact stands right before the factor it is cited by: no arrow runs behind another box.
    deepest = max([*depth.values(), *(n + 1 for n in stands.values())])
    columns: list[list[Box]] = [[] for _ in range(deepest)]
    for f, n in stands.items():
        columns[deepest - n - 1].append(_fact_box(facts[f]))
    for i in tree:
        columns[deepest - depth[i]].append(_factor_box(known[i]))
    columns.append([_box("incident", title, "incident", "", title)])
    placed = _placed(columns)
    pairs = [(i, p or "incident", "factor") for i, p in tree.items()]
    pairs += [(f, i, "fact") for i in tree for f in cited(known[i].head.body) if f in facts]
    arrows = tuple(_arrow(placed[a], placed[b], form) for a, b, form in pairs)
    boxes = tuple(placed.values())
    return Diagram(max(b.x for b in boxes) + WIDTH + 1, max(b.y + b.height for b in boxes) + 1, boxes, arrows)


def _fact_box(fact: Fact) -> Box:
    label = note_views.fact_label(fact)
    return _box(fact.id, label.replace("`", ""), "fact", "", label)


def _factor_box(note: Note) -> Box:
    body = note.head.body
    assert isinstance(body, Factor)
    over = f"{body.category} · {body.awareness.replace('_', ' ')}"
    return _box(note.id, body.text, body.awareness, over, body.text)


def _box(identity: str, text: str, form: str, over: str, title: str) -> Box:
    lines = textwrap.wrap(
        " ".join(text.split()), _CHARS, max_lines=_LINES, placeholder=" …", break_on_hyphens=False
    ) or [""]
    height = 2 * PAD + LINE * (len(lines) + bool(over))
    return Box(identity, 0, 0, height, tuple(lines), form, over, title)


def _placed(columns: Sequence[Sequence[Box]]) -> dict[str, Box]:
    heights = [sum(b.height + GAP_Y for b in column) - GAP_Y for column in columns]
    tallest, found = max(heights), {}
    for number, (column, height) in enumerate(zip(columns, heights, strict=True)):
        y = (tallest - height) // 2 + 1
        for box in column:
            found[box.id] = box._replace(x=number * (WIDTH + GAP_X) + 1, y=y)
            y += box.height + GAP_Y
    return found


def _arrow(a: Box, b: Box, form: str) -> Arrow:
    (x1, y1), (x2, y2) = a.right, b.left
    middle = (x1 + x2) // 2
    return Arrow(f"M{x1},{y1} C{middle},{y1} {middle},{y2} {x2 - 6},{y2}", form)
