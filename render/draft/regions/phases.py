"""What templates call Leadup, Trigger, Recovery and Resolution: what was recorded of each, in the order of time.

Whether one followed from the other is for people to say.
"""

from __future__ import annotations

from render.draft.parts import Parts
from render.draft.regions.shown import measure, measured_range, metric
from render.text import markdown
from timeline import present, terms
from timeline.model import Fact, Measure

_NAMES = ("leadup", "trigger", "recovery", "resolution")


def phases(parts: Parts) -> str:
    """Return the four as a table of two columns, in as few words as they can be told."""
    rows = [(name.capitalize(), "; ".join(_SHORT[name](parts)) or "nothing recorded") for name in _NAMES]
    if all(said == "nothing recorded" for _, said in rows):
        return "Nothing was recorded of leadup, trigger, recovery or resolution.\n"
    return markdown.table(("phase", "recorded (UTC)"), rows)


def leadup(parts: Parts) -> str:
    """Return the last changes before it started."""
    return _listed(_leadup(parts), "No change was recorded before it started.\n")


def trigger(parts: Parts) -> str:
    """Return the last change before it started, what was recorded first, and the time between them."""
    return _listed(_trigger(parts), "Nothing tells when it started.\n")


def recovery(parts: Parts) -> str:
    """Return the last change before the end, with its readings, and where the breach ended."""
    return _listed(_recovery(parts), "No recovery was recorded.\n")


def resolution(parts: Parts) -> str:
    """Return how the alert, the record of the incident and the status page say that it is over."""
    return _listed(_resolution(parts), "No resolution was recorded.\n")


def _listed(items: list[str], none: str) -> str:
    return "".join(f"- {item}\n" for item in items) or none


def _told(parts: Parts, fact: Fact) -> str:
    quote = parts.quote(fact) if fact.kind.startswith(("status.", "incident.")) else ""
    return f"{parts.at(fact)} {parts.statement(fact)}{quote}"


def _leadup(parts: Parts) -> list[str]:
    return [_told(parts, fact) for fact in parts.course.leadup]


def _started(parts: Parts, start: Fact | int) -> str:
    if isinstance(start, Fact):
        return _told(parts, start)
    return f"{present.time(start)} start as given"


def _trigger(parts: Parts) -> list[str]:
    extent = parts.course.extent
    if extent is None:
        return []
    first = _started(parts, extent.start)
    before = parts.points["last change before"]
    if not isinstance(before, Fact):
        return [f"recorded first: {first}"]
    apart = _since_change(parts)
    between = f" ({measured_range(apart)} apart)" if apart else ""
    return [f"last change before: {_told(parts, before)}", f"recorded first: {first}{between}"]


def _recovery(parts: Parts) -> list[str]:
    course = parts.course
    found = []
    if last := course.last_before_end:
        readings = [metric(one) for one in last.readings[:1]] if parts.audience.identifiers else []
        found.append(
            f"last change before: {_told(parts, last.change)}{f' (before and after: {readings[0]})' if readings else ''}"
        )
    ends = [course.points[name] for name in (terms.CLEARED, terms.IMPACT_ENDED)]
    found += [_told(parts, fact) for fact in ends if isinstance(fact, Fact)]
    claim = course.claimed("incident.mitigated")
    return [*found, *([_told(parts, claim)] if claim else [])]


def _resolution(parts: Parts) -> list[str]:
    course = parts.course
    ends = [course.points["resolved"], course.claimed("incident.resolved"), course.told_over]
    known = [fact for fact in ends if isinstance(fact, Fact)]
    return [_told(parts, fact) for fact in sorted(known, key=lambda f: (f.latest, f.id))]


def _short_trigger(parts: Parts) -> list[str]:
    extent = parts.course.extent
    if extent is None:
        return []
    first = _started(parts, extent.start)
    apart = _since_change(parts)
    return [first, *([f"{terms.SINCE_CHANGE} {measured_range(apart)}"] if apart else [])]


def _since_change(parts: Parts) -> Measure | None:
    """Return the time since the last change where it was measured to what is told of as the start."""
    extent = parts.course.extent
    is_its = extent is not None and extent.start == parts.points[terms.MET]
    return measure(parts, terms.SINCE_CHANGE) if is_its else None


def _short_recovery(parts: Parts) -> list[str]:
    course = parts.course
    last = course.last_before_end
    named = (
        (terms.CLEARED, course.points[terms.CLEARED]),
        (terms.IMPACT_ENDED, course.points[terms.IMPACT_ENDED]),
    )
    return [
        *([f"last change before {_told(parts, last.change)}"] if last else []),
        *(f"{name} {parts.at(fact)}" for name, fact in named if isinstance(fact, Fact)),
    ]


def _short_resolution(parts: Parts) -> list[str]:
    course = parts.course
    named = (
        ("alert resolved", course.points["resolved"]), ("incident resolved", course.claimed("incident.resolved")),
        ("status page says so", course.told_over),
    )  # fmt: skip
    known = sorted((fact.latest, name, fact) for name, fact in named if isinstance(fact, Fact))
    return [f"{name} {parts.at(fact)}" for _, name, fact in known]


_SHORT = {
    "leadup": _leadup, "trigger": _short_trigger, "recovery": _short_recovery, "resolution": _short_resolution,
}  # fmt: skip
