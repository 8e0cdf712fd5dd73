"""What the page draws: facts, gaps, panels and excerpts of their payloads, as plain JSON values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from render.page_excerpts import Excerpts
from render.page_series import series_data
from timeline.canonical import Json
from timeline.instant import NS, format_instant
from timeline.model import Evidence, Fact, Gap, Panel, Timeline
from timeline.order import undetermined_groups

DEFAULT_CLOCK_ERROR = NS  # contracts: 1 s where nobody measured

Read = Callable[[str], bytes]


class PageData(NamedTuple):
    """The two JSON documents of a page: what is drawn at once, and excerpts opened on demand."""

    timeline: Json
    excerpts: Json


def page_data(
    timeline: Timeline, read: Read, *, file_name: Callable[[str], str], mask: Callable[[str], str]
) -> PageData:
    """Make the page's data; payloads that cannot be read leave their excerpt or series out.

    `read` gives a payload by SHA-256; `file_name` its name in the evidence folder; `mask`
    replaces people's names in excerpts by pseudonyms.
    """
    excerpts = Excerpts(read, mask)
    clocks = clock_errors(timeline)
    document = {
        "incident": timeline.incident.model_dump(mode="json", exclude_none=True),
        "window": timeline.window.model_dump(mode="json"),
        "digest": timeline.digest,
        "tool": _text(timeline.provenance, "tool"),
        "sources": sources(timeline),
        "clocks": {name: error / NS for name, error in clocks.items()},
        "facts": [_fact(fact, excerpts, file_name) for fact in timeline.facts],
        "gaps": [_gap(gap, excerpts, file_name) for gap in timeline.gaps],
        "measures": [m.model_dump(mode="json", by_alias=True, exclude_none=True) for m in timeline.measures],
        "panels": [_panel(panel, read, timeline.window.start) for panel in timeline.panels],
        "groups": [list(group) for group in undetermined_groups(timeline.facts, clocks)],
    }
    return PageData(document, excerpts.dump())


def clock_errors(timeline: Timeline) -> dict[str, int]:
    """Return each clock's error in ns: as the build measured it, else one second."""
    known = timeline.provenance.get("clocks", {}) if isinstance(timeline.provenance, Mapping) else {}
    names = sorted({fact.clock for fact in timeline.facts})
    return {name: int(known.get(name, DEFAULT_CLOCK_ERROR)) for name in names}


def sources(timeline: Timeline) -> list[str]:
    """Return every source's name: of facts, their evidence, gaps, panels and the build itself."""
    names = {e.source for fact in timeline.facts for e in fact.evidence} | set(_built(timeline))
    names |= {fact.source for fact in timeline.facts} | {gap.source for gap in timeline.gaps}
    return sorted(names | {panel.source for panel in timeline.panels})


def _built(timeline: Timeline) -> Iterable[str]:
    listed = timeline.provenance.get("sources", ()) if isinstance(timeline.provenance, Mapping) else ()
    for item in listed:
        name = item.get("name") if isinstance(item, Mapping) else item
        if isinstance(name, str):
            yield name


def _text(provenance: Any, key: str) -> str:
    value = provenance.get(key) if isinstance(provenance, Mapping) else None
    return value if isinstance(value, str) else ""


def _fact(fact: Fact, excerpts: Excerpts, file_name: Callable[[str], str]) -> Json:
    data = fact.model_dump(mode="json", exclude_none=True, exclude={"evidence", "variants"})
    data["evidence"] = [_evidence(e, excerpts, file_name) for e in fact.evidence]
    data["variants"] = len(fact.variants)
    return data


def _gap(gap: Gap, excerpts: Excerpts, file_name: Callable[[str], str]) -> Json:
    data = gap.model_dump(mode="json", exclude_none=True, exclude={"evidence"})
    data["evidence"] = [_evidence(e, excerpts, file_name) for e in gap.evidence]
    return data


def _evidence(evidence: Evidence, excerpts: Excerpts, file_name: Callable[[str], str]) -> Json:
    data = evidence.model_dump(mode="json", exclude_none=True)
    if evidence.payload:
        data["file"] = file_name(evidence.payload)
        data["excerpt"] = excerpts.add(evidence.payload, evidence.pointer)
    return data


def _panel(panel: Panel, read: Read, start: int) -> Json:
    data = panel.model_dump(mode="json", exclude_none=True, exclude={"series"})
    drawn = [series_data(series, read, start) for series in panel.series]
    data["series"] = [one for one in drawn if one is not None]
    data["start"] = format_instant(start)
    return data
