"""The course of an incident: how long, how bad, what was tried meanwhile and by whom; each computed once, pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from timeline import terms
from timeline.alerts.states import begins_breach
from timeline.instant import HOUR
from timeline.measures.chain import Point
from timeline.model import Fact, Timeline
from timeline.order import ClockErrors, in_display_order
from timeline.relative import begins_before, first_instant
from timeline.response import extent as extents
from timeline.response import people
from timeline.response import tried as trying
from timeline.response.samples import Peak, Samples, Watched, peak

_ENDS = (terms.IMPACT_ENDED, terms.CLEARED, "resolved")
#: Series whose peaks, and whose values around a change, are told.
WATCHED = 3
#: How long (ns) before the start changes are looked for, and how many of them are told.
LEADUP, LEADING = 6 * HOUR, 3
#: Statuses by which a status page says that it is over.
OVER = ("resolved", "completed", "operational")


class Course:
    """What a timeline and its samples tell of the course; `points` are those of the headline's life."""

    def __init__(
        self, timeline: Timeline, points: Mapping[str, Point], errors: ClockErrors, samples: Samples
    ) -> None:
        self._timeline, self._errors, self._samples = timeline, errors, samples
        self._facts = in_display_order(timeline.facts)
        self.points = extents.points_of(timeline, points)

    @cached_property
    def extent(self) -> extents.Extent | None:
        """From when to when it lasted; None where nothing was recorded."""
        return extents.extent(self._timeline, self.points, self._errors)

    @cached_property
    def span(self) -> tuple[int, int]:
        """The instants (ns) between which changes and the response are looked for: from its start to its last end."""
        incident, window = self._timeline.incident, self._timeline.window
        if self.extent is None:
            return window.start, window.end
        ends = [end.latest for name in _ENDS if isinstance(end := self.points[name], Fact)]
        claims = (self.extent.last, incident.mitigated, incident.resolved, incident.end)
        ends += [at for at in claims if at is not None]
        return self.extent.first, min(max(ends, default=window.end), window.end)

    @cached_property
    def watched(self) -> tuple[Watched, ...]:
        """The series that tell how bad it was: of thresholds of customer impact, then the headline alert's."""
        marked = [f for f in self._facts if f.category == "impact" and begins_breach(f)]
        head = self.points[terms.MET]
        found: dict[str, Watched] = {}
        for fact in [*marked, *([head] if isinstance(head, Fact) else [])]:
            if len(found) < WATCHED and (one := self._samples.of(fact)):
                found.setdefault(one.name, one)
        return tuple(found.values())

    @cached_property
    def peaks(self) -> tuple[Peak, ...]:
        """The peak of each watched series inside the incident."""
        incident = self._timeline.incident
        found = (peak(one, incident.start, incident.end) for one in self.watched)
        return tuple(one for one in found if one)

    @cached_property
    def tried(self) -> tuple[trying.Tried, ...]:
        """The changes while it lasted, each with what the watched series said around it."""
        return tuple(trying.tried(trying.changes(self._facts, *self.span), self.watched))

    @cached_property
    def last_before_end(self) -> trying.Tried | None:
        """The last of those changes that may have come before the end; None where none did."""
        end = self.extent.end if self.extent else None
        if not isinstance(end, Fact | int):
            return None
        until = end.latest if isinstance(end, Fact) else end
        return next((one for one in reversed(self.tried) if begins_before(one.change.earliest, until)), None)

    @property
    def _signs(self) -> list[Fact]:
        named = (terms.IMPACT_STARTED, terms.MET, "firing")
        return [at for name in named if isinstance(at := self.points[name], Fact)]

    @cached_property
    def leadup(self) -> tuple[Fact, ...]:
        """The last changes before the start, in display order."""
        start = self.span[0]
        before = [f for f in self._facts if f.latest < start and f.latest >= start - LEADUP]
        return tuple(change for change, _ in trying.changes(before, start - LEADUP, start)[-LEADING:])

    @cached_property
    def joined(self) -> tuple[people.Joined, ...]:
        """Who was recorded inside the incident, in the order in which they first were."""
        signs = [first_instant(at) for at in self._signs]
        return tuple(people.joined(self._timeline, min([self.span[0], *signs])))

    @cached_property
    def decisions(self) -> tuple[Fact, ...]:
        """The messages that people marked."""
        return tuple(people.decisions(self._timeline))

    @cached_property
    def pause(self) -> people.Pause | None:
        """The longest time without any recorded response while it lasted; None where nothing tells when that was."""
        return next(iter(self.pauses), None)

    @cached_property
    def pauses(self) -> tuple[people.Pause, ...]:
        """All of these times, the longest first."""
        if self.extent is None:
            return ()
        end = self.span[1] if self.extent.last is None else self.extent.last
        return people.pauses(self._timeline, self.extent.first, end)

    @cached_property
    def told_over(self) -> Fact | None:
        """The last post by which a status page says that it is over."""
        start = self.span[0]
        posts = [f for f in self._facts if f.kind == "status.posted" and f.latest >= start]
        return next((f for f in reversed(posts) if str(f.names.get("status", "")).lower() in OVER), None)

    def claimed(self, kind: str) -> Fact | None:
        """Return the last fact of a kind inside the incident's course or after it: `incident.mitigated` and its like."""
        return next((f for f in reversed(self._facts) if f.kind == kind and f.latest >= self.span[0]), None)
