"""Action items: owner, date, success criterion, verification; few, and none of them vague."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from timeline.checks.draft import CODE, Block
from timeline.checks.findings import Finding, finding
from timeline.checks.wording import VAGUE

FEWEST, MOST = 3, 7
_COLUMNS = {
    "owner": re.compile(r"owner|\bwho\b|assign|responsible|\bdri\b", re.IGNORECASE),
    "due": re.compile(r"\bdue\b|\bdate\b|deadline|by when|\beta\b|\bwhen\b|target", re.IGNORECASE),
    "verification": re.compile(
        r"verif|\bcheck(?:ed)?\b|how (?:do|will) we (?:know|check)|proof", re.IGNORECASE
    ),
    "criterion": re.compile(
        r"criteri|success|done when|acceptance|outcome|definition of done", re.IGNORECASE
    ),
}
_TITLE = re.compile(
    r"^(?:action|what|item|title|task|description|actionable|change|to[- ]?do)", re.IGNORECASE
)
_ASKED = {
    "owner": ("action-owner", "has no owner: name the team or role that does it"),
    "due": ("action-due", "has no date: write the day it is due, such as 2026-12-01"),
    "criterion": ("action-criterion", "has no success criterion: say what will be so when it is done"),
    "verification": ("action-verification", "does not say how its success will be verified"),
}
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    rf"\b\d{{4}}-\d\d-\d\d\b|\b\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}\s+\d{{4}}|\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}"
    r"|\b\d{1,2}\.\d{1,2}\.\d{4}\b|\bdone\b|\bcompleted?\b",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"^[\s\-–—?.…*_]*$|^(?:tbd|tba|n/?a|none|unknown|todo)$", re.IGNORECASE)
_FIELD = re.compile(r"(?:^|(?<=[;,|(.])|\s[-–—])\s*\**([A-Za-z][A-Za-z ]{1,24}?)\**\s*[:=]\s*\**")
_DUE = re.compile(r"[,;(]?\s*\b(?:due|by|until)\s+(?:on\s+|by\s+)?(?=\d{4}-\d\d-\d\d)", re.IGNORECASE)
_CONCRETE = re.compile(rf"\d|{CODE}|https?://|#\w")


@dataclass(frozen=True)
class Action:
    """An action as written: its line, its words, and the fields that could be told."""

    line: int
    title: str
    fields: dict[str, str]


def actions(blocks: Sequence[Block]) -> list[Action]:
    """Return the actions of the draft: rows of tables, or top items of lists, under an action heading."""
    return [*_rows(blocks), *_items(blocks)]


def _relevant(blocks: Sequence[Block]) -> Iterator[Block]:
    return (b for b in blocks if b.kind == "actions" and not (b.kept or b.quoted or b.prompt))


def _rows(blocks: Sequence[Block]) -> Iterator[Action]:
    for block in _relevant(blocks):
        if block.form != "row":
            continue
        fields: dict[str, str] = {}
        rest = []
        for place, cell in enumerate(block.cells):
            header = block.header[place] if place < len(block.header) else ""
            name = _column(header)
            if name and not cell.emphasised:
                fields.setdefault(name, cell.text)
            elif not name:
                rest.append((bool(_TITLE.search(header)), cell.text))
        title = next((text for titled, text in rest if titled and text), next((t for _, t in rest if t), ""))
        if title or any(fields.values()):
            yield Action(block.line, title, fields)


def _column(header: str) -> str:
    # An action column may be called "success criterion and its check": the criterion is asked first there.
    if _COLUMNS["criterion"].search(header):
        return "criterion"
    return next((name for name, pattern in _COLUMNS.items() if pattern.search(header)), "")


def _items(blocks: Sequence[Block]) -> Iterator[Action]:
    groups: dict[int, list[Block]] = {}
    for block in _relevant(blocks):
        if block.form == "item":
            groups.setdefault(block.group, []).append(block)
    for line, members in groups.items():
        text = " ".join(words.text for block in members for words in block.words)
        marks = [m for m in _FIELD.finditer(text) if _column(m[1])]
        ends = [*(m.start() for m in marks[1:]), len(text)]
        fields: dict[str, str] = {}
        for mark, end in zip(marks, ends, strict=False):
            fields.setdefault(_column(mark[1]), text[mark.end() : end].strip(" ;,.|()*"))
        head = text[: marks[0].start()] if marks else text
        if match := _DUE.search(head):
            fields.setdefault("due", head[match.end() :])
            head = head[: match.start()]
        yield Action(line, head.strip(" -–—*(;,."), fields)


def check(blocks: Sequence[Block]) -> Iterator[Finding]:
    """Find actions that lack something, are vague, or are too few or too many."""
    there = actions(blocks)
    for action in there:
        yield from _complete(action)
        if is_vague(action):
            yield finding(
                "action-vague", action.line,
                f"{_shown(action.title)!r} is vague: name the thing that will change and what it will do then",
            )  # fmt: skip
    heading = next((b for b in blocks if b.form == "heading" and b.kind == "actions"), None)
    asked = any(b.kind == "actions" and b.prompt for b in blocks)
    if heading and not FEWEST <= len(there) <= MOST and not (asked and not there):
        count = f"{len(there)} action{'' if len(there) == 1 else 's'}"
        advice = (
            "the most effective of them get done" if len(there) > MOST else "what else would have helped?"
        )
        yield finding("action-count", heading.line, f"{count}; three to seven is what gets done: {advice}")


def _complete(action: Action) -> Iterator[Finding]:
    for name, (rule, message) in _ASKED.items():
        text = action.fields.get(name, "").strip()
        if _NOTHING.match(text):
            yield finding(rule, action.line, f"action {_shown(action.title)!r} {message}")
        elif name == "due" and not _DATE.search(text):
            yield finding(
                rule, action.line,
                f"action {_shown(action.title)!r} is due {text[:40]!r}, which is no date: write it as 2026-12-01",
            )  # fmt: skip


def _shown(title: str) -> str:
    return title.replace(CODE, "…")[:80]


def is_vague(action: Action) -> bool:
    """Tell whether an action begins with a wish and names nothing concrete."""
    words = len(action.title.split())
    return any(
        pattern.search(action.title) and words <= limit and not _CONCRETE.search(action.title)
        for pattern, limit in VAGUE
    )
