"""A year of a team's incidents: timelines made through the model, as a build makes them, from facts of a few kinds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from service import names
from tests.render.timeline_fixture import CLOCKS, assemble
from timeline import facts
from timeline.document import dump
from timeline.instant import DAY, HOUR, MINUTE, NS, Bounds, parse_instant
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Gap, Incident, Quantity, Subject, Timeline, Window, gap

YEAR = parse_instant("2026-01-05T00:00:00Z")
SERVICES = ("checkout", "payments", "search", "catalogue")
SEVERITIES = ("SEV1", "SEV2", "SEV3")
MODES = ("exhaustion", "bad deploy", "dependency", "")
CATEGORIES = ("technical", "process", "organisational")
DRAFT = """\
# {id}

## Contributing factors

| category | factor | evidence |
| --- | --- | --- |
| {category} | {factor} | f-1 |

## What went well

- {held}
"""
_HELD = (
    "The circuit breaker of the cart opened",
    "The last release was kept and could be taken back at once",
)


class Recorder:
    """Makes the facts of one incident."""

    def __init__(self, number: int, service: str) -> None:
        self.number, self.service = number, service
        self.found: list[Fact | Gap] = []

    def add(self, kind: Kind, at: int, *, source: str, thread: str | None = None, width: int = 15 * NS, op: str = "", **said: str) -> None:  # fmt: skip
        """Record a fact that was seen in the `width` ns up to `at`."""
        alert = said.get("alert") or said.get("name")
        self.found.append(facts.fact(
            kind, origin=source, key=f"{self.number} {len(self.found)}", at=Bounds(at - width + 1, at), time_means="seen",
            clock="prom.example" if source == "prom" else "slack.com", source=source, names=said, thread=thread,
            subject=Subject(service=self.service, labels={"alertname": alert} if alert else {}),
            quantity=Quantity(value=0.6, unit="s", threshold=0.5, op=op) if op else None,
            evidence=[Evidence(source=source)],
        ))  # fmt: skip

    def life(self, name: str, begun: int, fired: int, ended: int, *, alerts: bool = True) -> None:
        """Record a breach, and the life of its alert."""
        thread = facts.alert_thread("prom.example", name, {"service": self.service})
        self.add("metric.crossed_above", begun, source="prom", thread=thread, name=name, op=">")
        self.add("metric.crossed_below", ended - 30 * NS, source="prom", thread=thread, name=name, op=">")
        if alerts:
            self.add("alert.firing", fired, source="prom", thread=thread, alert=name)
            self.add("alert.resolved", ended, source="prom", thread=thread, alert=name)


def year(count: int = 60, seed: int = 7) -> Iterator[Timeline]:
    """Yield `count` incidents over a year, the same for the same seed: some open, some without an alert or a deploy."""
    chance = random.Random(seed)
    for number in range(count):
        yield _incident(chance, number, YEAR + number * 350 // count * DAY)


def _incident(chance: random.Random, number: int, day: int) -> Timeline:
    start = day + chance.choice((9, 10, 11, 14, 15, 16, 17, 2)) * HOUR + chance.randrange(60) * MINUTE
    service, severity = chance.choice(SERVICES), chance.choice(SEVERITIES)
    kept = Recorder(number, service)
    length = int(chance.lognormvariate(3.6, 0.8) * MINUTE) + 4 * MINUTE
    fired = start + chance.randrange(30, 600) * NS
    end, alert = max(start + length, fired + 3 * MINUTE), f"{service.capitalize()}LatencyHigh"
    if chance.random() < 0.8:
        kept.add(
            "deploy.finished",
            start - chance.randrange(60, 5000) * NS,
            source="deploys",
            width=NS,
            deploy=f"d{number}",
        )
    kept.life(alert, start, fired, end, alerts=number % 11 != 5)
    if number % 11 != 5:
        kept.add("alert.notified", fired + 20 * NS, source="pager", width=NS, alert=alert, receiver="on-call")
        kept.add(
            "alert.acknowledged",
            fired + chance.randrange(30, 900) * NS,
            source="pager",
            width=NS,
            alert=alert,
        )
    if chance.random() < 0.4:
        kept.life("QueueDepth", start - 4 * MINUTE, start, end, alerts=False)
    if chance.random() < 0.3:
        for turn in range(4):
            thread, at = facts.alert_thread("prom.example", "DiskFull", {}), fired + turn * 40 * NS
            kept.add("alert.firing", at, source="prom", thread=thread, alert="DiskFull")
            kept.add("alert.resolved", at + 20 * NS, source="prom", thread=thread, alert="DiskFull")
    if chance.random() < 0.6:
        kept.add("deploy.rolled_back", end - 2 * MINUTE, source="deploys", width=NS, deploy=f"d{number}")
    elif chance.random() < 0.5:
        kept.add("change.flag", end - 3 * MINUTE, source="deploys", width=NS, flag="cart-v2", value="off")
    if chance.random() < 0.25:
        kept.found.append(gap("prom", "partial", start, start + MINUTE, "Samples are missing"))
    mode = chance.choice(MODES)
    incident = Incident(
        id=f"INC-{100 + number}", title=f"{service} is slow", severity=severity, start=start - 2 * MINUTE,
        end=end + 5 * MINUTE, services=(service,), labels={"failure_mode": mode} if mode else {},
    )  # fmt: skip
    window = Window(start=start - 2 * HOUR, end=end + HOUR)
    gaps = [one for one in kept.found if isinstance(one, Gap)]
    return assemble(
        incident, window, [one for one in kept.found if isinstance(one, Fact)], gaps, clocks=CLOCKS
    )


def write_year(out: Path, count: int = 60) -> Path:
    """Write the folders of a year's incidents below `out`: timeline, and every third with a draft."""
    for number, timeline in enumerate(year(count)):
        folder = out / timeline.incident.id
        folder.mkdir(parents=True)
        (folder / names.TIMELINE).write_bytes(dump(timeline))
        if number % 3 == 0:
            text = DRAFT.format(
                id=timeline.incident.id, category=CATEGORIES[number // 3 % 3], factor="A pool without a limit", held=_HELD[number // 3 % 2]
            )  # fmt: skip
            (folder / names.DRAFT).write_text(text)
    return out
