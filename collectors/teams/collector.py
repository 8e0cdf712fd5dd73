"""teams: messages of Microsoft Teams' channels and chats, by Microsoft Graph."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

from pydantic import Field, field_validator

from collectors.base import Check, Collector, Context, Mark, Payload, Record, SourceError
from collectors.kit import fields
from collectors.kit.fields import Row, Skipped
from collectors.kit.http import Auth, Http, HttpOptions
from collectors.kit.paging import by_cursor
from collectors.kit.probing import failed, timed
from collectors.kit.together import gather
from collectors.teams.conversations import Conversation, is_conversation, named
from collectors.teams.manual import MANUAL
from collectors.teams.messages import ConversationReader
from collectors.teams.text import Users
from timeline.instant import DAY, format_instant
from timeline.model import NAMES_OF, Window
from timeline.relative import in_window
from timeline.text import code
from timeline.zones import Duration, parse_duration

PAGE = 50  # what Graph gives at most
#: Days for which changes of a channel are told: eight months by the documentation, less what is in doubt.
CHANGES = 235 * DAY
_MS = 1_000_000  # ns
_NEXT, _REPLIES = "@odata.nextLink", "replies@odata.nextLink"
#: Without it, what newer versions know is `unknownFutureValue`.
_PREFER = {"prefer": "include-unknown-enum-members"}


class TeamsOptions(HttpOptions):
    """Options of `teams`."""

    url: str = Field(
        "https://graph.microsoft.com/v1.0", description="Microsoft Graph; national clouds have others"
    )
    auth: Auth = Field(
        Auth(bearer="env:TEAMS_TOKEN"), description="a token, or the client's own credentials (`oauth`)",
        examples=[{"bearer": "env:TEAMS_TOKEN"}],
    )  # fmt: skip
    channels: tuple[str, ...] = Field(
        (), description="links that Teams gives, `TEAM_ID/CHANNEL`, or ids of chats; default: those of the incident's channels",
        examples=[["fbe2bf47-16c8-47cf-b4a5-4b9b187c508b/incidents"]],
    )  # fmt: skip
    lookback: Duration = Field(
        "7d", description="in a window before the last eight months: threads begun this long before are read"
    )

    @field_validator("channels", mode="before")
    @classmethod
    def _several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value


class _Read(NamedTuple):
    """What was read of a conversation."""

    reader: ConversationReader
    rows: list[Row]


class TeamsCollector(Collector[TeamsOptions]):
    """Reads the messages of channels with their replies, and of chats, with edits, deletions and events."""

    name = "teams"
    family = "chat"
    marks = (
        Mark(address=r"(https://teams\.(?:microsoft\.com|cloud\.microsoft|microsoft\.us)/l/(?:channel|chat|message)/.+)"),
    )  # fmt: skip
    summary = "messages of Microsoft Teams' channels and chats, by Microsoft Graph"
    tested_against = "schema"
    manual = MANUAL
    options_type = TeamsOptions
    target = "channels"
    reads = ("auth",)
    identities = ("id", "replyToId", "teamId", "channelId", "chatId", "webUrl", _NEXT, _REPLIES)

    def __init__(self, options: TeamsOptions, context: Context) -> None:
        super().__init__(options, context)
        self._unread = Skipped("message")
        self._unnamed: list[tuple[str, SourceError]] = []  # conversations whose names are not told, and why

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the messages of the window, and who wrote them; raise SourceError where no channel could be read."""
        users = Users()
        async with self._http() as http:
            read: list[_Read] = []
            errors: list[SourceError] = []
            for wanted in self._wanted():
                label = wanted.name or wanted.channel
                self.context.progress(label)
                rows: list[Row] = []
                try:
                    one, label = await self._found(http, wanted)
                    reader = ConversationReader(self.origin, self.context.source, one.channel, label, users)
                    read.append(_Read(reader, rows))
                    await self._messages(http, one, rows, window)
                except SourceError as err:
                    errors.append(err)
                    text = f"Messages of {code(label)} were not all read ({len(rows)} were): {err}"
                    yield self.gap(err.reason, window, text, missing=label)
            if errors and not any(one.rows for one in read):
                raise errors[0]
            facts = [
                fact
                for reader, rows in read
                for row in rows
                for fact in self._facts(reader, row)
                if in_window(fact, window)
            ]
            lost = await self._people(http, users)
        for fact in facts:
            yield fact
        for person in users.people:
            yield person
        if lost:
            text = f"The names of {lost[1]} users are not known, so those in quotes stay: {lost[0]}"
            yield self.gap(lost[0].reason, window, text, missing=f"{NAMES_OF}{lost[1]} users")
        for own, why in self._unnamed:
            text = f"The name of {code(own)} is not known, so its id stands: {why}"
            yield self.gap(why.reason, window, text, missing=f"name of {own}")
        for gap in self._unread.gaps(self.gap, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether Graph answers, gives a token, shows messages of each channel, and its clock."""
        is_first = True
        async with self._http() as http:
            try:
                wanted = self._wanted()
            except SourceError as err:
                yield Check("channels", False, str(err))
                return
            for one in wanted:
                name = one.name or one.channel
                try:
                    found, label = await self._found(http, one)
                    answered = await timed(partial(http.get, f"{found.path}/messages", {"$top": 1}))
                except SourceError as err:
                    yield failed(err) if is_first else Check(f"channel {name}", False, str(err))
                    continue
                if is_first:
                    yield answered.reachable(self.options.url)
                    yield Check("authorised", True, "its messages may be read")
                    yield answered.clock(self.options)
                    kept = format_instant(self.context.now - CHANGES)[:10]
                    text = (
                        f"changes since {kept}; before, messages of which the channel still has the threads"
                    )
                    yield Check("retention", True, text)
                    is_first = False
                yield Check(f"channel {name}", True, label)

    def _http(self) -> Http:
        return Http(self.context, self.options, headers=_PREFER)

    def _wanted(self) -> list[Conversation]:
        own = tuple(name for name in self.context.incident.channels if is_conversation(name))
        if not (wanted := self.options.channels or own):
            raise SourceError(
                "partial", "no channel is named; set `channels`, or `channels` in the incident file"
            )
        return named(wanted)

    async def _found(self, http: Http, wanted: Conversation) -> tuple[Conversation, str]:
        """Return a conversation by its id, and under which name people see it: its id, where it may not be asked."""
        if not wanted.has_id:
            return await self._by_name(http, wanted)
        if wanted.name:
            return wanted, wanted.name
        try:
            if wanted.team:
                named = await http.get(wanted.path, {"$select": "id,displayName"})
                return wanted, fields.required(named.json(), "displayName")
            answer = await http.get(wanted.path, {"$select": "id,topic"})
            return wanted, fields.nullable(answer.json(), "topic") or wanted.channel
        except SourceError as err:  # what was said there may be read all the same
            self._unnamed.append((wanted.channel, err))
            return wanted, wanted.channel

    async def _by_name(self, http: Http, wanted: Conversation) -> tuple[Conversation, str]:
        async for page in _pages(http, f"teams/{wanted.team}/channels", {"$select": "id,displayName"}):
            for one in fields.listing(page.json(), "value"):
                if fields.text(one, "displayName").casefold() == wanted.channel.casefold():
                    found = wanted._replace(channel=fields.required(one, "id"))
                    return found, fields.text(one, "displayName")
        raise SourceError("partial", f"the team {wanted.team} shows no channel {code(wanted.channel)}")

    async def _messages(self, http: Http, one: Conversation, rows: list[Row], window: Window) -> None:
        changed = f"lastModifiedDateTime gt {format_instant(window.start // _MS * _MS - _MS)}"
        if not one.team:
            given: dict[str, str | int] = {
                "$top": PAGE,
                "$orderby": "lastModifiedDateTime desc",
                "$filter": changed,
            }
            async for page in _pages(http, f"{one.path}/messages", given):
                rows += self._rows(page, "GET chats/ID/messages")
            return
        # Whole threads that changed since: answers, edits and deletions of whatever age.
        if window.start >= self.context.now - CHANGES:
            given = {"$top": PAGE, "$expand": "replies", "$filter": changed}
            async for page in _pages(http, f"{one.path}/messages/delta", given, end="@odata.deltaLink"):
                rows += await self._threads(http, page, "GET teams/ID/channels/ID/messages/delta")
            return
        low = window.start - parse_duration(self.options.lookback)
        async for page in _pages(http, f"{one.path}/messages", {"$top": PAGE, "$expand": "replies"}):
            came = await self._threads(http, page, "GET teams/ID/channels/ID/messages")
            rows += came
            # In which order they come, nobody promises: a page whose threads all ended before is the last one.
            if came and all(fields.is_before(row.data, "lastModifiedDateTime", low) for row in came):
                return

    async def _threads(self, http: Http, page: Payload, query: str) -> list[Row]:
        """Return the messages of a page and their replies; those that an answer has no room for are asked for."""
        rows = list(self._rows(page, query))
        for root in fields.listing(page.json(), "value"):
            if more := fields.text(root, _REPLIES):
                async for answers in _pages(http, more):
                    rows += self._rows(answers, f"{query}/ID/replies")
        return rows

    def _rows(self, page: Payload, query: str) -> Iterator[Row]:
        for number, root in enumerate(fields.listing(page.json(), "value")):
            yield Row(root, self.evidence(page, f"/value/{number}", query=query))
            for place, reply in enumerate(fields.many(root, "replies")):
                yield Row(reply, self.evidence(page, f"/value/{number}/replies/{place}", query=query))

    def _facts(self, reader: ConversationReader, row: Row) -> list[Any]:
        with self._unread.over(row.evidence):
            return list(reader.facts(row.data, row.evidence))
        return []

    async def _people(self, http: Http, users: Users) -> tuple[SourceError, int] | None:
        """Ask who those are whom no message names; return why, and of how many, that is not known."""
        failures: list[SourceError] = []

        async def one(own: str) -> None:
            given = {"$select": "id,displayName,givenName,surname"}
            try:
                answer = await http.get(f"users/{quote(own, safe='')}", given, allow=(404,))
                if answer.status != 404:  # else the account was deleted
                    users.name(own, answer.json())
            except SourceError as err:
                failures.append(err)

        await gather([partial(one, own) for own in users.nameless()])
        return (failures[0], len(failures)) if failures else None


async def _pages(
    http: Http, path: str, params: Mapping[str, str | int] | None = None, *, end: str = ""
) -> AsyncIterator[Payload]:
    """Yield the pages that each answer's next link leads to; where `end` is given, the last one must have that member."""

    async def ask(place: str | None, _: int) -> Payload:
        return await (http.get(place) if place else http.get(path, params))

    def following(page: Payload) -> str | None:
        value = page.json()
        place = fields.text(value, _NEXT)
        if not place and end:
            fields.required(value, end)
        return place or None

    async for page in by_cursor(ask, following, rows=lambda page: fields.listing(page.json(), "value")):
        yield page
