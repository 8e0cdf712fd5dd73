"""Blameless wording in people's prose: warnings, each with a better phrasing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from timeline.checks.draft import Block
from timeline.checks.findings import Finding, finding
from timeline.checks.sections import is_luck
from timeline.checks.wording import COUNTERFACTUAL, HUMAN_ERROR
from timeline.people.names import Names

_HANDLE = re.compile(r"(?<![\w/@.+:=-])@([A-Za-z][\w-]{1,38})\b(?![/.@]\w)")
_GROUPS = {"here", "channel", "everyone", "all", "group", "team"}
_OWNER = re.compile(r"owner|who|assign|responsible|\bdri\b|lead", re.IGNORECASE)


def wording(blocks: Iterable[Block]) -> Iterator[Finding]:
    """Find counterfactuals and errors of people given as causes."""
    for block in blocks:
        if block.form in {"code", "heading"} or block.prompt:
            continue
        phrases = [("blameless-error", p) for p in HUMAN_ERROR]
        if not is_luck(block.section):
            phrases += [("blameless-counterfactual", p) for p in COUNTERFACTUAL]
        for rule, phrase in phrases:
            lines: set[int] = set()
            # A sentence goes on over the end of a line.
            for match in phrase.pattern.finditer(block.text):
                shown = match.groupdict().get("shown") or match[0]
                line = _line_at(block, match.end() - len(shown))
                if line not in lines:
                    lines.add(line)
                    said = " ".join(shown.split())
                    yield finding(rule, line, f"{said!r}: {phrase.instead}", mark=said)


def _line_at(block: Block, place: int) -> int:
    """Return the line that a place in a block's text stands on."""
    for line, text in block.words:
        if place <= len(text):
            return line
        place -= len(text) + 1
    return block.line


def names(blocks: Iterable[Block], known: Names) -> Iterator[Finding]:
    """Find names of people: those that the evidence knows, and handles."""
    for block in blocks:
        if block.form == "code":
            continue
        for line, text in _where_names_matter(block):
            yield from _named(line, text, known, handles=block.kind not in {"actions", "people"})


def _where_names_matter(block: Block) -> Iterator[tuple[int, str]]:
    """Leave out who owns an action: that is a promise, not blame."""
    if block.kind != "actions":
        yield from block.words
    elif block.form == "row":
        for place, cell in enumerate(block.cells):
            title = block.header[place] if place < len(block.header) else ""
            if not _OWNER.search(title):
                yield block.line, cell.text
    else:
        for line, text in block.words:
            yield (
                line,
                re.sub(rf"(?:{_OWNER.pattern})\w{{0,30}}\s{{0,9}}[:=][^;|]*", " ", text, flags=re.IGNORECASE),
            )


def _named(line: int, text: str, known: Names, *, handles: bool) -> Iterator[Finding]:
    hits = {text[one.start : one.end]: known.pseudonym(one.people) for one in known.likely(text)}
    for name, pseudonym in hits.items():
        message = f"{name!r} is a person's name: write {pseudonym!r}"
        yield finding("blameless-name", line, message, mark=name, expected=pseudonym)
    for match in _HANDLE.finditer(text) if handles else ():
        if match[1].lower() not in _GROUPS and match[0] not in hits:
            yield finding(
                "blameless-name",
                line,
                f"{match[0]!r} names a person: write the role they had in the incident",
                mark=match[0],
            )
