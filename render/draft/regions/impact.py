"""The impact: numbers first, a row each, with its peak; what was read over the window stands where it differs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from render.draft.parts import Parts
from render.draft.regions.shown import (
    figure,
    impact_number,
    limit_of,
    measure,
    measured_range,
    step_time,
    value_of,
)
from render.text import markdown
from timeline import present, terms
from timeline.alerts.states import alert_name
from timeline.instant import NS
from timeline.model import Fact, Impact
from timeline.order import elapsed, of_kind
from timeline.relative import inside
from timeline.response.samples import Peak, Step

_Row = tuple[str, str, str, str]
_HEADER = ("impact", "number", "peak", "data link")
_SHORT = 4
_PER = re.compile(r"integral per ([0-9]{0,9})([a-z]{1,3})\Z")
_UNITS = {"s": "second", "m": "minute", "h": "hour", "d": "day"}
_EXTRAPOLATION = 0.005  # by so much of itself a budget may differ between two ranges that hold the same
_EXTRAPOLATED = (
    "<sub>A budget is read once for the incident and once for the window: each is extrapolated to the ends of its "
    "own range by the server, so that the last digits may differ.</sub>\n"
)


def impact(parts: Parts) -> str:
    """Return the table of the impact, and how much of it could not be read; or that nothing was recorded."""
    return impact_table(parts) or "Nothing was recorded.\n"


def impact_table(parts: Parts) -> str:
    """Return the table: how long and how bad, each number, the alerts; nothing where there is no row."""
    rows = [*_lasted(parts), *_numbers(parts), *_alerts(parts)]
    if not rows:
        return ""
    table = parts.table(_HEADER, rows)
    notes = [f"<sub>{one}</sub>\n" for one in _missing(parts)]
    if any(own.take == "budget" and wide and _differs(own, wide) for own, wide in _pairs(parts)):
        notes.append(_EXTRAPOLATED)
    return table + "".join(f"\n{note}" for note in notes)


def short_impact(parts: Parts) -> str:
    """Return the table of at most four rows, for one page: one of how long, what was counted, the alerts."""
    counted = [(one, row) for one, row in zip(_pairs(parts), _numbers(parts), strict=True)]
    numbers = [row for (one, _), row in counted if one.take != "budget"] or [row for _, row in counted]
    rows = [*list(_lasted(parts))[:1], *numbers, *_alerts(parts)][:_SHORT]
    if not rows:
        return "Nothing was recorded.\n"
    return markdown.table(_HEADER[:-1], [row[:-1] for row in rows])


def impact_list(parts: Parts) -> str:
    """Return the same as a list, an item a line."""
    rows = [*_lasted(parts), *_numbers(parts), *_alerts(parts)]
    items = (f"- {name}: {value}{f'; peak {peak}' if peak else ''}\n" for name, value, peak, _ in rows)
    return "".join(items) or "Nothing was recorded.\n"


# --- how long, how bad ---------------------------------------------------------------------------


def _lasted(parts: Parts) -> Iterator[_Row]:
    points = parts.course.points
    peaks = list(parts.course.peaks) if parts.audience.identifiers else []
    begun = points[terms.IMPACT_STARTED]
    if isinstance(begun, Fact):
        own = [one for one in peaks if one.watched.name in _marked(parts)]
        yield (
            "customer impact",
            _span(parts, terms.IMPACT, begun, points[terms.IMPACT_ENDED]),
            _peaks(own),
            "",
        )
        peaks = [one for one in peaks if one not in own]
    met = points[terms.MET]
    if isinstance(met, Fact):
        name = "time in breach" + (f" of {_watched(parts, met)}" if parts.audience.identifiers else "")
        yield name, _span(parts, terms.IN_BREACH, met, points[terms.CLEARED]), _peaks(peaks[:1]), ""


def _marked(parts: Parts) -> set[str]:
    return {str(f.names.get("name")) for f in parts.timeline.facts if f.category == "impact"}


def _watched(parts: Parts, met: Fact) -> str:
    named = markdown.code(str(met.names.get("name") or met.kind))
    limits = [limit_of(one) for one in parts.course.watched if one.name == met.names.get("name")]
    return f"{named} ({limits[0]})" if limits and limits[0] else named


def _span(parts: Parts, name: str, start: Fact, end: Fact | str) -> str:
    found = measure(parts, name)
    if isinstance(end, str):
        why = f": {markdown.statement(end)}" if parts.audience.identifiers else ""
        return f"from {parts.at(start)}; end not known{why}"
    width = None if found else elapsed(start, end, parts.clocks)
    length = f"{measured_range(found)}, " if found else ""
    if width:
        length = f"{present.duration_range(max(width[0], 0) / NS, width[1] / NS)}, "
    return f"{length}from {parts.at(start)} to {parts.at(end)}"


def _peaks(peaks: Sequence[Peak]) -> str:
    told = [f"{value_of(one.watched, one.value)} at {step_time(one.step)}" for one in peaks]
    if len(peaks) > 1:
        told = [f"{markdown.code(p.watched.name)} {text}" for p, text in zip(peaks, told, strict=True)]
    return "; ".join(told)


# --- numbers -------------------------------------------------------------------------------------


def _pairs(parts: Parts) -> list[tuple[Impact, Impact | None]]:
    """Return each number over the incident with the same over the window, where both were read."""
    numbers = parts.timeline.impact
    own = [one for one in numbers if one.span == "incident"]
    wide = {_key(one): one for one in numbers if one.span != "incident"}
    paired = [(one, wide.pop(_key(one), None)) for one in own]
    return [*paired, *((one, None) for one in wide.values())]


def _differs(own: Impact, wide: Impact) -> bool:
    """Tell whether the window's number says more: of a budget the last digits are its server's, not the incident's."""
    if own.take != "budget" or own.value is None or wide.value is None:
        return own.value != wide.value
    return abs(own.value - wide.value) > _EXTRAPOLATION * max(abs(own.value), abs(wide.value))


