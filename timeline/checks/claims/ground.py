"""What claims are checked against: facts, measures and impact numbers by their ids, what was collected, who is who."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar, cast

from timeline.checks.claims.plain import Citation
from timeline.model import Fact, Timeline
from timeline.order import ClockErrors, Ordered, in_display_order
from timeline.people.names import Names
from timeline.references.values import Named, named

Cited = Named
T = TypeVar("T")


class Ground:
    """A timeline as claims are looked up in it.

    `words` gives what stands at a fact's pointers in its payloads, as texts (empty where the evidence is absent);
    `errors` are those of the clocks (ns); `names` who may be named.
    """

    def __init__(
        self, timeline: Timeline, errors: ClockErrors, names: Names | None = None,
        words: Callable[[Fact], Sequence[str]] = lambda _: (),
    ) -> None:  # fmt: skip
        self.timeline = timeline
        self.errors = errors
        self.names = names or Names([])
        self.words = words
        self._made: dict[Callable[[Ground], Any], Any] = {}

    def once(self, make: Callable[[Ground], T]) -> T:
        """Return what `make` gives of this ground; it is called once, so that a rule's index is built once."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast("T", self._made[make])

    @cached_property
    def facts(self) -> Ordered:
        """All facts in display order; `of_kind` (timeline.order) takes those of some kinds."""
        return in_display_order(self.timeline.facts)

    @cached_property
    def by_id(self) -> Mapping[str, Cited]:
        """What may be cited, by its id."""
        return named(self.timeline)

    def cited(self, citations: Iterable[Citation]) -> list[Cited]:
        """Return what citations name, each once, in their order; unknown ids are left to their own rule."""
        ids = dict.fromkeys(one.id for one in citations)
        return [self.by_id[identity] for identity in ids if identity in self.by_id]

    def facts_of(self, citations: Iterable[Citation]) -> list[Fact]:
        """Return the facts among what citations name."""
        return [one for one in self.cited(citations) if isinstance(one, Fact)]
