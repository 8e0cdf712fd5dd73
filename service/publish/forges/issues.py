"""Issues of trackers as tickets of actions: read, looked for by a mark in them, and made."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from collectors.base import Context
from collectors.kit.http import Http, Params
from service.publish.forges.api import Api
from service.publish.forges.base import AbsentError, ForgeError
from service.settings.config import SourceConfig
from timeline.cases.progress import Ticket
from timeline.errors import UndecodableTimeError
from timeline.instant import parse_instant

#: Issues that are looked through for a mark, the newest first.
MOST = 1_000
_CALLED = re.compile(r"([\w.-]+(?:/[\w.-]+)+)?#(\d{1,12})")
_JIRA = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,98}-\d{1,12}")
_MARK = re.compile(r"timeline:action ([na]-[0-9a-f]{16})")
_PAGE = re.compile(r"/(.+?)/(?:-/)?(?:issues|work_items)/(\d{1,12})/?")
_BROWSE = re.compile(r"/(?:.*/)?browse/([A-Za-z][A-Za-z0-9_]{0,98}-\d{1,12})/?")
#: By collector: where the API is below the source's address, the member that is an issue's body, and how the newest are listed first.
_FORGES: Mapping[str, tuple[str, str, Params]] = {
    "github": ("", "body", {"state": "all", "sort": "created", "direction": "desc"}),
    "gitea": ("/api/v1", "body", {"state": "all", "type": "issues", "sort": "newest", "limit": 50}),
    "gitlab": ("/api/v4", "description", {"order_by": "created_at", "sort": "desc"}),
}


class Desk(NamedTuple):
    """Where tickets are: a configured source of `github`, `gitlab`, `gitea` or `jira`."""

    source: SourceConfig

    @property
    def project(self) -> str:
        """Repository or project; empty where a source is of a whole site."""
        options: Any = self.source.options
        return getattr(options, "repository", "") or getattr(options, "project", "") or ""

    @property
    def makes(self) -> bool:
        """Whether tickets can be made here."""
        return self.source.collector in _FORGES or (self.source.collector == "jira" and bool(self.project))

    def key(self, ticket: str, *, alone: bool) -> str:
        """Return what this tracker calls a ticket, empty for one of another; a bare `#12` is of the one that is `alone`."""
        host = urlsplit(ticket).hostname
        if self.source.collector == "jira":
            browse = _BROWSE.fullmatch(urlsplit(ticket).path) if host and host == self._host() else None
            return browse[1] if browse else ticket if _JIRA.fullmatch(ticket) else ""
        if host:
            page = _PAGE.fullmatch(urlsplit(ticket).path)
            options: Any = self.source.options
            below = urlsplit(options.url).path.removesuffix("/").removesuffix("/api/v3").strip("/")
            own = "/".join(filter(None, (below, self.project)))
            fits = page and host == self._host() and page[1].casefold() == own.casefold()
            return page[2] if page and fits else ""
        called = _CALLED.fullmatch(ticket)
        if not called or not (called[1] or alone):
            return ""
        return called[2] if not called[1] or called[1].casefold() == self.project.casefold() else ""

    def _host(self) -> str | None:
        options: Any = self.source.options
        host = urlsplit(options.url).hostname
        return "github.com" if host == "api.github.com" else host

    @asynccontextmanager
    async def opened(self, context: Context) -> AsyncIterator[Issues]:
        """Open a client of the tracker."""
        options: Any = self.source.options
        below = _FORGES[self.source.collector][0] if self.source.collector in _FORGES else ""
        headers = {"accept": "application/vnd.github+json"} if self.source.collector == "github" else {}
        async with Http(
            context, options, headers=headers, base_url=f"{options.url.rstrip('/')}{below}"
        ) as http:
            yield Issues(self, Api(http))


class Issues:
    """The issues of one tracker."""

    def __init__(self, desk: Desk, api: Api) -> None:
        self._desk, self._api = desk, api
        told = desk.project
        base = f"projects/{quote(told, safe='')}" if desk.source.collector == "gitlab" else f"repos/{told}"
        self._path = f"{base}/issues"

    async def read(self, key: str, now: int) -> Ticket | None:
        """Return what the tracker says of a ticket; None where there is none. Raises RefusedError, ForgeError."""
        try:
            if self._desk.source.collector == "jira":
                wanted = {"fields": "summary,status,updated,resolutiondate"}
                return _of_jira(await self._api.get(f"rest/api/2/issue/{quote(key)}", wanted), now)
            return _of_forge(await self._api.get(f"{self._path}/{key}"), now)
        except AbsentError:
            return None

    async def marked(self, mark: str) -> str:
        """Return the address of the newest issue with a mark in it, empty where the newest thousand have none; in Jira with its label."""
        if self._desk.source.collector == "jira":
            return await self._labelled(_label(mark))
        member, query = _FORGES[self._desk.source.collector][1:]
        seen = 0
        async for row in self._api.pages(self._path, query):
            if mark in str(row.get(member) or ""):
                return _address(row)
            if (seen := seen + 1) >= MOST:
                break
        return ""

    async def make(self, title: str, body: str) -> str:
        """Make an issue and return its address. Raises ReadOnlyError, RefusedError, ForgeError."""
        if self._desk.source.collector == "jira":
            options: Any = self._desk.source.options
            row = await self._api.write("POST", "rest/api/2/issue", {"fields": {
                "project": {"key": self._desk.project}, "issuetype": {"name": options.ticket_type},
                "summary": " ".join(title.split())[:255], "description": _wiki(body), "labels": [_label(body)],
            }})  # fmt: skip
            return await self._browsed(row)
        member = _FORGES[self._desk.source.collector][1]
        return _address(await self._api.write("POST", self._path, {"title": title, member: body}))

    async def _labelled(self, label: str) -> str:
        """Return the address of the newest issue with a label, empty where there is none."""
        is_cloud = (await self._info()).get("deploymentType") == "Cloud"
        jql = f'project = "{self._desk.project}" AND labels = "{label}" ORDER BY created DESC'
        # Cloud has the search by offset no more, servers have no other.
        path = "rest/api/2/search/jql" if is_cloud else "rest/api/2/search"
        told: Any = await self._api.get(path, {"jql": jql, "fields": "labels", "maxResults": 1})
        rows = told.get("issues") if isinstance(told, dict) else None
        return await self._browsed(rows[0]) if rows else ""

    async def _browsed(self, row: Any) -> str:
        """Return where people open an issue; its key alone where the API's address is another than the site's."""
        base, key = (await self._info()).get("baseUrl"), row.get("key") if isinstance(row, dict) else None
        if not isinstance(base, str) or not isinstance(key, str) or not _JIRA.fullmatch(key):
            raise ForgeError("the tracker made or holds an issue, and does not say which")
        address = _address({"html_url": f"{base.rstrip('/')}/browse/{key}"})
        return address if self._desk.key(address, alone=True) else key

    async def _info(self) -> dict[str, Any]:
        told = await self._api.get("rest/api/2/serverInfo")
        return told if isinstance(told, dict) else {}


def _label(mark: str) -> str:
    """Return the label of what a mark names: texts of Jira have nothing that is not seen, and labels are found exactly."""
    match = _MARK.search(mark)
    if match is None:
        raise ForgeError("the ticket has no mark")
    return f"timeline-action-{match[1]}"


def _wiki(body: str) -> str:
    """Return a body as wiki markup in which nothing is alive: as it stands, without its mark."""
    shown = body.partition("<!-- timeline:action")[0].strip()
    text = html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", shown))
    # The one thing that ends the block.
    return f"{{noformat}}\n{text.replace('{noformat', '{ noformat')}\n{{noformat}}"


def _address(row: Any) -> str:
    told = row.get("html_url") or row.get("web_url") if isinstance(row, dict) else None
    if not isinstance(told, str) or not re.fullmatch(r"https?://[!-~]{1,1990}", told):
        raise ForgeError("the tracker made or holds an issue, and does not say at which address")
    return told


def _of_forge(row: Any, now: int) -> Ticket:
    closed = row.get("state") == "closed"
    ended = _time(row.get("closed_at")) if closed else None
    return Ticket(str(row.get("title") or ""), not closed, ended, _time(row.get("updated_at")), now)


def _of_jira(row: Any, now: int) -> Ticket:
    told = row.get("fields") or {}
    category = ((told.get("status") or {}).get("statusCategory") or {}).get("key")
    ended = _time(told.get("resolutiondate")) if category == "done" else None
    return Ticket(str(told.get("summary") or ""), category != "done", ended, _time(told.get("updated")), now)


def _time(text: Any) -> int | None:
    try:
        return parse_instant(text) if isinstance(text, str) else None
    except UndecodableTimeError:
        return None
