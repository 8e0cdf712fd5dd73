"""What people wrote in one draft, in another document made for other readers: section by section, questions left behind."""

from __future__ import annotations

import re
from collections.abc import Mapping

from render.draft import note_places
from timeline.checks import fences

_HEADING = re.compile(r"#{1,2} +(.*)")
_PROMPT = re.compile(r"\s*\*[^*\n]+\?\*\s*")
_ASKING_ROW = re.compile(r"\s*\|.*\*[^*\n]+\?\*\s*\|")
_RULE = re.compile(r"\s*\|[ :|-]+\|\s*")
_TABLE = re.compile(r"(?m)^ {0,3}\|")
#: What stands above the first section of a page is its summary.
_SAME = {"executive summary": ""}


def carried(document: str, draft: str) -> str:
    """Return a document nobody wrote in yet, with the answers that people gave in a draft below the same headings."""
    answers = _answers(draft)
    made: list[str] = []
    section, given = "", set[str]()
    for piece in fences.parse(document):
        if piece.form != "prose":
            made.append(piece.text)
            continue
        for line in piece.text.splitlines(keepends=True):
            section = _section(line, section)
            answer = answers.get(section, "")
            if not answer or not (_PROMPT.fullmatch(line) or (_TABLE.match(line) and _TABLE.search(answer))):
                made.append(line)
            elif section not in given:
                given.add(section)
                made.append(f"{answer}\n")
    return "".join(made)


def _section(line: str, now: str) -> str:
    heading = _HEADING.match(line)
    if heading is None:
        return now
    name = heading[1].strip(" #\r\n").casefold() if line.startswith("##") else ""
    return _SAME.get(name, name)


def _answers(draft: str) -> Mapping[str, str]:
    """Return people's text by section, without what asks still; nothing where they wrote nothing."""
    sections: dict[str, list[str]] = {}
    section = ""
    for piece in fences.parse(note_places.without(draft)):
        for line in piece.text.splitlines() if piece.form == "prose" else ():
            if _HEADING.match(line):
                section = _section(line, section)
            elif not (
                line.startswith(("#", "<!-- timeline:")) or _PROMPT.fullmatch(line) or _ASKING_ROW.match(line)
            ):
                sections.setdefault(section, []).append(line)
    return {name: text for name, lines in sections.items() if (text := _whole(lines))}


def _whole(lines: list[str]) -> str:
    """Return lines without tables that lost all of their rows, and without blank lines around."""
    kept = [
        line
        for place, line in enumerate(lines)
        if not (_is_head(lines, place) or (place and _is_head(lines, place - 1)))
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n")


def _is_head(lines: list[str], place: int) -> bool:
    """Tell whether a header of a table stands here, and no row below its rule."""
    is_table = place + 1 < len(lines) and _TABLE.match(lines[place]) and _RULE.fullmatch(lines[place + 1])
    return bool(is_table) and not (place + 2 < len(lines) and _TABLE.match(lines[place + 2]))
