"""Rulers, what they store of alerts, and what they hold to be so: a model apart from how the product reads it.

Times are whole ticks. Each ruler evaluates its rule at `phase + n * interval`; an evaluation may fail, be
missed, or fall into a time in which the ruler does not run. What it stores carries the time of the evaluation
less its `offset`. Nothing here bounds anything: truth is what some ruler said, at the tick it said it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

STALE = -1
Key = tuple[str, str]  # alert, and `pending`, `firing` or `since`


@dataclass
class Ruler:
    """An evaluator: how often, how long an alert is pending, what it loses, and when it does not run."""

    interval: int
    phase: int = 0
    hold: int = 0
    offset: int = 0
    failing: frozenset[int] = frozenset()  # numbers of evaluations that fail or are missed
    away: tuple[tuple[int, int], ...] = ()  # `[from, to)` in ticks
    restores: bool = False  # it knows the starts again when it is back
    slower: tuple[int, int] | None = None  # from this tick on, this interval


@dataclass
class World:
    """What was stored and said: `series[alert, what]` is time to value."""

    series: dict[Key, dict[int, int]] = field(default_factory=dict)
    #: alert -> (tick, ruler, state) as each successful evaluation left it; "" where it was not active.
    said: dict[str, list[tuple[int, int, str]]] = field(default_factory=dict)

    def store(self, alert: str, what: str, time: int, value: int) -> None:
        """Store a sample; of two at one time the first stays."""
        self.series.setdefault((alert, what), {}).setdefault(time, value)


def ticks(ruler: Ruler, until: int) -> Iterator[int]:
    """Yield the ticks at which a ruler evaluates."""
    at = ruler.phase
    while at < until:
        yield at
        at += ruler.slower[1] if ruler.slower and at >= ruler.slower[0] else ruler.interval


def play(rulers: Sequence[Ruler], active: Mapping[str, Sequence[tuple[int, int]]], until: int) -> World:
    """Let rulers evaluate one rule over alerts that are active in spans `[from, to)`."""
    world = World()
    for number, ruler in enumerate(rulers):
        _run(world, number, ruler, active, until)
    for said in world.said.values():
        said.sort(key=lambda one: one[0])
    return world


def _run(
    world: World, number: int, ruler: Ruler, active: Mapping[str, Sequence[tuple[int, int]]], until: int
) -> None:
    since: dict[str, int] = {}
    before: set[Key] = set()
    kept: dict[str, int] = {}
    gone = False
    for count, now in enumerate(ticks(ruler, until)):
        if any(a <= now < b for a, b in ruler.away):
            gone = True
            continue
        if gone:
            kept, since, before, gone = (dict(since) if ruler.restores else {}), {}, set(), False
        if count in ruler.failing:
            continue
        there = {
            alert for alert, spans in active.items() if any(a <= now - ruler.offset < b for a, b in spans)
        }
        since = {alert: since.get(alert, kept.get(alert, now)) for alert in there}
        kept = {}
        states = {
            alert: "firing" if now - start >= ruler.hold else "pending" for alert, start in since.items()
        }
        _store(world, states, since, before, now - ruler.offset)
        before = set(states.items())
        for alert in active:
            world.said.setdefault(alert, []).append((now, number, states.get(alert, "")))


def _store(
    world: World, states: Mapping[str, str], since: Mapping[str, int], before: set[Key], time: int
) -> None:
    for alert, state in states.items():
        world.store(alert, state, time, 1)
        world.store(alert, "since", time, since[alert])
    for alert, state in before:
        if states.get(alert) != state:
            world.store(alert, state, time, STALE)


def turns(said: Sequence[tuple[int, int, str]], rulers: Sequence[Ruler]) -> tuple[list[int], list[int]]:
    """Return the ticks at which an alert began to fire, and no longer did, as rulers said it.

    It fires while a ruler that runs said so last. That one stops to run ends nothing: nobody said so.
    """
    last: dict[int, str] = {}
    begun, ended, fires = [], [], False
    stops = [(start, -1, str(number)) for number, ruler in enumerate(rulers) for start, _ in ruler.away]
    for at, ruler, word in sorted([*said, *stops]):
        if ruler < 0:
            last.pop(int(word), None)
            continue
        last[ruler] = word
        if word == "firing" and not fires:
            begun.append(at)
            fires = True
        elif fires and "firing" not in last.values():
            ended.append(at)
            fires = False
    return begun, ended
