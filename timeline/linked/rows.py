"""Rows of linked facts: what is shown as one, and unfolds; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from timeline.linked.rules import near
from timeline.model import LINKS, Fact

#: Which record of an event says most of it, by the beginning of its kind.
_TELLING = ("deploy.", "alert.", "incident.", "status.", "change.", "chat.")


class Row(NamedTuple):
    """A fact that stands for an event, and other records of it, in display order."""

    main: Fact
    also: tuple[Fact, ...] = ()


def rows(facts: Sequence[Fact]) -> list[Row]:
    """Return the rows of facts that are in display order; each fact is in one, each row where its main fact is.

    Linked facts of one moment share a row. Two of one life do not: its steps are told apart.
    """
    held = {fact.id: fact for fact in facts}
    groups: dict[str, list[Fact]] = {}  # by each member
    for fact in facts:
        own = groups[fact.id] = _joins(fact, held, groups) or []
        own.append(fact)
    made = {id(group): _row(group) for group in groups.values()}
    mains = {row.main.id: row for row in made.values()}
    return [mains[fact.id] for fact in facts if fact.id in mains]


def _joins(fact: Fact, held: dict[str, Fact], groups: dict[str, list[Fact]]) -> list[Fact] | None:
    """Return the group with most of what the fact is linked to, at its moment, and none of its life; of equals the nearest.

    Of the steps of one life that it is linked to, the nearest counts.
    """
    lives: dict[str, tuple[int, str]] = {}
    found: dict[int, list[tuple[int, str]]] = {}
    for tie in fact.related:
        if tie.rule in LINKS and tie.fact in groups and near(fact, other := held[tie.fact]):
            life, far = other.thread or other.id, (abs(other.latest - fact.latest), other.id)
            lives[life] = min(lives.get(life, far), far)
    for distance, one in lives.values():
        group = groups[one]
        if fact.thread is None or all(other.thread != fact.thread for other in group):
            found.setdefault(id(group), []).append((distance, one))
    best = min(found.values(), key=lambda ties: (-len(ties), min(ties)), default=None)
    return groups[best[0][1]] if best else None


def _row(group: Sequence[Fact]) -> Row:
    ranks = [
        next((rank for rank, word in enumerate(_TELLING) if fact.kind.startswith(word)), len(_TELLING))
        for fact in group
    ]
    main = group[ranks.index(min(ranks))]
    return Row(main, tuple(fact for fact in group if fact.id != main.id))
