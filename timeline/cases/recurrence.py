"""What came back: the same alert, signature, factor or failure mode in two incidents that began within some days of each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from timeline.cases.features import Features
from timeline.cases.similarity import Aspect, things_of
from timeline.instant import DAY

WITHIN = 20 * DAY
#: What more than this part of the incidents have comes back whatever happens; so few of them tell nothing of that.
FREQUENT, FEW = 0.5, 8
ASPECTS: tuple[Aspect, ...] = ("alert", "signature", "factor", "mode")


class Same(NamedTuple):
    """Something that came back, as it was written the second time, and how many incidents have it."""

    aspect: Aspect
    value: str
    of: int


class Recurrence(NamedTuple):
    """Two incidents by their places, how long (ns) after the start of the former the later began, what came back."""

    former: int
    later: int
    after: int
    same: tuple[Same, ...]


def recurrences(incidents: Sequence[tuple[int | None, Features]], within: int = WITHIN) -> list[Recurrence]:
    """Return the pairs of incidents, given by start (ns) and features, in which something came back, the latest first.

    A thing pairs each incident that has it with the last one before that has it too. What more than half of eight incidents
    or more have is left out, and so are incidents without a start.
    """
    having: dict[tuple[Aspect, str], list[tuple[int, int, str]]] = defaultdict(list)
    for place, (start, features) in enumerate(incidents):
        for thing, written in things_of(features).items():
            if start is not None and thing[0] in ASPECTS:
                having[thing].append((start, place, written))
    pairs: dict[tuple[int, int], list[Same]] = defaultdict(list)
    most = FREQUENT * len(incidents) if len(incidents) >= FEW else len(incidents)
    for (aspect, _), those in having.items():
        if len(those) > most:
            continue
        those.sort()
        for (start, former, _), (again, later, written) in pairwise(those):
            if again - start <= within:
                pairs[former, later].append(Same(aspect, written, len(those)))
    found = [
        Recurrence(former, later, (incidents[later][0] or 0) - (incidents[former][0] or 0), tuple(sorted(same, key=_rarest_first)))
        for (former, later), same in pairs.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-(incidents[one.later][0] or 0), one.after, one.former, one.later))


def _rarest_first(same: Same) -> tuple[int, int, str]:
    return same.of, ASPECTS.index(same.aspect), same.value
