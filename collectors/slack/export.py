"""Slack workspace exports: a zip or a folder of day files, cut to the days of the window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from typing import Any, NamedTuple, cast

import anyio.to_thread

from collectors.base import (
    Answer,
    Check,
    Collector,
    Context,
    Options,
    PayloadTooLargeError,
    Record,
    SourceError,
)
from collectors.slack.archive import Archive, day_of
from collectors.slack.messages import (
    Channel,
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
from timeline.model import Fact, Gap, Window
from timeline.text import code
from timeline.zones import Duration, parse_duration

DAY = 1440 * MINUTE
PART = 8 * 2**20  # bytes in one part of a member that is over the payload limit
#: Files of conversations; the folders of those that have no name carry the id.
NAMED, NAMELESS = ("channels.json", "groups.json"), ("mpims.json", "dms.json")
USERS = ("users.json", "org_users.json")


class SlackExportOptions(Options):
    """Options of `slack_export`."""

    path: str
    channels: ChannelNames = ()
    lookback: Duration = "7d"
    workspace_url: WorkspaceUrl = None


class Folder(NamedTuple):
    """A conversation of the export, and the folder its day files lie in."""

    name: str
    channel: Channel
    listed: bool  # with a public name; direct messages are read only when asked for


class SlackExportCollector(Collector[SlackExportOptions]):
    """Reads a workspace export; members outside the window's days are never opened."""

    name = "slack_export"
    family = "chat"
    summary = "messages of a Slack workspace export (zip or folder)"
    tested_against = "recorded"
    options_type = SlackExportOptions
    target = "path"
    parser_version = (
        3  # every member is read or named; blocks beside a text, forwarded messages, deleted words
    )

    def __init__(self, options: SlackExportOptions, context: Context) -> None:
        super().__init__(options, context)
        self._archive: Archive | None = None
        self._gaps: list[Gap] = []
        self._unread: set[str] = set()  # reference files that are broken

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the messages of the window's days, and the threads that were alive in it."""
        try:
            async for record in self._records(window):
                yield record
        finally:
            if self._archive:
                self._archive.close()

    async def _records(self, window: Window) -> AsyncIterator[Record]:
        span = parse_duration(self.options.lookback)
        start = window.start - span
        # Day files are cut in the zone of whoever exported: a day either side holds them all.
        listing = await self._listing(_day(start - DAY), _day(window.end + span + DAY))
        self._cover(listing, window)
        directory = await self._directory(listing, window)
        folders = self._chosen(await self._folders(listing, window), window)
        reader = WorkspaceReader(
            directory.team() or self.origin, self.context.source, directory, self.options.workspace_url
        )
        days: dict[str, list[str]] = defaultdict(list)
        for member in _strings(listing["days"]):
            days[member.rpartition("/")[0]].append(f"{listing['root']}{member}")
        read: list[Parsed] = []
        facts: list[Fact] = []
        for folder in folders:
            self.context.progress(folder.channel.label)
            read.append(await self._read(reader, days[folder.name], folder, window))
            facts += in_window(read[-1].facts, window)
        for fact in facts:
            yield fact
        for person in directory.people(facts, reader.origin):
            yield person
        self._gaps += unread_gap(self, read, facts, window, start)
        for gap in self._gaps:
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether the export opens and which days it has."""
        try:
            listing = await self._listing("0000-00-00", "0000-00-00")
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

    # Reading: every member is an exchange.

    def _open(self) -> Archive:
        if self._archive is None:
            self._archive = Archive(self.context.resolve_path(self.options.path))
        return self._archive

    async def _listing(self, first: str, last: str) -> dict[str, Json]:
        async def perform() -> Answer:
            return Answer(_json(await anyio.to_thread.run_sync(self._open().listing, first, last)))

        request: dict[str, Json] = {"export": self.options.path, "list": [first, last]}
        payload = await self.context.tape.exchange(request, perform)
        return cast("dict[str, Json]", payload.json())

    async def _array(self, member: str, *, shown: bool = True) -> list[ReceivedMessage]:
        """Read a member that is a list; over the payload limit, in parts.

        `shown`: whether the member's name may be (a group message's folder is named after people).
        """
        query = member if shown else None

        async def perform() -> Answer:
            return Answer(await anyio.to_thread.run_sync(self._open().read, member))

        request: dict[str, Json] = {"export": self.options.path, "member": member}
        try:
            payload = await self.context.tape.exchange(request, perform)
        except PayloadTooLargeError:
            return await self._parts(member, query)
        found = payload.json()
        if not isinstance(found, list):
            raise SourceError("undecodable", f"{member} is no list")
        return [
            ReceivedMessage(one, self.evidence(payload, f"/{n}", query=query)) for n, one in enumerate(found)
        ]

    async def _parts(self, member: str, query: str | None) -> list[ReceivedMessage]:
        cut: list[list[Any]] = []

        async def perform() -> Answer:
            if not cut:
                cut.extend(_cut(await anyio.to_thread.run_sync(self._open().read, member), member))
            return Answer(_json({"parts": len(cut), "items": cut[part]}))

        items: list[ReceivedMessage] = []
        part, parts = 0, 1
        while part < parts:
            request: dict[str, Json] = {"export": self.options.path, "member": member, "part": part}
            payload = await self.context.tape.exchange(request, perform)
            held = cast("dict[str, Any]", payload.json())
            parts = held["parts"]
            items += [
                ReceivedMessage(one, self.evidence(payload, f"/items/{n}", query=query))
                for n, one in enumerate(held["items"])
            ]
            part += 1
        return items

    async def _lists(
        self, listing: dict[str, Json], names: Iterable[str], window: Window
    ) -> list[dict[str, Any]]:
        """Read the reference files of these names that are there; a broken one is a gap."""
        found: list[dict[str, Any]] = []
        for name in names:
            if name not in _strings(listing["reference"]):
                continue
            try:
                items = await self._array(f"{listing['root']}{name}")
            except SourceError as err:
                self._unread.add(name)
                self._gaps.append(
                    self.gap(err.reason, window, f"{code(name)} in the export was not read: {err}")
                )
                continue
            found += [{**i.message, "_file": name} for i in items if isinstance(i.message, dict)]
        return found

    async def _directory(self, listing: dict[str, Json], window: Window) -> Directory:
        directory = Directory()
        users = await self._lists(listing, USERS, window)
        for user in users:
            directory.add(user)
        if not users and USERS[0] not in self._unread:
            text = "The export has no `users.json`: names of people are not known, so those in quotes stay"
            self._gaps.append(self.gap("partial", window, text, missing="names of people"))
        return directory

    async def _folders(self, listing: dict[str, Json], window: Window) -> dict[str, Folder]:
        folders: dict[str, Folder] = {}
        for one in await self._lists(listing, (*NAMED, *NAMELESS), window):
            identity, listed = one.get("id"), one["_file"] in NAMED
            name = one.get("name") if listed else None
            if isinstance(identity, str) and identity:
                channel = Channel(identity, name if isinstance(name, str) else None, _pinned(one.get("pins")))
                # Group messages lie in a folder named after the people in it: found, never shown.
                place = one.get("name") if isinstance(one.get("name"), str) else identity
                folders.setdefault(str(place), Folder(str(place), channel, listed))
        for name in _strings(listing["folders"]):
            folders.setdefault(name, Folder(name, Channel(name, name), listed=True))
        return folders

    def _chosen(self, folders: dict[str, Folder], window: Window) -> list[Folder]:
        names = wanted_channels(self.options.channels, self.context.incident.channels)
        if not names:
            return [f for f in folders.values() if f.listed]
        chosen: dict[str, Folder] = {}
        by_id = {f.channel.id: f for f in folders.values()}
        for name in names:
            folder = by_id.get(name) or folders.get(name)
            if folder:
                chosen[folder.name] = folder
            else:
                known = [f.name for f in folders.values() if f.listed]
                self._gaps.append(self.gap("partial", window, no_such_channel(name, known, "the export")))
        return list(chosen.values())

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
                items += await self._array(day, shown=folder.listed)
            except SourceError as err:
                date = day_of(day)
                text = f"The messages of {date} in {code(folder.channel.label)} were not read: {err}"
                self._gaps.append(self.gap(err.reason, _around(date, window), text, missing=date))
        return items

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
        begins, ends = _midnight(first), _midnight(last) + DAY
        if window.start < begins:
            text = (
                f"The export's first day with messages is {first}: whether it was quiet before is not known"
            )
            self._gaps.append(
                self.gap("partial", Window(start=window.start, end=min(begins, window.end)), text)
            )
        if window.end > ends:
            text = f"The export's last day with messages is {last}: whether it was quiet after is not known"
            self._gaps.append(
                self.gap("partial", Window(start=max(ends, window.start), end=window.end), text)
            )


def _cut(data: bytes, member: str) -> list[list[Any]]:
    """Cut a list into parts of at most 8 MiB; a single message over that is a part of its own."""
    import orjson

    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as err:
        raise SourceError("undecodable", f"{member} is not JSON: {err}") from err
    if not isinstance(found, list):
        raise SourceError("undecodable", f"{member} is no list")
    parts: list[list[Any]] = [[]]
    size = 0
    for one in found:
        length = len(orjson.dumps(one))
        if parts[-1] and size + length > PART:
            parts.append([])
            size = 0
        parts[-1].append(one)
        size += length
    return parts


def _json(value: Json) -> bytes:
    import orjson

    return orjson.dumps(value)


def _strings(value: Json) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def _pinned(pins: object) -> frozenset[str]:
    found = [p.get("id") for p in pins if isinstance(p, dict)] if isinstance(pins, list) else []
    return frozenset(p for p in found if isinstance(p, str))


def _day(instant: int) -> str:
    return format_instant(instant)[:10]


def _midnight(day: str) -> int:
    return parse_instant(f"{day}T00:00:00Z")


def _around(day: str, window: Window) -> Window:
    """Return the part of the window that a day file may cover in any zone, else the window."""
    start = max(_midnight(day) - DAY // 2, window.start)
    end = min(_midnight(day) + DAY + DAY // 2, window.end)
    return Window(start=start, end=end) if start < end else window
