"""mattermost: posts of a server's channels."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from urllib.parse import quote

from pydantic import Field, field_validator

from collectors.base import Check, Collector, Context, Mark, Payload, Record, SourceError
from collectors.kit import fields
from collectors.kit.fields import Row, Skipped
from collectors.kit.http import Auth, Http, HttpOptions
from collectors.kit.paging import by_cursor
from collectors.kit.probing import failed, timed
from collectors.kit.together import gather
from collectors.mattermost.manual import MANUAL
from collectors.mattermost.posts import ChannelReader, Users, mentioned
from timeline.instant import format_instant
from timeline.model import NAMES_OF, Window
from timeline.relative import in_window, part
from timeline.text import code
from timeline.zones import Duration, parse_duration

_ID = re.compile(r"[a-z0-9]{26}")
PAGE = 200  # what the server gives at most
_MS = 1_000_000


class MattermostOptions(HttpOptions):
    """Options of `mattermost`; channels are ids, or TEAM/CHANNEL by their names in addresses."""

    url: str = Field(description="the server, without `/api/v4`", examples=["https://chat.example"])
    auth: Auth = Field(
        Auth(bearer="env:MATTERMOST_TOKEN"), description="a token of an account that is in the channels",
        examples=[{"bearer": "env:MATTERMOST_TOKEN"}],
    )  # fmt: skip
    channels: tuple[str, ...] = Field(
        (), description="ids, or `team/channel`; default: those of the incident's channels", examples=[["ops/incident-42"]],
    )  # fmt: skip
    deleted: bool = Field(
        False, description="posts that were deleted, too: an administrator's token alone sees them"
    )
    lookback: Duration = Field(
        "1d", description="posts from this much before the window are read for their edits"
    )

    @field_validator("channels", mode="before")
    @classmethod
    def _several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value


class MattermostCollector(Collector[MattermostOptions]):
    """Reads the posts of channels, with their edits and deletions."""

    name = "mattermost"
    family = "chat"
    marks = (Mark(get="api/v4/system/ping", members=("AndroidLatestVersion",)),)
    summary = "posts of a Mattermost server's channels"
    tested_against = "fake"
    manual = MANUAL
    options_type = MattermostOptions
    reads = ("channels",)

    def __init__(self, options: MattermostOptions, context: Context) -> None:
        super().__init__(options, context)
        self._unread = Skipped("post")
        self._hidden = 0  # ms; what is older is hidden by the plan

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the posts of the window, and who wrote them; raise SourceError where no channel could be read."""
        users = Users(self.origin)
        async with self._http() as http:
            read: list[tuple[ChannelReader, list[Row]]] = []
            errors: list[SourceError] = []
            for name in self._wanted():
                self.context.progress(name)
                rows: list[Row] = []
                try:
                    channel = await self._channel(http, name)
                    label = fields.text(channel, "name") or name
                    read.append(
                        (
                            ChannelReader(self.origin, self.context.source, label, self.options.url, users),
                            rows,
                        )
                    )
                    await self._posts(http, fields.required(channel, "id"), rows, window)
                except SourceError as err:
                    errors.append(err)
                    yield self.gap(
                        err.reason,
                        window,
                        f"Posts of {code(name)} were not all read ({len(rows)} were): {err}",
                    )
            if errors and not any(rows for _, rows in read):
                raise errors[0]
            lost = await self._people(http, users, [row.data for _, rows in read for row in rows])
        for reader, rows in read:
            for row in rows:
                with self._unread.over(row.evidence):
                    for fact in [*reader.facts(row.data, row.evidence)]:
                        if in_window(fact, window):
                            yield fact
        for person in users.people:
            yield person
        if lost:
            text = f"The names of {lost[1]} users are not known, so those in quotes stay: {lost[0]}"
            yield self.gap(lost[0].reason, window, text, missing=f"{NAMES_OF}{lost[1]} users")
        if self._hidden and (hidden := part(window, None, self._hidden * _MS + 1)):
            text = f"Posts until {format_instant(self._hidden * _MS)} are hidden by the server's plan"
            yield self.gap("past_retention", hidden, text)
        for gap in self._unread.gaps(self.gap, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether the server answers, takes the token, shows the channels, and its clock."""
        async with self._http() as http:
            try:
                answered = await timed(partial(http.get, "users/me"))
                name = fields.required(answered.payload.json(), "username")
            except SourceError as err:
                yield failed(err)
                return
            yield answered.reachable(self.options.url)
            yield Check("authorised", True, name)
            yield answered.clock(self.options)
            for channel in self._named():
                try:
                    found = fields.required(await self._channel(http, channel), "id")
                    yield Check(f"channel {channel}", True, found)
                except SourceError as err:
                    yield Check(f"channel {channel}", False, str(err))

    def _http(self) -> Http:
        return Http(self.context, self.options, base_url=f"{self.options.url.rstrip('/')}/api/v4")

    def _named(self) -> tuple[str, ...]:
        own = (name for name in self.context.incident.channels if _ID.fullmatch(name) or name.count("/") == 1)
        return self.options.channels or tuple(own)

    def _wanted(self) -> tuple[str, ...]:
        if not (names := self._named()):
            raise SourceError(
                "partial", "no channel is named; set `channels`, or `channels` in the incident file"
            )
        return names

    async def _channel(self, http: Http, name: str) -> Any:
        team, slash, channel = name.removeprefix("~").partition("/")
        if not slash and not _ID.fullmatch(name):
            raise SourceError("partial", f"{code(name)} is no id; write a channel as TEAM/CHANNEL")
        path = (
            f"teams/name/{quote(team, safe='')}/channels/name/{quote(channel, safe='')}"
            if slash
            else f"channels/{name}"
        )
        return (await http.get(path)).json()

    async def _posts(self, http: Http, channel: str, rows: list[Row], window: Window) -> None:
        """Read posts from the newest back, until all of a page are older than the look-back."""
        low = window.start - parse_duration(self.options.lookback)
        path = f"channels/{quote(channel, safe='')}/posts"

        async def ask(before: str | None, size: int) -> Payload:
            params: dict[str, int | str] = {
                "per_page": size,
                "before": before or "",
                "include_deleted": "true" if self.options.deleted else "",
            }
            return await http.get(path, {name: value for name, value in params.items() if value})

        async for page in by_cursor(ask, _following, rows=_order, size=PAGE):
            value = page.json()
            hidden = fields.at(value, "first_inaccessible_post_time")
            self._hidden = max(self._hidden, hidden if isinstance(hidden, int) else 0)
            posts = fields.member(value, "posts")
            if not isinstance(posts, dict):
                raise SourceError("undecodable", "an answer's posts are no object")
            found = [self._row(page, posts, one) for one in _order(page)]
            rows += [row for row in found if not _is_after(row.data, window)]
            if found and all(fields.is_before(row.data, "create_at", low, _ms) for row in found):
                return

    def _row(self, page: Payload, posts: dict[str, Any], own: str) -> Row:
        place = f"/posts/{own}" if own in posts and not re.search("[~/]", own) else "/posts"
        return Row(posts.get(own), self.evidence(page, place, query="GET channels/ID/posts"))

    async def _people(self, http: Http, users: Users, posts: list[Any]) -> tuple[SourceError, int] | None:
        """Ask who the authors are, and those whom posts name; return why, and of how many, that is not known."""
        ids = sorted({fields.text(post, "user_id") for post in posts} - {""})
        names = sorted({name for post in posts for name in mentioned(post)})
        paths = [f"users/{quote(one, safe='')}" for one in ids] + [
            f"users/username/{quote(one, safe='')}" for one in names
        ]
        failures: list[SourceError] = []

        async def one(path: str) -> None:
            try:
                answer = await http.get(path, allow=(404,))  # what looks like a name may be nobody's
                if answer.status != 404:
                    users.add(answer.json())
            except SourceError as err:
                failures.append(err)

        await gather([partial(one, path) for path in paths])
        return (failures[0], len(failures)) if failures else None


def _order(page: Payload) -> list[str]:
    order = fields.listing(page.json(), "order")
    if not all(isinstance(one, str) for one in order):
        raise fields.UnreadableError("its order has what is no id")
    return order


def _following(page: Payload) -> str | None:
    """Return the oldest post of a page where there are older ones."""
    order, older = _order(page), fields.member(page.json(), "prev_post_id")
    if not isinstance(older, str):
        raise fields.UnreadableError("its prev_post_id is no id")
    return order[-1] if order and older else None


def _ms(value: Any, path: str) -> Any:
    return fields.time(value, path, unit="ms")


def _is_after(post: Any, window: Window) -> bool:
    """Tell whether a post was made after the window."""
    created = fields.at(post, "create_at")
    return isinstance(created, int) and created * _MS >= window.end
