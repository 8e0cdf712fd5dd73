"""gitlab: deployments, releases, and on wish merge requests, pipelines and jobs of a project."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from collectors.base import Check, Context, Mark, Record, SourceError, Suggestion
from collectors.gitlab.api import Api
from collectors.gitlab.facts import Project, linked, time
from collectors.gitlab.manual import MANUAL
from collectors.gitlab.options import GitlabOptions
from collectors.gitlab.tracker import GitlabTracker
from collectors.gitlab.work import deployment_facts, is_over, job_work, names_of, pipeline_work
from collectors.kit import fields
from collectors.kit.changes.pipelines import Pipelines, alive
from collectors.kit.fields import Row, Skipped
from collectors.kit.http import Params
from collectors.kit.probing import failed, limit, timed
from collectors.kit.together import gather
from timeline.instant import HOUR, NS, format_instant
from timeline.model import Fact, Person, Window
from timeline.relative import in_window, part
from timeline.zones import parse_duration

_Read = Callable[[Api, Project, Window], AsyncIterator[Record]]
_DEPLOYS = re.compile(r"deploy|release|rollout|ship", re.IGNORECASE)


class _Run(NamedTuple):
    """A pipeline's whole record with its jobs, and what went wrong."""

    pipeline: Row | None
    jobs: list[Row]
    failure: SourceError | None = None


