"""How values of a draft are shown: moments, numbers of the impact, peaks, and a metric before and after a change."""

from __future__ import annotations

from render.draft.parts import Parts
from render.text import markdown
from timeline import present
from timeline.model import Impact, Measure
from timeline.response.samples import Peak, Step, Watched
from timeline.response.tried import Reading
from timeline.text import number


def moment(instant: int) -> str:
    """Return day and time of an instant, UTC."""
    return f"{present.date(instant)} {present.time(instant)}"


def measure(parts: Parts, name: str) -> Measure | None:
    """Return the measure of that name where its range is known."""
    found = next((m for m in parts.timeline.measures if m.name == name), None)
    return found if found and found.min_s is not None and found.max_s is not None else None


def measured_range(one: Measure) -> str:
    """Return a measure's range, or that it is not known."""
    if one.min_s is None or one.max_s is None:
        return "not known"
    return present.duration_range(one.min_s, one.max_s)


def since(parts: Parts, name: str) -> str:
    """Return ` (time to detect 1m45s - 2m15s)`, or nothing where it is not known."""
    found = measure(parts, name)
    return f" ({markdown.escape(name)} {measured_range(found)})" if found else ""


def figure(value: float) -> str:
    """Return a number as people write it: `9,433`, `11.5`."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return number(value)


def impact_number(parts: Parts, one: Impact) -> str:
    """Return a number of the impact with its unit, which its name may say already."""
    if one.value is None:
        return "not known"
    unit = markdown.escape(parts.words(one.unit))
    if one.take == "integral":
        value = figure(one.value if abs(one.value) < 1000 else round(one.value))
    else:
        value = figure(one.value)
    named = bool(one.unit) and f" {one.unit} " in f" {one.name} "
    shown = value if named or not unit else f"{value} {unit}"
    return f"{shown} at most at once" if one.take == "max" else shown


def value_of(watched: Watched, value: float) -> str:
    """Return a value of a watched series in its unit; no rounding hides on which side of the limit it is."""
    return markdown.escape(present.quantity(value, watched.limit.unit, watched.limit.threshold))


def limit_of(watched: Watched) -> str:
    """Return a watched series' limit, `> 5 %`; nothing where it has none."""
    limit = watched.limit
    if limit.threshold is None:
        return ""
    value = present.quantity(limit.threshold, limit.unit, limit.threshold)
    return markdown.escape(f"{limit.op or ''} {value}".strip())


def named_peak(one: Peak) -> str:
    """Return what peaked, at what, and when."""
    way = "fell to" if one.watched.falls else "peaked at"
    return (
        f"{markdown.code(one.watched.name)} {way} {value_of(one.watched, one.value)} ({step_time(one.step)})"
    )


def step_time(step: Step) -> str:
    """Return the time that a step covers."""
    return present.bounds(step.start + 1, step.end)


def metric(reading: Reading) -> str:
    """Return a series' values before and after a change, with when they were read."""
    return f"{markdown.code(reading.watched.name)} {before_and_after(reading)}"


def before_and_after(reading: Reading) -> str:
    """Return `24.8 % at 14:24:00, 0.9 % at 14:30:00`, of each step the value furthest in breach; what nothing tells is said so."""
    return f"{_read(reading.watched, reading.before)}, {_read(reading.watched, reading.after)}"


def _read(watched: Watched, step: Step | None) -> str:
    if step is None:
        return "not known"
    return f"{value_of(watched, watched.worst(step))} at {present.time(step.end)}"
