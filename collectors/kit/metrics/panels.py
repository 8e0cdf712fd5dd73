"""Panels of watched queries: which series are drawn, in which order, with which thresholds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from collectors.kit.metrics.facts import Watch
from collectors.kit.metrics.samples import LabelKey, unnamed
from timeline.model import Fact, Panel, Series, Threshold
from timeline.relative import first_instant

SHOWN = 20  # series of a panel
_NEVER = (2**63, 2**63)


class Drawn(NamedTuple):
    """Where the drawing data of a series lies: a payload, and pointers to its maxima and minima."""

    payload: str
    high: str
    low: str


def panel(
    identity: str, source: str, query: str, watches: Sequence[Watch], drawn: Mapping[LabelKey, Drawn],
    facts: Iterable[Fact], of: int = 0,
) -> Panel:  # fmt: skip
    """Return the panel of a query: `drawn` are its series by their unnamed labels, `of` how many there are at least."""
    order = in_order(drawn, facts)
    shown = order[:SHOWN]
    limits = {Threshold(name=w.title, op=w.op, value=w.value): None for w in watches}
    return Panel(
        id=identity, source=source, title=title(watches), unit=next((w.unit for w in watches if w.unit), None),
        query=query, thresholds=tuple(limits),
        series=tuple(
            Series(labels=dict(key), payload=drawn[key].payload, high=drawn[key].high, low=drawn[key].low)
            for key in shown
        ),
        shown=len(shown), of=max(len(order), of),
    )  # fmt: skip


def in_order(keys: Iterable[LabelKey], facts: Iterable[Fact]) -> list[LabelKey]:
    """Return series (unnamed) in the order in which they are drawn: those that changed first come first."""
    first = _first_changes(facts)
    return sorted(keys, key=lambda key: (first.get(key, _NEVER), key))


def title(watches: Sequence[Watch]) -> str:
    """Return what a panel is called: as its thresholds are."""
    names = list(dict.fromkeys(w.title for w in watches))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _first_changes(facts: Iterable[Fact]) -> dict[LabelKey, tuple[int, int]]:
    first: dict[LabelKey, tuple[int, int]] = {}
    for fact in facts:
        key = unnamed(tuple(fact.subject.labels.items()))
        began = (first_instant(fact), fact.latest)
        first[key] = min(first.get(key, began), began)
    return first
