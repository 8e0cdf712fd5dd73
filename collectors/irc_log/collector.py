"""Logs of IRC channels: who said what, by the clock of whoever logged."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import anyio.to_thread
from pydantic import Field

from collectors.base import Answer, Check, Collector, Context, Options, Record, SourceError
from collectors.irc_log.facts import Channel, Line, entry_of
from collectors.irc_log.manual import MANUAL
from collectors.irc_log.stamps import Days, day_named, day_of, of_window
from collectors.kit.fields import Skipped
from collectors.kit.texts.parts import TextParts
from timeline.instant import DAY, format_instant
from timeline.model import Gap, Window
from timeline.relative import part
from timeline.zones import ZoneName

#: `#ops` of `irc.libera.#ops.weechatlog`, `#ops_20261121.log`, `#ops/2026-11-21.log`; a private talk has a person's name.
_CHANNEL = re.compile(r"[#&][^/\\]{1,200}")
_ENDING = re.compile(r"(?:[._-][0-9]{4}-?[0-9]{2}-?[0-9]{2})?(?:\.(?:log|weechatlog|txt))?(?:\.gz)?$")
_EVER = Window(start=0, end=DAY)


class IrcLogOptions(Options):
    """Options of `irc_log`."""

    path: str = Field(
        description="the log of one channel, or a folder of its logs by day", examples=["logs/#inc-42.log"]
    )
    zone: ZoneName = Field(
        description="of the log's times: Europe/Berlin, +01:00, CET", examples=["Europe/Berlin"]
    )
    channel: str | None = Field(
        None, min_length=1, description="what the channel is called; default: what the path says", examples=["#inc-42"],
    )  # fmt: skip
    day: date | None = Field(
        None, description="of the first line, where neither lines nor the file's name say one", examples=["2026-11-21"],
    )  # fmt: skip
    bots: tuple[str, ...] = Field((), description="nicks of programs", examples=[["icinga-wm"]])

    @property
    def label(self) -> str:
        """The channel, as configured or as the path says."""
        found = _CHANNEL.findall(self.path)
        return self.channel or (_ENDING.sub("", found[-1]) if found else "IRC")


class IrcLogCollector(Collector[IrcLogOptions]):
    """Reads the lines of a channel's log that lie in the window."""

    name = "irc_log"
    family = "chat"
    summary = "messages of an IRC channel, by a log of irssi, WeeChat or ZNC"
    tested_against = "recorded"
    manual = MANUAL
    options_type = IrcLogOptions
    target = "path"

    def __init__(self, options: IrcLogOptions, context: Context) -> None:
        super().__init__(options, context)
        self._skipped = Skipped("line", where=f"of {options.path}", place="line")
        self._gaps: list[Gap] = []
        self._ends: list[int] = []  # the times of the files' first and last lines

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield what was said in the window, and by whom."""
        channel = Channel(self.options.label, self.origin, self.context.source, frozenset(self.options.bots))
        for path in await self._files(window):
            async for line in self._lines(path, window):
                self._add(channel, line)
        for fact in channel.facts():
            yield fact
        for person in channel.people:
            yield person
        self._cover(window)
        for gap in (*self._skipped.gaps(self.gap, window), *self._gaps):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield what `timeline doctor` shows: the log, how its lines are read, and how far it reaches."""
        try:
            files = await self._files(None)
            for path in files[:1] + files[1:][-1:]:
                async for line in self._lines(path, _EVER):
                    self._add(None, line)
        except SourceError as err:
            yield Check("reachable", False, str(err))
            return
        yield Check("reachable", True, self.options.path)
        lost = f"{len(self._skipped)} lines cannot be read" if len(self._skipped) else "all have a time"
        yield Check(
            "lines", bool(self._ends) and not len(self._skipped), lost if self._ends else "no line has a time"
        )
        if self._ends:
            first, last = format_instant(min(self._ends)), format_instant(max(self._ends))
            yield Check("retention", True, f"from {first} to {last}")

    def _add(self, channel: Channel | None, line: Line) -> None:
        why = line.broken or (channel.add(line, self.options.zone) if channel else "")
        if why:
            self._skipped.add(why, line.evidence, place=line.number)

    async def _files(self, window: Window | None) -> list[str]:
        """Return the path, or of a folder the files of the window's days: a day either side, whatever the zone."""
        span = [day_of(window.start - DAY), day_of(window.end + DAY)] if window else ["", "9"]

        def listing() -> list[str]:
            folder = Path(self.context.resolve_path(self.options.path))
            if not folder.is_dir():
                return []
            named = {one.name: day_named(one.name) for one in folder.iterdir() if one.is_file()}
            return sorted(name for name, day in named.items() if day and span[0] <= day <= span[1])

        async def perform() -> Answer:
            try:
                return Answer(json.dumps(await anyio.to_thread.run_sync(listing)).encode())
            except OSError as err:
                raise SourceError(
                    "unreachable", f"{self.options.path}: {err.strerror or type(err).__name__}"
                ) from err

        request: dict[str, Any] = {"folder": self.options.path, "list": span}
        names: Any = (await self.context.tape.exchange(request, perform)).json()
        return [f"{self.options.path}/{name}" for name in names] or [self.options.path]

    async def _lines(self, path: str, window: Window) -> AsyncIterator[Line]:
        options, name = self.options, path.replace("\\", "/").rpartition("/")[2]
        day = options.day.isoformat() if options.day else day_named(name)
        request: dict[str, Any] = {
            "window": [format_instant(window.start), format_instant(window.end)], "zone": options.zone, "day": day,
        }  # fmt: skip
        keep = of_window(Days(day, options.zone), window)
        file = TextParts(self.context, path, options.time_cap, keep=keep, form="jsonl", request=request)
        last = 0
        async for _, payload in file.payloads():
            for index, row in enumerate(payload.data.split(b"\n")[:-1]):
                entry = entry_of(row)
                if "lines" in entry:
                    self._sum_up(entry)
                    if file.is_torn and entry["lines"] == last:
                        text = f"The last line of {path} has no end: it may be cut, or still be written"
                        self._gaps.append(self.gap("partial", window, text))
                    continue
                line = Line.of(entry, self.evidence(payload, f"line:{index + 1}"))
                last = line.number
                evidence = line.evidence.replace(query=f"{path}, line {last}")
                yield line._replace(evidence=evidence)
        if file.stopped:
            self._gaps.append(self.gap("truncated", window, file.stopped, missing=path))

    def _sum_up(self, entry: Mapping[str, Any]) -> None:
        """Note what the last entry says of a file's lines."""
        self._ends += [entry[end] for end in ("first", "last") if isinstance(entry.get(end), int)]
        if isinstance(dropped := entry.get("dropped"), int) and dropped > 0:
            self._skipped.add("it is one of many", count=dropped)

    def _cover(self, window: Window) -> None:
        """Note what the log does not reach: nobody logged before its first line, or after its last one."""
        first, last = min(self._ends, default=window.end), max(self._ends, default=window.start)
        if not self._ends:
            self._gaps.append(self.gap("partial", window, f"{self.options.path} has no line with a time"))
            return
        if before := part(window, None, first):
            text = f"The log begins at {format_instant(first)}: what was said before is not known"
            self._gaps.append(self.gap("partial", before, text))
        if after := part(window, last + 1, None):
            text = (
                f"The log's last line is of {format_instant(last)}: whether it was quiet after is not known"
            )
            self._gaps.append(self.gap("partial", after, text))
