"""The executive summary: three sentences of facts, and what the incident file says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from render.draft.parts import Parts
from render.draft.regions.shown import impact_number, metric, moment, named_peak, since
from render.text import markdown
from timeline import present, terms
from timeline.alerts.states import threshold_name
from timeline.assembly.coverage import of_incident
from timeline.model import Fact
from timeline.response.extent import BREACH, RECORDED, Extent
from timeline.response.tried import Tried

_NUMBERS = 3


def summary(parts: Parts) -> str:
    """Return three sentences - when, how long and how bad; who was told when; what was changed - and the incident file's line."""
    said = " · ".join(_said(parts))
    return f"{sentences(parts)}\n" + (f"\nIncident as given: {said}\n" if said else "")


def sentences(parts: Parts) -> str:
    """Return the three sentences on one line."""
    if parts.course.extent is None:
        return _nothing(parts)
    return " ".join((_how_long(parts, parts.course.extent), _told(parts), _changed(parts)))


def _nothing(parts: Parts) -> str:
    window = parts.timeline.window
    gaps = present.count(len(of_incident(parts.timeline)), "gap")
    return f"Nothing was recorded between {moment(window.start)} and {moment(window.end)} UTC, with {gaps}."


# --- when, how long, how bad ---------------------------------------------------------------------


def _how_long(parts: Parts, extent: Extent) -> str:
    bad = "; ".join(_how_bad(parts))
    return f"{_lasted(parts, extent)}{f': {bad}' if bad else ''}."


def _lasted(parts: Parts, extent: Extent) -> str:
    day = present.date(extent.first)
    what = extent.what
    if what == BREACH and parts.audience.identifiers and isinstance(extent.start, Fact):
        what = f"the breach of {markdown.code(threshold_name(extent.start))}"
    start = _at(parts, extent.start)
    if isinstance(extent.end, str):
        why = markdown.statement(extent.end) if parts.audience.identifiers else "no end of it is known"
        return f"On {day} {what} started at {start} UTC; {why}"
    end = _at(parts, extent.end)
    if extent.last is not None and present.date(extent.last) != day:
        end = f"{present.date(extent.last)} {end}"
    if extent.what == RECORDED:
        count = len(parts.timeline.facts)
        facts = f"{present.count(count, 'fact')} {'was' if count == 1 else 'were'} recorded"
        return f"On {day} {facts}, from {start} to {end} UTC"
    if extent.shortest is None or extent.longest is None:
        return f"On {day} {what} lasted from {start} to {end} UTC"
    length = present.duration_range(extent.shortest, extent.longest)
    claim = ", as given" if isinstance(extent.start, int) else ""
    return f"On {day} {what} lasted {length}, from {start} to {end} UTC{claim}"


def _at(parts: Parts, end: Fact | int) -> str:
    return present.time(end) if isinstance(end, int) else parts.at(end)


def _how_bad(parts: Parts) -> Iterator[str]:
    if parts.audience.identifiers:
        yield from (named_peak(one) for one in parts.course.peaks[:1])
    numbers = [one for one in parts.timeline.impact if one.span == "incident" and one.value is not None]
    numbers = numbers or [one for one in parts.timeline.impact if one.value is not None]
    order = {"integral": 0, "max": 1}
    counted = [
        one for one in numbers if one.take in order
    ] or numbers  # a budget is told where nothing is counted
    for one in sorted(counted, key=lambda one: order.get(one.take, 2))[:_NUMBERS]:
        yield f"{markdown.escape(parts.words(one.name))}: {impact_number(parts, one)}"


# --- who was told when ---------------------------------------------------------------------------


def _told(parts: Parts) -> str:
    clauses = list(_clauses(parts))
    text = present.listed(clauses)
    return f"{text[0].upper()}{text[1:]}."


def _clauses(parts: Parts) -> Iterator[str]:
    points = parts.course.points
    head, notified, acknowledged = points["firing"], points["notified"], points["acknowledged"]
    if isinstance(head, Fact):
        name = (
            f"alert {markdown.code(str(head.names.get('alert', '')))}"
            if parts.audience.identifiers
            else "an alert"
        )
        yield f"{name} fired at {parts.at(head)}{since(parts, terms.DETECT)}"
    else:
        yield "no firing of an alert was recorded"
    if isinstance(notified, Fact):
        whom = notified.names.get("receiver")
        named = markdown.code(str(whom)) if whom and parts.audience.identifiers else "somebody"
        yield f"{named} was notified at {parts.at(notified)}"
    if isinstance(acknowledged, Fact):
        yield (
            f"it was acknowledged at {parts.at(acknowledged)}"
            if isinstance(head, Fact)
            else (f"an alert was acknowledged at {parts.at(acknowledged)}")
        )
    elif parts.course.joined:
        first = parts.course.joined[0]
        who = f", by {parts.who(first.who)}," if parts.audience.people else ""
        yield f"the first response on record{who} was at {parts.at(first.first)}"
    post = points["first status post"]
    if isinstance(post, Fact):
        yield f"customers were told at {parts.at(post)}{since(parts, terms.TELL)}"
    else:
        yield "no post on a status page was recorded"


# --- what was changed ----------------------------------------------------------------------------


def _changed(parts: Parts) -> str:
    course = parts.course
    last = course.last_before_end
    if last is None:
        count = len(course.tried)
        return (
            "No change was recorded while it lasted."
            if not count
            else (
                f"{_capital(present.count(count, 'change'))} {'was' if count == 1 else 'were'} recorded in its course."
            )
        )
    change = last.change
    text = f"{parts.statement(change)} at {parts.at(change)}, the last change before the end{_measured(parts, last)}"
    others = len(course.tried) - 1
    rest = f"; {present.count(others, 'other change')} in its course" if others else ""
    return f"{text}{rest}."


def _measured(parts: Parts, last: Tried) -> str:
    if not parts.audience.identifiers:
        return ""
    shown = [metric(one) for one in last.readings[:1] if one.before and one.after]
    return "".join(f" (before and after: {one})" for one in shown)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


# --- the incident file ---------------------------------------------------------------------------


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


def held_by(role: str, who: str) -> str:
    """Return a role once, and who had it where the pseudonym says something else."""
    same = re.sub(r"[^a-z0-9]+", "-", role.lower()).strip("-") == who
    return role if same else f"{role} ({who})"
