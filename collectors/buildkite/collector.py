"""buildkite: builds of an organization's pipelines, and jobs of those that deploy."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from pydantic import Field, field_validator

from collectors.base import Check, Collector, Context, Mark, Payload, Record, SourceError
from collectors.buildkite.builds import build_work, job_work, names_of
from collectors.buildkite.manual import MANUAL
from collectors.kit import fields
from collectors.kit.changes.pipelines import PipelineOptions, Pipelines
from collectors.kit.fields import Skipped
from collectors.kit.http import Http
from collectors.kit.paging import by_link
from collectors.kit.people import People
from collectors.kit.probing import failed, limit, timed
from timeline.instant import NS, format_instant
from timeline.model import Evidence, Fact, Window
from timeline.zones import parse_duration

_SLUG = re.compile(r"[\w-]+")


class BuildkiteOptions(PipelineOptions):
    """Options of one organization."""

    url: str = Field("https://api.buildkite.com", description="the API, without `/v2`")
    organization: str = Field(description="its slug", examples=["shop"])

    @field_validator("organization")
    @classmethod
    def _slug(cls, value: str) -> str:
        if not _SLUG.fullmatch(value):
            raise ValueError("it is no slug of an organization, as it stands in the address of its pages")
        return value


class BuildkiteCollector(Collector[BuildkiteOptions]):
    """Reads when builds began and ended, over all pipelines of an organization."""

    name = "buildkite"
    marks = (Mark(address=r"https://buildkite\.com/([\w-]+)/?"),)
    family = "changes"
    summary = "builds of a Buildkite organization; deploys by rules over pipelines and jobs"
    tested_against = "fake"
    options_type = BuildkiteOptions
    reads = ("url",)
    target = "organization"
    manual = MANUAL

    def __init__(self, options: BuildkiteOptions, context: Context) -> None:
        super().__init__(options, context)
        self._unread = Skipped("build")
        self._people = People()
        self._path = f"v2/organizations/{options.organization}"
        self._writer = Pipelines(
            origin=options.origin or f"buildkite:{options.organization}", source=context.source, clock="buildkite",
            component=options.organization, rules=options.deploy, service=options.service,
        )  # fmt: skip

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the builds that meet the window; pages that fail are a gap, those before are read."""
        low = window.start - parse_duration(self.options.lookback)
        asked = {
            "created_from": format_instant(low // NS * NS), "created_to": format_instant(-(-window.end // NS) * NS),
            "include_retried_jobs": "true", "per_page": 100,
        }  # fmt: skip
        seen = set[str]()
        async with Http(self.context, self.options) as http:
            try:
                async for page in by_link(http.get, f"{self._path}/builds", asked):
                    for n, build in enumerate(fields.listing(page.json())):
                        if fields.text(build, "id") in seen:
                            continue  # newer builds move the others to the next page
                        seen.add(fields.text(build, "id"))
                        for fact in self._facts(build, page, n, window):
                            yield fact
            except SourceError as err:
                if not seen:
                    raise
                yield self.gap(err.reason, window, f"Builds were not all read ({len(seen)} were): {err}")
        for person in self._people:
            yield person
        for gap in self._unread.gaps(self.gap, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether Buildkite answers, shows the organization's builds, its clock and its limit."""
        async with Http(self.context, self.options) as http:
            try:
                answered = await timed(partial(http.get, f"{self._path}/builds", {"per_page": 1}))
                fields.listing(answered.payload.json())
            except SourceError as err:
                yield failed(err)
                return
        yield answered.reachable(self.options.url)
        yield Check("authorised", True, f"builds of {self.options.organization}")
        yield answered.clock(self.options)
        for check in limit(answered.payload):
            yield check

    def _facts(self, build: Any, page: Payload, place: int, window: Window) -> list[Fact]:
        evidence = self._at(page, f"/{place}")
        made: list[Fact] = []
        with self._unread.over(evidence):
            work = build_work(build, evidence, self._people)
            made += self._writer.meeting(work, window, others=self.options.others)
            if not self._writer.has_jobs(names_of(build), fields.text(build, "branch")):
                return made
            for n, job in enumerate(fields.listing(build, "jobs")):
                own = self._at(page, f"/{place}/jobs/{n}")
                with self._unread.over(own):
                    made += self._writer.meeting(job_work(build, job, own), window, others=False)
        return made

    def _at(self, page: Payload, pointer: str) -> Evidence:
        return self.evidence(page, pointer, query=f"GET {self._path}/builds")
