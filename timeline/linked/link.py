"""Links records of one event that several sources, or several records of one source, tell of; pure.

Nothing is merged: each fact stays as its source told it, and both name the other and the rule.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

from timeline.linked.keys import Keys
from timeline.linked.rules import NEAR, RULES, Rule
from timeline.model import Fact, Related

#: So many facts of a side that share one key, near each other, are not of one event: nothing is linked by it.
MOST = 20


def link(facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts, in their order, each with a tie to what is of the same event; old ties stay first."""
    ties: dict[int, set[Related]] = defaultdict(set)
    by_kind: dict[str, list[int]] = defaultdict(list)
    for place, fact in enumerate(facts):
        by_kind[fact.kind].append(place)
    keyed = _Keyed(facts, by_kind)
    for rule in RULES:
        for one, other in _ties(rule, facts, keyed):
            ties[one].add(Related(fact=facts[other].id, rule=rule.name))
            ties[other].add(Related(fact=facts[one].id, rule=rule.name))
    return [_tied(fact, ties.get(place)) for place, fact in enumerate(facts)]


def _tied(fact: Fact, ties: set[Related] | None) -> Fact:
    more = sorted((ties or set()) - set(fact.related), key=lambda tie: (tie.rule, tie.fact))
    return fact.replace(related=(*fact.related, *more)) if more else fact


def _ties(rule: Rule, facts: Sequence[Fact], keyed: _Keyed) -> Iterator[tuple[int, int]]:
    """Yield the places of each pair that a rule links."""
    lefts = keyed.places(rule.left, rule.left_keys)
    same = rule.left == rule.right and rule.left_keys is rule.right_keys
    rights = lefts if same else keyed.places(rule.right, rule.right_keys) if lefts else {}
    for key in lefts.keys() & rights.keys():
        for one, other in (
            _near(lefts[key], rights[key], facts) if rule.near else _all(lefts[key], rights[key])
        ):
            a, b = facts[one], facts[other]
            apart = a.thread is None or a.thread != b.thread
            if apart and (not same or one < other) and rule.pair(a, b):
                yield one, other


class _Keyed:
    """The places of facts by their keys; what several rules ask of a kind is looked at once."""

    def __init__(self, facts: Sequence[Fact], by_kind: Mapping[str, Sequence[int]]) -> None:
        self._facts, self._by_kind = facts, by_kind
        self._known: dict[tuple[Keys, str], list[tuple[str, int]]] = {}

    def places(self, kinds: Iterable[str], keys: Keys) -> dict[str, list[int]]:
        """Return the places of the facts of these kinds, by their keys."""
        found: dict[str, list[int]] = defaultdict(list)
        for kind in sorted(kinds):
            for key, place in self._of_kind(kind, keys):
                found[key].append(place)
        return found

    def _of_kind(self, kind: str, keys: Keys) -> list[tuple[str, int]]:
        if (keys, kind) not in self._known:
            places = self._by_kind.get(kind, ())
            self._known[keys, kind] = [(key, place) for place in places for key in keys(self._facts[place])]
        return self._known[keys, kind]


def _all(lefts: Sequence[int], rights: Sequence[int]) -> Iterator[tuple[int, int]]:
    if len(lefts) <= MOST and len(rights) <= MOST:
        yield from product(lefts, rights)


def _near(lefts: Sequence[int], rights: Sequence[int], facts: Sequence[Fact]) -> Iterator[tuple[int, int]]:
    """Yield the pairs that are no farther apart than records of one moment, each looked for in order of time."""
    ends = sorted((facts[place].latest, place) for place in rights)
    starts = sorted(facts[place].latest for place in lefts)
    for one in lefts:
        at = facts[one].latest
        first, last = bisect_left(ends, (at - 2 * NEAR,)), bisect_left(ends, (at + 2 * NEAR + 1,))
        crowd = bisect_right(starts, at + 2 * NEAR) - bisect_left(starts, at - 2 * NEAR)
        if last - first <= MOST and crowd <= MOST:
            yield from ((one, place) for _, place in ends[first:last])
