"""What was collected of a source and when: its gaps laid over a span, each stretch with the reasons that hold there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from timeline.model import Gap, GapReason, Window

State = Literal["collected", "partial", "none", "outside"]
#: Reasons for which nothing of a stretch was read; with `missing`, only that part lacks. For any other, some was.
NOTHING: frozenset[GapReason] = frozenset(
    {
        "unreachable",
        "unauthorised",
        "rate_limited",
        "timed_out",
        "past_retention",
        "never_recorded",
        "not_yet",
    }
)


class Stretch(NamedTuple):
    """`[start, end)` of one source (ns) in which the same gaps hold; outside the window nothing was asked."""

    source: str
    start: int
    end: int
    state: State
    gaps: tuple[Gap, ...] = ()


def coverage(
    sources: Iterable[str], gaps: Sequence[Gap], window: Window, start: int, end: int
) -> Iterator[Stretch]:
    """Yield what was collected of each source in `[start, end)`: stretches that touch, in order."""
    for source in sources:
        own = [gap for gap in gaps if gap.source == source]
        yield from _joined(_stretches(source, own, window, start, end))


def _stretches(source: str, gaps: Sequence[Gap], window: Window, start: int, end: int) -> Iterator[Stretch]:
    ends = {window.start, window.end, *(gap.start for gap in gaps), *(gap.end for gap in gaps)}
    edges = [start, *sorted(edge for edge in ends if start < edge < end), end]
    for begin, finish in pairwise(edges):
        held = tuple(gap for gap in gaps if gap.start < finish and begin < gap.end)
        inside = window.start <= begin and finish <= window.end
        yield Stretch(source, begin, finish, _state(held, inside=inside), held)


def _state(gaps: Sequence[Gap], *, inside: bool) -> State:
    if any(gap.reason in NOTHING and gap.missing is None for gap in gaps):
        return "none"
    if not inside:
        return "outside"
    return "partial" if gaps else "collected"


def _joined(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Join neighbours of which the same is so."""
    held: Stretch | None = None
    for one in stretches:
        if held is not None and (held.state, held.gaps) == (one.state, one.gaps):
            held = held._replace(end=one.end)
            continue
        if held is not None:
            yield held
        held = one
    if held is not None:
        yield held
