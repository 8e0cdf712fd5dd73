"""Names of the stills, and what each shows in words and numbers: its alternative text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from timeline import present
from timeline.assembly.coverage import of_incident
from timeline.model import Fact, Panel, Timeline

#: The still that shows alerts, changes, chat and logs on one time axis.
OVERVIEW = "overview.svg"


def still_names(timeline: Timeline) -> dict[str, Panel | None]:
    """Return each still's file name and its panel (None for the overview), in the order they are shown."""
    names: dict[str, Panel | None] = {OVERVIEW: None} if timeline.facts else {}
    for panel in timeline.panels:
        slug = re.sub(r"[^a-z0-9]+", "-", panel.title.casefold()).strip("-")[:40].strip("-") or "panel"
        name = f"{slug}.svg"
        names[name if name not in names else f"{slug}-{panel.id[-8:]}.svg"] = panel
    return names


def described(timeline: Timeline, panel: Panel | None) -> str:
    """Return what a still shows, in numbers; identifiers in code form."""
    start, end = timeline.window.start, timeline.window.end
    span = f"{present.date(start)} {present.time(start)} to {present.time(end)} UTC"
    parts = _overview(timeline) if panel is None else _panel(timeline, panel)
    return f"{'; '.join(parts)}; {span}"


def _overview(timeline: Timeline) -> Iterator[str]:
    kinds = [fact.kind for fact in timeline.facts]
    yield f"Overview: {present.count(kinds.count('alert.firing'), 'firing')}"
    yield present.count(sum(k.startswith("deploy.") for k in kinds), "deploy event")
    yield present.count(sum(k.startswith("chat.") for k in kinds), "chat message")
    yield present.count(sum(k.startswith("log.") for k in kinds), "log event")
    yield present.count(len(of_incident(timeline)), "gap")


def _panel(timeline: Timeline, panel: Panel) -> Iterator[str]:
    yield f"{panel.title}, {panel.shown} of {panel.of} series"
    for limit in panel.thresholds:
        yield f"threshold {limit.op} {present.quantity(limit.value, panel.unit, limit.value)}"
    for fact in crossings(timeline, panel)[:3]:
        at = present.bounds(fact.earliest, fact.latest)
        value, beside = (fact.quantity.value, fact.quantity.threshold) if fact.quantity else (None, None)
        yield f"{fact.kind.split('.')[1].replace('_', ' ')} at {at} ({present.quantity(value, panel.unit, beside)})"


def crossings(timeline: Timeline, panel: Panel) -> list[Fact]:
    """Return the facts that a panel draws."""
    return [fact for fact in timeline.facts if fact.panel == panel.id]
