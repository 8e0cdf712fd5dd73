"""What a clone is asked for deploys by a branch, and the gaps in what it can prove."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence

from collectors.base import MakeGap, Record
from collectors.git import deploys
from collectors.git.clone import Clone, line_query
from collectors.git.deploys import Deployed
from collectors.git.facts import GitFacts
from collectors.git.fetches import Fetched
from collectors.git.forges import SHORT
from collectors.git.records import Branch, Repository
from collectors.git.refs import Move, Placed, placements
from timeline.instant import NS, format_instant
from timeline.model import Evidence, Gap, Window
from timeline.relative import part


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
        logs, of_log = await self._clone.files.logs([branch.ref], window)
        moves = logs.get(branch.ref, ())
        placed = list(placements(moves, is_mirror=await self._clone.files.is_mirror()))
        tip, of_file = await self._tip(branch, window, fetched, now)
        if tip and (not placed or placed[-1].sha != tip.sha):
            placed.append(tip)
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
            # What the file of the ref tells, its log does not: a line of one is none of the other.
            is_logged = one.placed is not tip
            before = await self._before(one, moves) if is_logged else None
            if one.commit.sha in merged and before is None:
                continue
            if one.is_told(window):
                proven.add(one.commit.sha)
                place = one.placed.line if one.placed else 0
                evidence = [(of_log if is_logged else of_file)(place)] if place else []
                yield self._writer.deployed(branch, one, before, evidence)
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
        times, evidence = await self._clone.files.times([branch.ref], window)
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
            "undecodable",
            part(window, one.at.earliest, one.at.latest + 1) or window,
            text,
            evidence=(one.commit.evidence,),
        )
