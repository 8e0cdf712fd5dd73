"""azure_devops: builds of a project's pipelines, and stages and jobs of those that deploy."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

from pydantic import Field, field_validator

from collectors.azure_devops.builds import STEPS, branch_of, build_work, names_of, step_work
from collectors.azure_devops.manual import MANUAL
from collectors.base import Check, Collector, Context, Mark, Payload, Record, SourceError
from collectors.kit import fields
from collectors.kit.changes.pipelines import PipelineOptions, Pipelines
from collectors.kit.fields import Row, Skipped
from collectors.kit.http import Http, Params
from collectors.kit.paging import by_cursor
from collectors.kit.people import People
from collectors.kit.probing import failed, timed
from collectors.kit.signing import Unsigned
from collectors.kit.together import gather
from timeline.instant import NS, format_instant
from timeline.model import Evidence, Fact, Window
from timeline.zones import parse_duration

_PROJECT = re.compile(r"[^/\s?#][^/?#]*/[^/\s?#][^/?#]*")
_VERSION = "7.1"
#: The next page's token comes in this header alone.
_TOKEN = "x-ms-continuationtoken"  # noqa: S105 - a header's name


class AzureDevopsOptions(PipelineOptions):
    """Options of one project; a server of one's own has its collections below `url`."""

    url: str = Field("https://dev.azure.com", description="the service, or a server of one's own")
    project: str = Field(description="organization (or collection) and project", examples=["acme/shop"])
    token: str = Field(
        "env:AZURE_DEVOPS_TOKEN", description="reference to a personal access token; for Entra: auth.bearer"
    )

    def references(self) -> tuple[str, ...]:
        """Return the references of all secrets that the source needs."""
        own = () if self.auth.references() else (self.token,)
        return (*super().references(), *own)

    @field_validator("project")
    @classmethod
    def _name(cls, value: str) -> str:
        if not _PROJECT.fullmatch(value):
            raise ValueError("it is no project; write it as ORGANIZATION/PROJECT")
        return value


class _Steps(NamedTuple):
    """Stages and jobs of a build, and what went wrong."""

    rows: Sequence[Row] = ()
    failure: SourceError | None = None


class AzureDevopsCollector(Collector[AzureDevopsOptions]):
    """Reads when builds began and ended."""

    name = "azure_devops"
    marks = (Mark(address=r"https://dev\.azure\.com/([^/]+/[^/]+?)(?:/.*)?"),)
    family = "changes"
    summary = (
        "builds of an Azure DevOps project's pipelines; deploys by rules over pipelines, stages and jobs"
    )
    tested_against = "fake"
    options_type = AzureDevopsOptions
    reads = ("url", "token", "auth")
    target = "project"
    manual = MANUAL

    def __init__(self, options: AzureDevopsOptions, context: Context) -> None:
        super().__init__(options, context)
        self._unread = Skipped("build")
        self._people = People()
        self._base = "/".join(quote(part, safe="") for part in options.project.split("/"))
        self._writer = Pipelines(
            origin=options.origin or f"azure-devops:{options.project}", source=context.source, clock="azure-devops",
            component=options.project, rules=options.deploy, service=options.service,
        )  # fmt: skip

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the builds that meet the window; what was not read is a gap."""
        builds: dict[str, Row] = {}
        async with self._http() as http:
            try:
                await self._listed(http, builds, window)
            except SourceError as err:
                if not builds:
                    raise
                yield self.gap(err.reason, window, f"Builds were not all read ({len(builds)} were): {err}")
            wanted = [row for row in builds.values() if self._has_steps(row)]
            read = await gather([partial(self._steps, http, row) for row in wanted])
        for row in builds.values():
            with self._unread.over(row.evidence):
                work = build_work(row.data, row.evidence, self._people)
                for fact in self._writer.meeting(work, window, others=self.options.others):
                    yield fact
        for row, steps in zip(wanted, read, strict=True):
            for fact in self._of_steps(row, steps, window):
                yield fact
        if lost := [steps.failure for steps in read if steps.failure]:
            text = f"Stages and jobs of {len(lost)} of {len(read)} builds were not read: {lost[0]}"
            yield self.gap(lost[0].reason, window, text, missing=f"stages of {len(lost)} builds")
        for person in self._people:
            yield person
        for gap in self._unread.gaps(self.gap, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether Azure answers, shows the project's builds, and its clock."""
        async with self._http() as http:
            asked: Params = {"$top": 1, "api-version": _VERSION}
            try:
                answered = await timed(partial(http.get, f"{self._base}/_apis/build/builds", asked))
                _rows(answered.payload)
            except SourceError as err:
                yield failed(err)
                return
        yield answered.reachable(self.options.url)
        yield Check("authorised", True, f"builds of {self.options.project}")
        yield answered.clock(self.options)

    def _http(self) -> Http:
        def sign(_: Unsigned) -> dict[str, str]:
            pair = f":{self.context.secret(self.options.token)}".encode()
            return {"authorization": f"Basic {b64encode(pair).decode()}"}

        return Http(self.context, self.options, sign=None if self.options.auth.references() else sign)

    async def _listed(self, http: Http, into: dict[str, Row], window: Window) -> None:
        low = window.start - parse_duration(self.options.lookback)
        # What `minTime` is about goes by the order: here the time of queueing, which does not change.
        asked = {
            "minTime": format_instant(low // NS * NS), "maxTime": format_instant(-(-window.end // NS) * NS),
            "queryOrder": "queueTimeAscending", "api-version": _VERSION,
        }  # fmt: skip

        async def ask(token: str | None, size: int) -> Payload:
            more = {"continuationToken": token} if token else {}
            return await http.get(f"{self._base}/_apis/build/builds", {**asked, "$top": size, **more})

        async for page in by_cursor(
            ask, lambda page: page.headers.get(_TOKEN) or None, rows=_rows, size=1_000
        ):
            for n, data in enumerate(_rows(page)):
                row = Row(data, self._at(page, f"/value/{n}", "build/builds"))
                with self._unread.over(row.evidence):
                    into.setdefault(fields.required(data, "id"), row)

    def _has_steps(self, row: Row) -> bool:
        with self._unread.over():
            return self._writer.has_jobs(names_of(row.data), branch_of(row.data))
        return False

    async def _steps(self, http: Http, row: Row) -> _Steps:
        path = f"build/builds/{fields.text(row.data, 'id')}/timeline"
        try:
            page = await http.get(f"{self._base}/_apis/{path}", {"api-version": _VERSION})
            if page.status == 204:  # it has not begun
                return _Steps()
            records = fields.listing(page.json(), "records")
        except SourceError as err:
            return _Steps(failure=err)
        return _Steps([Row(data, self._at(page, f"/records/{n}", path)) for n, data in enumerate(records)])

    def _of_steps(self, row: Row, steps: _Steps, window: Window) -> list[Fact]:
        made: list[Fact] = []
        for step in steps.rows:
            with self._unread.over(step.evidence):
                if fields.required(step.data, "type") in STEPS:
                    made += self._writer.meeting(
                        step_work(row.data, step.data, step.evidence), window, others=False
                    )
        return made

    def _at(self, page: Payload, pointer: str, path: str) -> Evidence:
        return self.evidence(page, pointer, query=f"GET {self.options.project}/_apis/{path}")


def _rows(page: Payload) -> list[Any]:
    return fields.listing(page.json(), "value")
