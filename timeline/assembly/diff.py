"""What changed between two builds: facts added, gone and changed, by the digest of their content."""

from __future__ import annotations

from typing import NamedTuple

from timeline.model import Content, Fact, Gap, Measure, Timeline
from timeline.order import in_display_order


class FactChange(NamedTuple):
    """A fact of both builds whose content differs, and the names of the members that do."""

    old: Fact
    new: Fact
    members: tuple[str, ...]


class Moved(NamedTuple):
    """A measure whose range or end points differ; None where a build does not have it."""

    name: str
    old: Measure | None
    new: Measure | None


class Difference(NamedTuple):
    """Facts in display order, gaps by start, measures in the new build's order."""

    added: tuple[Fact, ...]
    gone: tuple[Fact, ...]
    changed: tuple[FactChange, ...]
    gaps_added: tuple[Gap, ...]
    gaps_gone: tuple[Gap, ...]
    measures: tuple[Moved, ...]

    @property
    def empty(self) -> bool:
        """Whether the builds say the same."""
        return not any(self)


def difference(old: Timeline, new: Timeline) -> Difference:
    """Compare two builds of one incident; evidence, sources and how they were built are not compared."""
    before, after = {f.id: f for f in old.facts}, {f.id: f for f in new.facts}
    return Difference(
        added=tuple(f for f in in_display_order(new.facts) if f.id not in before),
        gone=tuple(f for f in in_display_order(old.facts) if f.id not in after),
        changed=tuple(
            FactChange(before[f.id], f, members)
            for f in in_display_order(new.facts)
            if f.id in before and (members := differing(before[f.id], f))
        ),
        gaps_added=_gaps(new, old),
        gaps_gone=_gaps(old, new),
        measures=tuple(_moved(old, new)),
    )


def differing(old: Fact, new: Fact) -> tuple[str, ...]:
    """Return the members of the content that differ, by name; nothing where the digests are equal."""
    if old.content_digest() == new.content_digest():
        return ()
    return tuple(name for name in Content.__struct_fields__ if getattr(old, name) != getattr(new, name))


def _gaps(of: Timeline, without: Timeline) -> tuple[Gap, ...]:
    known = {gap.id for gap in without.gaps}
    return tuple(
        sorted((g for g in of.gaps if g.id not in known), key=lambda g: (g.start, g.end, g.source, g.id))
    )


def _moved(old: Timeline, new: Timeline) -> list[Moved]:
    before, after = {m.name: m for m in old.measures}, {m.name: m for m in new.measures}
    names = [*after, *(name for name in before if name not in after)]
    return [
        Moved(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    ]
