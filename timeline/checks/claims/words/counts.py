"""How many of a sort there were: alerts and their firings, deploys, messages, posts, silences; and what gaps may hide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from timeline.checks.claims.ground import Ground
from timeline.checks.claims.words.collected import sources_giving
from timeline.model import NAMES_OF, Fact, Gap
from timeline.order import of_kind
from timeline.relative import meets

#: The kinds that a sort is of.
SORTS: Mapping[str, tuple[str, ...]] = {
    "alert": ("alert.firing",),
    "firing": ("alert.firing",),
    "page": ("alert.notified",),
    "deploy": ("deploy.started", "deploy.finished", "deploy.failed"),
    "release": ("change.released", "deploy.started", "deploy.finished", "deploy.failed"),
    "rollback": ("deploy.rolled_back",),
    "message": ("chat.message", "chat.deleted"),
    "status": ("status.posted",),
    "silence": ("alert.silenced",),
    "acknowledgement": ("alert.acknowledged",),
    "escalation": ("alert.escalated",),
    "reassignment": ("alert.reassigned",),
    "merge": ("change.merged",),
    "deletion": ("chat.deleted",),
    "edit": ("chat.edited",),
}


class Span(NamedTuple):
    """`[start, end)` in ns; None bounds nothing."""

    start: int | None
    end: int | None


class Counted(NamedTuple):
    """A count, as a range where bounds leave open whether a fact lies within; what is counted; what may hide more."""

    least: int
    most: int
    what: str
    facts: Sequence[Fact]


def scope(ground: Ground, *, window: bool) -> Span:
    """Return the unpadded incident, or the window."""
    timeline = ground.timeline
    if window:
        return Span(timeline.window.start, timeline.window.end)
    start, end = timeline.incident.start, timeline.incident.end
    return Span(
        timeline.window.start if start is None else start, timeline.window.end if end is None else end
    )


def of_sort(ground: Ground, sort: str) -> Sequence[Fact]:
    """Return the facts of a sort, in display order."""
    return of_kind(ground.facts, *SORTS[sort])


def within(facts: Iterable[Fact], span: Span) -> tuple[list[Fact], list[Fact]]:
    """Return the facts that certainly lie in a span, and those that may."""
    may = [fact for fact in facts if meets(fact.earliest, fact.latest, span.start, span.end)]
    return [fact for fact in may if _is_inside(fact, span)], may


def _is_inside(fact: Fact, span: Span) -> bool:
    after = span.start is None or (fact.earliest is not None and fact.earliest >= span.start)
    return after and (span.end is None or fact.latest < span.end)


def _life(fact: Fact) -> str:
    return fact.thread or fact.id


def _named(name: str) -> Callable[[Fact], str]:
    return lambda fact: str(fact.names.get(name, fact.id))


def _undeleted(fact: Fact) -> str:
    return fact.id if fact.kind == "chat.message" else ""


def _released(fact: Fact) -> str:
    return str(fact.names.get("release") or fact.names.get("deploy") or fact.id)


#: How a sort may be counted: each record, each life, each name.
_WAYS: Mapping[str, tuple[tuple[str, Callable[[Fact], str]], ...]] = {
    "alert": (
        ("firings", lambda fact: fact.id),
        ("alerts", _life),
        ("names of alerts", _named("alert")),
    ),
    "deploy": (("deploys", _life), ("names of deploys", _named("deploy"))),
    "release": (("releases", _life), ("names of releases", _released)),
    "rollback": (("rollbacks", _life), ("deploys that were rolled back", _named("deploy"))),
    "message": (("messages", lambda fact: fact.id), ("messages that are not deleted", _undeleted)),
    "merge": (("merges", lambda fact: fact.id), ("merged changes", _named("change"))),
}
_ONCE = {"alert": 1, "release": 0, "deploy": 0, "rollback": 0, "merge": 0}


def counted(facts: Sequence[Fact], sort: str, span: Span, *, once: bool = False) -> Iterator[Counted]:
    """Yield what a sort's facts in a span come to, in each way of counting; `once` leaves out that of each record."""
    sure, may = within(facts, span)
    ways = _WAYS.get(sort) or ((_plural(sort), lambda fact: fact.id),)
    for what, key in ways[_ONCE.get(sort, 0) if once else 0 :]:
        least, most = (len({key(fact) for fact in facts} - {""}) for facts in (sure, may))
        yield Counted(least, most, what, may)


def _plural(sort: str) -> str:
    return {"status": "status posts", "page": "notifications"}.get(sort, f"{sort}s")


def gaps(ground: Ground, kinds: Iterable[str], span: Span) -> list[Gap]:
    """Return the gaps of sources that give these kinds, in a span: what they hide is not known."""
    held = sources_giving(ground, kinds)
    return [gap for gap in ground.timeline.gaps if gap.source in held and hides(gap) and _overlaps(gap, span)]


def hides(gap: Gap) -> bool:
    """Tell whether records may be missing: not where names are, nor where an earlier collection was kept."""
    return gap.reason != "not_refreshed" and not (gap.missing or "").startswith(NAMES_OF)


def _overlaps(gap: Gap, span: Span) -> bool:
    return (span.end is None or gap.start < span.end) and (span.start is None or gap.end > span.start)
