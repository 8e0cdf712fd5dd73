"""What many incidents have in common: counts, medians and p90 with intervals, each with its incidents; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from timeline import terms
from timeline.instant import format_instant
from timeline.patterns.numbers import FEW, Estimate, estimates
from timeline.patterns.report import (
    Before,
    Duration,
    Group,
    Groups,
    Held,
    Impact,
    Incident,
    Patterns,
    Point,
    Tallies,
    Tally,
)
from timeline.patterns.rows import (
    DURATION,
    DURATIONS,
    GROUPS,
    MAIN,
    WEEKDAYS,
    Row,
    in_order,
    membership,
    table,
)

if TYPE_CHECKING:
    import pandas as pd

_NO_END = "no end of it is known"
_NO_START = "nothing tells when it started"
#: What is told of alerts, by what of `timeline.cases.figures.Quality` it is.
ALERTS = {
    terms.UNCROSSED: "unbreached", terms.UNALERTED: "unalerted", terms.SUPPRESSED: "suppressed", "flapping alert": "flaps",
    terms.EARLIER: "early", "early signal that nobody was notified of": "untold",
}  # fmt: skip
#: Names of one incident, with how often; None where it is not known.
_Named = Callable[[Row], Mapping[str, int] | None]


def patterns(rows: Iterable[Row], zone: tzinfo = UTC, zone_name: str = "UTC") -> Patterns:
    """Return the patterns of incidents; hours and weekdays are those of `zone`."""
    ordered = in_order(rows)
    values = table(ordered)
    known = estimates(values, "name")
    return Patterns(
        zone=zone_name,
        few=len(ordered) < FEW,
        incidents=tuple(map(_incident, ordered)),
        durations={name: Duration(known.get(name, Estimate()), _unknown(ordered, name)) for name in DURATIONS},
        groups={group: _groups(ordered, values, group, zone) for group in GROUPS},
        course={name: _course(ordered, values[values["name"] == name]) for name in MAIN},
        alerts={name: _tallies(ordered, _quality(field)) for name, field in ALERTS.items()},
        gaps=_tallies(ordered, lambda row: dict.fromkeys(row.figures.gaps, 1) if row.figures.sources else None),
        reasons=_tallies(ordered, _reasons),
        impact=tuple(_impact(ordered)),
        before=tuple(_before(ordered, values)),
        changes=_tallies(ordered, lambda row: row.figures.changes),
        last_changes=_tallies(ordered, _last_change),
        held=tuple(Held(row.id, row.figures.held) for row in ordered if row.figures.held),
    )  # fmt: skip


def _incident(row: Row) -> Incident:
    durations = {name: span for name in MAIN if (span := row.duration(name))}
    started = None if row.started is None else format_instant(row.started)
    return Incident(
        row.id, row.title, row.severity, started, row.figures.services, row.figures.lasted_of, durations
    )


# --- durations -----------------------------------------------------------------------------------


def _unknown(rows: Sequence[Row], name: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.duration(name) is None:
            found.setdefault(_why(row, name), []).append(row.id)
    return {why: tuple(ids) for why, ids in found.items()}


def _why(row: Row, name: str) -> str:
    if name == DURATION:
        return _NO_END if row.figures.lasted_of else _NO_START
    return row.figures.unmeasured.get(name, "not measured")


def _groups(rows: Sequence[Row], values: pd.DataFrame, group: str, zone: tzinfo) -> Groups:
    members = membership(rows, group, zone)
    known = estimates(members.merge(values[values["name"].isin(MAIN)], on="id"), ["value", "name"])
    found = []
    for value, own in members.groupby("value", sort=False)["id"]:
        durations = {name: known.get((value, name), Estimate()) for name in MAIN}
        found.append(Group(str(value), tuple(own), durations))
    inside = set(members["id"])
    return Groups(
        tuple(sorted(found, key=lambda one: _place(group, one))),
        tuple(row.id for row in rows if row.id not in inside),
    )


def _place(group: str, one: Group) -> tuple[int, str]:
    """Return where a group stands: weekdays and hours as they are, severities by name, others the largest first."""
    if group == "weekday":
        return WEEKDAYS.index(one.value), ""
    return 0 if group in {"hour", "severity"} else -len(one.incidents), one.value


def _course(rows: Sequence[Row], values: pd.DataFrame) -> tuple[Point, ...]:
    """Return the median of each `FEW` incidents in a row, in order of time; nothing of fewer."""
    starts = {row.id: row.started for row in rows if row.started is not None}
    known = values[values["id"].isin(starts)]
    middles = known[["low", "high"]].rolling(FEW).median().to_numpy()
    ids, found = list(known["id"]), []
    for end in range(FEW, len(ids) + 1):
        low, high = middles[end - 1]
        window = tuple(ids[end - FEW : end])
        found.append(Point(format_instant(starts[window[-1]]), (float(low), float(high)), window))
    return tuple(found)


def _before(rows: Sequence[Row], values: pd.DataFrame) -> Iterable[Before]:
    kinds = {row.id: row.figures.changed for row in rows if row.figures.changed}
    apart = values[(values["name"] == terms.SINCE_CHANGE) & values["id"].isin(kinds)]
    known = estimates(apart.assign(kind=apart["id"].map(kinds)), "kind")
    found = [Before(str(kind), one) for kind, one in known.items()]
    return sorted(found, key=lambda one: (-one.known.n, one.kind))


def _impact(rows: Sequence[Row]) -> Iterable[Impact]:
    import pandas as pd

    told = [
        (row.id, n.name, n.unit, n.take, n.value, n.value, n.partial)
        for row in rows
        for n in row.figures.impact
    ]
    numbers = pd.DataFrame(told, columns=["id", "name", "unit", "take", "low", "high", "partial"])
    # Several sources may tell the same of one incident: the highest of them stands for it.
    kinds = ["name", "unit", "take"]
    once = (
        numbers.sort_values("high", ascending=False, kind="stable")
        .drop_duplicates(["id", *kinds])
        .sort_index()
    )
    partial: dict[tuple[str, str, str], list[str]] = {}
    for row in once[once["partial"].astype(bool)].itertuples():
        partial.setdefault((str(row.name), str(row.unit), str(row.take)), []).append(str(row.id))
    found = [
        Impact(name, unit, take, one, tuple(partial.get((name, unit, take), ())))
        for (name, unit, take), one in estimates(once, kinds).items()
    ]
    return sorted(found, key=lambda one: (-one.known.n, one.name, one.unit, one.take))


# --- names ---------------------------------------------------------------------------------------


def _tallies(rows: Sequence[Row], named: _Named) -> Tallies:
    times: dict[str, int] = {}
    where: dict[str, list[str]] = {}
    known, unknown = list[str](), list[str]()
    for row in rows:
        names = named(row)
        (unknown if names is None else known).append(row.id)
        for name, count in (names or {}).items():
            times[name] = times.get(name, 0) + count
            where.setdefault(name, []).append(row.id)
    found = [Tally(name, count, tuple(where[name])) for name, count in times.items()]
    ranked = sorted(found, key=lambda one: (-len(one.incidents), -one.times, one.name))
    return Tallies(tuple(ranked), tuple(known), tuple(unknown))


def _quality(field: str) -> _Named:
    def named(row: Row) -> Mapping[str, int] | None:
        found = getattr(row.figures.quality, field)
        if found is None:
            return None
        return found if field not in {"early", "untold"} else dict.fromkeys(found, 1)

    return named


def _reasons(row: Row) -> Mapping[str, int] | None:
    if not row.figures.sources:
        return None
    told = [terms.reason(one) for reasons in row.figures.gaps.values() for one in reasons]
    return {name: told.count(name) for name in dict.fromkeys(told)}


def _last_change(row: Row) -> Mapping[str, int] | None:
    if row.figures.changes is None:
        return None
    return {row.figures.last_change: 1} if row.figures.last_change else {}
