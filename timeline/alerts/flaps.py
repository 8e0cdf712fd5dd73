"""Flaps: lives that begin and end again and again are collapsed into one ribbon with count and duty."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from timeline.alerts.states import begins_breach, ends_breach, expression
from timeline.model import Fact
from timeline.order import display_key, in_display_order

#: From this many beginnings on, a life is a flap.
SMALLEST = 3


class Ribbon(NamedTuple):
    """A collapsed flap: its facts in display order, how often it began, and the share of time it was on.

    `low` and `high` bound the duty, between 0 and 1, over the time from the first beginning to the
    last fact; None where a bound is not known.
    """

    thread: str
    facts: tuple[Fact, ...]
    times: int
    low: float | None
    high: float | None

    @property
    def first(self) -> Fact:
        """The first fact of the flap."""
        return self.facts[0]

    @property
    def last(self) -> Fact:
        """The last fact of the flap."""
        return self.facts[-1]


def ribbons(facts: Iterable[Fact]) -> list[Ribbon]:
    """Return every flap, of alerts that fired and of crossings, in display order of their first facts."""
    lives: dict[tuple[str, str], list[Fact]] = {}
    for fact in in_display_order(facts):
        if fact.thread and (family := _family(fact)):
            lives.setdefault((fact.thread, family), []).append(fact)
    blind = {thread for thread, family in lives if family == "no data"}
    found = [
        _ribbon(thread, life, _begins_of(family), blind=family == "firing" and thread in blind)
        for (thread, family), life in lives.items()
        if sum(_begins_of(family)(f) for f in life) >= SMALLEST
    ]
    return sorted(found, key=lambda r: display_key(r.first))


def _family(fact: Fact) -> str | None:
    if fact.kind in {"alert.firing", "alert.resolved"}:
        return "firing"
    if fact.kind in {"alert.pending", "alert.pending_ended"}:
        return "pending"
    if fact.kind in {"alert.no_data", "alert.data_returned"}:
        return "no data"
    return expression(fact) if begins_breach(fact) or ends_breach(fact) else None


def _begins_of(family: str) -> Callable[[Fact], bool]:
    named = {"firing": "alert.firing", "pending": "alert.pending", "no data": "alert.no_data"}.get(family)
    return begins_breach if named is None else lambda fact: fact.kind == named


def _ribbon(thread: str, life: Sequence[Fact], begins: Callable[[Fact], bool], *, blind: bool) -> Ribbon:
    low, high = (None, None) if blind else _duty(life, begins)  # without data nobody knows whether it fires
    return Ribbon(thread, tuple(life), sum(begins(f) for f in life), low, high)


def _duty(life: Sequence[Fact], begins: Callable[[Fact], bool]) -> tuple[float | None, float | None]:
    """Bound the share of time on: each on-span is at least its inner and at most its outer width."""
    if life[0].earliest is None:
        return None, None
    inner = outer = 0
    for fact, following in pairwise(life):
        if begins(fact):
            # What began again had ended before, at a time that nobody recorded.
            sure = 0 if begins(following) or following.earliest is None else following.earliest - fact.latest
            inner += max(sure, 0)
            outer += following.latest - (fact.earliest if fact.earliest is not None else fact.latest)
    longest = life[-1].latest - life[0].earliest
    shortest = (life[-1].earliest or life[-1].latest) - life[0].latest
    if shortest <= 0:
        return None, None
    return min(inner / longest, 1.0), min(outer / shortest, 1.0)
