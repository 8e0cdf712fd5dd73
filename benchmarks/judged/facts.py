"""What a built timeline says, read from its timeline.json: bounds, proofs, counts, gaps. The judge's rules are not used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from timeline.instant import MINUTE, NS, parse_instant

#: Facts of these kinds have a clause of ours (`words.CLAUSES`); others are not written about.
TOLD = frozenset({
    "alert.firing", "alert.resolved", "alert.notified", "alert.acknowledged", "deploy.finished", "deploy.rolled_back",
    "change.merged", "chat.message", "status.posted", "incident.detected", "incident.resolved", "incident.mitigated",
    "metric.crossed_above", "metric.crossed_below",
})  # fmt: skip


class Fact(NamedTuple):
    """A fact as far as sentences need it; instants in ns."""

    id: str
    kind: str
    earliest: int
    latest: int
    names: dict[str, Any]
    quote: str
    actor: str
    source: str
    clock: str
    thread: str
    quantity: dict[str, Any]

    @property
    def own(self) -> str:
        """Give the name of what it is about."""
        return next(
            (
                str(self.names[k])
                for k in ("alert", "deploy", "change", "status", "name", "incident")
                if k in self.names
            ),
            "",
        )


class View:
    """A built incident: its folder, and what its timeline says."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.name = folder, folder.name
        self.data = json.loads((folder / "timeline.json").read_text("utf-8"))
        self.facts = [self._fact(fact) for fact in self.data["facts"]]
        self.start, self.end = (parse_instant(self.data["incident"][end]) for end in ("start", "end"))
        self.window = (parse_instant(self.data["window"]["start"]), parse_instant(self.data["window"]["end"]))
        self.gaps = self.data["gaps"]
        self.told = [
            fact for fact in self.facts if fact.kind in TOLD and self.start <= fact.earliest <= self.end
        ]

    @staticmethod
    def _fact(fact: dict[str, Any]) -> Fact:
        latest = parse_instant(fact["latest"])
        earliest = parse_instant(fact["earliest"]) if fact["earliest"] else latest
        return Fact(
            fact["id"], fact["kind"], earliest, latest, fact["names"], (fact["quote"] or {}).get("text", ""),
            fact["actor"] or "", fact["source"], fact["clock"], fact["thread"] or "", fact["quantity"] or {},
        )  # fmt: skip

    def of(self, *kinds: str) -> list[Fact]:
        """Give the facts of some kinds inside the incident, in order."""
        return [fact for fact in self.told if fact.kind in kinds]

    def errors(self, a: Fact, b: Fact) -> int:
        """Give by how much two clocks may differ (ns); one clock agrees with itself."""
        clocks = self.data["provenance"]["clocks"]
        return 0 if a.clock == b.clock else int(clocks.get(a.clock, NS)) + int(clocks.get(b.clock, NS))

    def is_before(self, a: Fact, b: Fact, margin: int = 0) -> bool:
        """Tell whether one fact lies before another, proven, and by a margin (ns)."""
        return a.latest + self.errors(a, b) + margin < b.earliest

    def is_open(self, a: Fact, b: Fact) -> bool:
        """Tell whether bounds leave the order of two facts open."""
        return not self.is_before(a, b) and not self.is_before(b, a)

    def ordered(self, margin: int = 2 * MINUTE) -> Iterator[tuple[Fact, Fact]]:
        """Yield pairs of which the first lies before the second, by a margin (ns)."""
        for a in self.told:
            yield from ((a, b) for b in self.told if self.is_before(a, b, margin))

    def undetermined(self) -> Iterator[tuple[Fact, Fact]]:
        """Yield pairs whose order is open, and that no history of one repository or thread could order."""
        ours = {"deploy.finished", "deploy.rolled_back", "change.merged", "change.tagged"}
        for n, a in enumerate(self.told):
            for b in self.told[n + 1 :]:
                linked = (a.thread and a.thread == b.thread) or {a.kind, b.kind} <= ours
                if self.is_open(a, b) and not linked:
                    yield (a, b)

    def life(self, firing: Fact) -> tuple[int, int] | None:
        """Give how long an alert fired, at least and at most (ns); None where it goes on."""
        ends = [f for f in self.of("alert.resolved") if f.thread == firing.thread and f.own == firing.own]
        end = next((f for f in ends if f.earliest > firing.latest), None)
        return None if end is None else span(firing, end)

    def is_whole(self, source: str, start: int, end: int) -> bool:
        """Tell whether no gap of a source overlaps a span."""
        return not any(
            gap["source"] == source
            and (gap["start"] is None or parse_instant(gap["start"]) < end)
            and (gap["end"] is None or parse_instant(gap["end"]) > start)
            for gap in self.gaps
        )

    def sources(self, *kinds: str) -> set[str]:
        """Give the sources that gave facts of some kinds."""
        return {fact.source for fact in self.facts if fact.kind in kinds}


def span(a: Fact, b: Fact) -> tuple[int, int]:
    """Give the least and the most from one fact to another (ns)."""
    return b.earliest - a.latest, b.latest - a.earliest
