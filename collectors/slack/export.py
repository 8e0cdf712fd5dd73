"""Slack workspace exports: a zip or a folder of day files, cut to the days of the window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from typing import cast

from pydantic import Field

from collectors.base import (
    Check,
    Collector,
    Context,
    Mark,
    Options,
    Record,
    SourceError,
    Suggestion,
)
from collectors.slack.folders import Folder, entries, folders_of
from collectors.slack.layout import NAMED, NAMELESS, USERS, day_of, folder_of
from collectors.slack.manual import EXPORT
from collectors.slack.members import Members
from collectors.slack.messages import (
    Parsed,
    ReceivedMessage,
    WorkspaceReader,
    alive,
    in_window,
    unread_gap,
)
from collectors.slack.options import ChannelNames, WorkspaceUrl, no_such_channel, wanted_channels
from collectors.slack.people import Directory
from timeline.canonical import Json
from timeline.instant import MINUTE, format_instant, parse_instant
from timeline.model import NAMES_OF, Fact, Gap, Person, Window
from timeline.relative import part
from timeline.text import code
from timeline.zones import Duration, parse_duration

DAY = 1440 * MINUTE
NAMED_AT_ONCE = 800  # characters of members' names in one gap


class SlackExportOptions(Options):
    """Options of `slack_export`."""

    path: str = Field(
        description="the export: its zip, or the folder it was unpacked to", examples=["export.zip"]
    )
    channels: ChannelNames = Field(
        (), description="names or ids; default: the incident's channels", examples=[["inc-42"]]
    )
    lookback: Duration = Field("7d", description="threads begun this long before the window are read on")
    workspace_url: WorkspaceUrl = Field(
        None, description="where the workspace is, for links to messages", examples=["https://acme.slack.com"]
    )


class SlackExportCollector(Collector[SlackExportOptions]):
    """Reads a workspace export; members outside the window's days are never opened."""

    name = "slack_export"
    marks = (Mark(inside=("users.json",)), Mark(inside=("channels.json",)))
    family = "chat"
    summary = "messages of a Slack workspace export (zip or folder)"
    tested_against = "recorded"
    manual = EXPORT
    options_type = SlackExportOptions
    target = "path"
    identities = ("email",)
    parser_version = (
        3  # every member is read or named; blocks beside a text, forwarded messages, deleted words
    )

    def __init__(self, options: SlackExportOptions, context: Context) -> None:
        super().__init__(options, context)
        self._members = Members(context, options.path, self.evidence, options.time_cap)
        self._gaps: list[Gap] = []

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the messages of the window's days, and the threads that were alive in it."""
        try:
            async for record in self._records(window):
                yield record
        finally:
            self._members.close()

    async def _records(self, window: Window) -> AsyncIterator[Record]:
        span = parse_duration(self.options.lookback)
        start = window.start - span
        # Day files are cut in the zone of whoever exported: a day either side holds them all.
        listing = await self._members.listing(_day(start - DAY), _day(window.end + span + DAY))
        self._cover(listing, window)
        directory = await self._directory(listing, window)
        described = [
            entry for member in _of(listing, (*NAMED, *NAMELESS))
            for entry in entries(member, await self._reference(member, window))
        ]  # fmt: skip
        folders = folders_of(_strings(listing["folders"]), described)
        self._name_unread(listing, folders, window)
        reader = WorkspaceReader(
            directory.team() or self.origin, self.context.source, directory, self.options.workspace_url
        )
        days: dict[str, list[str]] = defaultdict(list)
        for member in _strings(listing["days"]):
            days[folder_of(member)].append(member)
        read: list[Parsed] = []
        facts: list[Fact] = []
        chosen = self._chosen(folders, window)
        self._before(listing, chosen, window)
        for folder in chosen:
            self.context.progress(folder.channel.label)
            read.append(await self._read(reader, days[folder.path], folder, window))
            facts += in_window(read[-1].facts, window)
        for fact in facts:
            yield fact
        for person in directory.people(facts, reader.origin):
            yield person
        self._gaps += unread_gap(self, read, facts, window, start)
        for gap in self._gaps:
            yield gap

    async def suggest(self) -> AsyncIterator[Suggestion | Person]:
        """Yield the members of the workspace, who may be known elsewhere too."""
        try:
            listing = await self._members.listing("0000-00-00", "0000-00-00")
            directory = Directory()
            for member in _of(listing, USERS):
                for entry in await self._members.array(member):
                    directory.add(entry.message)
            for person in directory.everyone(directory.team() or self.origin):
                yield person
        finally:
            self._members.close()

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether the export opens and which days it has."""
        try:
            listing = await self._members.listing("0000-00-00", "0000-00-00")
        except SourceError as err:
            yield Check("reachable", False, str(err))
            return
        yield Check("reachable", True, f"{len(_strings(listing['folders']))} conversations with messages")
        days = (
            f"days {listing['first_day']} to {listing['last_day']}"
            if listing["first_day"]
            else "no day files"
        )
        yield Check("retention", bool(listing["first_day"]), days)

    async def _reference(self, member: str, window: Window) -> list[object]:
        """Read a file of reference; a broken one is a gap."""
        try:
            return [item.message for item in await self._members.array(member)]
        except SourceError as err:
            self._gaps.append(
                self.gap(err.reason, window, f"{code(member)} in the export was not read: {err}")
            )
            return []

    async def _directory(self, listing: dict[str, Json], window: Window) -> Directory:
        directory = Directory()
        members = _of(listing, USERS)
        for member in members:
            for user in await self._reference(member, window):
                directory.add(user)
        if not members:
            text = "The export has no `users.json`: names of people are not known, so those in quotes stay"
            self._gaps.append(self.gap("partial", window, text, missing=f"{NAMES_OF}people"))
        return directory

    def _chosen(self, folders: list[Folder], window: Window) -> list[Folder]:
        names = wanted_channels(self.options.channels, self.context.incident.channels)
        if not names:
            return [f for f in folders if f.listed]
        chosen: dict[str, Folder] = {}
        for name in names:
            fitting = {f.path: f for f in folders if name in f.names}
            if not fitting:
                known = [f.channel.name for f in folders if f.channel.name]
                self._gaps.append(self.gap("partial", window, no_such_channel(name, known, "the export")))
            chosen |= fitting
        return list(chosen.values())

    def _name_unread(self, listing: dict[str, Json], folders: list[Folder], window: Window) -> None:
        """Name what the export holds and nobody reads, without the folders that are named after people."""
        direct = {f.path for f in folders if not f.listed}
        names = [code(_shown(member, direct)) for member in _strings(listing["unread_names"])]
        more = cast("int", listing["unread"]) - len(names)
        for batch in _batches([*names, *([f"and {more} more"] if more else [])]):
            text = f"Members of the export that were not read, since what they hold is not known: {', '.join(batch)}"
            self._gaps.append(self.gap("partial", window, text))

    async def _read(
        self, reader: WorkspaceReader, days: list[str], folder: Folder, window: Window
    ) -> Parsed:  # fmt: skip
        """Read a folder up to the window's end, and on to the end of the threads that are alive in it."""
        edge = _day(window.end + DAY)
        items = await self._items(folder, [d for d in days if day_of(d) <= edge], window)
        parsed = reader.read(folder.channel, items)
        last = max((parsed.latest.get(t, 0) for t in alive(parsed.facts, window)), default=0)
        later = [d for d in days if edge < day_of(d) <= _day(last + DAY)]
        if later:
            parsed = reader.read(folder.channel, items + await self._items(folder, later, window))
        reach = window.end + parse_duration(self.options.lookback)
        if last > reach:
            text = f"Threads in {code(folder.channel.label)} went on after {format_instant(reach)} and were read no further"
            self._gaps.append(self.gap("partial", window, text))
        return parsed

    async def _items(
        self, folder: Folder, days: Iterable[str], window: Window
    ) -> list[ReceivedMessage]:  # fmt: skip
        items: list[ReceivedMessage] = []
        for day in days:
            try:
                items += await self._members.array(day, shown=folder.listed)
            except SourceError as err:
                date = day_of(day)
                text = f"The messages of {date} in {code(folder.channel.label)} were not read: {err}"
                self._gaps.append(self.gap(err.reason, _around(date, window), text, missing=date))
        return items

    def _before(self, listing: dict[str, Json], chosen: list[Folder], window: Window) -> None:
        """Note what lies before the export's first day: nobody wrote in a channel before it was made."""
        first = listing["first_day"]
        if not isinstance(first, str):
            return
        begins = _midnight(first)
        made = min(begins, *(folder.created or 0 for folder in chosen)) if chosen else 0
        if never := part(window, None, made):
            labels = ", ".join(code(folder.channel.label) for folder in chosen[:5])
            more = f" and {len(chosen) - 5} more" if len(chosen) > 5 else ""
            text = f"{labels}{more}: made at {format_instant(made)} or later, as the export says; nothing was said there before"
            self._gaps.append(self.gap("never_recorded", never, text))
        if before := part(window, made, begins):
            text = (
                f"The export's first day with messages is {first}: whether it was quiet before is not known"
            )
            self._gaps.append(self.gap("partial", before, text))

    def _cover(self, listing: dict[str, Json], window: Window) -> None:
        """Note what the export does not reach: before its first day, after its last one."""
        first, last = listing["first_day"], listing["last_day"]
        if listing["refused"]:
            names = ", ".join(code(n) for n in _strings(listing["refused_names"]))
            text = f"{listing['refused']} members of the export are links or point outside it and were not read: {names}"
            self._gaps.append(self.gap("partial", window, text))
        if not isinstance(first, str) or not isinstance(last, str):
            self._gaps.append(self.gap("partial", window, "The export holds no messages"))
            return
        ends = _midnight(last) + DAY
        if after := part(window, ends, None):
            text = f"The export's last day with messages is {last}: whether it was quiet after is not known"
            self._gaps.append(self.gap("partial", after, text))


