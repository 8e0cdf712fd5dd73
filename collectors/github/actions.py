"""github_actions: runs of a repository's workflows, and their jobs; deploys where a rule says which are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any, NamedTuple

from pydantic import Field

from collectors.base import (
    Check,
    Collector,
    Context,
    Mark,
    Payload,
    PayloadTooLargeError,
    Record,
    SourceError,
)
from collectors.github.api import HEADERS, Api, page_of
from collectors.github.facts import repository_of
from collectors.github.manual import ACTIONS
from collectors.github.options import RepositoryOptions
from collectors.github.runs import Attempts, attempt_of, of_attempt, pipeline_of, started_at
from collectors.kit import fields
from collectors.kit.changes.pipelines import DeployRule, Pipelines
from collectors.kit.fields import Row, Skipped, UnreadableError
from collectors.kit.http import Http
from collectors.kit.paging import in_spans
from collectors.kit.probing import failed, limit, timed
from collectors.kit.together import gather
from timeline.instant import NS, format_instant
from timeline.model import Evidence, Fact, Window
from timeline.relative import part
from timeline.zones import Duration, parse_duration

_CAP = 1_000  # runs that one question gives, as soon as it filters


class ActionsOptions(RepositoryOptions):
    """Options of one repository's workflows; `deploy` says which runs, or jobs, are deploys."""

    deploy: tuple[DeployRule, ...] = Field(
        (), description="which runs, or jobs in them, are deploys: `[[source.deploy]]`",
        examples=[({"pipeline": "deploy*.yml", "environment": "production"},)],
    )  # fmt: skip
    others: bool = Field(True, description="runs that are no deploys too, as records")
    lookback: Duration = Field(
        "3d",
        description="runs made this much before the window are looked at too: they may end, or run again, in it "
        "(GitHub allows that for 30 days)",
    )


class _Life(NamedTuple):
    """What is known of a run: its attempts, the latest first, its jobs (None: not read), and what went wrong."""

    attempts: list[Row]
    jobs: list[Row] | None
    failure: SourceError | None = None


