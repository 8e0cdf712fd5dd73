"""Order: what the bounds and clocks prove, and the total order that things are shown in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain

from timeline.instant import NS
from timeline.model import Content, Fact, Timeline

#: Clock name to its error in ns; clocks that are not named have none.
ClockErrors = Mapping[str, int]
#: The rule that ties what was made on top of something, a commit on its parent, to that: it came after, whatever
#: the clocks say.
LINEAGE = "made on top of"
_BEFORE_ALL = -(2**70)


def lineage(fact: Content) -> tuple[str, ...]:
    """Return the ids of the facts that this one was made on top of."""
    return tuple(tie.fact for tie in fact.related if tie.rule == LINEAGE) if fact.related else ()


def clock_errors(timeline: Timeline) -> dict[str, int]:
    """Return each clock's error in ns as the build knew it; a clock that nobody measured may be off by a second."""
    known = timeline.provenance.get("clocks") if isinstance(timeline.provenance, dict) else None
    known = known if isinstance(known, dict) else {}
    names = sorted({fact.clock for fact in timeline.facts})
    return {name: int(known.get(name, NS)) for name in names}


def precedes(a: Content, b: Content, errors: ClockErrors) -> bool:
    """Tell whether `a` certainly came before `b`: made on top of `a`, or `a.latest < b.earliest`, never with a null.

    Across different clocks both clocks' errors widen the bounds first; within one they do not. What was
    made on top of something came after it, whatever the bounds say.
    """
    if (a.related or b.related) and isinstance(a, Fact) and isinstance(b, Fact):
        if a.id in lineage(b):
            return True
        if b.id in lineage(a):
            return False
    if a.earliest is None or b.earliest is None:
        return False
    if a.clock == b.clock:
        return a.latest < b.earliest
    return a.latest + errors.get(a.clock, 0) < b.earliest - errors.get(b.clock, 0)


def elapsed(start: Content, end: Content, errors: ClockErrors) -> tuple[int, int] | None:
    """Return the shortest and longest time from `start` to `end` in ns; None with a null bound.

    Across different clocks both clocks' errors widen it.
    """
    if start.earliest is None or end.earliest is None:
        return None
    slack = 0 if start.clock == end.clock else errors.get(start.clock, 0) + errors.get(end.clock, 0)
    return end.earliest - start.latest - slack, end.latest - start.earliest + slack


def display_key(fact: Fact) -> tuple[int, int, str, str]:
    """Return the documented total order: earliest (null first), latest, kind, id.

    It extends `precedes` within one clock and, since errors only widen bounds, across clocks;
    where the order is undetermined it says nothing and is stable. Lineage is `in_display_order`'s.
    """
    return (_BEFORE_ALL if fact.earliest is None else fact.earliest, fact.latest, fact.kind, fact.id)


class Ordered(tuple[Fact, ...]):
    """Facts in display order, which nobody needs to sort again: made by `in_display_order` alone."""

    @cached_property
    def by_kind(self) -> Mapping[str, Sequence[Fact]]:
        """The facts of each kind, in display order."""
        kinds: dict[str, list[Fact]] = {}
        for fact in self:
            kinds.setdefault(fact.kind, []).append(fact)
        return kinds

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The place of each fact, by its id."""
        return {fact.id: place for place, fact in enumerate(self)}


def of_kind(facts: Sequence[Fact], *kinds: str) -> Sequence[Fact]:
    """Return the facts of these kinds, in their order; looks at each fact once, however often it is asked."""
    if not isinstance(facts, Ordered):
        return [fact for fact in facts if fact.kind in kinds]
    parts = [facts.by_kind[kind] for kind in kinds if kind in facts.by_kind]
    if len(parts) == 1:
        return parts[0]
    return Ordered(sorted(chain.from_iterable(parts), key=lambda fact: facts.places[fact.id]))


def in_display_order(facts: Iterable[Fact]) -> Ordered:
    """Return the facts in display order: by `display_key`, but none before what it was made on top of."""
    return facts if isinstance(facts, Ordered) else Ordered(_after_lineage(sorted(facts, key=display_key)))


def _after_lineage(facts: list[Fact]) -> list[Fact]:
    """Move each fact behind what it was made on top of; those that stand so already stay."""
    tied = {fact.id: lineage(fact) for fact in facts if fact.related}
    if not any(tied.values()):
        return facts
    waiting: dict[str, list[Fact]] = defaultdict(list)  # by what they wait for
    left = Counter(fact.id for fact in facts)
    shown: list[Fact] = []
    for fact in facts:
        ready = [fact]
        while ready:
            one = ready.pop()
            if missing := next((other for other in tied.get(one.id, ()) if left[other]), None):
                waiting[missing].append(one)
                continue
            shown.append(one)
            left[one.id] -= 1
            if not left[one.id]:
                ready += reversed(waiting.pop(one.id, []))
    # What goes round in a circle is no lineage: it stays where its key puts it.
    return shown if len(shown) == len(facts) else facts


def undetermined_groups(facts: Sequence[Fact], errors: ClockErrors) -> list[tuple[str, ...]]:
    """Group neighbours (in display order) whose order is not proven; groups of one are left out.

    A fact joins the running group unless every member of it precedes the fact. What was already so
    (`earliest` null) precedes nothing: it draws in the fact after it, but not all that follow.
    """
    runs = undetermined_runs(facts, errors)
    return [tuple(fact.id for fact in facts[first : first + length]) for first, length in runs]


def undetermined_runs(facts: Sequence[Fact], errors: ClockErrors) -> list[tuple[int, int]]:
    """Return the groups of `undetermined_groups` as (place of the first fact, length)."""
    firsts: list[int] = []
    reach: dict[str, int] = {}
    widest = 0  # the latest end in the group, by a clock as late as it may be
    open_start = False
    for place, fact in enumerate(facts):
        clock, latest, error = fact.clock, fact.latest, errors.get(fact.clock, 0)
        certain = fact.earliest is not None and firsts and widest < fact.earliest - error
        after = certain or (bool(firsts) and _after_all(fact, reach, errors))
        if firsts and not after and lineage(fact):
            # Its lineage may tell where its bounds do not.
            after = all(precedes(facts[n], fact, errors) for n in range(place - 1, firsts[-1] - 1, -1))
        if not firsts or (not open_start and after):
            firsts.append(place)
            reach, widest = {clock: latest}, latest + error
        elif latest > reach.get(clock, latest - 1):
            reach[clock], widest = latest, max(widest, latest + error)
        open_start = fact.earliest is None
    ends = [*firsts[1:], len(facts)]
    return [(first, end - first) for first, end in zip(firsts, ends, strict=False) if end - first > 1]


def _after_all(fact: Fact, reach: Mapping[str, int], errors: ClockErrors) -> bool:
    if fact.earliest is None or reach.get(fact.clock, _BEFORE_ALL) >= fact.earliest:
        return False
    if len(reach) == 1 and fact.clock in reach:
        return True
    own = errors.get(fact.clock, 0)
    return all(
        latest < fact.earliest if clock == fact.clock else latest + errors.get(clock, 0) < fact.earliest - own
        for clock, latest in reach.items()
    )
