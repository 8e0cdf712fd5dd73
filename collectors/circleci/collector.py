"""circleci: workflows of a project's pipelines, and jobs of those that deploy."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

from pydantic import Field, field_validator

from collectors.base import Check, Collector, Context, Mark, Payload, Record, SourceError
from collectors.circleci.manual import MANUAL
from collectors.circleci.workflows import branch_of, job_work, workflow_work
from collectors.kit import fields
from collectors.kit.changes.pipelines import PipelineOptions, Pipelines
from collectors.kit.fields import Row, Skipped
from collectors.kit.http import Http
from collectors.kit.paging import by_cursor
from collectors.kit.people import People
from collectors.kit.probing import failed, timed
from collectors.kit.together import gather
from timeline.model import Fact, Window
from timeline.zones import parse_duration

_SLUG = re.compile(r"[\w.-]+/[\w.-]+/[\w.-]+")


class CircleciOptions(PipelineOptions):
    """Options of one project."""

    url: str = Field("https://circleci.com", description="the server, without `/api/v2`")
    project: str = Field(description="its slug: system, owner, name", examples=["gh/shop/web"])

    @field_validator("project")
    @classmethod
    def _slug(cls, value: str) -> str:
        if not _SLUG.fullmatch(value):
            raise ValueError("it is no project slug; write it as gh/OWNER/NAME (or circleci/ORG/PROJECT)")
        return value


class _Pipeline(NamedTuple):
    """A pipeline with its workflows, the jobs of each where a rule wants them, and what went wrong."""

    pipeline: Row
    workflows: Sequence[tuple[Row, Sequence[Row]]]
    failure: SourceError | None = None


class CircleciCollector(Collector[CircleciOptions]):
    """Reads when workflows began and ended, each run again by itself."""

    name = "circleci"
    marks = (Mark(address=r"https://app\.circleci\.com/pipelines/([\w.-]+/[\w.-]+/[\w.-]+)(?:[/?].*)?"),)
    family = "changes"
    summary = "workflows of a CircleCI project; deploys by rules over workflows and jobs"
    tested_against = "fake"
    options_type = CircleciOptions
    reads = ("url",)
    target = "project"
    manual = MANUAL

    def __init__(self, options: CircleciOptions, context: Context) -> None:
        super().__init__(options, context)
        self._unread = Skipped()
        self._people = People()
        origin = options.origin or f"circleci:{options.project}"
        self._writer = Pipelines(
            origin=origin, source=context.source, clock="circleci", component=options.project, rules=options.deploy,
            service=options.service,
        )  # fmt: skip

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the workflows that meet the window; what was not read is a gap."""
        async with Http(self.context, self.options, base_url=f"{self.options.url}/api/v2") as http:
            pipelines: dict[str, Row] = {}
            try:
                await self._listed(http, pipelines, window)
            except SourceError as err:
                if not pipelines:
                    raise
                yield self.gap(
                    err.reason, window, f"Pipelines were not all read ({len(pipelines)} were): {err}"
                )
            wanted = [
                row for row in pipelines.values() if fields.is_before(row.data, "created_at", window.end)
            ]
            read = await gather([partial(self._workflows, http, row) for row in wanted])
        for one in read:
            for fact in self._facts(one, window):
                yield fact
        if lost := [one.failure for one in read if one.failure]:
            text = f"Workflows of {len(lost)} of {len(read)} pipelines were not all read: {lost[0]}"
            yield self.gap(lost[0].reason, window, text, missing=f"workflows of {len(lost)} pipelines")
        for person in self._people:
            yield person
        for gap in self._unread.gaps(self.gap, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether CircleCI answers, shows the project, and its clock."""
        async with Http(self.context, self.options, base_url=f"{self.options.url}/api/v2") as http:
            try:
                answered = await timed(partial(http.get, f"project/{self.options.project}"))
                name = fields.required(answered.payload.json(), "name")
            except SourceError as err:
                yield failed(err)
                return
        yield answered.reachable(self.options.url)
        yield Check("authorised", True, name)
        yield answered.clock(self.options)

    async def _listed(self, http: Http, into: dict[str, Row], window: Window) -> None:
        """Read the pipelines, newest first, until all of a page are older than the look-back."""
        low = window.start - parse_duration(self.options.lookback)
        async for rows in self._pages(http, f"project/{self.options.project}/pipeline"):
            for row in rows:
                with self._unread.over(row.evidence):
                    fields.time(row.data, "created_at")
                    into.setdefault(fields.required(row.data, "id"), row)
            if rows and all(fields.is_before(row.data, "created_at", low) for row in rows):
                return

    async def _pages(self, http: Http, path: str) -> AsyncIterator[list[Row]]:
        async def ask(token: str | None, _: int) -> Payload:
            return await http.get(path, {"page-token": token} if token else None)

        async for page in by_cursor(ask, _following, rows=_items):
            yield [
                Row(data, self.evidence(page, f"/items/{n}", query=f"GET {path}"))
                for n, data in enumerate(_items(page))
            ]

    async def _workflows(self, http: Http, pipeline: Row) -> _Pipeline:
        found: list[tuple[Row, Sequence[Row]]] = []
        try:
            number = quote(fields.required(pipeline.data, "id"), safe="")
            async for rows in self._pages(http, f"pipeline/{number}/workflow"):
                for row in rows:
                    jobs: list[Row] = []
                    found.append((row, jobs))
                    if self._writer.has_jobs([fields.text(row.data, "name")], branch_of(pipeline.data)):
                        own = quote(fields.required(row.data, "id"), safe="")
                        async for more in self._pages(http, f"workflow/{own}/job"):
                            jobs += more
        except SourceError as err:
            return _Pipeline(pipeline, found, err)
        return _Pipeline(pipeline, found)

    def _facts(self, one: _Pipeline, window: Window) -> list[Fact]:
        made: list[Fact] = []
        for workflow, jobs in one.workflows:
            with self._unread.over(workflow.evidence):
                work = workflow_work(one.pipeline.data, workflow.data, workflow.evidence, self._people)
                made += self._writer.meeting(work, window, others=self.options.others)
            for job in jobs:
                with self._unread.over(job.evidence):
                    work = job_work(one.pipeline.data, workflow.data, job.data, job.evidence)
                    made += self._writer.meeting(work, window, others=False)
        return made


def _items(page: Payload) -> list[Any]:
    return fields.listing(page.json(), "items")


def _following(page: Payload) -> str | None:
    return fields.nullable(page.json(), "next_page_token")
