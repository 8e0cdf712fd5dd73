"""One incident as lines of a log, and what a store of lines has to make of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from collectors.base import AnyCollector
from collectors.testing import Run, check, run
from timeline.instant import DAY, MINUTE, NS, parse_instant
from timeline.model import Fact, Window

START = parse_instant("2026-11-21T13:00:00Z")
END = parse_instant("2026-11-21T15:00:00Z")
WINDOW = Window(start=START, end=END)
NOW = END + 3600 * NS


class Said(NamedTuple):
    """A line: when (ns), its labels, its text."""

    at: int
    labels: dict[str, str]
    text: str


def at(minute: float) -> int:
    """Return an instant in minutes of the window."""
    return START + round(minute * MINUTE)


def incident() -> Iterator[Said]:
    """INFO at 60 a minute throughout; errors of checkout from minute 61.5 on, 30 a minute, to minute 90."""
    for minute in range(-30, 150):
        for second in range(60):
            yield Said(at(minute + second / 60) + 5, {"level": "INFO", "service": "checkout"}, "served")
    yield Said(at(20), {"service": "search"}, "no level here")
    for number in range(855):
        text = f"cannot reach payments: try {number}"
        yield Said(at(61.5 + number / 30) + 123_456_789, {"level": "ERROR", "service": "checkout"}, text)


def of(result: Run, kind: str) -> list[Fact]:
    """Return a run's facts of a kind, in order."""
    return sorted((f for f in result.facts if f.kind == kind), key=lambda f: (f.latest, f.id))


def check_incident(collector: type[AnyCollector], options: dict[str, Any], place: str, **kw: Any) -> Run:
    """Check what a store in sum makes of the incident, by the contract."""
    result = check(collector, options, WINDOW, now=NOW, **kw)
    assert (result.failure, result.gaps) == (None, [])
    assert [(f.statement, f.earliest) for f in of(result, "log.first_seen")] == [
        (f"Log signature `{name}` was seen in `{place}`, first in the window", first)
        for name, first in (
            ("level=INFO service=checkout", START + 5),
            ("service=search", at(20)),
            ("level=ERROR service=checkout", at(61.5) + 123_456_789),
        )
    ]
    error = of(result, "log.first_seen")[2]
    assert error.quote
    assert error.quote.text == "cannot reach payments: try 0"
    assert (error.subject.service, dict(error.subject.labels)) == ("checkout", {"level": "ERROR"})
    rise, fall = of(result, "log.rate_changed")
    assert rise.statement == (
        f"The rate of `level=ERROR service=checkout` changed in `{place}`: "
        "0 documents per 1m before, 27 after (0 in the 5 steps before and 135 in the 5 after; the test: "
        "a factor of 2 or more, and 4 square roots of the sum or more)"
    )
    assert (rise.earliest, rise.latest) == (START + 60 * MINUTE, START + 62 * MINUTE - 1)
    assert fall.quantity
    assert fall.quantity.value == 0
    assert rise.thread == fall.thread == error.thread
    assert len(rise.evidence) == 5
    return result


def check_growing_and_late(collector: type[AnyCollector], options: dict[str, Any]) -> None:
    """Check that a longer window changes no fact, and that what cannot be judged yet is said."""
    small = run(collector, options, Window(start=at(40), end=at(100)), now=NOW)
    large = run(collector, options, WINDOW, now=NOW)
    rates = [{f.id: f.content_digest() for f in of(r, "log.rate_changed")} for r in (small, large)]
    known = {f.id for f in large.facts}
    assert set(rates[0]) == set(rates[1])
    assert len(rates[0]) == 2
    assert {f.id for f in small.facts} < known
    late = run(collector, options, WINDOW, now=END)
    assert [(g.reason, g.start, g.end) for g in late.gaps] == [("not_yet", END - 10 * MINUTE, END)]
    assert {f.id for f in late.facts} == known


def check_baseline(collector: type[AnyCollector], options: dict[str, Any]) -> None:
    """Check what a signature that was there a day before is told as; the day before that has no line."""
    one = run(collector, {**options, "baseline_days": 1}, WINDOW, now=NOW)
    assert [f.statement.split("`, ")[1] for f in of(one, "log.first_seen")] == [
        "first in the window, and in the same hours of the day before",
        "first in the window, and not in the same hours of the day before",
    ]
    two = run(collector, {**options, "baseline_days": 2}, WINDOW, now=NOW)
    assert [f.statement.split("`, ")[1] for f in of(two, "log.first_seen")] == ["first in the window"] * 2
    assert [(g.reason, g.missing) for g in two.gaps] == [("past_retention", "baseline")]


def with_a_day_before() -> list[Said]:
    """Return lines of a signature that was there a day before, and of one that was not."""
    return [
        Said(at(30) - DAY, {"level": "ERROR", "service": "cart"}, "then"),
        Said(at(30), {"level": "ERROR", "service": "cart"}, "now"),
        Said(at(31), {"level": "FATAL", "service": "cart"}, "and now"),
    ]
