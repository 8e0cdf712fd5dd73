"""The rollouts of a Deployment: which ReplicaSet each revision was of, and when it began; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from collectors.kit import fields
from collectors.kit.fields import UnreadableError
from collectors.kit.kubernetes.client import Item
from collectors.kit.kubernetes.events import Event, Occurrence
from collectors.kubernetes.objects import HISTORY, REVISION, annotation
from timeline.instant import Bounds

SCALED = "ScalingReplicaSet"  # the reason of an event
#: Both orders of the words that versions have; before 1.26 they did not say from what.
_SCALED = re.compile(
    r"Scaled (?:up|down) replica set (?P<set>\S+) (?:from (?P<a>\d+) to (?P<b>\d+)|to (?P<c>\d+)(?: from (?P<d>\d+))?)"
)
_LONGEST = 1_900  # characters of a history; Kubernetes cuts one at 2,000, the oldest first


class Scaling(NamedTuple):
    """A ReplicaSet was told to have so many pods; `before` is empty where the event does not say."""

    event: Event
    when: Occurrence
    set: str
    before: str
    after: str

    @property
    def grows(self) -> bool:
        """Whether it got more pods than it had."""
        return self.event.message.startswith("Scaled up")


class Rollout(NamedTuple):
    """A revision of a Deployment: its ReplicaSet, when it began as far as that is known, and what told it."""

    revision: int
    set: Item
    start: Bounds | None
    means: str
    told: Event | None  # an event, where it is not the ReplicaSet's own creation
    older: bool  # its template had been deployed before

    @property
    def earliest(self) -> int:
        """Return the first instant at which it may have begun."""
        return self.start.earliest or 0 if self.start else 0


def scalings(events: Iterable[Event]) -> Iterator[Scaling]:
    """Yield what events of one Deployment say of its ReplicaSets, each time that is known."""
    for event in events:
        for when in event.times if event.reason == SCALED else ():
            if match := _SCALED.match(event.said(when)):
                before, after = match["a"] or match["d"] or "", match["b"] or match["c"]
                yield Scaling(event, when, match["set"], before, after)


def numbers(replica_set: Item) -> list[int]:
    """Return the revisions that a ReplicaSet was, oldest first; raise UnreadableError."""
    past = annotation(replica_set, HISTORY)
    try:
        return sorted(
            {int(one) for one in (*past.split(","), annotation(replica_set, REVISION) or "none") if one}
        )
    except ValueError:
        raise UnreadableError("its revision is no number") from None


def rollouts(
    sets: Sequence[Item], scaled: Sequence[Scaling], current: int, ended: Bounds | None
) -> list[Rollout]:
    """Return the rollouts of a Deployment, in order; `ended`: when the current one was said to have ended.

    A ReplicaSet's creation is the start of its first revision alone: a template that comes again keeps it.
    """
    owner = {number: one for one in sets for number in numbers(one)}
    firsts = {numbers(one)[0]: one for one in sets if len(annotation(one, HISTORY)) < _LONGEST}
    known = {number: fields.time(one.data, "metadata.creationTimestamp") for number, one in firsts.items()}
    found = []
    for number in sorted(owner):
        if number in known:
            means = "creationTimestamp of the ReplicaSet"
            found.append(Rollout(number, owner[number], known[number], means, None, older=False))
            continue
        after = max((at.earliest or 0 for n, at in known.items() if n < number), default=None)
        before = [at.latest for n, at in known.items() if n > number]
        if number == current:
            before += [ended.latest] if ended else []
            before += _written(owner[number])
        found.append(_again(number, owner, scaled, after, min(before, default=None)))
        if (start := found[-1].start) is not None:
            known[number] = start
    return found


def _again(
    number: int, owner: Mapping[int, Item], scaled: Sequence[Scaling], after: int | None, before: int | None
) -> Rollout:
    """Return a rollout of a template that had been deployed before: it began in `[after, before]` (ns).

    It began with the event that its ReplicaSet grew from nothing, where one alone fits. Where what it took the place of
    had not come up, its own pods were there all along, and no event is of its start: then it lies after that one's last
    growth, and no later than that one's end.
    """
    own, old = (_name(owner.get(one)) for one in (number, number - 1))
    near = [
        one
        for one in scaled
        if (after is None or one.when.at.latest >= after)
        and (before is None or (one.when.at.earliest or 0) <= before)
    ]
    grown = [one for one in near if one.set == own and one.before == "0"]
    if len(grown) == 1:
        one = grown[0]
        at = Bounds(min([one.when.at.earliest or 0, *_unseen(scaled, one, after)]), one.when.at.latest)
        return Rollout(
            number, owner[number], at, f"{one.when.means} of event {one.event.reason}", one.event, older=True
        )
    lows = [
        after,
        *(one.when.at.earliest for one in near if one.set == old and one.after != "0" and one.grows),
    ]
    low = max((at for at in lows if at is not None), default=None)
    highs = [before, *(one.when.at.latest for one in near if one.set == old and one.after == "0")]
    high = min((at for at in highs if at is not None and (low is None or at >= low)), default=None)
    between = Bounds(low, high) if low is not None and high is not None else None
    means = "between the last growth of the revision before and its end, as events and managedFields tell"
    return Rollout(number, owner[number], between, means, None, older=True)


def _unseen(scaled: Sequence[Scaling], one: Scaling, after: int | None) -> Iterator[int]:
    """Yield from when on a growth that is not kept may have come before the one that is."""
    for other in scaled:
        first, last = other.event.times[0].at, other.event.times[-1].at
        # Of an event that came more than twice those between are not kept; of combined ones, all but the last.
        hides = other.event.combined or (other.event.total > 2 and other.set == one.set)
        if hides and (first.earliest or 0) <= one.when.at.latest and (after is None or last.latest >= after):
            yield max(first.earliest or 0, after or 0)


def _name(item: Item | None) -> str:
    return fields.text(item.data, "metadata.name") if item else ""


def _written(replica_set: Item) -> list[int]:
    """Return when its controller wrote a ReplicaSet last, which it did at the start of each revision of it."""
    entries = fields.many(replica_set.data, "metadata.managedFields")
    times = [fields.time(one, "time").latest for one in entries if not fields.text(one, "subresource")]
    return [max(times)] if times else []


def missing(found: Sequence[Rollout], current: int) -> list[int]:
    """Return the revisions whose ReplicaSets are not kept."""
    there = {one.revision for one in found}
    return [number for number in range(1, current + 1) if number not in there]


def is_step(one: Scaling, found: Sequence[Rollout], every: Sequence[Scaling]) -> bool:
    """Tell whether a scaling is a step of a rollout: of another ReplicaSet than the revision's, or before one's last step."""
    if "0" in {one.before, one.after}:
        return True
    at = one.when.at.latest
    during = max((r for r in found if r.start and r.earliest <= at), key=lambda r: r.revision, default=None)
    if during is None:
        return False
    until = min((r.earliest for r in found if r.start and r.revision > during.revision), default=None)
    own = fields.text(during.set.data, "metadata.name")
    if one.set != own:
        return True
    return any(
        other.set != own
        and other.when.at.latest >= at
        and (until is None or (other.when.at.earliest or 0) < until)
        for other in every
    )


def progress(deployment: Item, kind: str = "Progressing") -> tuple[int, Mapping[str, Any]] | None:
    """Return a condition of a Deployment with its place; None where it has none."""
    for place, one in enumerate(fields.many(deployment.data, "status.conditions")):
        if fields.text(one, "type") == kind:
            return place, one
    return None
