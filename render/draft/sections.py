"""The draft's first sections: summary, scope, impact, detection."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from render.draft.clocks import clocks
from render.draft.numbers import impact_table, reconciliation
from render.draft.parts import Parts
from render.draft.people import first_seen
from render.text import markdown
from timeline import present, terms
from timeline.alerts.states import alert_name
from timeline.apart import apart
from timeline.model import Fact, Measure
from timeline.order import of_kind
from timeline.relative import inside
from timeline.text import line

_MOST_POSTS = 8
_NAME = 160  # characters


def summary(parts: Parts) -> str:
    """Return three sentences (what and when, how long, how many) and what the incident file says."""
    sentences = " ".join((_what(parts), _how_long(parts), _how_many(parts)))
    said = " · ".join(_said(parts))
    return f"{sentences}\n" + (f"\nIncident file: {said}\n" if said else "")


def _what(parts: Parts) -> str:
    fact = parts.headline.fact
    if fact is None:
        rule = parts.headline.rule if parts.audience.identifiers else "no alert fired"
        return f"{rule[0].upper()}{markdown.statement(rule[1:])}."
    when = f"on {present.date(fact.latest)} at {parts.at(fact)} UTC"
    return f"{parts.statement(fact)} {when}."


def _how_long(parts: Parts) -> str:
    spans = [
        f"{name} was {present.duration_range(m.min_s, m.max_s)}"
        for m in parts.timeline.measures
        if (name := m.name) in {terms.DETECT, terms.IN_BREACH, terms.MITIGATE}
        and m.min_s is not None and m.max_s is not None
    ]  # fmt: skip
    if not spans:
        return "No duration could be measured."
    text = present.listed(spans)
    return f"{text[0].upper()}{text[1:]}."


def _how_many(parts: Parts) -> str:
    timeline = parts.timeline
    sources = len({f.source for f in timeline.facts})
    window = f"{moment(timeline.window.start)} and {moment(timeline.window.end)} UTC"
    facts = present.count(len(timeline.facts), "fact")
    gaps = present.count(len(timeline.gaps), "gap")
    were = "was" if len(timeline.facts) < 2 else "were"
    by = f" by {present.count(sources, 'source')}" if sources else ""
    return f"{facts[0].upper()}{facts[1:]} {were} recorded{by} between {window}, with {gaps}."


def moment(instant: int) -> str:
    """Return day and time of an instant, UTC."""
    return f"{present.date(instant)} {present.time(instant)}"


def _said(parts: Parts) -> Iterator[str]:
    incident = parts.timeline.incident
    if incident.severity and parts.audience.scope:
        yield f"severity {markdown.escape(incident.severity)}"
    if incident.services and parts.audience.scope:
        yield "services " + present.listed([markdown.code(name) for name in incident.services])
    if incident.roles and parts.audience.people:
        yield "roles: " + ", ".join(
            markdown.escape(held_by(role, who)) for role, who in incident.roles.items()
        )
    if parts.audience.sources:
        for number, address in enumerate((u for u in incident.links if markdown.is_web(u)), 1):
            yield markdown.link(f"link {number}", address)


def scope(parts: Parts) -> str:
    """Return severity, services and times as the incident file says, and what was recorded of each service."""
    if not parts.audience.scope:
        return "Severity and services are not part of this version.\n"
    incident = parts.timeline.incident
    rows = [("severity", markdown.escape(incident.severity or "not said"))]
    rows.append(
        ("services", present.listed(present.some([_named(n) for n in incident.services])) or "not said")
    )
    if parts.audience.identifiers and (found := _alerting(parts)):
        rows.append(
            ("services with an alert that fired", present.listed(present.some([_named(n) for n in found])))
        )
    begun, ended = incident.start, incident.end
    rows.append(("start (UTC)", moment(begun) if begun is not None else "not said"))
    rows.append(("end (UTC)", moment(ended) if ended is not None else "not said"))
    return markdown.table(("scope", "as the incident file and the alerts say"), rows)


def _named(name: str) -> str:
    """Return an identifier in code form, as long as statements have it."""
    return markdown.code(line(name, _NAME))


def _alerting(parts: Parts) -> list[str]:
    firings = (f for f in of_kind(parts.timeline.facts, "alert.firing") if inside(f, parts.timeline.incident))
    return sorted({f.subject.service for f in firings if f.subject.service})


def held_by(role: str, who: str) -> str:
    """Return a role once, and who had it where the pseudonym says something else."""
    same = re.sub(r"[^a-z0-9]+", "-", role.lower()).strip("-") == who
    return role if same else f"{role} ({who})"


def impact(parts: Parts) -> str:
    """Return what was recorded of the impact, one item a line; or that nothing was."""
    items = [*_breach(parts), *_alerts(parts), *_posts(parts)]
    listed = "".join(f"- {item}\n" for item in items)
    numbers = impact_table(parts)
    return "\n".join(part for part in (listed, numbers) if part) or "Nothing was recorded.\n"


def _breach(parts: Parts) -> Iterator[str]:
    start, end = parts.points[terms.MET], parts.points[terms.CLEARED]
    if isinstance(start, str):
        return
    measure = next(m for m in parts.timeline.measures if m.name == terms.IN_BREACH)
    text = f"{parts.at(start)} {parts.statement(start)}"
    if isinstance(end, str):
        yield f"{text}; end of the breach: {markdown.statement(end) if parts.audience.identifiers else 'not known'}"
    else:
        yield f"{text}; breach ended {parts.at(end)}" + (
            f", after {measured_range(measure)}" if not measure.reason else ""
        )


def _alerts(parts: Parts) -> Iterator[str]:
    firings_of = [
        f for f in of_kind(parts.timeline.facts, "alert.firing") if inside(f, parts.timeline.incident)
    ]
    fired = Counter(alert_name(f) or "unnamed" for f in firings_of)
    if fired:
        names = [
            f"{_named(name)} {times}" for name, times in sorted(fired.items(), key=lambda i: (-i[1], i[0]))
        ]
        firings = present.count(sum(fired.values()), "firing")
        named = f": {', '.join(present.some(names))}" if parts.audience.identifiers else ""
        alerts = len({f.thread or f.id for f in firings_of})  # of one name there may be many
        yield f"{firings} of {present.count(alerts, 'alert')} inside the incident{named}"


def _posts(parts: Parts) -> Iterator[str]:
    found = [f for f in parts.timeline.facts if f.category == "impact"]
    for fact in found[:_MOST_POSTS]:
        yield f"{parts.at(fact)} {parts.statement(fact)}{parts.quote(fact)}"
    if len(found) > _MOST_POSTS:
        yield f"{len(found) - _MOST_POSTS} more in {parts.to_page('the chart')}"


def detection(parts: Parts) -> str:
    """Return what could be seen first, the measures, and what thresholds and alerts say of each other."""
    seen = first_seen(parts)
    if parts.headline.fact is None:
        return f"{seen} {measured(parts)}{clocks(parts)}"
    rest = [measure for measure in parts.timeline.measures if not _ends(parts, measure)]
    return f"{seen} {measured(parts)}{_not_known(parts, rest)}{reconciliation(parts)}{clocks(parts)}"


def measured(parts: Parts) -> str:
    """Return the rule that chose the alert, and the table of those measures that are known."""
    head = parts.headline
    if head.fact is None:
        rule = markdown.statement(head.rule) if parts.audience.identifiers else "no alert fired"
        return f"Nothing was measured: {rule}.\n"
    rows = [_measured(parts, measure) for measure in parts.timeline.measures if _ends(parts, measure)]
    table = markdown.table(("measure", "range", "between (UTC)"), rows)
    return f"{_about(parts, head.fact)}.\n\n{table}"


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


def measured_range(measure: Measure) -> str:
    """Return a measure's range, or that it is not known."""
    if measure.min_s is None or measure.max_s is None:
        return "not known"
    return present.duration_range(measure.min_s, measure.max_s)
