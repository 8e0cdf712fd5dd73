"""What a clone is asked for changes, deploys and tags, and the gaps in what it can prove."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence

from collectors.base import Record
from collectors.git import deploys
from collectors.git.clone import Clone, line_query, merges_query
from collectors.git.deploys import Deployed
from collectors.git.facts import GitFacts
from collectors.git.fetches import Fetched
from collectors.git.forges import SHORT, is_servers_merge
from collectors.git.lines import Line
from collectors.git.records import Branch, Repository, Tag, last_before, matching
from collectors.git.refs import Move, Placed, placements
from collectors.git.tags import Made, RefTimes, made
from timeline.instant import NS, format_instant
from timeline.model import Evidence, Gap, Window

_NAMED = 20  # tags that a gap names
MakeGap = Callable[..., Gap]


class Changes:
    """Reads what came onto branches: the merges on their own lines, or `every` commit, and servers' merges beside."""

    def __init__(self, clone: Clone, writer: GitFacts, gap: MakeGap, *, every: bool) -> None:
        self._clone, self._writer, self._gap, self._every = clone, writer, gap, every

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
            yield self._writer.merged(
                onto(commit.sha), commit, [(onto(sha), sha) for sha in below[commit.sha]]
            )
        if line.undated:
            text = f"Commits of `{line.branch.name}` without a readable date, which could not be placed: {line.undated}"
            yield self._gap("undecodable", window, text, missing=f"{line.undated} commits")


class BranchDeploys:
    """Reads what a deploy branch proves: moves in its log, merges made on it by a server, where it is now."""

    def __init__(self, clone: Clone, writer: GitFacts, repository: Repository, gap: MakeGap) -> None:
        self._clone, self._writer, self._repository, self._gap = clone, writer, repository, gap

    async def read(
        self, branch: Branch, trunk: Branch | None, window: Window, fetched: Fetched | None, now: int
    ) -> AsyncIterator[Record]:
        """Yield each deploy that is proven; gaps where the branch may have moved in the window, or more often."""
        line = await self._clone.line(branch, window, every=True)
        main = await self._clone.line(trunk, window, every=True) if trunk and trunk != branch else None
        logs, of_log = await self._clone.logs([branch.ref], window)
        moves = logs.get(branch.ref, ())
        placed = list(placements(moves, is_mirror=fetched is not None))
        tip, of_file = await self._tip(branch, window, fetched, now)
        told = {one.sha: of_log for one in placed}
        if tip and (not placed or placed[-1].sha != tip.sha):
            placed.append(tip)
            told[tip.sha] = of_file
        wanted = [
            one
            for one in placed
            if (one.until + 1) * NS > window.start and (one.since or 0) * NS < window.end
        ]
        hashes = dict.fromkeys([*(entry.sha for entry in line.inside), *(one.sha for one in wanted)])
        query = line_query(line, every=True)
        commits = {commit.sha: commit async for commit in self._clone.commits(list(hashes), query)}
        whole = main or (line if trunk == branch else None)
        merged = {one.commit.sha: one for one in deploys.by_servers(line, whole, commits, self._repository)}
        proven = set(merged)
        for one in merged.values():
            yield self._writer.deployed(branch, one, None, ())
        for one in deploys.by_ref(wanted, commits):
            before = await self._before(one, moves)
            if one.commit.sha in merged and before is None:
                continue
            if one.is_told(window):
                proven.add(one.commit.sha)
                evidence = of_place(told, one)
                yield self._writer.deployed(branch, one, before, [evidence] if evidence else [])
            elif one.meets(window):
                yield self._unplaced(branch, one, window)
        more = [entry for entry in line.inside if entry.sha not in proven]
        if more and not deploys.is_whole(placed, moves, window):
            text = (
                f"Branch `{branch.name}` has {len(more)} more commits that are dated in the window; in how many deploys "
                "they came, and when, nothing in the clone tells"
            )
            yield self._gap("partial", window, text, missing=f"deploys of {len(more)} commits")

    async def _tip(
        self, branch: Branch, window: Window, fetched: Fetched | None, now: int
    ) -> tuple[Placed | None, Callable[[int], Evidence]]:
        """Return where the branch is, and by when it was there; None where that was before the window."""
        sha = await self._clone.commit_of(branch.ref)
        times, evidence = await self._clone.times([branch.ref], window)
        if sha is None or (times is not None and branch.ref not in times):
            return None, evidence
        if times is not None:
            return times[branch.ref]._replace(sha=sha), evidence
        until = fetched.of([branch]) if fetched else now
        return Placed(sha, None, until // NS, 0), evidence

    async def _before(self, one: Deployed, moves: Sequence[Move]) -> str | None:
        """Return where the branch was before, where it did not go on from there: back, or elsewhere."""
        old = next(
            (m.old for m in moves if one.placed and (m.new, m.line) == (one.commit.sha, one.placed.line)), ""
        )
        if not old.strip("0") or await self._clone.is_ancestor(old, one.commit.sha):
            return None
        return old

    def _unplaced(self, branch: Branch, one: Deployed, window: Window) -> Gap:
        until = format_instant(one.at.latest - one.at.latest % NS)
        text = (
            f"Branch `{branch.name}` came to `{one.commit.sha[:SHORT]}` by {until}, and from when on it was there is not "
            "known: it may be in the window"
        )
        return self._gap(
            "undecodable", _cut(one.at.earliest, one.at.latest, window), text, evidence=(one.commit.evidence,)
        )


def of_place(told: Mapping[str, Callable[[int], Evidence]], one: Deployed) -> Evidence | None:
    """Return the evidence of where a move is told, where that is a line of a log or of the times of files."""
    return told[one.commit.sha](one.placed.line) if one.placed and one.placed.line else None


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
        evidence = {one.tag.name: evidence_of(one) for one in found}
        told = [one for one in found if one.is_told(window)]
        for one in told:
            yield self._writer.tagged(one, evidence.get(one.tag.name, ()))
        for pattern in self._patterns:
            own = {tag.name for tag in matching(tags, pattern)}
            for one in told:
                if one.tag.name in own:
                    yield self._writer.tag_deployed(one, evidence.get(one.tag.name, ()))
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
        logs, of_log = await self._clone.logs(light, window)
        times, of_time = await self._clone.times((), window)

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
            span = _cut(first, max(one.at.latest for one in light), window)
            text = (
                f"Light tags, which have no date of their own, may have been set in the window: {len(light)}; set tags "
                "with `git tag -a`, or core.logAllRefUpdates=always where they are set"
            )
            tags = [one.tag for one in light]
            yield self._gap("undecodable", span, text, missing=_names(tags), evidence=(tags[0].evidence,))


def _names(tags: Sequence[Tag]) -> str:
    more = len(tags) - _NAMED
    return ", ".join(tag.name for tag in tags[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _cut(earliest: int | None, latest: int, window: Window) -> Window:
    return Window(
        start=window.start if earliest is None else max(earliest, window.start),
        end=min(latest + 1, window.end),
    )
