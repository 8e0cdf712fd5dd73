"""Patterns as tables for the terminal: medians and p90 of ranges, always with how many incidents they are of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.archive.patterns import Estimate, Patterns, Tallies

#: Names of one table, and incidents of one name, that are shown; `--json` has all.
_NAMES, _INCIDENTS = 5, 4
_GROUPS = {"service": "service", "severity": "severity", "factor": "factor", "failure_mode": "failure mode"}


def lines(found: Patterns) -> Iterator[str]:
    """Yield the tables of the patterns of at least one incident."""
    yield _head(found)
    yield from _durations(found)
    for name, title in _GROUPS.items():
        yield from _groups(found, name, title)
    yield from _when(found)
    yield from _table(["alerts", "incidents", "times", ""], _alerts(found))
    yield from _table(["last change before the breach", "incidents", "time since (median)", ""], [
        [one.kind, str(one.known.n), _span(one.known.median), _ids(one.known.incidents)] for one in found.before
    ])  # fmt: skip
    yield from _tallied(found.changes, "changes while it lasted", len(found.incidents))
    yield from _tallied(found.last_changes, "last change before the end", len(found.incidents))
    yield from _tallied(found.gaps, "sources with gaps", len(found.incidents))
    yield from _table(["impact", "incidents", "median", "p90"], _impact(found))
    helped = [[_inert(text), str(len(ids)), _ids(ids)] for text, ids in found.helped().items()]
    yield from _table(["what helped, as people wrote", "incidents", ""], helped[: 2 * _NAMES])
    if helped[2 * _NAMES :]:
        yield f"and {len(helped) - 2 * _NAMES} more"


def _head(found: Patterns) -> str:
    from timeline import present

    days = [one.started[:10] for one in found.incidents if one.started]
    between = f", {days[0]} to {days[-1]}" if days else ""
    few = "; fewer than 8 are few: no p90, no interval" if found.few else ""
    return f"{present.count(len(found.incidents), 'incident')}{between}{few}"


def _durations(found: Patterns) -> Iterator[str]:
    rows = []
    for name, one in found.durations.items():
        unknown = sum(map(len, one.unknown.values()))
        if one.known.n:
            of = f"{one.known.n} of {one.known.n + unknown}"
            rows.append([name, of, _span(one.known.median), _spread(one.known), _span(one.known.p90)])
    yield from _table(["", "known", "median", "95 % interval, or all", "p90"], rows)
    unmeasured = [name for name, one in found.durations.items() if not one.known.n]
    if unmeasured:
        yield f"known of none: {', '.join(unmeasured)}"


def _spread(one: Estimate) -> str:
    """Return the interval of the median; of a few, the least and the most, as such."""
    if one.interval:
        return _span(one.interval)
    return f"all: {_span((one.least, one.most))}" if one.least is not None and one.most is not None else ""


def _groups(found: Patterns, name: str, title: str) -> Iterator[str]:
    from service.archive.patterns import MAIN

    groups = found.groups[name]
    rows = [
        [_inert(one.value), _count(len(one.incidents)), *(_known(one.durations[own]) for own in MAIN)]
        for one in groups.groups[: 2 * _NAMES]
    ]
    yield from _table([f"by {title}", "incidents", *(f"{own} (median)" for own in MAIN)], rows)
    if rows and groups.unknown:
        yield f"not known: {len(groups.unknown)}"


def _known(one: Estimate) -> str:
    return f"{_span(one.median)} of {one.n}" if one.n else "not known"


def _when(found: Patterns) -> Iterator[str]:
    for name in ("weekday", "hour"):
        told = [f"{one.value} {len(one.incidents)}" for one in found.groups[name].groups]
        if told:
            yield ""
            yield f"by {name} ({found.zone}): {', '.join(told)}"


def _alerts(found: Patterns) -> Iterator[list[str]]:
    for title, told in found.alerts.items():
        inside = {one for row in told.rows for one in row.incidents}
        of = f"{len(inside)} of {len(told.known)}" if told.known else "not known"
        yield [title, of, "", f"not known of {len(told.unknown)}" if told.known and told.unknown else ""]
        for row in told.rows[:_NAMES]:
            yield [f"  {_inert(row.name)}", str(len(row.incidents)), str(row.times), _ids(row.incidents)]


def _tallied(told: Tallies, title: str, count: int) -> Iterator[str]:
    rows = [
        [_inert(one.name), str(len(one.incidents)), _ids(one.incidents)] for one in told.rows[: 2 * _NAMES]
    ]
    known = "" if len(told.known) == count else f"known of {len(told.known)} of {count}"
    yield from _table([title, "incidents", known], rows)


def _impact(found: Patterns) -> Iterator[list[str]]:
    from timeline import present

    for one in found.impact:
        spans = (one.known.median, one.known.p90)
        said = [f"{present.quantity(span[0])} {one.unit}" if span else "" for span in spans]
        part = f", of {len(one.partial)} not all was read" if one.partial else ""
        yield [_inert(one.name), f"{_count(one.known.n)}{part}", *map(_inert, said)]


def _span(span: tuple[float, float] | None) -> str:
    from timeline import present

    return present.duration_range(*span) if span else ""


def _count(number: int) -> str:
    return f"{number} (few)" if number < 8 else str(number)


def _ids(incidents: Sequence[str]) -> str:
    more = len(incidents) - _INCIDENTS
    told = [*map(_inert, incidents[:_INCIDENTS]), *([f"{more} more"] if more > 0 else [])]
    return ", ".join(told)


def _inert(text: str) -> str:
    from timeline.text import inert, shown

    return inert(shown(text))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a line a row after an empty one, columns as wide as they must be; nothing of no row."""
    every = [list(head), *map(list, rows)]
    if len(every) == 1:
        return
    widths = [max(len(row[at]) for row in every) for at in range(len(head))]
    yield ""
    for row in every:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
