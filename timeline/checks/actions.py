"""Action items: owner, date, definition of done, verification; few, and none of them vague."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from timeline.checks.draft import CODE, Block
from timeline.checks.findings import Finding, finding
from timeline.checks.wording import VAGUE

FEWEST, MOST = 3, 7
_COLUMNS = {
    "owner": re.compile(r"owner|\bwho\b|assign|responsible|\bdri\b", re.IGNORECASE),
    "due": re.compile(
        r"\bdue\b|\bdate\b|deadline|by when|\beta\b|\bwhen\b|\btarget(?! \w)|target date", re.IGNORECASE
    ),
    "verification": re.compile(
        r"verif|(?<!health )(?<!health-)(?<!sanity )(?<!pre-)\bcheck(?:ed)?\b|how (?:do|will) we (?:know|check)|proof",
        re.IGNORECASE,
    ),
    "criterion": re.compile(
        r"criteri|success|done when|acceptance|outcome|definition of done", re.IGNORECASE
    ),
}
#: What else is told of an action, for its follow-up; rules ask for none of it. "Risk" is likelihood and severity in one.
_MORE = {
    "effect": re.compile(r"^(?:kind|type|effect)\b|prevents", re.IGNORECASE),
    "ticket": re.compile(r"ticket|\bbugs?\b|\bissue\b|tracker", re.IGNORECASE),
    "likelihood": re.compile(r"likelihood|probability", re.IGNORECASE),
    "severity": re.compile(r"^(?:severity|impact)\b", re.IGNORECASE),
    "risk": re.compile(r"^risk\b", re.IGNORECASE),
}
#: What a field within a list item is called: its whole name, as words before a colon may be anything.
_FIELDS = {
    "owner": r"(?:action |task )?owners?|who|assign(?:ed|ee|ees)?(?: to)?|responsible(?: (?:team|role|party))?|dri",
    "due": r"due(?: date| by| on)?|date|deadline|by when|eta|when|target(?: date)?",
    "criterion": r"(?:success|acceptance|completion) criteri(?:on|a)|criteri(?:on|a)|success|done when|acceptance|outcome|definition of done",
    "verification": r"verif(?:ication|ied|y)(?: by| with| method)?|check(?:ed)?(?: by| with)?|proof|how (?:do|will) we (?:know|check)",
    "status": r"status|state|progress",
}
_FIELD_NAMES = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _FIELDS.items()}
_STATUS = re.compile(r"^(?:status|state|progress)\b|^(?:done|completed)\W*$", re.IGNORECASE)
_ENDED = r"done|complete[d]?|finished|closed|fixed|resolved|implemented|merged|deployed|shipped|rolled out"
#: How a status says that nothing is left to do.
_IS_ENDED = re.compile(rf"^\W*(?:already )?(?:{_ENDED}|yes|x|✅|✔️?|☑️?|100 ?%)(?!\w)", re.IGNORECASE)
_TICK = re.compile(r"^\s*(?:\[[xX]\]|✅|✔️?|☑️?)")
#: Verbs of intentions, and words that only look like what was done.
_NOT_YET = (
    r"(?:need|proceed|exceed|feed|speed|agreed|decided|planned|intended|wanted|scheduled|started|proposed|promised|hoped|discussed"
    r"|considered|aimed|expected|needed|filed|opened|assigned|requested|prioriti[sz]ed|asked|supposed)"
)
#: How an item says it: ticked, struck out, in brackets, before a colon, at its end, or as what was done.
_SAYS_ENDED = re.compile(
    rf"^\s*~~(?:.*\w)?+\W*?~~\W*$|[(\[](?:already )?(?:{_ENDED})\b(?! (?:by|when|until|before|if|once|within)\b)[^()\[\]]*[)\]]|^\W*(?:{_ENDED})(?:\s*:|\s+[–—-])|\s[:–—-]+\s*(?:{_ENDED})\W*$"
    r"|\bthis (?:has been|is|was) (?:now |already )?done\b",
    re.IGNORECASE,
)
_WAS_DONE = rf"(?!{_NOT_YET}\b)(?:\w+ed|built|rebuilt|written|rewritten|made|put|set|done|taken|cut)\b"
#: What was done, told as such; that a ticket was filed does nothing yet.
_TELLS_ENDED = re.compile(
    rf"\b(?:has|have) (?:now |already |since )?been {_WAS_DONE}\W*$|^we(?:['’]ve| have)?(?: now| already| since)? {_WAS_DONE}",
    re.IGNORECASE,
)
_FILED = re.compile(r"\b(?:issues?|tickets?|tasks?|cards?|stor(?:y|ies)|backlog)\b", re.IGNORECASE)
_ENDED_SECTION = re.compile(
    r"^\W*(?:already )?(?:completed|finished|done)\b|\b(?:completed|finished|done)\W*$", re.IGNORECASE
)
_TITLE = re.compile(
    r"^(?:action|what|item|title|task|description|actionable|change|to[- ]?do)", re.IGNORECASE
)
_ASKED = {
    "owner": ("action-owner", "has no owner: name the team or role that does it"),
    "due": ("action-due", "has no date: write the day it is due, such as 2026-12-01"),
    "criterion": ("action-criterion", "has no definition of done: say what must be true when it is done"),
    "verification": ("action-verification", "does not say how its success will be verified"),
}
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    rf"\b\d{{4}}-\d\d-\d\d\b|\b\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}\s+\d{{4}}|\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}"
    r"|\b\d{1,2}\.\d{1,2}\.\d{4}\b|\bdone\b|\bcompleted?\b",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"^[\s\-–—?.…*_]*$|^(?:tbd|tba|n/?a|none|unknown|todo)$", re.IGNORECASE)
_FIELD = re.compile(
    r"(?:^|(?<=[;,|(.])|\s[-–—])[ \t]*\**([A-Za-z][A-Za-z ]{1,24}?)\**[ \t]*[:=][ \t]*\**", re.MULTILINE
)
_DUE = re.compile(
    r"(?:[,;(]|(?<!\s))\s*\b(?:due|by|until)\s+(?:on\s+|by\s+)?(?=\d{4}-\d\d-\d\d)", re.IGNORECASE
)
_CONCRETE = re.compile(rf"\d|{CODE}|https?://|#\w")


@dataclass(frozen=True)
class Action:
    """An action as written: its line, its words, and the fields that could be told."""

    line: int
    title: str
    fields: dict[str, str]
    ended: bool = False  # as it says itself: nobody has to promise it any more
    more: dict[str, str] = field(
        default_factory=dict
    )  # effect, ticket, likelihood, severity, risk, status: as written


def actions(blocks: Sequence[Block]) -> list[Action]:
    """Return the actions of the draft: rows of tables, or top items of lists, under an action heading."""
    return [*_rows(blocks), *_items(blocks)]


def _relevant(blocks: Sequence[Block]) -> Iterator[Block]:
    return (b for b in blocks if b.kind == "actions" and not (b.kept or b.quoted or b.prompt or b.follows_up))


def _rows(blocks: Sequence[Block]) -> Iterator[Action]:
    for block in _relevant(blocks):
        if block.form != "row":
            continue
        fields: dict[str, str] = {}
        more: dict[str, str] = {}
        rest, status = [], ""
        for place, cell in enumerate(block.cells):
            header = block.header[place] if place < len(block.header) else ""
            name = _column(header)
            if _STATUS.search(header):
                status = status or cell.text
            elif name and not cell.emphasised:
                fields.setdefault(name, cell.text)
            elif not name:
                beside = next((one for one, pattern in _MORE.items() if pattern.search(header)), "")
                if beside and not cell.emphasised:
                    more.setdefault(beside, cell.text.strip())
                rest.append((bool(_TITLE.search(header)), cell.text))
        title = next((text for titled, text in rest if titled and text), next((t for _, t in rest if t), ""))
        if (title or any(fields.values())) and not (_NOTHING.match(title) and not any(fields.values())):
            ended = bool(_IS_ENDED.match(status)) or _has_ended(block, title)
            yield Action(block.line, title, fields, ended, {**more, "status": status.strip()})


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
        # What stands in an item of its own below another begins anew, as a line does.
        text = "\n".join(" ".join(words.text for words in block.words) for block in members)
        marks = [(m, name) for m in _FIELD.finditer(text) if (name := _field(m[1]))]
        ends = [*(m.start() for m, _ in marks[1:]), len(text)]
        fields: dict[str, str] = {}
        for (mark, name), end in zip(marks, ends, strict=False):
            fields.setdefault(name, text[mark.end() : end].strip(" ;,.|()*\n"))
        head = text[: marks[0][0].start()] if marks else text
        if match := _DUE.search(head):
            fields.setdefault("due", head[match.end() :])
            head = head[: match.start()]
        title = " ".join(head.split()).strip(" -–—*(;,.")
        if not _NOTHING.match(title) or fields:
            first = " ".join(words.text for words in members[0].words)
            status = fields.pop("status", "")
            ended = bool(_IS_ENDED.match(status)) or _has_ended(members[0], first)
            yield Action(line, title, fields, ended, {"status": status})


def _field(name: str) -> str:
    return next(
        (field for field, pattern in _FIELD_NAMES.items() if pattern.fullmatch(" ".join(name.split()))), ""
    )


def _has_ended(block: Block, text: str) -> bool:
    """Tell whether an action says that it is done, or stands under a heading that does."""
    heading = block.section[-1] if block.section else ""
    told = _TELLS_ENDED.search(text) and not _FILED.search(text)
    return bool(_TICK.match(text) or told or _SAYS_ENDED.search(text) or _ENDED_SECTION.search(heading))


def together(written: Sequence[Action], noted: Sequence[Action]) -> list[Action]:
    """Return the actions of a draft and of the notes beside it; one that stands in both is one."""
    titles = {action.title.casefold() for action in written}
    return [*written, *(action for action in noted if action.title.casefold() not in titles)]


def complete(there: Iterable[Action]) -> Iterator[Finding]:
    """Find actions that lack something, or are vague."""
    for action in there:
        if action.ended:
            continue
        yield from _complete(action)
        if is_vague(action):
            yield finding(
                "action-vague", action.line,
                f"{_shown(action.title)!r} is vague: name the thing that will change and what it will do then",
                mark=action.title,
            )  # fmt: skip


def check(blocks: Sequence[Block], noted: Sequence[Action] = ()) -> Iterator[Finding]:
    """Find actions of a draft that lack something or are vague, and too few or too many with those of notes."""
    written = actions(blocks)
    yield from complete(written)
    there = together(written, noted)
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
            yield finding(rule, action.line, f"action {_shown(action.title)!r} {message}", mark=action.title)
        elif name == "due" and not _DATE.search(text):
            yield finding(
                rule, action.line,
                f"action {_shown(action.title)!r} is due {text[:40]!r}, which is no date: write it as 2026-12-01",
                mark=text,
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