def _strings(value: Json) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def _of(listing: dict[str, Json], files: tuple[str, ...]) -> list[str]:
    """Return the members with these file names, a workspace's own before those of folders around it."""
    found = [m for m in _strings(listing["reference"]) if m.rpartition("/")[2].casefold() in files]
    return sorted(found, key=lambda m: (-m.count("/"), files.index(m.rpartition("/")[2].casefold()), m))


def _batches(names: Iterable[str]) -> list[list[str]]:
    """Return names in batches of which a gap holds one whole."""
    batches: list[list[str]] = []
    for name in names:
        if not batches or sum(map(len, batches[-1])) + 2 * len(batches[-1]) + len(name) > NAMED_AT_ONCE:
            batches.append([])
        batches[-1].append(name)
    return batches


def _shown(member: str, direct: set[str]) -> str:
    folder, _, name = member.rpartition("/")
    inside = next((f for f in direct if folder == f or folder.startswith(f"{f}/")), None)
    return member if inside is None else f"(a direct message)/{name}"


def _day(instant: int) -> str:
    return format_instant(instant)[:10]


def _midnight(day: str) -> int:
    return parse_instant(f"{day}T00:00:00Z")


def _around(day: str, window: Window) -> Window:
    """Return the part of the window that a day file may cover in any zone, else the window."""
    return part(window, _midnight(day) - DAY // 2, _midnight(day) + DAY + DAY // 2) or window
