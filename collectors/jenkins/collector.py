"""jenkins: builds of every job below a folder, and stages of those that deploy."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

from pydantic import Field

from collectors.base import Check, Collector, Context, Mark, Payload, Record, SourceError
from collectors.jenkins.builds import branch_of, build_work, names_of, stage_work
from collectors.jenkins.manual import MANUAL
from collectors.kit import fields
from collectors.kit.changes.pipelines import PipelineOptions, Pipelines
from collectors.kit.fields import Skipped, UnreadableError
from collectors.kit.http import Http
from collectors.kit.paging import by_offset
from collectors.kit.people import People
from collectors.kit.probing import failed, timed
from collectors.kit.together import gather
from timeline.instant import format_instant
from timeline.model import Evidence, Window
from timeline.relative import part
from timeline.zones import parse_duration

_SIZE = 100
_time = partial(fields.time, unit="ms")
_BUILD = "number,timestamp,duration,building,result,url,actions[causes[userId,userName],lastBuiltRevision[SHA1,branch[name]]]"
_LISTED = "jobs[name,jobs[name]]"


class JenkinsOptions(PipelineOptions):
    """Options of a server, or of one of its folders."""

    url: str = Field(description="the server, or a folder of it", examples=["https://jenkins.example"])
    jobs: tuple[str, ...] = Field(
        (),
        description="globs over full names of jobs (`shop/deploy`); default: every one",
        examples=[["shop/*"]],
    )


class _Build(NamedTuple):
    """A build, and where it stands in the evidence."""

    job: str
    data: Any
    evidence: Evidence


class _Job(NamedTuple):
    """The builds of a job, since when (ns) they are kept where older ones were discarded, and what went wrong."""

    name: str
    builds: Sequence[_Build]
    kept_from: int | None = None
    failure: SourceError | None = None


class _Stages(NamedTuple):
    """The stages of a build with their evidence, and what went wrong."""

    rows: Sequence[tuple[Any, Evidence]] = ()
    failure: SourceError | None = None


class JenkinsCollector(Collector[JenkinsOptions]):
    """Reads when builds began and ended, job by job."""

    name = "jenkins"
    marks = (Mark(get="api/json", members=("mode", "nodeDescription", "jobs")),)
    family = "changes"
    summary = "builds of Jenkins' jobs, in folders and of branches too; deploys by rules over jobs and stages"
    tested_against = "fake"
    options_type = JenkinsOptions
    reads = ("jobs",)
    manual = MANUAL

    def __init__(self, options: JenkinsOptions, context: Context) -> None:
        super().__init__(options, context)
        self._unread = Skipped("build")
        self._people = People()
        self._writer = Pipelines(
            origin=self.origin, source=context.source, clock=self.origin, component=self.origin, rules=options.deploy,
            service=options.service,
        )  # fmt: skip

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the builds that meet the window; a job that cannot be read is a gap, the others go on."""
        async with Http(self.context, self.options) as http:
            jobs: list[str] = []
            async for gap in self._walk(http, "", jobs, window):
                yield gap
            read = await gather([partial(self._builds, http, job, window) for job in jobs])
            builds = [build for job in read for build in job.builds]
            wanted = [one for one in builds if self._has_stages(one)]
            stages = await gather([partial(self._stages, http, one) for one in wanted])
        for build in builds:
            with self._unread.over(build.evidence):
                work = build_work(build.job, build.data, build.evidence, self._people)
                for fact in self._writer.meeting(work, window, others=self.options.others):
                    yield fact
        for build, found in zip(wanted, stages, strict=True):
            for stage, evidence in found.rows:
                with self._unread.over(evidence):
                    work = stage_work(build.job, build.data, stage, evidence)
                    for fact in self._writer.meeting(work, window, others=False):
                        yield fact
        for job in read:
            if job.failure:
                yield self.gap(
                    job.failure.reason, window, f"Builds of `{job.name}` were not all read: {job.failure}"
                )
            if job.kept_from and (gone := part(window, None, job.kept_from)):
                text = f"Jenkins keeps no builds of `{job.name}` from before {format_instant(job.kept_from)}"
                yield self.gap("past_retention", gone, text)
        if unread := [one.failure for one in stages if one.failure]:
            text = f"Stages of {len(unread)} of {len(wanted)} builds were not read: {unread[0]}"
            yield self.gap(unread[0].reason, window, text, missing=f"stages of {len(unread)} builds")
        for person in self._people:
            yield person
        for gap in self._unread.gaps(self.gap, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether Jenkins answers, which jobs it shows, and its clock."""
        async with Http(self.context, self.options) as http:
            try:
                answered = await timed(partial(http.get, "api/json", {"tree": _LISTED}))
                rows = fields.listing(answered.payload.json(), "jobs")
            except SourceError as err:
                yield failed(err)
                return
        yield answered.reachable(self.options.url)
        yield Check("authorised", bool(rows), f"{len(rows)} jobs and folders")
        yield answered.clock(self.options)

    async def _walk(self, http: Http, folder: str, jobs: list[str], window: Window) -> AsyncIterator[Record]:
        """Find the jobs in a folder and below it, by full name; what has jobs itself is a folder."""
        try:
            payload = await http.get(f"{_path(folder)}api/json", {"tree": _LISTED})
            rows = fields.listing(payload.json(), "jobs")
        except SourceError as err:
            if not folder:
                raise
            yield self.gap(err.reason, window, f"Jobs in `{folder}` were not read: {err}")
            return
        for row in rows:
            name = "/".join(filter(None, (folder, fields.required(row, "name"))))
            if isinstance(row, dict) and "jobs" in row:
                async for gap in self._walk(http, name, jobs, window):
                    yield gap
            elif not self.options.jobs or any(fnmatchcase(name, glob) for glob in self.options.jobs):
                jobs.append(name)

    async def _builds(self, http: Http, job: str, window: Window) -> _Job:
        """Return the builds of a job that may meet the window."""
        low = window.start - parse_duration(self.options.lookback)
        found: dict[str, _Build] = {}

        async def ask(offset: int, size: int) -> Payload:
            tree = f"allBuilds[{_BUILD}]{{{offset},{offset + size}}}"
            return await http.get(f"{_path(job)}api/json", {"tree": tree})

        try:
            async for page in by_offset(ask, _rows, size=_SIZE):
                rows = _rows(page)
                for n, data in enumerate(rows):
                    evidence = self.evidence(
                        page, f"/allBuilds/{n}", query=f"GET {_path(job)}api/json?tree=allBuilds"
                    )
                    found.setdefault(
                        fields.text(data, "number") or f"{page.sha256} {n}", _Build(job, data, evidence)
                    )
                if rows and all(fields.is_before(data, "timestamp", low, _time) for data in rows):
                    return _Job(job, list(found.values()))
        except SourceError as err:
            return _Job(job, list(found.values()), failure=err)
        return _Job(job, list(found.values()), _kept_from([build.data for build in found.values()]))

    def _has_stages(self, build: _Build) -> bool:
        return self._writer.has_jobs(names_of(build.job), branch_of(build.job, build.data))

    async def _stages(self, http: Http, build: _Build) -> _Stages:
        path = f"{_path(build.job)}{fields.text(build.data, 'number')}/wfapi/describe"
        try:
            payload = await http.get(path)
            rows = fields.listing(payload.json(), "stages")
        except SourceError as err:
            return _Stages(failure=err)
        return _Stages(
            [(row, self.evidence(payload, f"/stages/{n}", query=f"GET {path}")) for n, row in enumerate(rows)]
        )


def _path(job: str) -> str:
    return "".join(f"job/{quote(part, safe='')}/" for part in job.split("/") if part)


def _rows(page: Payload) -> list[Any]:
    return fields.listing(page.json(), "allBuilds")


def _kept_from(builds: Sequence[Any]) -> int | None:
    """Return when the oldest build that is kept began (ns), where it is not the first that there was."""
    numbered = [(n, build) for build in builds if isinstance(n := fields.at(build, "number"), int)]
    number, oldest = min(numbered, key=lambda pair: pair[0], default=(1, None))
    try:
        return _time(oldest, "timestamp").latest if number > 1 else None
    except UnreadableError:
        return None
