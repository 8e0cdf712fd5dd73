"""What the page draws: facts, gaps, panels and excerpts of their payloads, as plain JSON values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from render.page.excerpts import Excerpts
from render.page.samples import Samples
from render.text import provenance
from timeline.alerts.flaps import Ribbon, ribbons
from timeline.alerts.silences import Silenced, by_alert
from timeline.canonical import Json
from timeline.instant import NS
from timeline.model import Evidence, Fact, Gap, Panel, Timeline
from timeline.order import undetermined_groups
from timeline.record import plain, present

DEFAULT_CLOCK_ERROR = NS  # contracts: 1 s where nobody measured

Read = Callable[[str], bytes]


class PageData(NamedTuple):
    """The parts of a page: what is drawn at once, excerpts opened on demand, samples of the series."""

    timeline: Json
    excerpts: Json
    samples: bytes


def page_data(
    timeline: Timeline, read: Read, *, file_name: Callable[[str], str], mask: Callable[[str], str]
) -> PageData:
    """Make the page's data; payloads that cannot be read leave their excerpt or series out.

    `read` gives a payload by SHA-256; `file_name` its name in the evidence folder; `mask`
    replaces people's names in excerpts by pseudonyms.
    """
    excerpts = Excerpts(read, mask)
    payloads = _Payloads(excerpts, file_name)
    places = {fact.id: place for place, fact in enumerate(timeline.facts)}
    samples = Samples(read, timeline.window.start, sum(len(panel.series) for panel in timeline.panels))
    clocks = clock_errors(timeline)
    document = {
        "incident": present(timeline.incident),
        "window": plain(timeline.window),
        "digest": timeline.digest,
        "tool": _tool(timeline),
        "unverified": provenance.unverified(timeline),
        "sources": sources(timeline),
        "clocks": {name: error / NS for name, error in clocks.items()},
        "facts": [_fact(fact, payloads) for fact in timeline.facts],
        "gaps": [_gap(gap, payloads) for gap in timeline.gaps],
        "measures": [present(one) for one in timeline.measures],
        "panels": [_panel(panel, samples) for panel in timeline.panels],
        "reconciliation": [present(one) for one in timeline.reconciliation],
        "impact": [_without(present(one), "evidence") for one in timeline.impact],
        "flaps": [_flap(ribbon, places) for ribbon in ribbons(timeline.facts)],
        "silenced": [_silenced(span, places) for span in by_alert(timeline.facts)],
        "groups": [[places[name] for name in group] for group in undetermined_groups(timeline.facts, clocks)],
    }
    document["payloads"] = payloads.table()
    return PageData(document, excerpts.dump(), samples.dump())


def _without(data: dict[str, Json], name: str) -> Json:
    return {key: value for key, value in data.items() if key != name}


def clock_errors(timeline: Timeline) -> dict[str, int]:
    """Return each clock's error in ns: as the build measured it, else one second."""
    known = provenance.told(timeline).get("clocks", {})
    names = sorted({fact.clock for fact in timeline.facts})
    return {name: int(known.get(name, DEFAULT_CLOCK_ERROR)) for name in names}


def sources(timeline: Timeline) -> list[str]:
    """Return every source's name: of facts, their evidence, gaps, panels and the build itself."""
    names = {e.source for fact in timeline.facts for e in fact.evidence} | set(_built(timeline))
    names |= {fact.source for fact in timeline.facts} | {gap.source for gap in timeline.gaps}
    return sorted(names | {panel.source for panel in timeline.panels})


def _built(timeline: Timeline) -> Iterable[str]:
    listed = provenance.told(timeline).get("sources", ())
    for item in listed:
        name = item.get("name") if isinstance(item, Mapping) else item
        if isinstance(name, str):
            yield name


def _tool(timeline: Timeline) -> str:
    """Return what built the timeline and its version; empty where that is not told."""
    told = provenance.told(timeline).get("tool")
    return (
        " ".join(str(told[key]) for key in ("name", "version") if key in told)
        if isinstance(told, Mapping)
        else ""
    )


class _Payloads:
    """The payloads that evidence names: each digest and file name is in the page once, its excerpts too."""

    def __init__(self, excerpts: Excerpts, file_name: Callable[[str], str]) -> None:
        self._excerpts, self._file_name = excerpts, file_name
        self._places: dict[str, int] = {}

    def evidence(self, evidence: Evidence) -> Json:
        """Return one piece of evidence with its payload as a place in the table."""
        data = present(evidence)
        if evidence.payload:
            data["payload"] = self._places.setdefault(evidence.payload, len(self._places))
            data["excerpt"] = self._excerpts.add(evidence.payload, evidence.pointer)
        return data

    def table(self) -> list[list[str]]:
        """Return digest and file name of each."""
        return [[digest, self._file_name(digest)] for digest in self._places]


def _fact(fact: Fact, payloads: _Payloads) -> Json:
    data = present(fact)
    data["evidence"] = [payloads.evidence(e) for e in fact.evidence]
    data["variants"] = len(fact.variants)
    return data


def _gap(gap: Gap, payloads: _Payloads) -> Json:
    data = present(gap)
    data["evidence"] = [payloads.evidence(e) for e in gap.evidence]
    return data


def _panel(panel: Panel, samples: Samples) -> Json:
    data = present(panel)
    drawn = [samples.add(series) for series in panel.series]
    data["series"] = [one for one in drawn if one is not None]
    return data


def _silenced(span: Silenced, places: Mapping[str, int]) -> list[int | None]:
    end = None if span.end is None else places[span.end.id]
    return [places[span.firing.id], places[span.begin.id], end]


def _flap(ribbon: Ribbon, places: Mapping[str, int]) -> Json:
    duty = None if ribbon.low is None else [ribbon.low, ribbon.high]
    return {"facts": [places[fact.id] for fact in ribbon.facts], "times": ribbon.times, "duty": duty}
