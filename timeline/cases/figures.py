"""What one incident tells for patterns over many: durations, alert quality, gaps, impact, changes; pure.

Everything is taken from what the timeline and its draft have already. What nothing tells is None: unknown, never zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from timeline import terms
from timeline.alerts.flaps import ribbons
from timeline.alerts.states import alert_name, alerting_services, threshold_name
from timeline.assembly.coverage import of_incident
from timeline.cases.prose import told
from timeline.checks.draft import Block
from timeline.checks.sections import is_held
from timeline.measures.chain import chain
from timeline.measures.reconcile import is_measured
from timeline.model import Fact, Impact, Timeline
from timeline.order import clock_errors, in_display_order, of_kind
from timeline.relative import may_precede
from timeline.response.course import Course
from timeline.response.extent import RECORDED
from timeline.response.samples import Samples

#: The shortest and the longest that a duration may have been, in seconds.
Range = tuple[float, float]
#: Words of a draft that are kept of one incident, and characters of each.
MOST_WORDS, LONGEST = 20, 400


class Quality(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was recorded of alerts, by their names or those of thresholds; None where no metric, or no alert, was read.

    `unbreached` fired without a breach, `unalerted` were in breach without an alert, `flaps` began again so often, `early`
    met their condition so long before the first alert, `untold` are those of them of which no notification was recorded
    until it fired (None: no notification at all was).
    """

    unbreached: dict[str, int] | None = None
    unalerted: dict[str, int] | None = None
    suppressed: dict[str, int] | None = None
    flaps: dict[str, int] | None = None
    early: dict[str, Range] | None = None
    untold: tuple[str, ...] | None = None


class Number(msgspec.Struct, frozen=True, omit_defaults=True):
    """A number of customer impact; `take` is `integral`, `max` or `budget`; `partial`: some of its span was not read."""

    name: str
    unit: str
    take: str
    value: float
    partial: bool = False


class Figures(msgspec.Struct, frozen=True, omit_defaults=True):
    """One incident in numbers: durations in seconds, times in ns.

    `measures` are known, `unmeasured` say why not; `lasted` is of what `lasted_of` names. `changed` is the kind of the last
    change before the breach. `changes` counts kinds of changes while it lasted, `last_change` is the last before the end.
    `gaps` are reasons by source, `sources` all that told something. `held` are people's words on what helped.
    """

    measures: dict[str, Range] = {}
    unmeasured: dict[str, str] = {}
    lasted: Range | None = None
    lasted_of: str = ""
    started: int | None = None
    services: tuple[str, ...] = ()
    changed: str = ""
    quality: Quality = Quality()
    sources: tuple[str, ...] = ()
    gaps: dict[str, tuple[str, ...]] = {}
    impact: tuple[Number, ...] = ()
    changes: dict[str, int] | None = None
    last_change: str = ""
    held: tuple[str, ...] = ()


def figures_of(timeline: Timeline, draft: Sequence[Block] = ()) -> Figures:
    """Return the figures of a built incident and of what people wrote in its draft."""
    facts = {fact.id: fact for fact in timeline.facts}
    known = {one.name: (one.min_s, one.max_s) for one in timeline.measures if one.reason is None}
    points = chain(timeline.incident, timeline.facts)
    course = Course(timeline, points, clock_errors(timeline), Samples(timeline))
    extent = course.extent if course.extent and course.extent.what != RECORDED else None
    last = course.last_before_end
    return Figures(
        measures={name: (low, high) for name, (low, high) in known.items() if low is not None and high is not None},
        unmeasured={one.name: one.reason for one in timeline.measures if one.reason is not None},
        lasted=(extent.shortest, extent.longest)
        if extent and extent.shortest is not None and extent.longest is not None
        else None,
        lasted_of=extent.what if extent else "",
        started=extent.first if extent else None,
        services=timeline.incident.services or alerting_services(timeline.facts, timeline.incident),
        changed=_changed(timeline, facts),
        quality=_quality(timeline, facts),
        sources=tuple(sorted({fact.source for fact in timeline.facts} | {gap.source for gap in timeline.gaps})),
        gaps=_gaps(timeline),
        impact=tuple(_numbers(timeline.impact)),
        changes=_changes(timeline, course) if extent else None,
        last_change=last.change.kind if last and extent else "",
        held=tuple(dict.fromkeys(_held(draft)))[:MOST_WORDS],
    )  # fmt: skip


def _changed(timeline: Timeline, facts: dict[str, Fact]) -> str:
    measure = next((one for one in timeline.measures if one.name == terms.SINCE_CHANGE), None)
    fact = facts.get(measure.from_) if measure and measure.from_ and measure.reason is None else None
    return fact.kind if fact else ""


