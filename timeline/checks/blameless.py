"""Blameless wording in people's prose: warnings, each with a better phrasing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from timeline.checks.draft import Block
from timeline.checks.findings import Finding, finding
from timeline.checks.sections import is_luck
from timeline.checks.wording import COUNTERFACTUAL, HUMAN_ERROR

_HANDLE = re.compile(r"(?<![\w/@.+:=-])@([A-Za-z][\w-]{1,38})\b(?![/.@]\w)")
_GROUPS = {"here", "channel", "everyone", "all", "group", "team"}
_SHORTEST = 3
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
                    yield finding(rule, line, f"{' '.join(shown.split())!r}: {phrase.instead}")


def _line_at(block: Block, place: int) -> int:
    """Return the line that a place in a block's text stands on."""
    for line, text in block.words:
        if place <= len(text):
            return line
        place -= len(text) + 1
    return block.line


def names(blocks: Iterable[Block], pseudonyms: Mapping[str, str]) -> Iterator[Finding]:
    """Find names of people: `pseudonyms` maps each name that the evidence knows to its pseudonym."""
    known = {form: pseudonym for name, pseudonym in pseudonyms.items() for form in _forms(name.strip())}
    pattern = _any_of(known)
    for block in blocks:
        if block.form == "code":
            continue
        for line, text in _where_names_matter(block):
            yield from _named(line, text, pattern, known, handles=block.kind not in {"actions", "people"})


def _forms(name: str) -> list[str]:
    """Return how prose writes a name: of an account such as `reader`, not the plain word."""
    if len(name) < _SHORTEST:
        return []
    return [f"@{name}", name.capitalize() if name.isalpha() and name.islower() else name]


def _any_of(known: Iterable[str]) -> re.Pattern[str] | None:
    longest_first = sorted(known, key=lambda name: (-len(name), name))
    return (
        re.compile(rf"(?<![\w@])({'|'.join(map(re.escape, longest_first))})(?!\w)") if longest_first else None
    )


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
            yield line, re.sub(rf"(?:{_OWNER.pattern})\w*\s*[:=][^;|]*", " ", text, flags=re.IGNORECASE)


def _named(
    line: int, text: str, pattern: re.Pattern[str] | None, known: Mapping[str, str], *, handles: bool
) -> Iterator[Finding]:
    hits = {m[1]: known[m[1]] for m in pattern.finditer(text)} if pattern else {}
    for name, pseudonym in hits.items():
        yield finding("blameless-name", line, f"{name!r} is a person's name: write {pseudonym!r}")
    for match in _HANDLE.finditer(text) if handles else ():
        if match[1].lower() not in _GROUPS and match[0] not in hits:
            yield finding(
                "blameless-name",
                line,
                f"{match[0]!r} names a person: write the role they had in the incident",
            )
