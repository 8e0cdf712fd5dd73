"""What a clone is asked for changes and tags, and the gaps in what it can prove."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence

from collectors.base import MakeGap, Record
from collectors.git.clone import Clone, line_query, merges_query
from collectors.git.facts import GitFacts
from collectors.git.forges import is_servers_merge
from collectors.git.lines import Line
from collectors.git.records import Branch, Repository, Tag, last_before, matching
from collectors.git.tags import Made, RefTimes, made
from timeline.model import Evidence, Gap, Window
from timeline.relative import part

_NAMED = 20  # tags that a gap names


class Changes:
    """Reads what came onto branches: the merges on their own lines, or `every` commit, and servers' merges beside."""

    def __init__(self, clone: Clone, writer: GitFacts, gap: MakeGap, *, every: bool) -> None:
        self._clone, self._writer, self._gap, self._every = clone, writer, gap, every
        self.told: dict[str, str] = {}  # by commit, the fact of the change that it is

    async def read(
        self, branches: Sequence[Branch], trunk: Branch | None, window: Window, *, named: bool
    ) -> AsyncIterator[Record]:
        """Yield the changes of branches; of what they share with the trunk, none where others are `named`."""
        lines = [await self._clone.line(branch, window, every=self._every) for branch in branches]
        main = next((line for line in lines if line.branch == trunk), None)
        if trunk and main is None:
            main = await self._clone.line(trunk, window, every=self._every)
        told = set[str]()
        for line in lines:
            alike = [] if line is main else [other for other in lines if other not in (line, main)]
            others = {entry.sha for other in alike for entry in other.entries}
            async for record in self._of_line(line, main, others, told, window, named=named):
                yield record
        on_lines = {entry.sha for line in [*lines, *([main] if main else [])] for entry in line.entries}
        beside = [sha for sha in await self._clone.merges(branches, window) if sha not in on_lines]
        async for commit in self._clone.commits(beside, merges_query(branches)):
            if is_servers_merge(commit.message):
                yield self._writer.merged(None, commit)

    async def _of_line(
        self, line: Line, main: Line | None, others: set[str], told: set[str], window: Window, *, named: bool
    ) -> AsyncIterator[Record]:
        trunk = main if main and main.branch != line.branch else None
        shared = {entry.sha for entry in trunk.entries} if trunk else set[str]()
        below = {
            **line.below(),
            **({sha: tied for sha, tied in trunk.below().items() if trunk} if trunk else {}),
        }

        def onto(sha: str) -> Branch | None:
            # From where a branch was cut on, its line is its own; what two have alike is of one that is not known.
            return trunk.branch if trunk and sha in shared else None if sha in others else line.branch

        own = [
            entry.sha
            for entry in line.inside
            if entry.sha not in told and not (named and entry.sha in shared)
        ]
        told |= set(own)
        async for commit in self._clone.commits(own, line_query(line, every=self._every)):
            made = self._writer.merged(
                onto(commit.sha), commit, [(onto(sha), sha) for sha in below[commit.sha]]
            )
            self.told[commit.sha] = made.id
            yield made
        if line.undated:
            text = f"Commits of `{line.branch.name}` without a readable date, which could not be placed: {line.undated}"
            yield self._gap("undecodable", window, text, missing=f"{line.undated} commits")


class Tags:
    """Reads tags, and deploys by those that match a pattern."""

    def __init__(
        self, clone: Clone, writer: GitFacts, repository: Repository, gap: MakeGap, patterns: Sequence[str]
    ) -> None:
        self._clone, self._writer, self._repository = clone, writer, repository
        self._gap, self._patterns = gap, patterns

    async def read(self, window: Window, now: int) -> AsyncIterator[Record]:
        """Yield the window's tags and deploys; gaps for tags of which it is not known when they were set."""
        tags = await self._clone.tags(window, self._patterns)
        light = [f"refs/tags/{tag.name}" for tag in tags if tag.tagged is None]
        refs, evidence_of = await self._set(light, window, now)
        found = [one for tag in tags if (one := made(tag, refs, self._repository))]
        told = [one for one in found if one.is_told(window)]
        for one in told:
            yield self._writer.tagged(one, evidence_of(one))
        for pattern in self._patterns:
            own = {tag.name for tag in matching(tags, pattern)}
            for one in told:
                if one.tag.name in own:
                    yield self._writer.tag_deployed(one, evidence_of(one))
            dated = [one for one in found if one.tag.name in own and one.tag.tagged is not None]
            async for record in self._rolled_back(dated, window):
                yield record
        for gap in self._unplaced([one for one in found if one not in told and one.meets(window)], window):
            yield gap

    async def _set(
        self, light: Sequence[str], window: Window, now: int
    ) -> tuple[RefTimes, Callable[[Made], Sequence[Evidence]]]:
        """Return what tells when light tags were set, and what makes evidence of it; nothing is asked without one."""
        if not light:
            return RefTimes({}, {}, now), lambda _: ()
        times, of_time = await self._clone.files.times((), window)
        # A ref whose file is older than the window was not set in it, whatever its log says.
        recent = [ref for ref in light if times is None or ref in times]
        logs, of_log = await self._clone.files.logs(recent, window)

        def evidence(one: Made) -> Sequence[Evidence]:
            line = one.placed.line if one.placed else 0
            return [(of_log if one.is_logged else of_time)(line)] if line else []

        return RefTimes(logs, times, now), evidence

    async def _rolled_back(self, dated: Sequence[Made], window: Window) -> AsyncIterator[Record]:
        """Yield a roll-back where a tag deployed an ancestor of what was deployed before."""
        by_name = {one.tag.name: one for one in dated}
        for one in dated:
            before = last_before(one.tag, [other.tag for other in dated]) if one.is_told(window) else []
            if before and all([await self._clone.is_ancestor(one.tag.target, old.target) for old in before]):
                for old in before:
                    yield self._writer.tag_deployed(by_name[old.name])
                    yield self._writer.rolled_back(old, one)

    def _unplaced(self, unknown: Sequence[Made], window: Window) -> Iterable[Gap]:
        """Yield what of tags without a date of their own may be of the window."""
        if timeless := [one.tag for one in unknown if one.tag.committed is None]:
            text = f"Tags without a time, which could not be placed: {len(timeless)}"
            yield self._gap(
                "undecodable", window, text, missing=_names(timeless), evidence=(timeless[0].evidence,)
            )
        light = [one for one in unknown if one.tag.committed is not None]
        if light:
            earliest = [one.at.earliest for one in light if one.at.earliest is not None]
            first = min(earliest) if len(earliest) == len(light) else None
            span = part(window, first, max(one.at.latest for one in light) + 1) or window
            text = (
                f"Light tags, which have no date of their own, may have been set in the window: {len(light)}; set tags "
                "with `git tag -a`, or core.logAllRefUpdates=always where they are set"
            )
            tags = [one.tag for one in light]
            yield self._gap("undecodable", span, text, missing=_names(tags), evidence=(tags[0].evidence,))


def _names(tags: Sequence[Tag]) -> str:
    more = len(tags) - _NAMED
    return ", ".join(tag.name for tag in tags[:_NAMED]) + (f" and {more} more" if more > 0 else "")
