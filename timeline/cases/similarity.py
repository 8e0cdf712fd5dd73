"""How alike two incidents are, with the reasons; rare things count more than those of many incidents. No cause is told by it.

The score is the share of what is distinctive in both that is in each: with w the weights of alerts, signatures, services, changed
components, factors and modes of failure, 2 w(both) / (w(one) + w(other)), nine tenths of it, and a tenth how far the first events
are in one order. A thing that is in every incident weighs nearly nothing, one of a single incident its whole.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import Literal, NamedTuple

from timeline.cases.features import Features, template

Aspect = Literal["alert", "signature", "changed", "service", "factor", "mode", "order"]
#: Two fifths of what is distinctive is in both: below it incidents are not alike.
ALIKE = 0.4
#: How much of its rarity a thing of each aspect counts.
WEIGHTS: dict[Aspect, float] = {
    "alert": 1.0, "signature": 1.0, "changed": 0.6, "service": 0.6, "factor": 0.5, "mode": 1.0,
}  # fmt: skip
#: The part of the score that the order of events is.
ORDER = 0.1
#: Texts that share this part of their words, weighed by rarity, are taken for the same.
NEAR = 0.6
#: Incidents that nobody knows, added to those of the archive: in a small one, what two have is not frequent yet.
UNKNOWN = 20
#: What people write comes late: it counts only where both incidents have it.
_WRITTEN = frozenset(("factor", "mode"))
_TEXTS = frozenset(("signature", "factor"))

Thing = tuple[Aspect, str]


class Reason(NamedTuple):
    """Something that is in both, `of` so many incidents; `other` is what the other one has where it is not the very same.

    `share` is what it adds to the score. Of the order, `value` is how many kinds of events come in one order.
    """

    aspect: Aspect
    value: str
    other: str
    of: int
    share: float


class Match(NamedTuple):
    """An incident by its place, its score (0 to 1) and why."""

    place: int
    score: float
    reasons: tuple[Reason, ...]


def things_of(features: Features) -> dict[Thing, str]:
    """Return what is compared, with how each was written."""
    found: dict[Thing, str] = {("alert", one): one for one in features.alerts}
    for number, text in enumerate(features.signatures):
        form = features.templates[number] if number < len(features.templates) else template(text)
        found.setdefault(("signature", form), text)
    found |= {("changed", one): one for one in features.changed}
    found |= {("service", one): one for one in features.services}
    found |= {("factor", template(one)): one for one in features.factors}
    return found | {("mode", one.casefold()): one for one in features.modes}


class Incidents:
    """Incidents that are compared with each other, by their places."""

    def __init__(self, every: Sequence[Features]) -> None:
        self._every = every
        self.things = [things_of(one) for one in every]
        #: In how many incidents each thing is.
        self.counts = Counter(thing for own in self.things for thing in own)
        self._most = math.log(len(every) + UNKNOWN)

    @cached_property
    def _weights(self) -> dict[Thing, float]:
        return {thing: self.weight(thing[0], count) for thing, count in self.counts.items()}

    @cached_property
    def _totals(self) -> list[tuple[float, float, float]]:
        return [self._total(own) for own in self.things]

    def _total(self, own: dict[Thing, str]) -> tuple[float, float, float]:
        """Return the weight of what was recorded, of the factors and of the modes."""
        totals = {"factor": 0.0, "mode": 0.0, "": 0.0}
        weights = self._weights
        for thing in own:
            totals[thing[0] if thing[0] in _WRITTEN else ""] += weights[thing]
        return totals[""], totals["factor"], totals["mode"]

    @cached_property
    def _texts(self) -> dict[Aspect, tuple[dict[Thing, frozenset[str]], dict[str, float]]]:
        """The words of each text of an aspect, and what each word weighs."""
        found: dict[Aspect, tuple[dict[Thing, frozenset[str]], dict[str, float]]] = {}
        for aspect in sorted(_TEXTS):
            words = {thing: frozenset(thing[1].split()) for thing in self.counts if thing[0] == aspect}
            counts = Counter(word for own in words.values() for word in own)
            most = math.log(len(words) + UNKNOWN)
            found[aspect] = words, {word: 1 - math.log(count) / most for word, count in counts.items()}  # type: ignore[index]
        return found

    def near(self, thing: Thing) -> dict[Thing, float]:
        """Return the texts that are taken for the same as one, with the share of their words (by rarity) that is in both."""
        if thing[0] not in _TEXTS:
            return {}
        words, weights = self._texts[thing[0]]
        mine = words[thing]
        own = math.fsum(sorted(weights[word] for word in mine))
        found = {}
        for other, theirs in words.items():
            both = mine & theirs
            # Half of the words at least, counted: what is weighed after is a small part of them.
            if len(both) * 4 < len(mine) + len(theirs) or other == thing:
                continue
            shared = math.fsum(sorted(weights[word] for word in both))
            share = 2 * shared / (own + math.fsum(sorted(weights[word] for word in theirs)))
            if share >= NEAR:
                found[other] = share
        return found

    def weight(self, aspect: Aspect, count: int) -> float:
        """Return what a thing of an aspect weighs that so many incidents have."""
        return WEIGHTS[aspect] * (1 - math.log(max(count, 1)) / self._most)

    def containing(self, aspect: Aspect, text: str) -> set[Thing]:
        """Return the texts that have as much of the words of a text (by rarity) as texts that are taken for the same."""
        words, weights = self._texts[aspect]
        wanted = frozenset(template(text).split())
        whole = math.fsum(sorted(weights.get(word, 1.0) for word in wanted))
        return {
            thing
            for thing, own in words.items()
            if (both := own & wanted) and math.fsum(sorted(weights[word] for word in both)) >= NEAR * whole
        }

    def alike(self, place: int, at_least: float = ALIKE) -> list[Match]:
        """Return the incidents that are as alike as this or more, the most alike first; the later of two places last."""
        own = self.things[place]
        near = {thing: self.near(thing) for thing in own if thing[0] in _TEXTS}
        wanted = own.keys() | {other for others in near.values() for other in others}
        found = []
        for number, theirs in enumerate(self.things):
            if number == place or not (there := theirs.keys() & wanted):
                continue
            pairs = self._pairs(own, there, near)
            score, whole = self._score(place, number, pairs)
            if (1 - ORDER) * score + ORDER < at_least:
                continue
            order = _in_order(self._every[place].kinds, self._every[number].kinds)
            told = round((1 - ORDER) * score + ORDER * order.share, 4)
            if told >= at_least:
                reasons = [self._reason(own, theirs, pair, whole, near) for pair in pairs]
                reasons.sort(key=lambda one: (-one.share, one.aspect, one.value))
                last = [order._replace(share=round(ORDER * order.share, 4))] if order.share else []
                found.append(Match(number, told, (*reasons, *last)))
        return sorted(found, key=lambda one: (-one.score, one.place))

    def _pairs(
        self, own: dict[Thing, str], there: set[Thing], near: dict[Thing, dict[Thing, float]]
    ) -> list[tuple[Thing, Thing, float]]:
        """Return what is in both, each thing with its one counterpart and how alike they are."""
        same = sorted(there & own.keys())
        taken = set(same)
        pairs = [(thing, thing, 1.0) for thing in same]
        close = [
            (-share, thing, other)
            for thing, others in near.items()
            if thing not in taken
            for other, share in others.items()
            if other in there and other not in taken
        ]
        for share, thing, other in sorted(close):
            if thing not in taken and other not in taken:
                taken |= {thing, other}
                pairs.append((thing, other, -share))
        return pairs

    def _shared(self, pair: tuple[Thing, Thing, float]) -> float:
        thing, other, share = pair
        return share * (self._weights[thing] + self._weights[other])

    def _score(self, a: int, b: int, pairs: Sequence[tuple[Thing, Thing, float]]) -> tuple[float, float]:
        """Return the share of the weight of both that is in both, and that weight."""
        mine, theirs = self._totals[a], self._totals[b]
        whole = mine[0] + theirs[0]
        for written in (1, 2):
            if mine[written] and theirs[written]:
                whole += mine[written] + theirs[written]
        return (math.fsum(map(self._shared, pairs)) / whole if whole else 0.0), whole

    def _reason(
        self, own: dict[Thing, str], theirs: dict[Thing, str], pair: tuple[Thing, Thing, float], whole: float,
        near: dict[Thing, dict[Thing, float]],
    ) -> Reason:  # fmt: skip
        thing, other, _ = pair
        value, written = own[thing], theirs[other]
        share = round((1 - ORDER) * self._shared(pair) / whole, 4) if whole else 0.0
        return Reason(thing[0], value, "" if written == value else written, self.having(thing, near), share)

    def having(self, thing: Thing, near: dict[Thing, dict[Thing, float]]) -> int:
        """Return in how many incidents a thing is, or one that is taken for it."""
        others = near.get(thing)
        if not others:
            return self.counts[thing]
        wanted = {thing, *others}
        return sum(not wanted.isdisjoint(own) for own in self.things)


def _in_order(mine: Sequence[str], theirs: Sequence[str]) -> Reason:
    """Return how many kinds of events come in one order in both (their longest common subsequence), of all."""
    row = [0] * (len(theirs) + 1)
    for kind in mine:
        above, row = row, [0]
        for number, other in enumerate(theirs):
            row.append(above[number] + 1 if kind == other else max(above[number + 1], row[-1]))
    common, both = row[-1], len(mine) + len(theirs)
    return Reason("order", str(common), "", max(len(mine), len(theirs)), 2 * common / both if both else 0.0)
