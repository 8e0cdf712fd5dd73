"""What bounds and clocks prove of two facts: which came first, and how long lay between them."""

from __future__ import annotations

from typing import Literal, NamedTuple

from timeline.model import Fact
from timeline.order import ClockErrors, elapsed, lineage, precedes

Relation = Literal["before", "after", "same", "undetermined"]
#: What decides: one was made on top of the other, bounds of one clock, bounds widened by two clocks' errors; else why none does.
Ground = Literal["identity", "lineage", "one clock", "two clocks", "no beginning", "bounds overlap"]


class Order(NamedTuple):
    """How `a` stands to `b`, what decides it, and the errors (ns) that widened bounds of two clocks."""

    relation: Relation
    ground: Ground
    error_a: int
    error_b: int


def order(a: Fact, b: Fact, errors: ClockErrors) -> Order:
    """Return what is proven of the order of two facts."""
    apart = a.clock != b.clock
    widened = (errors.get(a.clock, 0), errors.get(b.clock, 0)) if apart else (0, 0)
    if a.id == b.id:
        return Order("same", "identity", 0, 0)
    relation: Relation = "undetermined"
    if precedes(a, b, errors):
        relation = "before"
    elif precedes(b, a, errors):
        relation = "after"
    if a.id in lineage(b) or b.id in lineage(a):
        return Order(relation, "lineage", 0, 0)
    if relation == "undetermined":
        # A fact without a beginning may still follow one that ends before it ends; nothing proves that.
        ground: Ground = "no beginning" if None in {a.earliest, b.earliest} else "bounds overlap"
        return Order(relation, ground, *widened)
    return Order(relation, "two clocks" if apart else "one clock", *widened)


class Between(NamedTuple):
    """The shortest and longest time (ns) from `a` to `b`: below zero where `b` may be first; None: not known, and why."""

    least: int | None
    most: int | None
    reason: str = ""


def between(a: Fact, b: Fact, errors: ClockErrors) -> Between:
    """Return how long lay between two facts, as every measure of a timeline is computed."""
    if a.id == b.id:
        return Between(0, 0)
    found = elapsed(a, b, errors)
    if found is not None:
        return Between(*found)
    open_ = [fact.id for fact in (a, b) if fact.earliest is None]
    return Between(None, None, f"when {' and '.join(open_)} began is not known: it was already so")
