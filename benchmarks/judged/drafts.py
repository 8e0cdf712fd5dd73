"""Sentences in drafts of built incidents, and what `timeline check` says of each: the user's own path."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.judged.contents import absent, actor, counted, firings, measured, quoted, subject, uncollected
from benchmarks.judged.facts import View
from benchmarks.judged.incidents import run
from benchmarks.judged.moments import at_about, at_time, at_zoned, between_times, by_time, nth, swapped
from benchmarks.judged.spans import (
    caused,
    fired_for,
    left_open,
    named_measure,
    ordered,
    took,
    took_about,
    within,
)
from service.review.notes import NotesFile
from timeline.document import load
from timeline.notes import bodies

Maker = Callable[..., str | None]
PLACES = (
    "Impact",
    "Technical",
    "Process",
    "Expected and actual",
    "What went well",
    "What went poorly",
    "Lessons",
)
FORMS = ("prose", "prose", "item", "numbered", "row", "note")
LAID = ("prose", "item", "numbered", "row", "cells")
#: Makers of each rule's sentences, each with how many pairs a timeline gets.
MAKERS: dict[str, tuple[tuple[Maker, int], ...]] = {
    "claim-time": (
        (at_time, 9),
        (at_zoned, 9),
        (at_about, 5),
        (by_time, 6),
        (between_times, 3),
        (swapped, 4),
        (nth, 3),
    ),
    "claim-duration": ((took, 9), (took_about, 5), (fired_for, 5), (within, 6), (named_measure, 4)),
    "claim-order": ((ordered, 16), (caused, 6)),
    "claim-order-undetermined": ((left_open, 6),),
    "claim-number": ((firings, 6), (counted, 5), (measured, 12)),
    "claim-quote": ((quoted, 14),),
    "claim-absence": ((absent, 10), (uncollected, 4)),
    "claim-subject": ((subject, 9),),
    "claim-actor": ((actor, 10),),
}
_ID = re.compile(r"\bf-[0-9a-f]{16}\b")
ZONED = {at_zoned}


class Sentence(NamedTuple):
    """A sentence about a timeline, whether it is true, the rule that is to find it if not, and where it is put."""

    timeline: str
    rule: str
    maker: str
    is_true: bool
    text: str
    form: str
    place: str
    zoned: bool = False


class Said(NamedTuple):
    """What `check` says of a sentence: rules of claims, each with its severity and message."""

    sentence: Sentence
    findings: tuple[tuple[str, str, str], ...]

    @property
    def is_hit(self) -> bool:
        """Tell whether the right rule finds it."""
        return any(rule == self.sentence.rule for rule, _, _ in self.findings)

    def has(self, severity: str) -> bool:
        """Tell whether a finding of a severity stands there."""
        return any(of == severity for _, of, _ in self.findings)


def sentences(view: View, seed: int, scale: float = 1.0) -> list[Sentence]:
    """Make a timeline's sentences: of each pair the same draw, once true and once false."""
    made: list[Sentence] = []
    for rule, makers in MAKERS.items():
        for maker, count in makers:
            for number in range(round(count * scale)):
                made += pair(view, rule, maker, f"{seed} {view.name} {maker.__name__} {number}")
    unique = {one.text: one for one in made}
    return list(unique.values())


def pair(view: View, rule: str, maker: Maker, seed: str) -> list[Sentence]:
    """Make one pair; a maker that has nothing to say in a place is asked again."""
    for attempt in range(6):
        own = f"{seed} {attempt}"
        where = Random(own)
        form, place = where.choice(FORMS), where.choice(PLACES)
        texts = {is_true: maker(view, Random(own), is_true=is_true) for is_true in (True, False)}
        if (
            texts[False] is not None
            and (texts[True] is not None or maker is uncollected)
            and texts[True] != texts[False]
        ):
            form = (
                "prose"
                if form == "note" and any(text and not _ID.search(text) for text in texts.values())
                else form
            )
            return [Sentence(view.name, rule, maker.__name__, is_true, text, form, place, maker in ZONED)
                    for is_true, text in texts.items() if text is not None]  # fmt: skip
    return []


