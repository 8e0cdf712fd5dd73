"""Facts state no cause; interpretation points at facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from timeline.checks.draft import Block
from timeline.checks.findings import Finding, finding
from timeline.checks.wording import JUDGING
from timeline.model import Fact, Timeline
from timeline.references.grammar import CITATION, measure_id
from timeline.references.names import nearest

#: What begins like an id and is none: cut off, mistyped, or in capitals.
_LIKE = re.compile(r"(?<![\w-])[fF]-(?=[0-9a-zA-Z]*\d)[0-9a-fA-F]{6,40}(?![\w-])")
# A quotation, code, a link's or an image's address, a comment: nobody's statement of a fact.
_NOT_OURS = re.compile(r"“[^“”]*”|`[^`\n]*`|\]\([^()\n]*\)|<!--(?:(?!<!--|-->)[^\n])*+-->|<[^<>\n]*>")
# No build writes a longer line; looking for ends that never come takes the square of the length.
_LONGEST = 8_000
_GAP_ROW = re.compile(r"^\|[^|]*\| \*\*Gap\*\*")
_FACTS_ONLY = frozenset({"factors", "lessons"})
_DURATION = (
    r"(?:\d{1,9}(?:[.,]\d{1,9})?\s?-?(?:s|sec(?:ond)?s?|m|mins?|minutes?|h|hrs?|hours?|days?)\b"
    r"|\d{1,9}\s?h\s?\d{1,9}\s?m?(?:in)?\b|(?:a|an|one|two|three|half an?) (?:second|minute|hour|day)s?\b)"
)
_ABOUT = r"(?:about|around|approximately|roughly|nearly|almost|over|more than|less than|some|~|≈)?\s?"
_CLAIM = re.compile(
    rf"\b(?:took|lasted|lasting|(?:was|were) (?:down|unavailable|degraded|out)(?: for)?|after|for|(?:recover|restor|resolv|fix|mitigat)\w{{0,30}}[\w\s]{{0,20}} (?:with)?in)\s{_ABOUT}"
    rf"{_DURATION}(?=(?:\s+(?:to|later|long|until|before|of (?:total )?(?:downtime|outage))\b|[,.;:]|\s*$))"
    rf"|{_DURATION}\s+(?:later|long(?=\s*(?:[,.;:)]|$|outage|incident|downtime|disruption|degradation|window|period|delay))|of (?:total )?(?:downtime|outage|unavailability)|(?:passed|elapsed))\b"
    rf"|\b(?:took|lasted|lasting|down for|unavailable for|outage of)\s{_ABOUT}{_DURATION}",
    re.IGNORECASE,
)
# How long something is set to take is no measure.
_SETTING = re.compile(
    r"(?:\btime[sd]?[- ]?outs?|\bTTLs?|\bretention|\bleases?|\bsleep\w{0,20}|\bsilenced?|\bdowntimed|\bget shot"
    r"|\bhold|\bkill\w{0,20}\b.{0,100}\brunning|\b(?:been|is|was) up|\buptime)[^\w'’]{0,20}(?:[\w'’]{1,40}+[^\w'’]{1,20}+){0,4}$",
    re.IGNORECASE,
)
# Of another incident nothing here can be cited.
_EARLIER = re.compile(
    r"\bpreviously\b|\b(?:previous|prior|earlier|past|last year['’]s) (?:incident|outage|occurrence|time)",
    re.IGNORECASE,
)


def wording(timeline: Timeline, lines: Mapping[str, int]) -> Iterator[Finding]:
    """Find causal or judging words in statements of facts; `lines` gives the line of each fact."""
    for fact in timeline.facts:
        if match := JUDGING.search(_NOT_OURS.sub(" ", fact.statement)):
            yield finding("fact-wording", lines.get(fact.id, 1), _says(f"fact {fact.id}", match[0]))


def region_wording(name: str, body: str, first: int) -> Iterator[Finding]:
    """Find causal or judging words in a region whose body begins on line `first`.

    Rows of gaps are left out: they repeat what a server said of its own failure.
    """
    if name == "gaps":
        return
    for number, line in enumerate(body.split("\n"), first):
        plain = line[:_LONGEST].replace("\\|", " ")
        if not _GAP_ROW.match(plain) and (match := JUDGING.search(_NOT_OURS.sub(" ", plain))):
            yield finding("fact-wording", number, _says(f"region {name}", match[0]), mark=match[0])


def _says(where: str, word: str) -> str:
    return f"{where} says {word!r}: a fact states no cause and no judgement; write it outside the regions and cite the fact"


def cited(blocks: Iterable[Block]) -> dict[str, int]:
    """Return the ids of the facts that the prose cites, each with the first line that does."""
    first: dict[str, int] = {}
    for block in blocks:
        for line, identity in _ids(block):
            if identity.startswith("f-"):
                first.setdefault(identity, line)
    return first


def _ids(block: Block) -> Iterator[tuple[int, str]]:
    if block.form != "code":
        for number, line in enumerate(block.raw.split("\n"), block.line):
            for match in CITATION.finditer(line):
                yield number, match[0]


def unknown(blocks: Iterable[Block], timeline: Timeline) -> Iterator[Finding]:
    """Find citations of facts, gaps, measures and numbers of the impact that do not exist."""
    numbers = evident(timeline)
    known = {fact.id for fact in timeline.facts} | {gap.id for gap in timeline.gaps} | numbers
    for block in blocks:
        for line, identity in _ids(block):
            if identity not in known and (message := _unknown(identity, block.raw, numbers)):
                yield finding("citation-unknown", line, message, mark=identity)
        for number, line_text in enumerate(block.raw.split("\n") if block.form != "code" else (), block.line):
            for match in _LIKE.finditer(line_text):
                if not CITATION.fullmatch(match[0]):
                    yield finding(
                        "citation-unknown",
                        number,
                        f"{match[0]} is no fact id: it has f- and 16 of 0-9a-f",
                        mark=match[0],
                    )


def evident(timeline: Timeline) -> frozenset[str]:
    """Return the ids of measures and of numbers of the impact."""
    return frozenset(
        [*(measure_id(one.name) for one in timeline.measures), *(one.id for one in timeline.impact)]
    )


_WHAT = {"f": "fact", "g": "gap", "i": "number of the impact"}


def _unknown(identity: str, raw: str, numbers: Iterable[str]) -> str:
    """Return what is wrong with an id that nothing has; nothing of a word such as m-dash, which is nobody's id."""
    if not identity.startswith("m-"):
        return f"there is no {_WHAT[identity[0]]} {identity}; copy the id from the page"
    near = nearest(identity, [one for one in numbers if one.startswith("m-")])
    is_meant = f"#{identity}" in raw or near.startswith("; did you mean")
    return f"there is no measure {identity}{near}" if is_meant else ""