class GithubActionsCollector(Collector[ActionsOptions]):
    """Reads when runs of workflows began and ended, each attempt by itself."""

    name = "github_actions"
    marks = (Mark(address=r"https://github\.com/([\w.-]+/[\w.-]+)/actions(?:/.*)?"),)
    family = "changes"
    summary = (
        "Runs of a GitHub repository's workflows, each attempt; deploys by rules over workflows and jobs"
    )
    tested_against = "schema"
    options_type = ActionsOptions
    manual = ACTIONS
    reads = ("url",)
    target = "repository"

    def __init__(self, options: ActionsOptions, context: Context) -> None:
        super().__init__(options, context)
        self._unread = Skipped("run")
        self._short = 0  # runs that were counted and did not come
        self._made = Attempts()

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the runs that began, ended or were under way in the window; what was not read is a gap."""
        async with Http(self.context, self.options, headers=HEADERS) as http:
            api = Api(http, self.options.repository, self._evidence)
            repository = repository_of((await api.repository()).json(), self.options.origin)
            if repository is None:
                raise SourceError(
                    "undecodable", "the repository's own record has no name and page; check `url`"
                )
            writer = Pipelines(
                origin=repository.origin, source=self.context.source, clock=repository.clock,
                component=repository.name, rules=self.options.deploy,
            )  # fmt: skip
            runs: dict[str, Row] = {}
            async for gap in self._listed(api, runs, window):
                yield gap
            wanted = [run for run in runs.values() if self._is_wanted(run, writer, window)]
            self.context.progress(f"jobs of {len(wanted)} runs")
            lives = await gather([partial(self._life, api, run, window) for run in wanted])
        for life in lives:
            for fact in self._facts(life, writer, window):
                yield fact
        if lost := [life.failure for life in lives if life.failure]:
            text = f"{len(lost)} of {len(wanted)} runs of `{repository.name}` were not read to their end: {lost[0]}"
            yield self.gap(lost[0].reason, window, text, missing=f"ends of {len(lost)} runs")
        for person in self._made.people:
            yield person
        for gap in self._unread.gaps(self.gap, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether GitHub answers, shows the repository and its runs, its clock, and what of the limit is left."""
        async with Http(self.context, self.options, headers=HEADERS) as http:
            api = Api(http, self.options.repository, self._evidence)
            try:
                answered = await timed(api.repository)
                page = await http.get(f"repos/{self.options.repository}/actions/runs", {"per_page": 1})
                count = fields.number(page.json(), "total_count")
            except SourceError as err:
                yield failed(err)
                return
        yield answered.reachable(self.options.url)
        yield Check("authorised", True, f"{page_of(answered.payload)}, {count} runs")
        yield answered.clock(self.options)
        for check in limit(page):
            yield check

    def _evidence(self, payload: Payload, pointer: str, path: str) -> Evidence:
        return self.evidence(payload, pointer, query=f"GET repos/{self.options.repository}/{path}")

    async def _listed(self, api: Api, runs: dict[str, Row], window: Window) -> AsyncIterator[Record]:
        """Read the runs that were made from the look-back on; yield gaps for those that were not all listed."""
        start = (window.start - parse_duration(self.options.lookback)) // NS * NS
        end = -(-window.end // NS) * NS
        try:
            async for piece in in_spans(partial(self._read, api, runs), start, end, least=NS):
                if piece.lost:
                    span = part(window, piece.start, None) or window
                    made = f"Runs made at {format_instant(piece.start)} were not all read: {piece.lost}"
                    yield self.gap("truncated", span, made)
        except SourceError as err:
            if not runs:
                raise
            text = f"Runs of `{self.options.repository}` were not all read ({len(runs)} were): {err}"
            yield self.gap(err.reason, window, text)
        if self._short:
            text = f"GitHub counts {self._short} more runs of `{self.options.repository}` than it lists"
            yield self.gap("partial", window, text, missing=f"{self._short} runs")

    async def _read(self, api: Api, runs: dict[str, Row], low: int, high: int) -> None:
        """Read the runs made in whole seconds `[low, high)` (ns); raise PayloadTooLargeError past the cap."""
        span = f"{format_instant(low)}..{format_instant(high - NS)}"  # both ends belong to it
        came = total = 0
        async for page in api.pages("actions/runs", {"created": span}, "workflow_runs"):
            total = fields.number(page.whole, "total_count")
            # Of one second, which cannot be halved, what is listed is read.
            if total > _CAP and high - low > NS:
                raise PayloadTooLargeError(f"there are {total} runs, and GitHub lists {_CAP}")
            for item in page:
                came += 1
                with self._unread.over(item.evidence):
                    runs.setdefault(fields.required(item.data, "id"), item)
        if came >= _CAP:
            raise PayloadTooLargeError(f"GitHub lists no more than {_CAP} runs of a question")
        self._short += max(0, total - came)

    def _is_wanted(self, run: Row, writer: Pipelines, window: Window) -> bool:
        """Tell whether something of a run may lie in the window: it moved since then, and is to be told."""
        with self._unread.over(run.evidence):
            is_deploy = writer.has_deploys(pipeline_of(run.data), fields.text(run.data, "head_branch"))
            # Nothing of a run is later than its last update, but for what is under way.
            recent = fields.time(run.data, "updated_at").latest >= window.start
            under_way = fields.required(run.data, "status") != "completed"
            return (recent or under_way) and (is_deploy or self.options.others)
        return False

    async def _life(self, api: Api, run: Row, window: Window) -> _Life:
        """Return a run with its jobs, and those earlier attempts that may meet the window."""
        attempts, jobs = [run], None
        number = fields.text(run.data, "id")
        try:
            jobs = await api.everything(f"actions/runs/{number}/jobs", {"filter": "all"}, "jobs")
            # The list shows the latest attempt. One before it ended before it began.
            while (earlier := _earlier(attempts[-1].data, window)) is not None:
                attempts.append(await api.record(f"actions/runs/{number}/attempts/{earlier}"))
        except SourceError as err:
            return _Life(attempts, jobs, err)
        return _Life(attempts, jobs)

    def _facts(self, life: _Life, writer: Pipelines, window: Window) -> Iterator[Fact]:
        for run in life.attempts:
            own = None
            with self._unread.over(run.evidence):
                own = None if life.jobs is None else of_attempt(life.jobs, run.data)
                yield from writer.meeting(self._made.run(run, own), window, others=self.options.others)
            for job in own or ():
                with self._unread.over(job.evidence):
                    work = self._made.job(run, job)
                    yield from writer.meeting(work, window, others=False)


def _earlier(attempt: Any, window: Window) -> int | None:
    """Return the attempt before, where that may meet the window; None too where the record does not tell."""
    try:
        number = attempt_of(attempt)
        return number - 1 if number > 1 and started_at(attempt).latest >= window.start else None
    except UnreadableError:
        return None  # counted where its facts are made, which is in one order
