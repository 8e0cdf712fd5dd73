"""How Jira is asked, Cloud and a server alike: what it is, issues by JQL in pages, changelogs and comments."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from collectors.base import Payload, SourceError
from collectors.kit import fields
from collectors.kit.fields import Row
from collectors.kit.http import Http
from collectors.kit.paging import by_cursor, by_offset
from timeline.instant import DAY, NS, format_instant
from timeline.model import Evidence, Window

PAGE = 100
#: JQL is compared to the minute in the zone of the user who asks, which nothing tells for sure: a day holds each of them.
_ZONES = DAY
FIELDS = (
    "summary", "status", "priority", "assignee", "creator", "created", "updated", "issuetype", "project", "components",
    "resolutiondate", "statuscategorychangedate",
)  # fmt: skip
#: (payload, pointer, query) -> evidence entry
MakeEvidence = Callable[[Payload, str, str], Evidence]


class Site:
    """One Jira, as it says itself: `base` is the address that people open, `is_cloud` how it is asked."""

    def __init__(self, http: Http, evidence: MakeEvidence, info: Any, severity: str) -> None:
        self._http, self._evidence = http, evidence
        self.base = fields.required(info, "baseUrl").rstrip("/")
        self.is_cloud = fields.text(info, "deploymentType") == "Cloud"
        self._below = f"rest/api/{3 if self.is_cloud else 2}"
        self.fields = list(dict.fromkeys((*FIELDS, severity)))
        self._severity = severity
        self.severity = {severity}  # what a changelog calls the field

    def page(self, key: str) -> str:
        """Return the page of an issue."""
        return f"{self.base}/browse/{key}"

    async def myself(self) -> None:
        """Ask who asks; raise SourceError for a login that is not taken, of which a search would find nothing."""
        told = (await self._http.get(f"{self._below}/myself")).json()
        if not any(fields.text(told, name) for name in ("accountId", "key", "name")):
            raise SourceError("undecodable", "the answer to who asks names nobody")

    async def statuses(self) -> dict[str, str]:
        """Return the category of each status by its id: `new`, `indeterminate`, `done`."""
        rows = fields.listing((await self._http.get(f"{self._below}/status")).json())
        return {fields.text(row, "id"): fields.text(row, "statusCategory.key") for row in rows}

    async def issue(self, key: str) -> Row | None:
        """Return one issue; None where there is none to be seen."""
        path = f"{self._below}/issue/{key}"
        answer = await self._http.get(path, {"fields": ",".join(self.fields)}, allow=(404,))
        return None if answer.status == 404 else Row(answer.json(), self._evidence(answer, "", f"GET {path}"))

    async def found(self, jql: str, window: Window) -> AsyncIterator[Row]:
        """Yield the issues that a search finds, and that may have changed in the window; raise SourceError."""
        low, high = (
            format_instant(at // NS * NS)[:16].replace("T", " ")
            for at in (window.start - _ZONES, window.end + _ZONES)
        )
        asked = f'({jql}) AND updated >= "{low}" AND created <= "{high}" ORDER BY created ASC, key ASC'
        pages = self._of_cloud(asked) if self.is_cloud else self._of_server(asked)
        async for page in pages:
            for row in self._rows(page, "issues", f"search: {asked}"):
                yield row

    def _of_cloud(self, jql: str) -> AsyncIterator[Payload]:
        async def ask(token: str | None, size: int) -> Payload:
            following = {"nextPageToken": token} if token else {}
            body = {"jql": jql, "fields": self.fields, "maxResults": size, **following}
            return await self._http.request("POST", f"{self._below}/search/jql", body=body)

        return by_cursor(ask, _following, rows=lambda page: fields.listing(page.json(), "issues"), size=PAGE)

    def _of_server(self, jql: str) -> AsyncIterator[Payload]:
        async def ask(offset: int, size: int) -> Payload:
            body = {"jql": jql, "fields": self.fields, "startAt": offset, "maxResults": size}
            return await self._http.request("POST", f"{self._below}/search", body=body)

        return by_offset(
            ask, lambda page: fields.listing(page.json(), "issues"), size=PAGE, more=_has_more("issues")
        )

    async def changelog(self, own: str, into: list[Row]) -> None:
        """Read all changes of an issue into `into`; raise SourceError."""
        if not self.is_cloud:
            path = f"{self._below}/issue/{own}"
            asked = {"fields": f"summary,{self._severity}", "expand": "changelog,names"}
            answer = await self._http.get(path, asked)
            # A server's changelog calls fields by their names alone.
            self.severity = {
                self._severity,
                fields.text(answer.json(), f"names.{self._severity}"),
            } | self.severity
            into += self._rows(answer, "changelog.histories", f"GET {path}?expand=changelog")
            total = fields.number(answer.json(), "changelog.total")
            if total > len(into):
                raise SourceError("truncated", f"there are {total} changes, and it gives {len(into)}")
            return
        path = f"{self._below}/issue/{own}/changelog"

        async def ask(offset: int, size: int) -> Payload:
            return await self._http.get(path, {"startAt": offset, "maxResults": size})

        # Until a page is empty where none says that it is the last.
        last = by_offset(
            ask, lambda page: fields.listing(page.json(), "values"), size=PAGE,
            more=lambda page: fields.at(page.json(), "isLast") is not True,
        )  # fmt: skip
        async for page in last:
            into += self._rows(page, "values", f"GET {path}")

    async def comments(self, own: str, into: list[Row]) -> None:
        """Read all comments of an issue into `into`; raise SourceError."""
        path = f"{self._below}/issue/{own}/comment"

        async def ask(offset: int, size: int) -> Payload:
            return await self._http.get(path, {"startAt": offset, "maxResults": size, "orderBy": "created"})

        rows = by_offset(
            ask, lambda page: fields.listing(page.json(), "comments"), size=PAGE, more=_has_more("comments")
        )
        async for page in rows:
            into += self._rows(page, "comments", f"GET {path}")

    def _rows(self, page: Payload, path: str, query: str) -> list[Row]:
        inside = path.replace(".", "/")
        return [
            Row(data, self._evidence(page, f"/{inside}/{n}", query))
            for n, data in enumerate(fields.listing(page.json(), path))
        ]


async def site_of(http: Http, evidence: MakeEvidence, severity: str) -> tuple[Site, Payload]:
    """Return the Jira at the address, and how it told; raise SourceError where there is none."""
    answer = await http.get("rest/api/2/serverInfo")
    if not fields.text(answer.json(), "baseUrl"):
        raise SourceError("undecodable", "the answer is not Jira's; check `url`")
    return Site(http, evidence, answer.json(), severity), answer


def _following(page: Payload) -> str | None:
    told = page.json()
    token = fields.text(told, "nextPageToken")
    if not token and fields.at(told, "isLast") is False:
        raise SourceError("truncated", "there are more issues, and nothing says where")
    return token or None


def _has_more(member: str) -> Callable[[Payload], bool]:
    """Return what tells whether another page follows: by the total, and until one is empty where none is told."""

    def more(page: Payload) -> bool:
        told = page.json()
        start, total = fields.at(told, "startAt"), fields.at(told, "total")
        if not isinstance(start, int) or not isinstance(total, int):
            return True
        return start + len(fields.listing(told, member)) < total

    return more