def missing(blocks: Sequence[Block], facts: Iterable[Fact], numbers: Iterable[str] = ()) -> Iterator[Finding]:
    """Find factors, lessons and observations that cite no existing fact, nor one of the `numbers` made of facts."""
    known = {fact.id for fact in facts} | set(numbers)
    for members in _units(blocks):
        head = members[0]
        if any(identity in known for block in members for _, identity in _ids(block)):
            continue
        what = {"factors": "contributing factor", "lessons": "lesson"}.get(head.kind, "observation")
        rule = "citation-missing" if head.kind in _FACTS_ONLY else "observation-uncited"
        yield finding(
            rule, head.line, f"this {what} cites no fact: add the id of one it rests on, such as f-…"
        )


def _units(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Group what belongs together: a top item with all in it, a row, the paragraphs of a section."""
    units: dict[tuple[str, int], list[Block]] = {}
    for block in blocks:
        if block.kind not in {"factors", "lessons", "observations"} or block.kept or block.prompt:
            continue
        if block.half_asked or block.left_blank:  # what waits for an answer cites when it has one
            continue
        if block.form == "item":
            units.setdefault(("item", block.group), []).append(block)
        elif block.form == "row":
            units[("row", block.line)] = [block]
        elif block.form == "paragraph" and not _introduces(block):
            units.setdefault(("text", block.heading), []).append(block)
    yield from units.values()


def _introduces(block: Block) -> bool:
    return block.text.rstrip().endswith(":")


def measures(
    blocks: Iterable[Block], facts: Iterable[Fact], numbers: Iterable[str] = ()
) -> Iterator[Finding]:
    """Find durations claimed in the prose without a fact they begin or end with, nor one of the `numbers`.

    Factors and lessons are units of their own; what an action asks for has not happened.
    """
    known = {fact.id for fact in facts} | set(numbers)
    for block in blocks:
        if (
            block.kind not in {"prose", "timeline", "people"}
            or block.kept
            or block.form not in {"paragraph", "item", "row"}
        ):
            continue
        if any(identity in known for _, identity in _ids(block)):
            continue
        for line, text in block.words:
            if match := _claim(text):
                yield finding(
                    "measure-uncited", line,
                    f"{match[0].strip()!r} is a measure that cites no fact: "
                    "cite the facts it lies between, or use the table of measures",
                    mark=match[0].strip(),
                )  # fmt: skip
                break


def _claim(text: str) -> re.Match[str] | None:
    """Return the first duration that is claimed of this incident, not of a setting or of another one."""
    if _EARLIER.search(text):
        return None
    return next((m for m in _CLAIM.finditer(text) if not _SETTING.search(text[: m.start()])), None)


def changed(blocks: Iterable[Block], facts: Iterable[Fact], signed: Mapping[str, str]) -> Iterator[Finding]:
    """Find citations of facts whose content is not what was last signed off (`signed`: id to digest)."""
    now = {fact.id: fact for fact in facts}
    for identity, line in cited(blocks).items():
        fact = now.get(identity)
        if fact and identity in signed and fact.content_digest() != signed[identity]:
            yield finding(
                "citation-changed", line,
                f"fact {identity} has changed since it was last signed off; it says now: {fact.statement}",
                mark=identity,
            )  # fmt: skip
