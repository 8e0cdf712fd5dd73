"""Which incidents have what somebody asks for: those that have all of it, or most of its weight, first; of them the newest."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from timeline.cases.similarity import Aspect, Incidents

#: An incident that has less than this part of the weight of what was asked for is left out.
LEAST = 0.5


class Asked(NamedTuple):
    """An alert, a service or a part of a signature."""

    aspect: Aspect
    value: str


class Recalled(NamedTuple):
    """An incident by its place: which of what was asked for it has (by number), and the part of the weight that these are."""

    place: int
    has: tuple[int, ...]
    share: float


def having(known: Incidents, asked: Asked) -> set[int]:
    """Return the places of the incidents that have something; names are the same whatever their case."""
    if asked.aspect == "signature":
        wanted = known.containing("signature", asked.value)
        return (
            {place for place, own in enumerate(known.things) if not wanted.isdisjoint(own)}
            if wanted
            else set()
        )
    name = asked.value.casefold()
    things = {thing for thing in known.counts if thing[0] == asked.aspect and thing[1].casefold() == name}
    return (
        {place for place, own in enumerate(known.things) if not things.isdisjoint(own)} if things else set()
    )


def recalled(known: Incidents, parts: Sequence[tuple[Aspect, Collection[int]]]) -> list[Recalled]:
    """Return the incidents that have parts of a question, each given by its aspect and the places that have it."""
    weights = [known.weight(aspect, len(places)) for aspect, places in parts]
    whole = math.fsum(weights)
    found: dict[int, list[int]] = {}
    for number, (_, places) in enumerate(parts):
        for place in places:
            found.setdefault(place, []).append(number)
    every = (_of(place, has, weights, whole) for place, has in found.items())
    return sorted((one for one in every if one.share >= LEAST), key=lambda one: (-one.share, one.place))


def _of(place: int, has: Sequence[int], weights: Sequence[float], whole: float) -> Recalled:
    share = math.fsum(weights[number] for number in has) / whole if whole else len(has) / len(weights)
    return Recalled(place, tuple(has), round(share, 4))


def known_names(known: Incidents, aspect: Aspect) -> Iterable[str]:
    """Return the alerts or services that incidents have, by name."""
    return sorted(thing[1] for thing in known.counts if thing[0] == aspect)
