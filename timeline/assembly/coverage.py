"""What sources could not give, over all collections: what is kept from which, and what nobody ever read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from timeline.assembly.reading import SourceReading
from timeline.model import Gap, GapReason, Incident, Timeline, Window, gap
from timeline.wire import encode

#: Of what a source has nothing before some time; it keeps from earlier collections what they had.
_BEFORE = frozenset({"past_retention", "never_recorded"})


def is_note(gap: Gap, incident: Incident) -> bool:
    """Tell whether a gap is none of the incident.

    A source never recorded that time, and said so; or its data begins late, or is not there yet, and the incident lies beside that.
    """
    if gap.reason == "never_recorded":
        return True
    if gap.reason == "past_retention":
        return incident.start is not None and gap.end <= incident.start
    if gap.reason == "not_yet":
        return incident.end is not None and gap.start >= incident.end
    return False


def of_incident(timeline: Timeline) -> tuple[Gap, ...]:
    """Return the gaps that are of the incident."""
    return tuple(gap for gap in timeline.gaps if not is_note(gap, timeline.incident))


def notes_of(timeline: Timeline) -> tuple[Gap, ...]:
    """Return what sources had no data for around the incident."""
    return tuple(gap for gap in timeline.gaps if is_note(gap, timeline.incident))


def source_gaps(all_readings: Sequence[SourceReading], window: Window) -> Iterable[Gap]:
    """Yield what each source could not give, and what earlier collections hold of it."""
    by_key: dict[tuple[str, str], list[SourceReading]] = defaultdict(list)
    for reading in all_readings:
        by_key[reading.key].append(reading)
    last = max((r.collection for r in all_readings), default=0)
    for readings in by_key.values():
        readings.sort(key=lambda r: r.collection)
        yield from _gaps_of(readings, last, window)


def _gaps_of(readings: Sequence[SourceReading], last: int, window: Window) -> Iterable[Gap]:
    newest = readings[-1]
    good = [r for r in readings if r.failure is None]
    if newest.failure is None and newest.collection == last:
        earlier = good[:-1]
        for found in newest.of(Gap):
            if found.reason in _BEFORE:
                yield from _held_back(found, earlier[::-1])
            else:
                yield found
        return
    reason, message = newest.failure or ("not_refreshed", "it is not among the sources of this build")
    if not good and newest.collection < last:
        return  # no longer a source, and nothing of it was ever kept: a name that was mistyped once
    if not good:
        yield gap(newest.source, reason, window.start, window.end, message)
        return
    yield from _kept(newest.source, good[::-1], window, (reason, message))


def _kept(
    source: str, good: Iterable[SourceReading], window: Window, failure: tuple[GapReason, str]
) -> Iterable[Gap]:  # fmt: skip
    """Name what earlier collections (newest first) hold, with the gaps they had there; the rest was never read."""
    reason, message = failure
    never, newer = [(window.start, window.end)], list[tuple[int, int]]()
    for reading in good:
        span = (reading.window.start, reading.window.end)
        text = f"Kept from collection {reading.collection}; not read again: {message}"
        for part in _without(never, _without(never, [span])):
            yield gap(source, "not_refreshed", *part, text)
        for found in reading.of(Gap):
            for part in _without([(found.start, found.end)], newer):
                yield _part(found, found.reason, part, found.statement)
        never, newer = _without(never, [span]), [*newer, span]
    yield from (gap(source, reason, *part, message) for part in never)


def _held_back(found: Gap, earlier: Sequence[SourceReading]) -> Iterable[Gap]:
    """Name what earlier collections (newest first) still hold of a lost stretch; the rest was never read."""
    whole = never = [(found.start, found.end)]
    for reading in earlier:
        lacking = [
            (g.start, g.end) for g in reading.of(Gap) if g.reason in _BEFORE and g.missing == found.missing
        ]
        held = _without([(reading.window.start, reading.window.end)], lacking)
        kept = _without(never, _without(never, held))
        text = (
            f"Kept from collection {reading.collection}; the source no longer reaches back: {found.statement}"
        )
        yield from (_part(found, "not_refreshed", part, text) for part in kept)
        never = _without(never, held)
    if found.reason == "never_recorded" and never != whole:
        # It says that it deleted nothing, and yet it had more: its storage was made anew.
        text = (
            "Earlier collections reach further back than the source does now; what it had before is not known"
        )
        yield from (_part(found, "past_retention", part, text) for part in never)
        return
    yield from (_part(found, found.reason, part, found.statement) for part in never)


def _part(found: Gap, reason: GapReason, part: tuple[int, int], text: str) -> Gap:
    return gap(found.source, reason, *part, text, missing=found.missing, evidence=found.evidence)


def _without(spans: Iterable[tuple[int, int]], cuts: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return what is left of half-open spans where `cuts` are taken out."""
    left = list(spans)
    for begin, finish in cuts:
        parts = (
            part for start, end in left for part in ((start, min(end, begin)), (max(start, finish), end))
        )
        left = [(start, end) for start, end in parts if start < end]
    return left


def _overlap(window: Window, start: int, end: int) -> bool:
    return window.start < end and start < window.end


def each_once(found: Iterable[Gap], window: Window) -> tuple[Gap, ...]:
    """Return each gap once, with the evidence of all that say the same, in a fixed order."""
    same: dict[str, list[Gap]] = defaultdict(list)
    for one in found:
        if _overlap(window, one.start, one.end) or one.reason in {"not_yet", "conflict"}:
            same[one.id].append(one)
    unique = (_folded(group) if len(group) > 1 else group[0] for group in same.values())
    return tuple(sorted(unique, key=lambda g: (g.start, g.end, g.source, g.reason, g.id)))


def _folded(same: Sequence[Gap]) -> Gap:
    evidence = {encode(entry): entry for one in same for entry in one.evidence}
    missing = "; ".join(sorted({one.missing for one in same if one.missing}))
    return same[0].replace(evidence=tuple(evidence[key] for key in sorted(evidence)), missing=missing or None)