def _changes(timeline: Timeline, course: Course) -> dict[str, int] | None:
    """Return the kinds of changes while it lasted; None where no change at all was recorded: nobody may have looked."""
    if not any(fact.category == "change" for fact in timeline.facts):
        return None
    return dict(sorted(Counter(one.change.kind for one in course.tried).items()))


def _gaps(timeline: Timeline) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for gap in of_incident(timeline):
        found.setdefault(gap.source, set()).add(gap.reason)
    return {source: tuple(sorted(reasons)) for source, reasons in sorted(found.items())}


# --- alert quality -------------------------------------------------------------------------------


def _quality(timeline: Timeline, facts: dict[str, Fact]) -> Quality:
    ordered = in_display_order(timeline.facts)
    is_read = is_measured(timeline.panels, timeline.facts)
    alerted = any(fact.kind.startswith("alert.") for fact in ordered)
    early = _early(timeline, facts) if is_read and of_kind(ordered, "alert.firing") else None
    return Quality(
        unbreached=_rows(timeline, facts, terms.UNCROSSED) if is_read and alerted else None,
        unalerted=_rows(timeline, facts, terms.UNALERTED) if is_read else None,
        suppressed=_rows(timeline, facts, terms.SUPPRESSED) if is_read and alerted else None,
        flaps=_flaps(ordered) if alerted else None,
        early=early,
        untold=_untold(timeline, facts) if early is not None and of_kind(ordered, "alert.notified") else None,
    )


def _rows(timeline: Timeline, facts: dict[str, Fact], name: str) -> dict[str, int]:
    """Return how often each alert or threshold is in rows of rule coverage of one name."""
    found: Counter[str] = Counter()
    for row in timeline.reconciliation:
        if row.name == name and row.from_ in facts:
            found[_named(facts[row.from_])] += row.count
    return dict(sorted(found.items()))


def _named(fact: Fact) -> str:
    return alert_name(fact) or "" if fact.kind.startswith("alert.") else threshold_name(fact)


def _flaps(ordered: Sequence[Fact]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for flap in ribbons(of_kind(ordered, "alert.firing", "alert.resolved")):
        found[_named(flap.first)] += flap.times
    return dict(sorted(found.items()))


def _early(timeline: Timeline, facts: dict[str, Fact]) -> dict[str, Range]:
    found: dict[str, Range] = {}
    for row in timeline.reconciliation:
        if (
            row.name == terms.EARLIER
            and row.from_ in facts
            and row.min_s is not None
            and row.max_s is not None
        ):
            name, lead = _named(facts[row.from_]), (row.min_s, row.max_s)
            found[name] = max(found.get(name, lead), lead)
    return dict(sorted(found.items()))


def _untold(timeline: Timeline, facts: dict[str, Fact]) -> tuple[str, ...]:
    sent = of_kind(in_display_order(timeline.facts), "alert.notified")
    found = set[str]()
    for row in timeline.reconciliation:
        signal, firing = facts.get(row.from_), facts.get(row.to or "")
        if row.name == terms.EARLIER and signal and firing and not _was_sent(sent, signal, firing):
            found.add(_named(signal))
    return tuple(sorted(found))


def _was_sent(sent: Iterable[Fact], signal: Fact, firing: Fact) -> bool:
    """Tell whether a notification of the alert whose condition was met may have been sent before the first alert fired."""
    own = (one for one in sent if one.thread == signal.thread or alert_name(one) == threshold_name(signal))
    return any(may_precede(one, firing) for one in own)


# --- impact, and what helped ---------------------------------------------------------------------


def _numbers(impact: Iterable[Impact]) -> Iterator[Number]:
    """Yield each number once: over the incident, else over the window."""
    chosen: dict[tuple[str, str, str, str], Impact] = {}
    for one in sorted(impact, key=lambda one: one.span == "incident"):
        labels = ", ".join(f"{k}={v}" for k, v in sorted(one.labels.items()) if k != "__name__")
        chosen[one.source, f"{one.name} ({labels})" if labels else one.name, one.take, one.unit] = one
    for (_, name, take, unit), one in sorted(chosen.items()):
        if one.value is not None:
            yield Number(name, unit, take, one.value, one.missing_s > 0)


def _held(draft: Sequence[Block]) -> Iterator[str]:
    """Yield what people wrote on what helped; the template's question is no answer."""
    for block in draft:
        if block.form in {"paragraph", "item"} and is_held(block.section) and (text := told(block)):
            yield text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
