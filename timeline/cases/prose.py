"""What people wrote in a draft, as words; questions of the template that nobody answered are nothing written."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest

from timeline.checks.draft import CODE, Block


def told(block: Block) -> str:
    """Return what a block says; nothing of headings, of actions, and of what waits for an answer."""
    if block.form == "heading" or block.prompt or block.left_blank or block.kind == "actions" or block.kept:
        return ""
    if block.half_asked and len([c for c in block.cells if c.text.strip() and not c.asks]) < 2:
        return ""  # the category alone
    if not block.cells:
        return visible(block.text, block.codes)
    answered = [cell for cell in block.cells if not cell.asks]
    return visible(
        " · ".join(cell.text for cell in answered), [code for cell in answered for code in cell.codes]
    )


def visible(text: str, codes: Iterable[str]) -> str:
    """Return words with the code, and the names of pictures, that stand among them as a mark."""
    first, *rest = text.split(CODE)
    parts = (f" {code} {part}" for code, part in zip_longest(codes, rest, fillvalue=""))
    return " ".join((first + "".join(parts)).split())
