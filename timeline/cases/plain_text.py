"""Reports that are plain text, as Markdown, line by line: sections by the words that head them, actions as items."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from timeline.checks.sections import kind_of

HEADS = re.compile(
    r"(?:executive )?summary|impact|conclusions?|background|overview|see also|references|details|description|what happened"
    r"|how it happened|resolution|detection|scope|response|recovery|notes|links to relevant documentation",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:[0-9]{1,2}\.){0,4}[0-9]{0,2}\.?[ \t]+")
_BULLET = re.compile(r"[ \t]{0,20}[•*–o-][ \t]+")
_TIMED = re.compile(r"[\[(]?(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[T ,]{1,3})?[0-9]{1,2}[:.h][0-9]{2}(?![0-9%])")
_ENDS = (".", "?", "!", ":", ";", ",")
_LONGEST, _LONGEST_TITLE, _WORDS = 60, 120, 8
_SPECIAL = re.compile(r"[#>`~|]|[0-9]{1,9}[.)] ")


def as_markdown(text: str) -> str:
    """Return a plain text as Markdown that has its lines one for one."""
    return "\n".join(_lines(text.splitlines()))


def _lines(lines: Iterable[str]) -> Iterator[str]:
    kind, was_open, has_title = "prose", False, False
    for line in lines:
        words = line.strip()
        if words and not has_title:
            has_title = True
            yield f"# {words}" if len(words) <= _LONGEST_TITLE and not _heading(line) else words
        elif heading := _heading(line):
            kind, was_open = kind_of((heading,)), False
            yield f"## {heading}"
        elif not words:
            was_open = False
            yield ""
        elif _TIMED.match(words):
            was_open = True
            yield f"- {words}"
        elif bullet := _BULLET.match(line):
            was_open = True
            yield f"- {line[bullet.end() :].strip()}"
        elif kind == "actions" and not (was_open and words[0].islower()):
            was_open = True
            yield f"- {words}"
        elif was_open and kind == "actions":
            yield f"  {words}"
        else:
            yield f"\\{words}" if _SPECIAL.match(words) else words


def _heading(line: str) -> str:
    """Return the words of a line that heads a section; empty for any other."""
    words = _NUMBER.sub("", line.strip(), count=1).strip() if line[:1].isdigit() else line.strip()
    if (
        not 3 <= len(words) <= _LONGEST
        or len(words.split()) > _WORDS
        or words.endswith(_ENDS)
        or words[0].islower()
    ):
        return ""
    return words if HEADS.fullmatch(words) or kind_of((words,)) != "prose" else ""
