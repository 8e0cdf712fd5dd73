"""Detection: the first signal and three times that follow it; every other measure is folded below."""

from __future__ import annotations

from render.draft.parts import Parts
from render.draft.regions.clocks import clocks
from render.draft.regions.coverage import reconciliation
from render.draft.regions.people import first_seen, first_signal
from render.draft.regions.shown import measured_range
from render.text import markdown
from timeline import present, terms
from timeline.alerts.states import alert_name
from timeline.apart import apart
from timeline.model import Fact, Measure
from timeline.order import of_kind

#: The measures that have a row of their own.
ROWS = (terms.DETECT, terms.NOTIFY, terms.ACKNOWLEDGE)
_HEADER = ("measure", "range", "between (UTC)")


def detection(parts: Parts) -> str:
    """Return four rows, which alert they are of, and the rest folded; without an alert, what was to be seen first."""
    if parts.headline.fact is None:
        return f"{first_seen(parts)} {_unmeasured(parts)}{_folded(parts, [])}"
    rows = [("first signal", first_signal(parts), ""), *(_row(parts, one) for one in _chosen(parts))]
    note = f"<sub>{_about(parts, parts.headline.fact)}.</sub>\n"
    others = [one for one in parts.timeline.measures if one.name not in ROWS]
    return f"{markdown.table(_HEADER, rows)}\n{note}{_folded(parts, others)}"


def _chosen(parts: Parts) -> list[Measure]:
    return [one for name in ROWS for one in parts.timeline.measures if one.name == name]


def _row(parts: Parts, one: Measure) -> tuple[str, str, str]:
    if _ends(parts, one):
        return _measured(parts, one)
    why = f": {markdown.statement(one.reason)}" if one.reason and parts.audience.sources else ""
    return markdown.escape(one.name), f"not known{why}", ""


def _folded(parts: Parts, others: list[Measure]) -> str:
    """Return what is folded: the other measures, those not known, early signals, clocks; nothing where there is none."""
    known = [one for one in others if _ends(parts, one)]
    table = f"\n{markdown.table(_HEADER, [_measured(parts, one) for one in known])}" if known else ""
    unknown = _not_known(parts, [one for one in others if not _ends(parts, one)])
    body = table + unknown + reconciliation(parts) + clocks(parts)
    if not body:
        return ""
    named = [present.count(len(known), "other measure")] if known else []
    named += ["rule coverage"] if reconciliation(parts) else []
    named += ["clocks"] if clocks(parts) else []
    title = present.listed(named) or "what is not known"
    return f"\n<details><summary>{title[0].upper()}{title[1:]}</summary>\n{body}\n</details>\n"


def measured(parts: Parts) -> str:
    """Return the rule that chose the alert, and the table of those measures that are known."""
    if parts.headline.fact is None:
        return _unmeasured(parts)
    rows = [_measured(parts, measure) for measure in parts.timeline.measures if _ends(parts, measure)]
    return f"{_about(parts, parts.headline.fact)}.\n\n{markdown.table(_HEADER, rows)}"


def _unmeasured(parts: Parts) -> str:
    identified = parts.audience.identifiers
    rule = markdown.statement(parts.headline.rule) if identified else "no firing of an alert was recorded"
    return f"Nothing was measured: {rule}.\n"


def _about(parts: Parts, firing: Fact) -> str:
    if not parts.audience.identifiers:
        return "Timings are for one alert"
    start = parts.points[terms.MET]
    limit = None if isinstance(start, str) else start.quantity
    named = markdown.code(alert_name(firing) or firing.id)
    told = apart(of_kind(parts.timeline.facts, "alert.firing"), lambda fact: alert_name(fact) or fact.id)
    if firing.id in told:  # of that name others fired, too
        named += f" ({markdown.code(told[firing.id].label)})"
    if limit is not None and limit.threshold is not None:
        value = present.quantity(limit.threshold, limit.unit, limit.threshold)
        named += markdown.escape(f", threshold {limit.op or ''} {value}".replace("  ", " "))
    return f"Timings are for alert {named}; rule: {markdown.statement(parts.headline.rule)}"


def _measured(parts: Parts, measure: Measure) -> tuple[str, str, str]:
    between = " and ".join(parts.at(fact) for fact in _ends(parts, measure))
    return markdown.escape(measure.name), measured_range(measure), between


def _ends(parts: Parts, measure: Measure) -> tuple[Fact, ...]:
    """Return the two facts that a measure is between; nothing where it is not known."""
    start, end = parts.facts.get(measure.from_ or ""), parts.facts.get(measure.to or "")
    return () if measure.reason or start is None or end is None else (start, end)


def _not_known(parts: Parts, rest: list[Measure]) -> str:
    """Return one line that says which measures there are none of, and why."""
    if not rest or not parts.audience.sources:
        return ""
    names: dict[str, list[str]] = {}
    for measure in rest:
        names.setdefault(measure.reason or "no fact", []).append(markdown.escape(measure.name))
    said = "; ".join(f"{present.listed(held)} ({markdown.statement(why)})" for why, held in names.items())
    return f"\nNot known: {said}.\n"
