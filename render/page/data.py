"""What the page draws: facts, gaps, panels and excerpts of their payloads, each in the form it is read in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from render.page.drawn import draw_facts
from render.page.excerpts import Excerpts, excerpts
from render.page.packing import FAST, pack
from render.page.rows import Chunk, chunk, chunks, gap_records, nearest
from render.page.samples import Samples
from render.page.words import drawn_words
from render.text import provenance
from timeline.alerts.flaps import Ribbon, ribbons
from timeline.alerts.lives import STATES
from timeline.alerts.silences import by_alert
from timeline.apart import Difference, apart
from timeline.canonical import Json
from timeline.instant import NS, format_instant
from timeline.measures.chain import chain
from timeline.model import Fact, Measure, Panel, Timeline
from timeline.order import clock_errors, undetermined_runs
from timeline.record import plain, present
from timeline.references import measure_id
from timeline.response.course import Course
from timeline.response.people import Pause
from timeline.response.samples import Samples as Readings
from timeline.series.units import may_be_share, unit_of

#: Facts that a page draws at most, those nearest the incident: beyond, a browser can no longer follow a zoom.
MOST_FACTS = 1_000_000
#: Of a page's room, what excerpts may take.
_EXCERPTS_SHARE = 3
#: Intervals without a response that a page lists, the longest.
PAUSES = 5

Read = Callable[[str], bytes]


class PageData(NamedTuple):
    """The parts of a page: what is read at once, and chunks that are read on demand, all but the first packed."""

    timeline: dict[str, Json]
    facts: bytes
    ids: bytes
    samples: bytes
    #: Chunks by the names that `timeline` calls them.
    chunks: dict[str, bytes]


def page_data(
    timeline: Timeline, read: Read, *, file_name: Callable[[str], str], mask: Callable[[str], str], room: int
) -> PageData:
    """Make the page's data; payloads that cannot be read leave their excerpt or series out.

    `read` gives a payload by SHA-256; `file_name` its name in the evidence folder; `mask`
    replaces people's names in excerpts by pseudonyms. Packed, all is about `room` bytes at most: what is
    left out then is what is farthest from the incident, and `timeline` says what.
    """
    facts = nearest_facts(timeline, MOST_FACTS)
    samples = Samples(read, timeline.window.start, sum(len(panel.series) for panel in timeline.panels))
    document = _document(timeline, facts)
    document["panels"] = [
        _panel(panel, samples, provenance.clock_offset(timeline, panel.source)) for panel in timeline.panels
    ]
    flaps = ribbons(facts)
    drawn = draw_facts(facts, timeline.window.start, flaps)
    document["facts"] = {
        "count": len(facts),
        "of": len(timeline.facts),
        "layout": drawn.layout,
        "names": drawn.names,
    }
    document["flaps"] = [_flap(ribbon) for ribbon in flaps]
    drawing, ids, drawn_samples = (pack(data, FAST) for data in (drawn.data, drawn.ids, samples.dump()))
    room -= len(drawing) + len(ids) + len(drawn_samples)
    pieces = [piece for records in (facts, timeline.gaps) for record in records for piece in record.evidence]
    named = {f"rows-{n}": part for n, part in enumerate(chunks(facts))}
    near = nearest(named, facts, timeline.incident.start, timeline.incident.end)
    order = _pieces_of(named, near, len(pieces))
    texts = excerpts(pieces, read, mask, max(room // _EXCERPTS_SHARE, 0), order)
    document["gaps"] = gap_records(
        timeline.gaps, timeline.incident, texts, sum(len(fact.evidence) for fact in facts), file_name
    )
    made = {f"excerpts-{n}": data for n, data in enumerate(texts.chunks)}
    document["excerpts"] = [[*first, name] for first, name in zip(texts.firsts, made, strict=True)]
    document["excerpts_left_out"] = texts.left_out
    rows = dict(
        _rows(
            facts,
            [(name, named[name]) for name in near],
            texts,
            file_name,
            apart(facts, attrgetter("statement")),
            room - sum(map(len, made.values())),
        )
    )
    document["rows"] = [
        [part.first, part.end, name if name in rows else None] for name, part in named.items()
    ]
    return PageData(document, drawing, ids, drawn_samples, made | rows)


def nearest_facts(timeline: Timeline, most: int) -> Sequence[Fact]:
    """Return the facts, neighbours in display order, at most so many and those nearest the incident's start."""
    facts = timeline.facts
    if len(facts) <= most:
        return facts
    start = timeline.incident.start if timeline.incident.start is not None else timeline.window.start
    begun = next((place for place, fact in enumerate(facts) if fact.latest >= start), len(facts))
    # Most of what tells of an incident is in it and after it.
    first = min(max(begun - most // 4, 0), len(facts) - most)
    return facts[first : first + most]


def _document(timeline: Timeline, facts: Sequence[Fact]) -> dict[str, Json]:
    clocks = clock_errors(timeline)
    silenced = by_alert(facts)
    wanted = {name for measure in timeline.measures for name in (measure.from_, measure.to)}
    wanted |= {fact.id for span in silenced for fact in span if fact is not None}
    places = {fact.id: place for place, fact in enumerate(facts) if fact.id in wanted}
    return {
        "incident": present(timeline.incident),
        "window": plain(timeline.window),
        "digest": timeline.digest,
        "tool": _tool(timeline),
        "unverified": provenance.unverified(timeline),
        "sources": sources(timeline),
        "clocks": {name: error / NS for name, error in clocks.items()},
        "clock_offsets": provenance.clock_offsets(timeline),
        "measures": [_measure(one, facts, places) for one in timeline.measures],
        "reconciliation": [present(one) for one in timeline.reconciliation],
        "impact": [_without(present(one), "evidence") for one in timeline.impact],
        "pauses": _pauses(timeline),
        "silenced": [[places[fact.id] if fact else None for fact in span] for span in silenced],
        "groups": undetermined_runs(facts, clocks),
        "apart": _rows_apart(facts),
    }


def _pauses(timeline: Timeline) -> list[Json]:
    """Return [start, end, shortest and longest length in s] of the longest pauses: from record to record."""
    points = chain(timeline.incident, timeline.facts)
    course = Course(timeline, points, clock_errors(timeline), Readings(timeline))
    return [_pause(pause) for pause in course.pauses[:PAUSES]]


def _pause(pause: Pause) -> Json:
    before, after = pause.before, pause.after
    start = pause.start if before is None or before.earliest is None else min(before.earliest, pause.start)
    end = pause.end if after is None else max(after.latest, pause.end)
    return [format_instant(start), format_instant(end), (pause.end - pause.start) / NS, (end - start) / NS]


def _rows_apart(facts: Sequence[Fact]) -> list[Json]:
    """Return [place of a fact, what tells its alert's row from others of the name], one a life."""
    told = apart((fact for fact in facts if fact.kind in STATES), drawn_words)
    lives = {fact.thread or fact.id: (place, fact.id) for place, fact in enumerate(facts) if fact.id in told}
    return [[place, told[identity].label] for place, identity in lives.values()]


def _pieces_of(named: Mapping[str, Chunk], near: Sequence[str], count: int) -> Iterator[int]:
    """Yield the places of the evidence: that of the chunks as they come in `near`, then that of gaps."""
    for name in near:
        yield from range(named[name].evidence, named[name].evidence_end)
    yield from range(max((part.evidence_end for part in named.values()), default=0), count)


def _rows(
    facts: Sequence[Fact], near: Sequence[tuple[str, Chunk]], texts: Excerpts,
    file_name: Callable[[str], str], apart: Mapping[str, Difference], room: int,
) -> Iterator[tuple[str, bytes]]:  # fmt: skip
    """Yield chunks of rows, those nearest the incident first, while there is room."""
    for name, part in near:
        data = chunk(facts, part, texts, file_name, apart)
        room -= len(data)
        if room < 0:
            return
        yield name, data


def _measure(measure: Measure, facts: Sequence[Fact], places: Mapping[str, int]) -> Json:
    """Return a measure with the statements of the facts that it is between."""
    ends = {"from_words": measure.from_, "to_words": measure.to}
    said = {
        name: facts[places[fact]].statement
        for name, fact in ends.items()
        if fact is not None and fact in places
    }
    return present(measure) | said | {"id": measure_id(measure.name)}


def _without(data: dict[str, Json], name: str) -> Json:
    return {key: value for key, value in data.items() if key != name}


def sources(timeline: Timeline) -> list[str]:
    """Return every source's name: of facts, their evidence, gaps, panels and the build itself."""
    names = {e.source for fact in timeline.facts for e in fact.evidence} | set(_built(timeline))
    names |= {fact.source for fact in timeline.facts} | {gap.source for gap in timeline.gaps}
    return sorted(names | {panel.source for panel in timeline.panels})


def _built(timeline: Timeline) -> Iterable[str]:
    listed = provenance.members(timeline).get("sources", ())
    for item in listed:
        name = item.get("name") if isinstance(item, Mapping) else item
        if isinstance(name, str):
            yield name


def _tool(timeline: Timeline) -> str:
    """Return what built the timeline and its version; empty where that is not told."""
    told = provenance.members(timeline).get("tool")
    return (
        " ".join(str(told[key]) for key in ("name", "version") if key in told)
        if isinstance(told, Mapping)
        else ""
    )


def _panel(panel: Panel, samples: Samples, offset: float) -> Json:
    first = len(samples)
    drawn = [samples.add(series, offset) for series in panel.series]
    data = present(panel) | ({} if panel.unit else {"unit": _unit(panel, samples, first)})
    data["series"] = [one for one in drawn if one is not None]
    return data


def _unit(panel: Panel, samples: Samples, first: int) -> str | None:
    """Return the unit that a panel's query tells, with its values and thresholds where names are not enough."""
    limits = [one.value for one in panel.thresholds if one.value is not None]
    if may_be_share(panel.query) and all(0 <= limit <= 1 for limit in limits) and samples.within(first, 0, 1):
        return "ratio"
    return unit_of(panel.query)


def _flap(ribbon: Ribbon) -> Json:
    return {"times": ribbon.times, "duty": None if ribbon.low is None else [ribbon.low, ribbon.high]}
