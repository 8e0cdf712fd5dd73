"""What could not be known of alerts, as gaps: where nobody evaluated, and ends that nothing tells of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from collectors.prometheus.alert_history import Hole
from collectors.prometheus.alert_rules import AlertRules
from timeline.alerts.coverage import Span
from timeline.model import Evidence, Gap, Window
from timeline.present import count, listed, some
from timeline.text import code

MakeGap = Callable[..., Gap]
MakeEvidence = Callable[..., Evidence]


def holes(
    found: Sequence[Hole], quiet: Sequence[Span], said: AlertRules | None, window: Window,
    gap: MakeGap, evidence: MakeEvidence,
) -> Iterator[Gap]:  # fmt: skip
    """Yield where alerts left no samples though nothing says that they ended; `quiet` has gaps of its own."""
    for hole in found:
        span = hole.span
        told = any(one.start < span.end and span.start < one.end for one in quiet)
        cut = cut_to(Span(span.start + 1, span.end), window)
        if cut is None or (told and hole.again):
            continue
        words, places = _listed(hole, said) if said and not hole.again else ("", ())
        # The list of rules is one document, whatever it says of more than one alert.
        shown = tuple(evidence(said.payload, at, query="/api/v1/rules") for at in places) if said else ()
        missing = "; ".join(train.selector for train in hole.trains)[:2000]
        yield gap("partial", cut, _statement(hole) + words, missing=missing, evidence=shown)


def _statement(hole: Hole) -> str:
    number = len(hole.trains)
    some_alerts = f"{number} active alerts" if number > 1 else "An active alert"
    if hole.whole and hole.again:
        return "No alert left a sample, as where rules are not evaluated; what alerts did is not known"
    if hole.again:
        return f"{some_alerts} left no samples; whether {_they(number)} went on is not known"
    return f"{some_alerts} left no more samples, and nothing says that {_they(number)} ended; the end is not known"


def _they(number: int) -> str:
    return "they" if number > 1 else "it"


def _listed(hole: Hole, said: AlertRules) -> tuple[str, tuple[str, ...]]:
    """Return what the server's list of rules says of the alerts now, and the pointers to it."""
    failing, active, places = dict[str, str](), list[str](), list[str]()
    for train in hole.trains:
        for rule in said.of(train.name, dict(train.labels)):
            if rule.error:
                failing[train.name] = rule.error
                places.append(rule.pointer)
            if any(True for _ in rule.active_since(dict(train.labels))):
                active.append(code(train.name))
                places.append(rule.pointer)
    parts = [
        f"; the last evaluation of {code(name)} failed: {error[:300]}"
        for name, error in sorted(failing.items())
    ]
    if active:
        names = list(dict.fromkeys(active))
        parts.append(
            f"; when it was read, the server still listed {count(len(active), 'of them', 'of them')} as active: {listed(some(names))}"
        )
    return "".join(parts), tuple(dict.fromkeys(places))[:20]


def cut_to(span: Span, window: Window) -> Window | None:
    """Return the part of a span that lies in the window; None where there is none."""
    start, end = max(span.start, window.start), min(span.end, window.end)
    return Window(start=start, end=end) if start < end else None
