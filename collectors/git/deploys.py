"""What a deploy branch proves: where it was, and from when to when it may have come there; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from collectors.git.forges import change_name, is_button, is_servers_merge, merged_into
from collectors.git.lines import Line
from collectors.git.records import Commit, Repository
from collectors.git.refs import Move, Placed
from collectors.git.tags import CLONE_CLOCK
from timeline.instant import NS, Bounds, precise
from timeline.model import Window
from timeline.relative import meets

_LOGGED = "log of the branch"
_BETWEEN = "after its committer date, by the look at the branch that showed it"


class Deployed(NamedTuple):
    """A commit that the branch was at, when it came there, what that time is, by whose clock, and where it is told."""

    commit: Commit
    at: Bounds
    means: str
    clock: str
    placed: Placed | None = None

    def is_told(self, window: Window) -> bool:
        """Tell whether it certainly came there in the window or later, or between two known times that meet it."""
        if self.at.earliest is None or not self.meets(window):
            return False
        looked = self.placed is not None and self.placed.since is not None
        return looked or self.at.earliest >= window.start or self.at.latest - self.at.earliest < NS

    def meets(self, window: Window) -> bool:
        """Tell whether it may have come there in the window."""
        return meets(self.at.earliest, self.at.latest, window.start, window.end)


def by_servers(
    line: Line, trunk: Line | None, commits: Mapping[str, Commit], repository: Repository
) -> Iterable[Deployed]:
    """Yield the merges that a server made on the branch itself: it was at each of them, from its date on."""
    others = {entry.sha for entry in trunk.inside} if trunk and trunk.branch != line.branch else set()
    for entry in line.inside:
        commit = commits.get(entry.sha)
        if commit is None or commit.committed is None or not _is_by_server(commit):
            continue
        into = merged_into(commit.message)
        # Merged on the trunk, and brought here with other commits: then its date is none of this branch.
        if into == line.branch.name or (into is None and trunk is not None and entry.sha not in others):
            at = precise(commit.committed * NS, NS)
            yield Deployed(commit, at, "committer date", repository.clock(*commit.committer))


def by_ref(placed: Iterable[Placed], commits: Mapping[str, Commit]) -> Iterable[Deployed]:
    """Yield where the branch's log, its file or the last fetch say that it was."""
    for one in placed:
        if commit := commits.get(one.sha):
            means = _LOGGED if one.is_exact else _BETWEEN
            yield Deployed(commit, one.bounds(commit.committed), means, CLONE_CLOCK, one)


def _is_by_server(commit: Commit) -> bool:
    numbered = not commit.sha.startswith(change_name(commit.message, commit.sha))
    return is_servers_merge(commit.message) or (numbered and is_button(commit.committer[1]))


def is_whole(placed: Sequence[Placed], moves: Sequence[Move], window: Window) -> bool:
    """Tell whether a log tells each move of the branch since before the window, or since it was made."""
    every = all(one.is_exact for one in placed)
    return every and bool(moves) and (moves[0].at * NS < window.start or not moves[0].old.strip("0"))
