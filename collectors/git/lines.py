"""A branch's own line of commits as `git rev-list --first-parent --timestamp` lists it: what of it is kept; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from collectors.git.records import Branch, inside, seconds
from timeline.instant import NS
from timeline.model import Window
from timeline.relative import meets


class Entry(NamedTuple):
    """One commit of a line; `at` in seconds, None where its date cannot be read."""

    at: int | None
    sha: str


@dataclass(frozen=True)
class Line:
    """The part of a branch's line, newest first, that tells of a window: its commits and what they stand on."""

    branch: Branch
    entries: Sequence[Entry]
    window: Window

    @property
    def inside(self) -> list[Entry]:
        """The commits whose date meets the window."""
        return [entry for entry in self.entries if _is_inside(entry, self.window)]

    @property
    def undated(self) -> int:
        """How many have no date, and may by their place on the line be of the window."""
        return len(_undated(self.entries, self.window))

    def below(self) -> Mapping[str, tuple[str, ...]]:
        """Return, of each commit of the window, those it was made on top of whose dates may say otherwise.

        They are the next one on the line, and every one further down that has a later date.
        """
        found: dict[str, tuple[str, ...]] = {}
        for place, entry in enumerate(self.entries):
            if _is_inside(entry, self.window):
                found[entry.sha] = tuple(other.sha for other in _below(self.entries, place))
        return found


def parse_line(branch: Branch, data: bytes, window: Window) -> Line:
    """Read what `cut_line` kept."""
    return Line(branch, list(_entries(data)), window)


def cut_line(window: Window, output: bytes) -> bytes:
    """Keep the lines (`SECONDS HASH`) of the window, those below them, and undated ones that may be of it."""
    entries = list(_entries(output))
    kept, undated = set[int](), _undated(entries, window)
    least = (
        None  # the earliest date of the window's commits so far: one with a later date below says otherwise
    )
    for place, entry in enumerate(entries):
        if entry.at is not None and least is not None and entry.at > least:
            kept.add(place)
        if _is_inside(entry, window):
            kept |= {place, min(place + 1, len(entries) - 1)}
            least = min(entry.at or 0, least or entry.at or 0)
        if place in undated:
            kept |= {max(place - 1, 0), place, min(place + 1, len(entries) - 1)}
    lines = output.splitlines(True)
    return b"".join(lines[place] for place in sorted(kept))


def cut_dated(window: Window, output: bytes) -> bytes:
    """Keep the lines (`SECONDS HASH`) of the window alone."""
    lines = output.splitlines(True)
    return b"".join(
        line for line, entry in zip(lines, _entries(output), strict=True) if _is_inside(entry, window)
    )


def shas(data: bytes) -> list[str]:
    """Return the hashes that a list names."""
    return [entry.sha for entry in _entries(data)]


def _entries(data: bytes) -> Iterator[Entry]:
    for line in data.splitlines():
        at, _, sha = line.decode("ascii", "replace").partition(" ")
        yield Entry(seconds(at), sha)


def _is_inside(entry: Entry, window: Window) -> bool:
    return entry.at is not None and inside(entry.at, window)


def _below(entries: Sequence[Entry], place: int) -> Iterable[Entry]:
    own = entries[place].at or 0
    for n, other in enumerate(entries[place + 1 :]):
        if n == 0 or (other.at or 0) > own:
            yield other


def _undated(entries: Sequence[Entry], window: Window) -> set[int]:
    """Return the places of commits without a date that lie, by their neighbours' dates, where they may be of the window."""
    dates = [entry.at for entry in entries]
    newer, older = list(accumulate(dates, _last_known)), list(accumulate(reversed(dates), _last_known))[::-1]
    return {
        place for place, at in enumerate(dates) if at is None and _may_lie(older[place], newer[place], window)
    }


def _last_known(known: int | None, at: int | None) -> int | None:
    return known if at is None else at


def _may_lie(older: int | None, newer: int | None, window: Window) -> bool:
    """Tell whether what came between two dates (s; None: not known) may be of the window."""
    latest = window.end if newer is None else (newer + 1) * NS - 1
    return meets(None if older is None else older * NS, latest, window.start, window.end)
