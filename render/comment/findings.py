"""A finding in a cell of the comment: its message, the claim, what facts say, what would be right."""

from __future__ import annotations

import re
import unicodedata

from render.text import markdown
from render.text.snippet import details
from timeline.checks.findings import Finding

_IDS = re.compile(r"`[^`]*`|\b([fgim]-[0-9a-f]{16})\b")
_MESSAGE, _FACT, _CLAIM = 300, 200, 160  # characters
_RTL = {"R", "AL", "AN"}


def told(finding: Finding) -> str:
    """Return a finding as Markdown, in which nothing lives: each thing it says after a dot."""
    claim = [_claim(finding.claim, finding.mark)] if finding.claim else []
    beside = [f"*{name}:* {_detail(name, text)}" for name, text in details(finding)]
    return " · ".join([words(finding.message), *claim, *beside])


def words(said: str, limit: int = _MESSAGE) -> str:
    """Return words, bounded; ids of facts in code form, where no sign has to be put into them."""
    message = markdown.excerpt(said, limit)
    return markdown.statement(_IDS.sub(lambda m: m[0] if m[1] is None else f"`{m[1]}`", message))


def _detail(name: str, text: str) -> str:
    return markdown.code(markdown.excerpt(text, _FACT)) if name == "fix" else words(text, _FACT)


def _claim(claim: str, mark: str) -> str:
    """Return a claim in quotation marks, its mark strong; text from right to left is isolated."""
    line, marked = markdown.visible(claim), markdown.excerpt(mark, _CLAIM // 2)
    before, found, after = line.partition(marked) if marked else (line, "", "")
    half = (_CLAIM - len(found)) // 2
    if found and len(line) > _CLAIM:
        before = before if len(before) <= half else f"…{before[-half:]}"
    shown = _escaped(before) + (f"**{markdown.escape(found)}**" if found.strip() else found)
    shown += _escaped(after, _CLAIM - len(before) - len(found))
    # Cut at the mark, an address may begin with its slashes.
    quoted = f"“{shown}”".replace("//", "/&#8288;/")
    return f"\u2068{quoted}\u2069" if any(unicodedata.bidirectional(c) in _RTL for c in line) else quoted


def _escaped(text: str, limit: int = _CLAIM) -> str:
    """Return text escaped, the spaces at its ends kept."""
    if not text.strip():
        return " " if text else ""
    short = text if len(text) <= limit else markdown.excerpt(text, max(limit, 2))
    return f"{' ' * text[0].isspace()}{markdown.escape(short)}{' ' * (short == text and text[-1].isspace())}"
