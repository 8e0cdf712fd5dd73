"""gitea: releases, merged pull requests and on wish tags of a repository of Gitea or Forgejo."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

from pydantic import Field, field_validator

from collectors.base import Check, Collector, Context, Mark, Payload, Record, SourceError
from collectors.gitea.facts import Repository, time
from collectors.gitea.manual import MANUAL
from collectors.kit import fields
from collectors.kit.fields import Row, Skipped
from collectors.kit.http import Http, HttpOptions, Params
from collectors.kit.paging import by_link
from collectors.kit.probing import failed, timed
from collectors.kit.together import gather
from timeline.model import Evidence, Fact, Window
from timeline.relative import in_window

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_PAGE = 50  # what servers give at most, unless they are told otherwise


class GiteaOptions(HttpOptions):
    """Options of one repository."""

    url: str = Field("https://codeberg.org", description="the instance, without `/api/v1`")
    repository: str = Field(description="owner/name", examples=["shop/web"])
    pull_requests: bool = Field(
        True, description="merged pull requests as changes (`git` gives them as merges too)"
    )
    tags: bool = Field(False, description="annotated tags, one request for each (`git` gives them too)")
    service: str | None = Field(None, description="whose changes these are", examples=["checkout"])

    @field_validator("repository")
    @classmethod
    def _name(cls, value: str) -> str:
        if not _REPOSITORY.fullmatch(value):
            raise ValueError("it is no repository; write it as owner/name")
        return value


class GiteaCollector(Collector[GiteaOptions]):
    """Reads what a forge of this kind recorded of merges and releases."""

    name = "gitea"
    marks = (Mark(address=r"https://codeberg\.org/([\w.-]+/[\w.-]+?)(?:\.git)?/?"),)
    family = "changes"
    summary = "releases and merged pull requests of a Gitea or Forgejo repository; annotated tags on wish"
    tested_against = "real"
    options_type = GiteaOptions
    reads = ("url",)
    target = "repository"
    manual = MANUAL

    def __init__(self, options: GiteaOptions, context: Context) -> None:
        super().__init__(options, context)
        self._unread = Skipped()
        self._base = f"repos/{options.repository}"

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield releases, merges, tags and people; a list that fails is a gap, the others go on."""
        async with self._http() as http:
            record = (await self._record(http)).json()
            page, name = fields.required(record, "html_url"), fields.required(record, "full_name")
            writer = Repository(
                self.options.origin or page, page, name, self.context.source, self.options.service
            )
            parts = [("Releases", self._releases)]
            parts += [("Pull requests", self._pulls)] if self.options.pull_requests else []
            parts += [("Tags", self._tags)] if self.options.tags else []
            for what, read in parts:
                self.context.progress(what.lower())
                try:
                    async for found in read(http, writer, window):
                        yield found
                except SourceError as err:
                    yield self.gap(err.reason, window, f"{what} of `{name}` were not all read: {err}")
        for person in writer.people:
            yield person
        for gap in self._unread.gaps(self.gap, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether the forge answers, shows the repository, and its clock."""
        async with self._http() as http:
            try:
                answered = await timed(partial(self._record, http))
                page = fields.required(answered.payload.json(), "html_url")
            except SourceError as err:
                yield failed(err)
                return
        yield answered.reachable(self.options.url)
        yield Check("authorised", True, page)
        yield answered.clock(self.options)

    def _http(self) -> Http:
        return Http(self.context, self.options, base_url=f"{self.options.url}/api/v1")

    async def _record(self, http: Http) -> Payload:
        payload = await http.get(self._base, allow=(404,))
        if payload.status == 404:
            text = f"no repository `{self.options.repository}` can be seen; check `repository` and what the token may read"
            raise SourceError("unauthorised", text)
        return payload

    async def _pages(self, http: Http, path: str, params: Params | None = None) -> AsyncIterator[list[Row]]:
        asked = {"limit": _PAGE, **(params or {})}
        async for payload in by_link(http.get, f"{self._base}/{path}", asked):
            rows = fields.listing(payload.json())
            yield [Row(data, self._at(payload, f"/{n}", path)) for n, data in enumerate(rows)]

    def _at(self, payload: Payload, pointer: str, path: str) -> Evidence:
        return self.evidence(payload, pointer, query=f"GET {self._base}/{path}")

    def _made(self, row: Row, make: Callable[[Any, Evidence], Fact], window: Window) -> list[Fact]:
        made: list[Fact] = []
        with self._unread.over(row.evidence):
            fact = make(row.data, row.evidence)
            made += [fact] if in_window(fact, window) else []
        return made

    async def _releases(self, http: Http, writer: Repository, window: Window) -> AsyncIterator[Record]:
        # The order is by when a release was made, which a draft was before it was published: all are read.
        async for page in self._pages(http, "releases", {"draft": "false"}):
            for row in page:
                for fact in self._made(row, writer.released, window):
                    yield fact

    async def _pulls(self, http: Http, writer: Repository, window: Window) -> AsyncIterator[Record]:
        async for page in self._pages(http, "pulls", {"state": "closed", "sort": "recentupdate"}):
            for row in page:
                with self._unread.over(row.evidence):
                    if fields.nullable(row.data, "merged_at") is not None:
                        for fact in self._made(row, writer.merged, window):
                            yield fact
            # No merge is later than the last update, and the list goes by that.
            if page and all(fields.is_before(row.data, "updated_at", window.start, time) for row in page):
                return

    async def _tags(self, http: Http, writer: Repository, window: Window) -> AsyncIterator[Record]:
        tags = [row async for page in self._pages(http, "tags") for row in page]
        wanted: list[str] = []
        for row in tags:
            with self._unread.over(row.evidence):
                own = fields.required(row.data, "id")
                # A light tag is its commit, and has no record with a time.
                wanted += [own] if own != fields.required(row.data, "commit.sha") else []
        for row in await gather([partial(self._tag, http, own) for own in wanted]):
            for fact in self._made(row, writer.tagged, window):
                yield fact

    async def _tag(self, http: Http, own: str) -> Row:
        payload = await http.get(f"{self._base}/git/tags/{own}")
        return Row(payload.json(), self._at(payload, "", f"git/tags/{own}"))
