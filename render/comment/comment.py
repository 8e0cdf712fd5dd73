"""The comment on a pull or merge request: one build at a glance, inert, and within every forge's limits."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from render.comment import blocks as comment_blocks
from render.comment.blocks import Block, View

#: What GitHub takes is 65,536 characters and 262,144 bytes; the rest is room for what it adds.
MOST_POINTS, MOST_BYTES = 60_000, 200_000
# A runner reads commands from what a job prints, so that a comment that is printed must hold none:
# `::set-output` at the start of a line, `##[set-env` anywhere in it.
_COMMAND = re.compile(r"^([^\S\n]*:)(?=:)", re.MULTILINE)


def comment(view: View, *, points: int = MOST_POINTS, size: int = MOST_BYTES) -> str:
    """Return the comment's Markdown within `points` code points and `size` bytes.

    Where it would be longer, every part keeps as many whole rows as fit, the same number each, and says
    how many are not shown; where even none would fit, the chart goes first. With `view.marker` its first line is the marker.
    """
    blocks = comment_blocks.blocks(view)
    longest = max(len(block.rows) for block in blocks)

    def too_long(rows: int) -> bool:
        text = _joined(view, blocks, rows)
        return len(text) > points or len(text.encode()) > size

    if not too_long(longest):
        return _joined(view, blocks, longest)
    if view.mermaid and too_long(0):
        return comment(replace(view, mermaid=0), points=points, size=size)
    fitting = bisect_right(range(longest + 1), False, key=too_long) - 1
    return _joined(view, blocks, max(fitting, 0))


def _joined(view: View, blocks: Sequence[Block], rows: int) -> str:
    text = "\n".join(block.shown(rows) for block in blocks)
    text = _COMMAND.sub("\\1\u200b", text).replace("##[", "##\u200b[")
    return f"{view.marker.line()}\n{text}" if view.marker else text
