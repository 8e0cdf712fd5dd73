"""Timelines that people kept by hand: what they noted, at the times that they wrote."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date

from pydantic import Field

from collectors.base import Check, Collector, Context, Options, Record, SourceError
from collectors.hand_timeline.entries import Document, Entry
from collectors.hand_timeline.manual import MANUAL
from collectors.kit.fields import Skipped
from collectors.kit.people import GITHUB, People, quoted
from collectors.kit.texts.parts import WholeText
from timeline import facts
from timeline.instant import Bounds, format_instant
from timeline.model import NAMES_OF, Evidence, Fact, Window
from timeline.relative import meets
from timeline.zones import Duration, ZoneName, parse_duration

_MOST = 8 * 2**20  # bytes of a text that people wrote
_SEVERAL = re.compile(r"[,;/&+]|\band\b")


class HandTimelineOptions(Options):
    """Options of `hand_timeline`."""

    path: str = Field(
        description="the file, from the folder of the configuration", examples=["notes/incident-42.md"]
    )
    day: date | None = Field(
        None, description="of entries where the file says none before them", examples=["2026-11-21"]
    )
    zone: ZoneName | None = Field(
        None, description="of entries where the file says none: Europe/Berlin, +01:00, CET", examples=["Europe/Berlin"],
    )  # fmt: skip
    about: Duration = Field(
        "5m", description="how far a time may be off that is written as `~14:05` or `about 14:05`"
    )
    people: tuple[str, ...] = Field(
        (), description="names that stand in the words", examples=[["Ada Lovelace", "Ben"]]
    )


class HandTimelineCollector(Collector[HandTimelineOptions]):
    """Reads the entries of one timeline that people keep."""

    name = "hand_timeline"
    family = "any"
    summary = "a timeline that people kept by hand, in Markdown or text"
    tested_against = "real"
    manual = MANUAL
    options_type = HandTimelineOptions
    target = "path"

    def __init__(self, options: HandTimelineOptions, context: Context) -> None:
        super().__init__(options, context)
        self._people = People()
        self._skipped = Skipped("line", where=f"of {options.path}", place="line")

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the entries of the window and who is named in them."""
        file, document = await self._read()
        for name in self.options.people:
            self._person(name)
        seen: Counter[tuple[str, str]] = Counter()
        is_named, told = bool(self.options.people), 0
        for entry in document.entries:
            seen[entry.written, entry.text] += 1
            fact = self._fact(entry, seen[entry.written, entry.text], self._evidence(file, entry.line))
            is_named = is_named or bool(fact.actor)
            if meets(fact.earliest, fact.latest, window.start, window.end):
                told += 1
                yield fact
        for person in self._people:
            yield person
        for gap in self._skipped.gaps(self.gap, window):
            yield gap
        if file.stopped:
            yield self.gap("truncated", window, file.stopped, missing=self.options.path)
        if told and not is_named:
            text = f"{self.options.path} tells nobody's name apart from other words: names in its entries stay, unless `people` has them"
            yield self.gap("partial", window, text, missing=f"{NAMES_OF}people")

    async def probe(self) -> AsyncIterator[Check]:
        """Yield what `timeline doctor` shows: the file, how its lines are read, and how far it reaches."""
        try:
            _, document = await self._read()
        except SourceError as err:
            yield Check("reachable", False, str(err))
            return
        yield Check("reachable", True, self.options.path)
        lost = "".join(f"; {why}" for why in dict.fromkeys(one.why for one in document.unread[:3]))
        count = f"{len(document.entries)} entries are read, {len(document.unread)} lines with a time are not{lost}"
        yield Check("entries", bool(document.entries) and not document.unread, count)
        if document.entries:
            ends = [entry.at.latest for entry in document.entries]
            yield Check("retention", True, f"from {format_instant(min(ends))} to {format_instant(max(ends))}")

    async def _read(self) -> tuple[WholeText, Document]:
        options = self.options
        file = WholeText(self.context, options.path, options.time_cap, most=_MOST)
        lines = [line async for line in file.lines()]
        document = Document(options.day.isoformat() if options.day else None, options.zone)
        document.read(lines)
        for line, why in document.unread:
            self._skipped.add(why, self._evidence(file, line), place=line + 1)
        if file.long:
            self._skipped.add("it is longer than a line may be", count=file.long)
        return file, document

    def _fact(self, entry: Entry, number: int, evidence: Evidence) -> Fact:
        names = [name.strip() for name in _SEVERAL.split(entry.who) if name.strip()]
        actors = [self._person(name.removeprefix("@")) for name in names]
        return facts.fact(
            "custom", origin=self.origin, key=["entry", entry.written, entry.text, number], at=self._at(entry),
            time_means="as noted by hand", clock=self.origin, source=self.context.source,
            names={"label": "timeline entry", "source": self.origin}, category="action",
            actor=actors[0] if len(actors) == 1 else None, quote=quoted(entry.text, GITHUB, self._person),
            evidence=(evidence,),
        )  # fmt: skip

    def _at(self, entry: Entry) -> Bounds:
        if not entry.is_about:
            return entry.at
        slack, earliest = parse_duration(self.options.about), entry.at.earliest
        return Bounds(None if earliest is None else earliest - slack, entry.at.latest + slack)

    def _person(self, name: str) -> str:
        return self._people.add(f"{self.origin}:{name}", name)

    def _evidence(self, file: WholeText, line: int) -> Evidence:
        payload, pointer, query = file.place(line)
        return self.evidence(payload, pointer, query=query)