class Draft:
    """A copy of an incident's folder, with sentences in its draft and notes."""

    def __init__(self, folder: Path, to: Path) -> None:
        shutil.rmtree(to, ignore_errors=True)
        self.folder = Path(shutil.copytree(folder, to / folder.name))
        self.path = self.folder / "postmortem.md"
        self.facts = {fact.id: fact for fact in load((self.folder / "timeline.json").read_bytes()).facts}

    def write(self, held: Sequence[Sentence]) -> dict[tuple[str, int], Sentence]:
        """Write sentences where they belong; give each by the file and the line it stands on."""
        text = self.path.read_text("utf-8")
        for place in PLACES:
            blocks = "\n".join(
                block
                for form in LAID
                for block in laid(form, [s for s in held if (s.place, s.form) == (place, form)])
            )
            text = inserted(text, place, blocks) if blocks else text
        self.path.write_text(text, "utf-8")
        notes = [one for one in held if one.form == "note"]
        for number, one in enumerate(notes):
            self._note(f"n-{number:016x}", one)
        by_text = {one.text: one for one in held if one.form != "note"}
        places = {("notes.jsonl", number): one for number, one in enumerate(notes, 1)}
        for number, line in enumerate(text.splitlines(), 1):
            own = re.sub(r"^(?:- |\d+\. |\| )|( \| noted \|| \|)$", "", line)
            if own in by_text:
                places["postmortem.md", number] = by_text.pop(own)
        if by_text:
            raise ValueError(f"no line has {next(iter(by_text))!r}")
        return places

    def _note(self, ident: str, one: Sentence) -> None:
        cites = tuple(bodies.FactCitation(fact=fact) for fact in dict.fromkeys(_ID.findall(one.text)))
        body = bodies.Observation(kind="observation", text=one.text, cites=cites)
        NotesFile(self.folder).append(ident, body, (), "ada", 1_800_000_000_000_000_000, self.facts)

    def check(self, *more: str) -> list[dict[str, object]]:
        """Give the findings of `timeline check --format json`."""
        out = run("check", "--format", "json", *more, self.folder, allowed=(0, 1))
        return list(json.loads(out)["findings"])


def laid(form: str, held: Sequence[Sentence]) -> list[str]:
    """Lay sentences out as Markdown of their form."""
    if not held or form == "note":
        return []
    if form == "prose":
        return [f"\n{one.text}" for one in held]
    if form == "row":
        return ["\n| what happened | remark |\n| --- | --- |", *(f"| {one.text} | noted |" for one in held)]
    if form == "cells":
        return [
            "\n| time | what happened | fact |\n| --- | --- | --- |",
            *(f"| {one.text} |" for one in held),
        ]
    return ["", *(f"{'-' if form == 'item' else f'{n}.'} {one.text}" for n, one in enumerate(held, 1))]


#: Headings of the former draft, and what asks for the same today.
_NOW = dict.fromkeys(("Technical", "Process", "Human", "Organisational", "Environmental"), "Contributing factors") | {
    "Expected and actual": "Response",
}  # fmt: skip


def inserted(draft: str, heading: str, blocks: str) -> str:
    """Put blocks at the end of what stands under a heading; under what took its place where the draft has it no longer."""
    lines, inside = draft.splitlines(), False
    if heading in _NOW and not any(line.lstrip("# ") == heading for line in lines if line.startswith("#")):
        heading = _NOW[heading]
    for number, line in enumerate(lines):
        if inside and line.startswith("#"):
            return "\n".join([*lines[:number], *blocks.split("\n"), "", *lines[number:]]) + "\n"
        inside = inside or (line.lstrip("# ") == heading and line.startswith("#"))
    raise ValueError(f"the draft has no heading {heading!r}")


def judge(view: View, held: Iterable[Sentence], scratch: Path, *, is_apart: bool = True) -> list[Said]:
    """Write sentences into drafts, check them, and give what is said of each.

    Zones stand in drafts of their own, and true and false ones where they are `is_apart`.
    """
    done: list[Said] = []
    groups: dict[tuple[bool, bool], list[Sentence]] = {}
    for one in held:
        groups.setdefault((one.zoned, one.is_true and is_apart), []).append(one)
    for group in groups.values():
        draft = Draft(view.folder, scratch / view.name)
        places = draft.write(group)
        found: dict[tuple[str, int], list[tuple[str, str, str]]] = {}
        for finding in draft.check():
            rule = str(finding["rule"])
            if rule.startswith("claim-"):
                at = (Path(str(finding["file"])).name, int(str(finding["line"])))
                found.setdefault(at, []).append((rule, str(finding["severity"]), str(finding["message"])))
        stray = set(found) - set(places)
        if stray:
            raise ValueError(
                f"{view.name}: findings on lines without a sentence: {sorted(stray)[:5]} {found[min(stray)]}"
            )
        done += [Said(one, tuple(found.get(at, ()))) for at, one in places.items()]
    return done
