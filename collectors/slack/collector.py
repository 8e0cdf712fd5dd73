"""Slack channels over the Web API, by the official client; what it withholds is a named gap."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING

from pydantic import Field

from collectors.base import Check, Collector, Context, Record, SourceError
from collectors.kit.http import Auth, Http, HttpOptions
from collectors.kit.probing import Answered, failed
from collectors.slack.manual import API
from collectors.slack.messages import Parsed, WorkspaceReader, in_window, unread_gap
from collectors.slack.options import ChannelNames, counted, wanted_channels
from collectors.slack.people import Directory
from collectors.slack.read import (
    Conversation,
    Note,
    Pages,
    conversations,
    restricted,
    threads_to_read,
    users_of,
)
from timeline.instant import format_instant
from timeline.model import NAMES_OF, Fact, Gap, Window
from timeline.text import code
from timeline.zones import Duration, parse_duration

if TYPE_CHECKING:
    from collectors.slack.client import Client


class SlackOptions(HttpOptions):
    """Options of `slack`."""

    url: str = Field("https://slack.com/api", description="where the Web API begins")
    auth: Auth = Field(
        Auth(bearer="env:SLACK_TOKEN"),
        description="a bot's or a user's token",
        examples=[{"bearer": "env:SLACK_TOKEN"}],
    )
    channels: ChannelNames = Field(
        (), description="names or ids; default: the incident's channels", examples=[["inc-42", "C024BE91L"]]
    )
    lookback: Duration = Field("7d", description="threads begun this long before the window are read on")


class SlackCollector(Collector[SlackOptions]):
    """Reads the channels' messages in the window, and their threads begun up to `lookback` before."""

    name = "slack"
    family = "chat"
    summary = "messages of Slack channels, over the Web API"
    tested_against = "schema"
    manual = API
    options_type = SlackOptions
    reads = ("auth",)
    target = "channels"
    identities = ("email",)
    parser_version = 3  # blocks beside a text, forwarded messages, words that were deleted

    def __init__(self, options: SlackOptions, context: Context) -> None:
        super().__init__(options, context)
        self._gaps: list[Gap] = []
        self._pages: Pages

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield messages, edits and deletions; raise SourceError when the token is refused."""
        from collectors.slack.client import Client

        async with Http(self.context, self.options) as http:
            client = Client(http)
            self._pages = Pages(client, self.evidence)
            team = await client.page("auth.test")
            origin, url = str(team.get("team_id") or self.origin), team.get("url")
            found = await conversations(client, self._wanted(), self._note(window))
            await self._read(found, window)
            url = url or await self._url_from_permalink(client, found)
            directory = Directory()
            reader = WorkspaceReader(
                origin, self.context.source, directory, url if isinstance(url, str) else None
            )
            _, facts = _parse(reader, found, window)
            await self._people(client, directory, users_of(facts, origin), window)
        # Who is a bot is known only now; the messages are read again with it.
        read, facts = _parse(reader, found, window)
        for fact in facts:
            yield fact
        for person in directory.people(facts, origin):
            yield person
        self._gaps += unread_gap(self, read, facts, window, window.start - self._lookback)
        for gap in self._gaps:
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether Slack answers, takes the token, and how far its clock is from ours."""
        from collectors.slack.client import Client, RefusalError

        asked = time.time()
        try:
            async with Http(self.context, self.options) as http:
                team = await Client(http).page("auth.test")
        except SourceError as err:
            yield Check("authorised", False, str(err)) if isinstance(err, RefusalError) else failed(err)
            return
        answered = Answered(team.payload, asked, time.time())
        yield Check("reachable", True, str(team.get("url") or self.options.url))
        yield Check("authorised", True, f"team {code(str(team.get('team_id')))}")
        yield answered.clock(self.options)

    @property
    def _lookback(self) -> int:
        return parse_duration(self.options.lookback)

    def _wanted(self) -> tuple[str, ...]:
        return wanted_channels(self.options.channels, self.context.incident.channels)

    def _note(self, window: Window) -> Note:
        return lambda reason, text: self._gaps.append(self.gap(reason, window, text))

    async def _read(self, found: Iterable[Conversation], window: Window) -> None:
        """Read the windows of all channels first, then what came before, then the threads.

        Where a limit stops us, the window itself is what was read.
        """
        begin = window.start - self._lookback
        for one in found:
            self.context.progress(one.channel.label)
            error = await self._pages.history(one, window.start, window.end)
            if error:
                self._missed(one, error, window)
        for one in found:
            if error := await self._pages.history(one, begin, window.start - 1):
                what = f"Messages of {code(one.channel.label)} from before the window were not all read"
                self._limited(
                    error, window, f"{what}: replies in the window to threads begun then may be missing"
                )
        for one in found:
            threads, quiet = threads_to_read(one, window)
            lost = [ts for ts in threads if await self._pages.replies(one, ts)]
            if lost and self._pages.last_error:
                text = f"Replies of {counted(len(lost), 'thread')} in {code(one.channel.label)} were not all read"
                self._limited(self._pages.last_error, window, text, missing=counted(len(lost), "thread"))
            self._unseen(one, quiet, begin, window)

    def _unseen(self, one: Conversation, quiet: int, begin: int, window: Window) -> None:
        """Note what the API cannot be asked for: replies are listed by thread alone."""
        unseen = []
        if one.created < begin:
            back = f"{format_instant(begin)} (lookback of {self.options.lookback})"
            unseen.append(f"replies in the window to threads begun before {back}")
        if quiet:
            unseen.append(
                f"edits in the window to replies in {counted(quiet, 'thread')} whose last reply came before it"
            )
        if unseen:
            text = f"Slack lists replies thread by thread; not known in {code(one.channel.label)}: {', '.join(unseen)}"
            self._gaps.append(self.gap("partial", window, text))

    def _missed(self, one: Conversation, error: SourceError, window: Window) -> None:
        """Note which part of the window is missing: history comes newest first."""
        reached = one.oldest()
        end = window.end if reached is None else max(min(reached, window.end), window.start + 1)
        read = f"{counted(len(one.items), 'message')} read" + (
            f", back to {format_instant(reached)}" if reached else ""
        )
        text = f"Messages of {code(one.channel.label)} are missing ({read})"
        self._limited(error, Window(start=window.start, end=end), text)

    def _limited(self, error: SourceError, window: Window, text: str, *, missing: str | None = None) -> None:
        reason, why = restricted(error) if self._pages.capped else (error.reason, str(error))
        self._gaps.append(self.gap(reason, window, f"{text}: {why}", missing=missing))

    async def _people(self, client: Client, directory: Directory, users: list[str], window: Window) -> None:
        """Ask who the people in the facts are; without names, those in quotes cannot be replaced."""
        from collectors.slack.client import RefusalError

        for number, user in enumerate(users):
            try:
                directory.add((await client.page("users.info", user=user)).get("user"))
            except SourceError as err:
                if isinstance(err, RefusalError) and err.error in {"user_not_found", "user_not_visible"}:
                    continue
                unknown = len(users) - number
                text = (
                    f"The names of {counted(unknown, 'user')} are not known, so those in quotes stay: {err}"
                )
                self._gaps.append(
                    self.gap(err.reason, window, text, missing=NAMES_OF + counted(unknown, "user"))
                )
                return

    async def _url_from_permalink(self, client: Client, found: Iterable[Conversation]) -> str | None:
        for one in found:
            for ts in one.timestamps():
                try:
                    page = await client.page("chat.getPermalink", channel=one.channel.id, message_ts=ts)
                except SourceError:
                    return None
                return str(page.get("permalink") or "").partition("/archives/")[0] or None
        return None


def _parse(
    reader: WorkspaceReader, found: Iterable[Conversation], window: Window
) -> tuple[list[Parsed], list[Fact]]:
    read = [reader.read(one.channel, one.items) for one in found]
    return read, [fact for parsed in read for fact in in_window(parsed.facts, window)]
