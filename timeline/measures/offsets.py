"""How far clocks stand apart, as pairs of records of one event tell: bounds that at least three pairs prove.

The offset of `b` is what its clock shows minus what that of `a` shows at one instant. What follows from
another cannot come before it, so the time between is a bound; how long it took is not known, so the other
bound needs pairs of the other direction. A bound is the third best: one wrong pair, or two, decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from timeline import present
from timeline.instant import NS
from timeline.measures.pairs import Pair, pairs
from timeline.model import Fact, Reconciled
from timeline.order import ClockErrors, display_key
from timeline.text import code

CLOCK_OFFSET = "clock offset"
LEAST = 3  # pairs


@dataclass
class _Offset:
    """What the pairs of two clocks say of the offset of `b`, in ns."""

    a: str
    b: str
    pairs: list[Pair] = field(default_factory=list)
    lower: list[int] = field(default_factory=list)
    upper: list[int] = field(default_factory=list)

    def add(self, pair: Pair) -> None:
        """Take what a pair proves: its second record is not before its first."""
        self.pairs.append(pair)
        low, high = pair.second.earliest or 0, pair.second.latest
        least, most = low - pair.first.latest, high - (pair.first.earliest or 0)
        if not pair.follows:
            self.lower.append(least if pair.second.clock == self.b else -most)
            self.upper.append(most if pair.second.clock == self.b else -least)
        elif pair.second.clock == self.b:
            self.upper.append(most)
        else:
            self.lower.append(-most)


def clock_offsets(facts: Sequence[Fact], errors: ClockErrors) -> Iterator[Reconciled]:
    """Yield the offset of each two clocks of which at least three pairs tell: bounds in seconds, or one of them."""
    found: dict[tuple[bool, str, str], _Offset] = {}
    for pair in pairs(facts):
        a, b = sorted((pair.first.clock, pair.second.clock))
        found.setdefault((not pair.follows, a, b), _Offset(a, b)).add(pair)
    for key in sorted(found):
        if len(found[key].pairs) >= LEAST:
            yield _row(found[key], errors, proven=not key[0])


def _row(offset: _Offset, errors: ClockErrors, *, proven: bool) -> Reconciled:
    first = min(offset.pairs, key=lambda pair: (display_key(pair.first), display_key(pair.second)))
    low, high = _proven(offset) if proven else (min(offset.lower), max(offset.upper))
    both = low is not None and high is not None and low <= high
    kinds = _kinds(offset.pairs)
    if proven:
        text = f"{_said(offset.a, offset.b, low, high)}, by {kinds}"
    else:
        text = f"{_shown(offset.a, offset.b, low or 0, high or 0)} in {kinds}, however long that took"
    stated = errors.get(offset.a, 0) + errors.get(offset.b, 0)
    beyond = (high is not None and high < -stated) or (low is not None and low > stated)
    # What comes later may have taken its time; only proof, or the wrong order, is against an error.
    if beyond and (proven or _reversed(offset, stated)):
        text += f"; their stated errors allow {_span(stated, up=True)}"
    return Reconciled(
        name=CLOCK_OFFSET, from_=first.first.id, to=first.second.id, count=len(offset.pairs), statement=text,
        min_s=(low or 0) / NS if both else None, max_s=(high or 0) / NS if both else None,
    )  # fmt: skip


def _reversed(offset: _Offset, stated: int) -> bool:
    """Tell whether the record that is made of an event stands before the event in all pairs, by more than `stated`."""
    return all(pair.second.latest + stated < (pair.first.earliest or 0) for pair in offset.pairs)


def _proven(offset: _Offset) -> tuple[int | None, int | None]:
    lower, upper = sorted(offset.lower, reverse=True), sorted(offset.upper)
    return (
        lower[LEAST - 1] if len(lower) >= LEAST else None,
        upper[LEAST - 1] if len(upper) >= LEAST else None,
    )


def _said(a: str, b: str, low: int | None, high: int | None) -> str:
    if low is not None and high is not None and low > high:
        return f"The offset of clocks {code(a)} and {code(b)} changed, or was not one offset"
    if low is not None and low > 0:
        more = f"{_span(low)} to {_span(high, up=True)}" if high is not None else f"at least {_span(low)}"
        return f"Clock {code(b)} is {more} ahead of clock {code(a)}"
    if high is not None and high < 0:
        more = f"{_span(-high)} to {_span(-low, up=True)}" if low is not None else f"at least {_span(-high)}"
        return f"Clock {code(b)} is {more} behind clock {code(a)}"
    behind = None if low is None else f"at most {_span(-low, up=True)} behind"
    ahead = None if high is None else f"at most {_span(high, up=True)} ahead of"
    if behind and ahead:
        return f"Clock {code(b)} is {behind} and {ahead} clock {code(a)}"
    if behind or ahead:
        return f"Clock {code(b)} is {behind or ahead} clock {code(a)}"
    return f"The offset of clocks {code(a)} and {code(b)} is not known"


def _shown(a: str, b: str, low: int, high: int) -> str:
    if high < 0:
        return f"Clock {code(b)} shows {_span(-high)} to {_span(-low, up=True)} less than clock {code(a)}"
    if low > 0:
        return f"Clock {code(b)} shows {_span(low)} to {_span(high, up=True)} more than clock {code(a)}"
    most = _span(max(-low, high), up=True)
    return f"Clocks {code(a)} and {code(b)} show times at most {most} apart"


def _span(ns: int, *, up: bool = False) -> str:
    return present.duration(ns / NS, up=up)


def _kinds(found: Sequence[Pair]) -> str:
    """Return how many pairs of what: `5 pairs of records (merge and deploy)`."""
    return f"{len(found)} pairs of records ({', '.join(sorted({pair.rule for pair in found}))})"
