"""unleash: changes of feature flags, from the event log of an Unleash server."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from pydantic import Field, field_validator

from collectors.base import Check, Collector, Context, Mark, Payload, Record, SourceError
from collectors.kit import fields
from collectors.kit.fields import Row, Skipped
from collectors.kit.http import Auth, Http, HttpOptions, Params
from collectors.kit.links import host_of
from collectors.kit.paging import EndlessError, by_offset
from collectors.kit.probing import failed, timed
from collectors.unleash.events import Log
from collectors.unleash.manual import MANUAL
from timeline.instant import NS
from timeline.model import Window
from timeline.relative import in_window

PAGE = 200  # the server takes up to 1,000
_PROJECT = re.compile(r"[\w.~-]+")
_DAY = timedelta(days=1)
_EVENTS, _USER = "search/events", "user"


class UnleashOptions(HttpOptions):
    """Options of one server."""

    url: str = Field(
        description="the server, without `/api`",
        examples=["https://unleash.example", "https://app.unleash-hosted.com/shop"],
    )
    auth: Auth = Field(
        Auth(header={"Authorization": "env:UNLEASH_TOKEN"}), description="a personal access token, without a scheme",
        examples=[{"header": {"Authorization": "env:UNLEASH_TOKEN"}}],
    )  # fmt: skip
    projects: tuple[str, ...] = Field(
        (), description="ids; default: everything that the token sees", examples=[["checkout"]]
    )
    service: str | None = Field(None, description="whose changes these are", examples=["checkout"])

    @field_validator("projects")
    @classmethod
    def _ids(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        # A comma would part one into two.
        if not all(_PROJECT.fullmatch(one) for one in value):
            raise ValueError("it is no project's id; write it as in the project's address")
        return value


class UnleashCollector(Collector[UnleashOptions]):
    """Reads what was done to flags, and to what they are decided by."""

    name = "unleash"
    marks = (
        Mark(get="health", members=("health",)),
        Mark(address=r"(https://[\w.-]+\.(?:unleash-hosted\.com|getunleash\.io)/[\w.-]+)(?:/.*)?"),
    )
    family = "changes"
    summary = "changes of feature flags, segments and environments of an Unleash server"
    tested_against = "real"
    manual = MANUAL
    options_type = UnleashOptions
    reads = ("url", "projects")

    def __init__(self, options: UnleashOptions, context: Context) -> None:
        super().__init__(options, context)
        self._url = options.url.rstrip("/")
        self._unread = Skipped("event")
        self._log = Log(
            options.origin or self._url, self._url, host_of(self._url) or "unleash", context.source, options.service
        )  # fmt: skip

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the events of the window, and who did what; what was not read or shown is a gap."""
        rows: dict[int, Row] = {}
        async with self._http() as http:
            sees_all = _is_admin((await http.get(_USER)).json())
            try:
                await self._read(http, rows, window)
            except SourceError as err:
                if not rows:
                    raise
                yield self.gap(err.reason, window, f"Events were not all read ({len(rows)} were): {err}")
        for row in rows.values():
            with self._unread.over(row.evidence):
                if in_window(made := self._log.fact(row.data, row.evidence), window):
                    yield made
        for person in self._log.people:
            yield person
        if not sees_all and not self.options.projects:
            text = "Events of no project (segments, environments, settings), and of projects that are not its own, are not shown to this token: it is no administrator's"
            yield self.gap("unauthorised", window, text)
        for gap in self._unread.gaps(self.gap, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether the server answers, what the token sees, since when there are events, and its clock."""
        async with self._http() as http:
            try:
                answered = await timed(partial(http.get, _USER))
                user = answered.payload.json()
                name = fields.text(user, "user.username") or fields.required(user, "user.id")
                total = fields.number((await http.get(_EVENTS, self._asked(0, 1))).json(), "total")
                last = await http.get(_EVENTS, self._asked(max(0, total - 1), 1))
            except SourceError as err:
                yield failed(err)
                return
        yield answered.reachable(self.options.url)
        sees = "sees everything" if _is_admin(user) else "sees no events outside of its projects"
        yield Check("authorised", True, f"{name}, {sees}")
        since = fields.text(_events(last)[0], "createdAt") if _events(last) else ""
        yield Check(
            "history", bool(since), f"{total} events since {since}" if since else "no events are shown"
        )
        yield answered.clock(self.options)

    def _http(self) -> Http:
        return Http(self.context, self.options, base_url=f"{self._url}/api/admin")

    def _asked(self, offset: int, size: int, window: Window | None = None) -> Params:
        asked: dict[str, str | int] = {"limit": size, "offset": offset}
        if window is not None:
            # Days are those of the database's zone, which is told nowhere.
            asked["from"] = f"IS:{_day(window.start) - _DAY:%Y-%m-%d}"
            asked["to"] = f"IS:{_day(window.end) + _DAY:%Y-%m-%d}"
        if self.options.projects:
            asked["project"] = "IS_ANY_OF:" + ",".join(self.options.projects)
        return asked

    async def _read(self, http: Http, into: dict[int, Row], window: Window) -> None:
        """Read events, the newest first, until all of a page are older than the window.

        One that is written meanwhile moves the others back: they come again, none is passed over.
        """
        came = total = 0

        async def ask(offset: int, size: int) -> Payload:
            return await http.get(_EVENTS, self._asked(offset, size, window))

        def more(page: Payload) -> bool:
            nonlocal came, total
            came, total = came + len(_events(page)), fields.number(page.json(), "total")
            if came > total:
                raise EndlessError(f"of {total} events the server gave {came}")
            return came < total

        async for page in by_offset(ask, _events, size=PAGE, more=more):
            rows = [
                Row(data, self.evidence(page, f"/events/{n}", query=f"GET {_EVENTS}"))
                for n, data in enumerate(_events(page))
            ]
            for row in rows:
                with self._unread.over(row.evidence):
                    into.setdefault(fields.number(row.data, "id"), row)
            # It answers so where its database failed.
            if not rows and came < (told := max(total, fields.number(page.json(), "total"))):
                raise SourceError("partial", f"of {told} events the server gave {came}, and then none")
            if rows and all(fields.is_before(row.data, "createdAt", window.start) for row in rows):
                return


def _day(instant: int) -> datetime:
    return datetime.fromtimestamp(instant // NS, UTC)


def _events(page: Payload) -> list[Any]:
    return fields.listing(page.json(), "events")


def _is_admin(answer: Any) -> bool:
    return any(fields.text(one, "permission") == "ADMIN" for one in fields.listing(answer, "permissions"))
