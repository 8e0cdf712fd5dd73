"""github: deployments with their statuses, releases, issues that are incidents, and on wish merged pull requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator

import anyio

from collectors.base import Check, Context, Mark, Record, SourceError
from collectors.github.api import HEADERS, Api, page_of
from collectors.github.facts import (
    SHORT,
    Deployment,
    GithubFacts,
    id_of,
    successions,
)
from collectors.github.manual import MANUAL
from collectors.github.options import GithubOptions
from collectors.github.tracker import GithubTracker, known
from collectors.kit import fields
from collectors.kit.changes.paths import matching
from collectors.kit.fields import UNREADABLE, Row, Skipped
from collectors.kit.http import Http
from collectors.kit.probing import failed, limit, timed
from timeline.errors import TimelineError
from timeline.model import Fact, Window
from timeline.relative import in_window
from timeline.zones import parse_duration

_NEVER = 2**62  # ns; later than any time of a record
_FILES = 3_000  # of a pull request that GitHub lists
_AT_ONCE = 16  # deployments whose statuses are asked for together; the client limits connections


class GithubCollector(GithubTracker):
    """Reads what GitHub itself recorded of deploys and releases."""

    name = "github"
    marks = (Mark(address=r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?"),)
    family = "changes"
    summary = (
        "Deployments with their statuses, and releases, of a GitHub repository; issues that are incidents"
    )
    tested_against = "schema"
    manual = MANUAL
    options_type = GithubOptions
    reads = ("url",)
    target = "repository"
    parser_version = (
        2  # the clock is that of the host people know; a login in code or in an address mentions nobody
    )

    def __init__(self, options: GithubOptions, context: Context) -> None:
        super().__init__(options, context)
        self._unread = Skipped()

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield deploys, releases, merges and people; a list that fails is a gap, the others go on."""
        async with Http(self.context, self.options, headers=HEADERS) as http:
            api = Api(http, self.options.repository, self._evidence)
            repository = known(await api.repository(), self.options.origin)
            writer = GithubFacts(repository, self.context.source, self.options.service)
            for what, read in self._parts():
                self.context.progress(what.lower())
                try:
                    async for found in read(api, writer, window):
                        yield found
                except SourceError as err:
                    yield self.gap(
                        err.reason, window, f"{what} of `{self.options.repository}` were not all read: {err}"
                    )
        for person in writer.people:
            yield person
        for gap in self._unread.gaps(self.gap, window):
            yield gap

    def _parts(self) -> Iterator[tuple[str, Callable[[Api, GithubFacts, Window], AsyncIterator[Record]]]]:
        yield "Deployments", self._deployments
        yield "Releases", self._releases
        if self.options.pull_requests or self.options.config_paths:
            yield "Pull requests", self._pulls
        yield "Issues", self._issues

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether GitHub answers, shows the repository, its clock, and what of the limit is left."""
        async with Http(self.context, self.options, headers=HEADERS) as http:
            try:
                answered = await timed(Api(http, self.options.repository, self._evidence).repository)
            except SourceError as err:
                yield failed(err)
                return
        yield answered.reachable(self.options.url)
        yield Check("authorised", True, page_of(answered.payload))
        yield answered.clock(self.options)
        for check in limit(answered.payload):
            yield check

    async def _deployments(self, api: Api, writer: GithubFacts, window: Window) -> AsyncIterator[Record]:
        listed: list[Row] = []
        failure: SourceError | None = None
        try:
            async for page in api.pages("deployments"):
                listed += [item for item in page if self._touches(item, window)]
                if all(self._is_past(item, window) for item in page):
                    break
        except SourceError as err:
            failure = err
        found, errors = await self._statuses(api, listed)
        for one in found:
            for fact in self._meeting(one, writer, window):
                yield fact
        async for record in self._rolled_back(api, writer, found, window):
            yield record
        if errors:
            text = f"Statuses of {len(errors)} deployments were not read: {errors[0]}"
            yield self.gap(errors[0].reason, window, text, missing=f"{len(errors)} deployments")
        if failure:
            raise failure

    async def _statuses(self, api: Api, listed: Iterable[Row]) -> tuple[list[Deployment], list[SourceError]]:
        found: dict[int, list[Row]] = {}
        errors: dict[int, SourceError] = {}
        broken: list[TimelineError] = []
        limit = anyio.CapacityLimiter(_AT_ONCE)

        async def read(number: int, item: Row) -> None:
            async with limit:
                try:
                    found[number] = await api.everything(f"deployments/{item.data['id']}/statuses")
                except SourceError as err:
                    errors[number] = err
                except TimelineError as err:
                    broken.append(err)  # a group would hide what it says

        items = list(listed)
        async with anyio.create_task_group() as group:
            for number, item in enumerate(items):
                group.start_soon(read, number, item)
        if broken:
            raise min(broken, key=str)
        # In the order of the list, not of the answers: what cannot be read is told in that order.
        read_ones = [
            Deployment(items[n], [s for s in found[n] if self._readable(s, "created_at", "state")])
            for n in sorted(found)
        ]
        return read_ones, [errors[n] for n in sorted(errors)]

    def _meeting(self, one: Deployment, writer: GithubFacts, window: Window) -> list[Fact]:
        """Return a deployment's whole life when some of it meets the window."""
        facts = list[Fact]()
        with self._unread.over(one.item.evidence):
            facts += writer.deployment(one)
        return facts if any(in_window(f, window) for f in facts) else []

    def _made(self, item: Row, make: Callable[[Row], Fact | None], window: Window) -> Iterator[Fact]:
        """Yield what a record of the window makes; one that lacks what its kind has is counted."""
        with self._unread.over(item.evidence):
            made = make(item)
            if made and in_window(made, window):
                yield made

    async def _rolled_back(
        self, api: Api, writer: GithubFacts, found: Iterable[Deployment], window: Window
    ) -> AsyncIterator[Record]:  # fmt: skip
        """Yield a roll-back where a place got an ancestor of what it had; unproven order gives none."""
        for old, new, status in successions(found) if self.options.roll_backs else ():
            if not window.start <= fields.time(status.data, "created_at").latest < window.end:
                continue
            try:
                standing, evidence = await api.compare(old.sha, new.sha)
            except SourceError as err:
                text = f"`{old.sha[:SHORT]}` and `{new.sha[:SHORT]}` could not be compared: {err}"
                yield self.gap(err.reason, window, text)
                continue
            if standing == "behind":
                with self._unread.over(status.evidence):
                    told = [*writer.deployment(old), writer.rolled_back(old, new, status, evidence)]
                    for fact in told:
                        yield fact

    async def _releases(self, api: Api, writer: GithubFacts, window: Window) -> AsyncIterator[Record]:
        async for page in api.pages("releases"):
            for item in page:
                if self._readable(item, "published_at", optional=True):
                    for made in self._made(item, writer.released, window):
                        yield made
            # The list goes by the date of the commit, which can be older than the release.
            if all(self._is_past(item, window, "created_at", "published_at") for item in page):
                return

    async def _pulls(self, api: Api, writer: GithubFacts, window: Window) -> AsyncIterator[Record]:
        asked = {"state": "closed", "sort": "updated", "direction": "desc"}
        async for page in api.pages("pulls", asked):
            for item in page:
                if self._readable(item, "merged_at", optional=True):
                    for made in self._made(item, writer.merged, window):
                        yield made
                        if self.options.config_paths:
                            async for told in self._configured(api, writer, item, made, window):
                                yield told
            # No merge is later than the last update, and the list goes by that.
            if all(_latest(item, "updated_at") < window.start for item in page):
                return

    async def _configured(
        self, api: Api, writer: GithubFacts, item: Row, change: Fact, window: Window
    ) -> AsyncIterator[Record]:
        """Yield that a merged pull request changed files of configuration."""
        number = fields.number(item.data, "number")
        try:
            rows = await api.everything(f"pulls/{number}/files")
        except SourceError as err:
            yield self.gap(err.reason, window, f"Which files #{number} changed could not be read: {err}")
            return
        files = {fields.text(row.data, "filename"): row for row in rows}
        files = {fields.text(row.data, "previous_filename"): row for row in rows} | files
        if found := matching(files, self.options.config_paths):
            yield writer.configured(item, found, files[found[0]].evidence, change)
        elif len(rows) >= _FILES:
            text = f"GitHub lists the first {_FILES} files of #{number}: others may be of configuration"
            yield self.gap("truncated", window, text)

    def _touches(self, item: Row, window: Window) -> bool:
        """Tell whether a deployment can have a status in the window."""
        if not self._readable(item, "created_at", "sha"):
            return False
        return _latest(item, "created_at") - window.end < 0 and not self._is_past(item, window)

    def _is_past(self, item: Row, window: Window, *names: str) -> bool:
        low = window.start - parse_duration(self.options.lookback)
        if names:
            return all(_latest(item, name) < low for name in names)
        # A status moves `updated_at`, as seen; it is not documented, hence the look-back.
        return _latest(item, "created_at") < low and _latest(item, "updated_at") < window.start

    def _readable(self, item: Row, name: str, *needed: str, optional: bool = False) -> bool:
        """Tell whether a record has an id, a time and what else is needed; count one that should and has not.

        An `optional` time is null where there is none; a record without the member is another than is known.
        """
        with self._unread.over(item.evidence):
            id_of(item.data)
            for other in needed:
                fields.required(item.data, other)
            if optional and fields.nullable(item.data, name) is None:
                return False
            fields.time(item.data, name)
            return True
        return False


def _latest(item: Row, name: str) -> int:
    try:
        return fields.time(item.data, name).latest
    except UNREADABLE:
        # A draft's `published_at` is null; what has no such member, or none that is a time, proves no end of a list.
        known = isinstance(item.data, dict) and name in item.data
        return -_NEVER if known and fields.at(item.data, name) is None else _NEVER
