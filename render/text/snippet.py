"""A finding's line as a terminal shows it: the words that it is about underlined, what the facts say below."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from timeline.checks.findings import Finding
from timeline.text import inert, line

WIDTH = 100  # cells, where no terminal says how many it has
_NARROWEST, _TAB = 40, "    "
_FACTS, _LONGEST = 5, 300
_C0, _DELETE, _PICTURES, _DELETED = 0x20, 0x7F, 0x2400, "\u2421"
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"  # belong to the spelling of words and emoji
_COLOURS = {"error": "1;31", "warning": "1;33", "note": "1;36"}


class Look(NamedTuple):
    """How wide a terminal is (cells), and whether it shows colours."""

    width: int = WIDTH
    colour: bool = False

    def paint(self, text: str, code: str) -> str:
        """Return the text in a colour of ECMA-48, where there are colours."""
        return f"\x1b[{code}m{text}\x1b[m" if self.colour and text else text


class Window(NamedTuple):
    """The part of a line that is shown, and the cells before and below the mark."""

    text: str
    before: int
    cells: int


def details(finding: Finding) -> list[tuple[str, str]]:
    """Return what belongs to a finding beside its message: names and bounded, single lines."""
    facts = [("fact", line(one, _LONGEST)) for one in finding.bounds[:_FACTS]]
    if more := len(finding.bounds) - _FACTS:
        facts += [("fact", f"and {more} more")] if more > 0 else []
    right = [("right", line(finding.expected, _LONGEST))] if finding.expected else []
    fix = [("fix", line(finding.fix.text, _LONGEST))] if finding.fix else []
    return [*facts, *right, *fix]


def drawn(finding: Finding, look: Look) -> Iterator[str]:
    """Yield the lines below a finding's message: the marked line, then what the facts say; none where nothing is known."""
    finding = _as_said(finding)
    colour = _COLOURS[finding.severity]
    placed = bool(finding.snippet and finding.column) and not _is_said(finding)
    margin = len(str(finding.line)) if placed else 1
    bar, empty = look.paint("|", "34"), " " * margin
    if placed:
        shown = window(finding, max(look.width, _NARROWEST) - margin - 3)
        yield f"{empty} {bar}"
        yield f"{look.paint(str(finding.line), '34')} {bar} {inert(shown.text)}"
        yield f"{empty} {bar} {' ' * shown.before}{look.paint('^' * shown.cells, colour)}"
    elif finding.claim:
        yield f"{empty} {bar} {inert(line(finding.claim, _LONGEST))}"
    for name, text in details(finding):
        yield f"{empty} {look.paint('=', '34')} {look.paint(f'{name}:', '1')} {inert(text)}"


def _as_said(finding: Finding) -> Finding:
    """Return a finding of a note with the sentence in place of the JSON that holds it."""
    place = finding.claim.find(finding.mark) if finding.file.endswith(".jsonl") and finding.mark else -1
    if place < 0:
        return finding
    return finding._replace(
        snippet=finding.claim,
        column=place + 1,
        end_line=finding.line,
        end_column=place + 1 + len(finding.mark),
    )


def _is_said(finding: Finding) -> bool:
    """Tell whether the message quotes the whole line already, and nothing else is known of it."""
    if details(finding) or len(finding.snippet) > _LONGEST:
        return False
    mark = finding.mark.strip()
    return mark in finding.message and mark == finding.snippet.strip("*_| \t")


def painted(head: str, finding: Finding, look: Look) -> str:
    """Return a finding's first line, its severity and rule in colour."""
    words = f"{finding.severity} {finding.rule}"
    return head.replace(words, look.paint(words, _COLOURS[finding.severity]), 1) if look.colour else head


def window(finding: Finding, room: int) -> Window:
    """Return what of the stored line fits into `room` cells: around the mark, which may be cut itself."""
    from rich.cells import cell_len

    text, start = finding.snippet, finding.column - 1
    same = finding.end_line in {0, finding.line}
    stop = max(finding.end_column - 1, start + 1) if same else len(text)
    begin = 0
    if len(text) > room or cell_len(_visible(text)) > room:
        # What stands before the words tells more than what follows them.
        begin = max(0, min(start - room // 2, len(text) - room + 2))
    end = _fitting(text, begin, room - 2)
    left, right = "…" if begin else "", "…" if end < len(text) else ""
    before = cell_len(left + _visible(text[begin:start]))
    marked = cell_len(_visible(text[start : min(stop, end)]))
    return Window(left + _visible(text[begin:end]) + right, before, max(marked, 1))


def _fitting(text: str, begin: int, room: int) -> int:
    """Return the end of what of `text` fits into `room` cells and the two that dots may take."""
    from rich.cells import cell_len

    piece = text[begin : begin + room + 2]
    if begin + len(piece) == len(text) and cell_len(_visible(piece)) <= room + (1 if begin else 2):
        return len(text)
    cells = 0
    for place, char in enumerate(piece):
        cells += cell_len(_visible(char))
        if cells > room:
            return begin + place
    return begin + len(piece)


def _visible(text: str) -> str:
    """Return text in which each character is one that is seen: what a terminal would obey is a picture of itself."""
    return text if text.isascii() and text.isprintable() else "".join(map(_seen, text))


def _seen(char: str) -> str:
    if char == "\t":
        return _TAB
    if ord(char) < _C0:
        return chr(_PICTURES + ord(char))
    if ord(char) == _DELETE:
        return _DELETED
    if char in _JOINERS or unicodedata.category(char) not in _INVISIBLE:
        return char
    return "\ufffd"
