"""Where in its line a finding's words stand: looked for in the file's text, once for all rules."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from timeline.checks.draft import CODE
from timeline.checks.findings import Finding

#: How the name of a file ends that has JSON on each line, as notes do.
JOURNAL = ".jsonl"
_CLAIM = 60  # characters by which a sentence is found
# A sentence goes on over the end of a line, but not for long; what is longer has no place that people look for.
_LINES, _LONGEST, _LONGEST_MARK = 4, 8_000, 400
# What a rule does not see of the Markdown between two words: emphasis, and where a line of a quotation begins.
_BETWEEN = r"[\s*_~>|]{1,12}"


def located(findings: Iterable[Finding], text: str) -> Iterator[Finding]:
    """Yield the findings in `text`, a file as stored, each with its line and the place of its mark where it is there."""
    lines = [line.removesuffix("\r") for line in text.removeprefix("\ufeff").split("\n")]
    for one in findings:
        yield _placed(one, lines) if 0 < one.line <= len(lines) else one


def _placed(one: Finding, lines: Sequence[str]) -> Finding:
    if one.file.endswith(JOURNAL) and one.mark:
        one = _in_json(one, lines[one.line - 1])
    elif one.mark and not one.column:
        one = _found(one, lines)
    return one._replace(snippet=lines[one.line - 1]) if one.column else one


def _in_json(one: Finding, line: str) -> Finding:
    """Return the finding with its place in a line of JSON: a rule read what the line holds, and counted in that."""
    one = one._replace(column=0, end_line=0, end_column=0)
    claim, mark = (json.dumps(text, ensure_ascii=False)[1:-1] for text in (one.claim[:_CLAIM], one.mark))
    begin = max(line.find(claim), 0) if claim else 0
    column = line.find(mark, begin, begin + _LONGEST) + 1
    return one._replace(column=column, end_line=one.line, end_column=column + len(mark)) if column else one


def _found(one: Finding, lines: Sequence[str]) -> Finding:
    """Return the finding with the first place in its line that has its words."""
    if not one.mark.strip() or len(one.mark) > _LONGEST_MARK:
        return one
    here = lines[one.line - 1][:_LONGEST]
    if match := _exactly(one.mark).search(here):
        return one._replace(column=match.start() + 1, end_line=one.line, end_column=match.end() + 1)
    held = "\n".join([here, *(line[:_LONGEST] for line in lines[one.line : one.line - 1 + _LINES])])
    match = _loosely(one.mark).search(held)
    if match is None or match.start() > len(here):
        return one
    before = held[: match.end()]
    end = before.count("\n")
    return one._replace(
        column=match.start() + 1,
        end_line=one.line + end,
        end_column=len(before) - before.rfind("\n"),
        mark=match[0] if not end else one.mark,
    )


@lru_cache(maxsize=256)
def _exactly(mark: str) -> re.Pattern[str]:
    return re.compile(_alone(mark, re.escape(mark)))


@lru_cache(maxsize=256)
def _loosely(mark: str) -> re.Pattern[str]:
    """Match the words of a mark with Markdown between them, and any code where it has `CODE`."""
    words = (re.escape(word).replace(re.escape(CODE), r"`{1,3}[^`\n]{0,400}`{1,3}") for word in mark.split())
    return re.compile(_alone(mark, _BETWEEN.join(words)))


def _alone(mark: str, pattern: str) -> str:
    """Let a word be no part of a longer one."""
    before = r"(?<!\w)" if mark[0].isalnum() else ""
    return before + pattern + (r"(?!\w)" if mark[-1].isalnum() else "")
