"""Transcripts of calls: what was said, as a machine heard it, at offsets from the recording's start."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from pydantic import Field, field_validator, model_validator

from collectors.base import Check, Collector, Context, Mark, Options, Record, SourceError
from collectors.kit.chat import Channel, Message
from collectors.kit.fields import Skipped
from collectors.kit.people import People
from collectors.kit.texts.parts import WholeText
from collectors.transcript.cues import Cue, CueReader, Unread
from collectors.transcript.manual import MANUAL
from collectors.transcript.speakers import Said, names_of, spoken
from collectors.transcript.starts import start_of
from timeline import zones
from timeline.errors import UndecodableTimeError
from timeline.facts import quote, thread_key
from timeline.instant import Bounds, format_instant
from timeline.model import Evidence, Fact, Window
from timeline.relative import meets
from timeline.zones import Duration, ZoneName, parse_duration

_MOST = 32 * 2**20  # bytes of one transcript: weeks of speech
_SYSTEM = "call"


class TranscriptOptions(Options):
    """Options of `transcript`."""

    path: str = Field(
        description="the file, from the folder of the configuration", examples=["calls/incident-42.vtt"]
    )
    start: str | None = Field(
        None,
        description="when the recording began; default: what its head, else its name, says",
        examples=["2026-11-21T14:02:03Z"],
    )
    start_error: Duration = Field("5s", description="how far the start may be off; widens all times")
    zone: ZoneName | None = Field(
        None,
        description="of a start that carries none: Europe/Berlin, +01:00, CET",
        examples=["Europe/Berlin"],
    )
    channel: str = Field(
        "call", min_length=1, description="what the call is named in facts: never after a person",
        examples=["incident bridge"],
    )  # fmt: skip

    @field_validator("start", mode="before")
    @classmethod
    def _written(cls, value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else value

    @model_validator(mode="after")
    def _readable(self) -> TranscriptOptions:
        try:
            if self.start is not None:
                zones.read_time(self.start, zone_name=self.zone)
        except UndecodableTimeError as err:
            raise ValueError(f"start: {err}") from err
        return self


class TranscriptCollector(Collector[TranscriptOptions]):
    """Reads the transcript of one recording."""

    name = "transcript"
    marks = (Mark(suffixes=(".vtt", ".srt", ".sbv")),)
    family = "chat"
    summary = "what was said in a call, by its WebVTT, SRT or SBV transcript"
    tested_against = "fake"
    manual = MANUAL
    options_type = TranscriptOptions
    target = "path"

    def __init__(self, options: TranscriptOptions, context: Context) -> None:
        super().__init__(options, context)
        self._skipped = Skipped("cue", where=f"of {options.path}", place="line")

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield what was said in the window and by whom; raise SourceError where nothing says when it began."""
        file, cues, heads = await self._read()
        start = self._start(heads)
        people = People()
        seen: Counter[tuple[int, int]] = Counter()
        for said in spoken(cues):
            seen[said.cue.start, said.cue.end] += 1
            evidence = self._evidence(file, said.cue.line)
            fact = self._fact(said, start, seen[said.cue.start, said.cue.end], evidence)
            if not meets(fact.earliest, fact.latest, window.start, window.end):
                continue
            if fact.actor:
                people.add(fact.actor, *names_of(said.speaker))
            yield fact
        for person in people:
            yield person
        if file.long:
            self._skipped.add("a line of it is longer than a line may be", count=file.long)
        for gap in self._skipped.gaps(self.gap, window):
            yield gap
        if file.stopped:
            yield self.gap("truncated", window, file.stopped, missing=self.options.path)

    async def probe(self) -> AsyncIterator[Check]:
        """Yield what `timeline doctor` shows: the file, when it began, and how far it reaches."""
        try:
            _, cues, heads = await self._read()
        except SourceError as err:
            yield Check("reachable", False, str(err))
            return
        yield Check("reachable", True, self.options.path)
        lost = f"; {len(self._skipped)} could not be read" if len(self._skipped) else ""
        yield Check("cues", bool(cues) and not lost, f"{len(cues)} cues are read{lost}")
        try:
            start = self._start(heads)
        except SourceError as err:
            yield Check("start", False, str(err))
            return
        first = start.latest if start.earliest is None else start.earliest
        last = start.latest + max((cue.end for cue in cues), default=0)
        yield Check("retention", True, f"from {format_instant(first)} to {format_instant(last)}")

    async def _read(self) -> tuple[WholeText, list[Cue], list[str]]:
        """Return the file, its cues with their lines counted over all parts, and the head."""
        file = WholeText(self.context, self.options.path, self.options.time_cap, most=_MOST)
        reader = CueReader()
        cues: list[Cue] = []

        def take(made: Cue | Unread | None) -> None:
            if isinstance(made, Cue):
                cues.append(made)
            elif made:
                self._skipped.add(made.why, self._evidence(file, made.line), place=made.line + 1)

        async for line in file.lines():
            take(reader.feed(line))
        take(reader.end())
        return file, cues, reader.heads

    def _start(self, heads: list[str]) -> Bounds:
        options, why = self.options, "neither its head nor its name says when the recording began"
        try:
            if options.start is not None:
                return zones.read_time(options.start, zone_name=options.zone)
            if found := start_of(options.path.replace("\\", "/").rpartition("/")[2], heads, options.zone):
                return found
        except UndecodableTimeError as err:
            why = str(err)
        raise SourceError("undecodable", f"{options.path}: {why}; set `start`")

    def _fact(self, said: Said, start: Bounds, number: int, evidence: Evidence) -> Fact:
        cue, error, origin = said.cue, parse_duration(self.options.start_error), self.origin
        begun = start.latest if start.earliest is None else start.earliest
        key = ["cue", cue.start, cue.end, number]
        return Channel(origin, self.context.source, self.options.channel).posted(
            Message(
                key=key, at=Bounds(begun + cue.start - error, start.latest + cue.end + error),
                means="start of the recording and the cue's offset", clock=origin, thread=thread_key("call", origin, *key),
                evidence=evidence, author=f"{origin}:{said.speaker}" if said.speaker else None,
                text=quote(said.text), system=_SYSTEM,
            )
        )  # fmt: skip

    def _evidence(self, file: WholeText, line: int) -> Evidence:
        payload, pointer, query = file.place(line)
        return self.evidence(payload, pointer, query=query)
