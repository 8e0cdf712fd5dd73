"""When tags were set: by their own date, else by the log or the file of the ref; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from collectors.git.records import Repository, Tag
from collectors.git.refs import Move, Placed, placements
from timeline.instant import NS, Bounds
from timeline.model import Window
from timeline.relative import meets

CLONE_CLOCK = "git:clone"  # of the machine whose git wrote logs and files of refs
TAGGED = "tagger date"
_LOGGED = "log of the ref (a light tag has no date of its own)"
_BETWEEN = (
    "after the committer date of the tagged commit, by the time of the ref (a light tag has none of its own)"
)


class Made(NamedTuple):
    """A tag with when it was set, what that time is, and by whose clock; `line` is where a ref's log or file tells it."""

    tag: Tag
    at: Bounds
    means: str
    clock: str
    placed: Placed | None = None
    is_logged: bool = False

    def is_told(self, window: Window) -> bool:
        """Tell whether it was certainly set in the window, or at a known second that meets it."""
        if self.at.earliest is None or not self.meets(window):
            return False
        known = self.at.latest - self.at.earliest < NS
        return known or (window.start <= self.at.earliest and self.at.latest < window.end)

    def meets(self, window: Window) -> bool:
        """Tell whether it may have been set in the window."""
        return meets(self.at.earliest, self.at.latest, window.start, window.end)


class RefTimes(NamedTuple):
    """What the logs of refs, and the times of their files, say; `times` None: nothing tells when they were set."""

    logs: Mapping[str, Sequence[Move]]
    times: Mapping[str, Placed] | None
    now: int

    def of(self, tag: Tag) -> tuple[Placed | None, bool]:
        """Return when a light tag's ref was set, and whether its log tells it; None: before the window."""
        ref = f"refs/tags/{tag.name}"
        last = list(placements(self.logs.get(ref, ())))[-1:]
        if last and last[0].sha == tag.object:
            return last[0], True
        if self.times is None:
            return Placed(tag.object, None, self.now // NS, 0), False
        return self.times.get(ref), False


def made(tag: Tag, refs: RefTimes, repository: Repository) -> Made | None:
    """Return a tag with when it was set; None where that was before the window."""
    if tag.at is not None:
        return Made(tag, tag.at, TAGGED, repository.clock(*tag.tagger))
    placed, is_logged = refs.of(tag)
    if placed is None:
        return None
    at = placed.bounds(tag.committed)
    return Made(tag, at, _LOGGED if placed.is_exact else _BETWEEN, CLONE_CLOCK, placed, is_logged)