class GitlabCollector(GitlabTracker):
    """Reads what GitLab recorded of deploys, releases and merges."""

    name = "gitlab"
    marks = (Mark(address=r"https://gitlab\.com/([\w.-]+(?:/[\w.-]+)+?)(?:\.git)?(?:/-/.*)?/?"),)
    family = "changes"
    summary = "Deployments, releases and merges of a GitLab project; issues that are incidents; pipelines and jobs by rules"
    tested_against = "fake"
    options_type = GitlabOptions
    reads = ("url",)
    target = "project"
    manual = MANUAL

    def __init__(self, options: GitlabOptions, context: Context) -> None:
        super().__init__(options, context)
        self._unread = Skipped()
        self._jobs = set[str]()  # that made a deployment

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield deploys, releases, merges and people; a list that fails is a gap, the others go on."""
        async with self._http() as http:
            api = Api(http, self.options.project, self._evidence)
            project = self._project(await api.project())
            for what, read in self._parts():
                self.context.progress(what.lower())
                try:
                    async for found in read(api, project, window):
                        yield found
                except SourceError as err:
                    yield self.gap(err.reason, window, f"{what} of `{project.path}` were not all read: {err}")
        for person in project.people:
            yield person
        for gap in self._unread.gaps(self.gap, window):
            yield gap

    async def suggest(self) -> AsyncIterator[Suggestion | Person]:
        """Yield which jobs may be deploys, where GitLab itself knows no deployments."""
        async with self._http() as http:
            api = Api(http, self.options.project, self._evidence)
            await api.project()
            if await api.first("deployments", {"per_page": 1}):
                return
            jobs = {fields.text(row.data, "name") for row in await api.first("jobs", {"per_page": 100})}
        named = sorted(name for name in jobs if _DEPLOYS.search(name))
        if named:
            rules = [{"job": name} for name in named]
            yield Suggestion(
                "deploy", rules, f"it has no deployments, and jobs {', '.join(named)}", is_sure=False
            )

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether GitLab answers and shows the project and its deployments, its clock, and its limit."""
        async with self._http() as http:
            api = Api(http, self.options.project, self._evidence)
            try:
                answered = await timed(api.project)
            except SourceError as err:
                yield failed(err)
                return
            yield answered.reachable(self.options.url)
            yield Check("authorised", True, fields.text(answered.payload.json(), "web_url"))
            try:
                await api.first("deployments", {"per_page": 1})
            except SourceError as err:
                yield Check("deployments", False, str(err))
        yield answered.clock(self.options)
        for check in limit(answered.payload):
            yield check

    def _parts(self) -> Iterator[tuple[str, _Read]]:
        yield "Deployments", self._deployments
        yield "Releases", self._releases
        if self.options.merge_requests:
            yield "Merge requests", self._merged
        yield "Issues", self._issues
        if self.options.pipelines or self.options.deploy:
            yield "Pipelines", self._pipelines

    async def _changed(
        self, api: Api, path: str, window: Window, params: Params, until: int, rows: dict[str, Row]
    ) -> AsyncIterator[Record]:
        """Read what changed from the look-back on; yield gaps for what was not all listed."""
        start = window.start - parse_duration(self.options.lookback)
        lost = [piece async for piece in api.changed(path, start, max(until, start + NS), params, rows)]
        if lost:
            span = part(window, lost[0].start, None) or window
            text = f"Of {path} updated at {format_instant(lost[0].start)} not all were read: {lost[0].lost}"
            yield self.gap("truncated", span, text)

    def _until(self, window: Window) -> int:
        return min(window.end + parse_duration(self.options.lookahead), self.context.now + HOUR)

    async def _deployments(self, api: Api, project: Project, window: Window) -> AsyncIterator[Record]:
        rows: dict[str, Row] = {}
        failure = None
        try:
            async for gap in self._changed(api, "deployments", window, {}, self._until(window), rows):
                yield gap
        except SourceError as err:
            failure = err
        for row in rows.values():
            with self._unread.over(row.evidence):
                self._jobs.add(fields.text(row.data, "deployable.id"))
                facts = list(deployment_facts(project, row))
                if alive(facts, window, is_over=is_over(row.data)):
                    for fact in facts:
                        yield fact
        if failure:
            raise failure

    async def _releases(self, api: Api, project: Project, window: Window) -> AsyncIterator[Record]:
        async for page in api.pages("releases", {"order_by": "released_at", "sort": "desc"}):
            for row in page:
                with self._unread.over(row.evidence):
                    link = linked(row.evidence, fields.at(row.data, "_links.self"))
                    author = project.person(fields.at(row.data, "author"))
                    made = project.release(fields.required(row.data, "tag_name"), row.data, [link], author)
                    if in_window(made, window):
                        yield made
            if all(fields.is_before(row.data, "released_at", window.start, time) for row in page):
                return

    async def _merged(self, api: Api, project: Project, window: Window) -> AsyncIterator[Record]:
        rows: dict[str, Row] = {}
        # A merge can be written down a second after the update; a later note updates its request again.
        asked = {
            "state": "merged",
            "scope": "all",
            "created_before": format_instant(-(-window.end // NS) * NS),
        }
        try:
            async for gap in self._changed(
                api, "merge_requests", window, asked, self.context.now + HOUR, rows
            ):
                yield gap
        finally:
            made = list(self._merges(project, rows.values(), window))
        for fact in made:
            yield fact

    def _merges(self, project: Project, rows: Iterable[Row], window: Window) -> Iterator[Fact]:
        for row in rows:
            with self._unread.over(row.evidence):
                fields.required(row.data, "merged_at")
                who = fields.at(row.data, "merge_user") or fields.at(row.data, "merged_by")
                link = linked(row.evidence, fields.text(row.data, "web_url"))
                made = project.merge(row.data, [link], project.person(who))
                if in_window(made, window):
                    yield made

    async def _pipelines(self, api: Api, project: Project, window: Window) -> AsyncIterator[Record]:
        rows: dict[str, Row] = {}
        writer = Pipelines(
            origin=project.origin, source=project.source, clock=project.clock, component=project.path,
            rules=self.options.deploy, service=self.options.service,
        )  # fmt: skip
        async for gap in self._changed(api, "pipelines", window, {}, self._until(window), rows):
            yield gap
        wanted = [row for row in rows.values() if self._is_wanted(row, writer, window)]
        runs = await gather([partial(self._run, api, row, writer) for row in wanted])
        for run in runs:
            for fact in self._facts(run, project, writer, window):
                yield fact
        if lost := [run.failure for run in runs if run.failure]:
            text = f"{len(lost)} of {len(runs)} pipelines of `{project.path}` were not all read: {lost[0]}"
            yield self.gap(lost[0].reason, window, text, missing=f"{len(lost)} pipelines")

    def _is_wanted(self, row: Row, writer: Pipelines, window: Window) -> bool:
        with self._unread.over(row.evidence):
            recent = not is_over(row.data) or time(row.data, "updated_at").latest >= window.start
            begins = time(row.data, "created_at").earliest or 0
            told = self.options.pipelines or writer.has_deploys(
                names_of(row.data), fields.text(row.data, "ref")
            )
            return recent and begins < window.end and told
        return False

    async def _run(self, api: Api, row: Row, writer: Pipelines) -> _Run:
        """Return a pipeline's record, for the list has neither its start nor its end, with its jobs where a rule needs them."""
        number = fields.text(row.data, "id")
        whole, jobs = None, list[Row]()
        try:
            whole = await api.record(f"pipelines/{number}")
            if writer.has_jobs(names_of(row.data), fields.text(row.data, "ref")):
                jobs = await api.everything(f"pipelines/{number}/jobs", {"include_retried": "true"})
        except SourceError as err:
            return _Run(whole, jobs, err)
        return _Run(whole, jobs)

    def _facts(self, run: _Run, project: Project, writer: Pipelines, window: Window) -> Iterator[Fact]:
        if run.pipeline is None:
            return
        with self._unread.over(run.pipeline.evidence):
            work = pipeline_work(project, run.pipeline)
            yield from writer.meeting(work, window, others=self.options.pipelines)
        for job in run.jobs:
            with self._unread.over(job.evidence):
                if fields.required(job.data, "id") not in self._jobs:
                    yield from writer.meeting(job_work(project, run.pipeline, job), window, others=False)