def _key(one: Impact) -> tuple[str, ...]:
    return (one.source, one.name, one.take, *(f"{k}={v}" for k, v in sorted(one.labels.items())))


def _numbers(parts: Parts) -> Iterator[_Row]:
    for one, wide in _pairs(parts):
        labels = ", ".join(f"{name}={value}" for name, value in one.labels.items() if name != "__name__")
        shown = f" ({markdown.code(labels)})" if labels and parts.audience.identifiers else ""
        value = impact_number(parts, one)
        if one.span != "incident":
            value += f", over the {one.span}"
        if wide and _differs(one, wide) and (over := impact_number(parts, wide)) != value:
            value += f" ({over} over the window)"
        yield (
            markdown.escape(parts.words(one.name)) + shown, value, _peak(parts, one), parts.to_source(one.evidence),
        )  # fmt: skip


def _peak(parts: Parts, one: Impact) -> str:
    """Return the highest value of the query over the number's span and when it was; nothing where it is not read."""
    if one.take not in {"integral", "max"} or one.value is None or parts.samples is None:
        return ""
    steps = [
        step
        for entry in one.evidence if entry.payload and entry.pointer
        for step in parts.samples.steps(one.source, entry.payload, entry.pointer, entry.pointer)
    ]  # fmt: skip
    inside_ = [s for s in steps if s.end > one.start and s.start < one.end and s.high == s.high]
    if not inside_:
        return ""
    highest: Step = max(inside_, key=lambda s: (s.high, -s.end))
    if highest.high <= 0:
        return ""
    per = next((_PER.search(entry.query or "") for entry in one.evidence if entry.query), None)
    if one.take == "max":
        return f"at {step_time(highest)}"
    return f"{figure(round(highest.high, 1))} {_per(per)} at {step_time(highest)}" if per else ""


def _per(match: re.Match[str]) -> str:
    count, unit = match[1] or "1", match[2]
    return f"per {_UNITS[unit]}" if count == "1" and unit in _UNITS else f"per {count}{unit}"


def _missing(parts: Parts) -> Iterator[str]:
    """Say how much of the time the numbers' queries had no samples for."""
    lacking: dict[float, list[str]] = {}
    for one, _ in _pairs(parts):
        if one.missing_s and one.value is not None:
            lacking.setdefault(one.missing_s, []).append(markdown.escape(parts.words(one.name)))
    for seconds, names in lacking.items():
        yield f"Without {present.duration(seconds, up=True)} that had no samples: {present.listed(names)}."


# --- alerts --------------------------------------------------------------------------------------


def _alerts(parts: Parts) -> Iterator[_Row]:
    firings = [f for f in of_kind(parts.timeline.facts, "alert.firing") if inside(f, parts.timeline.incident)]
    if not firings:
        return
    times = Counter(alert_name(f) or f.id for f in firings)
    alerts = len({f.thread or f.id for f in firings})  # of one name there may be many
    names = [
        f"{markdown.code(name)} {count}" for name, count in sorted(times.items(), key=lambda i: (-i[1], i[0]))
    ]
    named = f": {', '.join(present.some(names))}" if parts.audience.identifiers else ""
    yield (
        "alerts",
        f"{present.count(len(firings), 'firing')} of {present.count(alerts, 'alert')}{named}",
        "",
        "",
    )
