"""One rich timeline made through the model: alerts, flaps, crossings, deploys, chat, logs, gaps.

Everything goes the way a build goes: facts by `timeline.facts`, the merge, pseudonyms, measures,
a digest. `rich()` gives the timeline and its payloads; the smaller shapes below are its edges.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from tests.render.fixture_facts import NAMES, START, at, chat_facts, other_facts, panel_id, signal_facts
from timeline.assembly.assemble import Build
from timeline.assembly.assemble import assemble as put_together
from timeline.assembly.reading import SourceReading
from timeline.canonical import canonical, sha256
from timeline.instant import NS, parse_instant
from timeline.model import Fact, Gap, Incident, Panel, Person, Series, Threshold, Timeline, Window, gap

CLOCKS = {"prom.example": NS, "slack.com": NS, "github.com": NS, "search-1": 2 * NS, "pager.example": NS}
INCIDENT = Incident(
    id="INC-42", title="Checkout errors", severity="SEV1", start=parse_instant("2026-11-21T14:00:00Z"),
    end=parse_instant("2026-11-21T15:10:00Z"), services=("checkout", "payments"),
    channels=("#ops",), mitigated=parse_instant("2026-11-21T14:41:00Z"), roles={"commander": "slack:T1:U1"},
)  # fmt: skip
WINDOW = Window(start=START, end=parse_instant("2026-11-21T15:40:00Z"))


class Built(NamedTuple):
    """A timeline and the payloads its evidence and panels point into, by SHA-256."""

    timeline: Timeline
    payloads: dict[str, bytes]

    def read(self, digest: str) -> bytes:
        """Return a payload; raise KeyError when it is not there."""
        return self.payloads[digest]


@cache
def rich() -> Built:
    """Build the whole incident: about a hundred facts, four gaps, three panels."""
    payloads: dict[str, bytes] = {}
    facts = [*signal_facts(payloads), *other_facts(payloads), *chat_facts(payloads)]
    panels = tuple(_panels(payloads))
    return Built(assemble(INCIDENT, WINDOW, facts, _gaps(), panels, CLOCKS), payloads)


def assemble(
    incident: Incident, window: Window, facts: Iterable[Fact], gaps: Iterable[Gap] = (),
    panels: tuple[Panel, ...] = (), clocks: dict[str, int] | None = None,
) -> Timeline:  # fmt: skip
    """Put records together as a build does: one reading a source, merge, pseudonyms, measures, digest."""
    records: dict[str, list[Fact | Gap | Panel | Person]] = {}
    given: list[Fact | Gap | Panel] = [*facts, *gaps, *panels]
    for record in given:
        records.setdefault(record.source, []).append(record)
    for key, name in NAMES.items():
        records.setdefault("chat", []).append(Person(identity=key, names=(name,), bot=name == "deploybot"))
    errors = {
        f.source: (clocks or {}).get(f.clock, NS)
        for one in records.values()
        for f in one
        if isinstance(f, Fact)
    }
    readings = [
        SourceReading(1, source, source, window, errors.get(source, NS), held) for source, held in sorted(records.items())
    ]  # fmt: skip
    provenance = {
        "tool": {"name": "incident-timeline", "version": "0.1.0"},
        "collections": [{"number": 1, "sources": [{"name": name} for name in sorted(records)]}],
    }
    return put_together(Build(incident, window, readings, provenance=provenance))[0]


@cache
def empty() -> Built:
    """Build a timeline that holds nothing: every source is a gap."""
    gaps = [
        gap("prod", "unreachable", START, WINDOW.end, "Nothing could be read from `prod`: connection refused")
    ]
    return Built(assemble(INCIDENT, WINDOW, [], gaps), {})


def _gaps() -> list[Gap]:
    return [
        gap("logs", "timed_out", at("14:20:00"), at("14:31:00"), "Documents of `app-logs` could not be read: the search timed out after 60 s"),
        gap("prod", "past_retention", START, at("13:10:00"), "Samples before 13:10:00 are past the retention of `prod`"),
        gap("chat", "restricted", at("15:00:00"), at("15:10:00"), "Channel `#ops-private` could not be read: the token may not see it"),
        gap("old-monitoring", "undecodable", at("14:05:00"), at("14:06:00"), "2 rows of `old-monitoring` have a time that cannot be read", missing="2 rows"),
    ]  # fmt: skip


def _panels(payloads: dict[str, bytes]) -> Iterator[Panel]:
    """Yield three panels, each series an envelope of minimum and maximum a step."""
    shapes = {
        "checkout p99": ("s", 0.5, 0.12, 0.9, ("eu-1", "us-1")),
        "checkout error ratio": ("ratio", 0.02, 0.001, 0.11, ("checkout",)),
        "payments queue depth": ("", 5000.0, 900.0, 5200.0, ("payments-0", "payments-1", "payments-2")),
    }
    for title, (unit, limit, low, high, names) in shapes.items():
        series = tuple(_series(payloads, title, name, low, high) for name in names)
        yield Panel(
            id=panel_id(title), source="prod", title=title, unit=unit or None,
            query=f"checkout:{title.replace(' ', '_')}", thresholds=(Threshold(name="limit", op=">", value=limit),),
            series=series, shown=len(series), of=len(series) + 2,
        )  # fmt: skip


def _series(payloads: dict[str, bytes], title: str, name: str, low: float, high: float) -> Series:
    labels = {"instance": name}
    rows: list[tuple[int, float]] = []
    for second in range(START // NS, WINDOW.end // NS, 30):
        if name == "us-1" and 3000 < second - START // NS < 4200:
            continue  # a hole in the samples: a line must not be drawn across it
        into = (second - at("14:03:00") // NS) / 60
        rise = 1 / (1 + math.exp(-(into - 3) / 1.2)) - 1 / (1 + math.exp(-(into - 38.5) / 0.9))
        rows.append((second, low + (high - low) * max(rise, 0) * (1 if name != names_last(title) else 0.6)))
    wave = [(s, v * (1 + 0.05 * math.sin(s / 47))) for s, v in rows]
    result = [
        {"metric": labels, "values": [[s, f"{v * factor:.6g}"] for s, v in wave]} for factor in (1.08, 0.93)
    ]
    data = canonical({"status": "success", "data": {"resultType": "matrix", "result": result}})
    payloads[sha256(data)] = data
    return Series(
        labels=labels, payload=sha256(data), high="/data/result/0/values", low="/data/result/1/values"
    )


def names_last(title: str) -> str:
    """Name the series of a panel that rises less than the others."""
    return {"checkout p99": "us-1", "payments queue depth": "payments-2"}.get(title, "")
