"""What a document's times exactly say: what the engine holds, as precise as the document shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from collectors.base import Payload
from collectors.kit import fields
from timeline.canonical import Json
from timeline.errors import UndecodableTimeError
from timeline.instant import DAY, HOUR, MINUTE, NS, Bounds, civil_from_days, parse_instant, precise
from timeline.written.epoch import UNITS, read_epoch
from timeline.zones import read_time, widened

RESOLUTION = {"date": 1_000_000, "date_nanos": 1}  # ns
_LITERAL = re.compile(r"'[^']*'")
_LETTERS = (("nNA", 1), ("s", NS), ("m", MINUTE), ("HhKk", HOUR), ("dDeEc", DAY))
#: Formats that the engine has a name for; their texts read by themselves.
_NAMED = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+|iso8601|date|hour|year")


class TimeField(NamedTuple):
    """The field of the times as an index maps it: where documents hold it, and in which formats."""

    path: str
    formats: tuple[str, ...] = ()


def read_mapping(payload: Payload, field: str) -> dict[str, TimeField]:
    """Return, by index, how `_mapping/field` says that the time field is read; an alias by what it stands for."""
    answer = payload.json()
    found = {}
    for index, detail in answer.items() if isinstance(answer, dict) else ():
        # By members: the field's own name may hold dots, and so may its last part.
        mapping = member(member(member(detail, "mappings"), field), "mapping")
        own = next(iter(mapping.values()), None) if isinstance(mapping, dict) else None
        formats = tuple(form for form in fields.text(own, "format").split("||") if form)
        found[index] = TimeField(fields.text(own, "path") or field, formats)
    return found


def member(value: Json, name: str) -> Json:
    """Return a member by its whole name, dots and all; None where there is none."""
    return value.get(name) if isinstance(value, dict) else None


def times_of(
    hit: Json, field: str, types: Mapping[str, str], mapped: Mapping[str, TimeField], precision: int | None
) -> list[Bounds]:
    """Return each of a hit's times, first ones first; raise UndecodableTimeError where it has none.

    `precision` (ns) is what the times are known to, where the source says so.
    """
    held = member(fields.at(hit, "fields"), field)
    if not held or not isinstance(held, list) or not all(isinstance(text, str) for text in held):
        raise UndecodableTimeError(f"document {fields.text(hit, '_id')} has no field {field}")
    index = fields.required(hit, "_index")
    resolution = RESOLUTION[types.get(index) or types.get("") or "date"]
    own = mapped.get(index, TimeField(field))
    shown = list(_scalars(fields.at(fields.at(hit, "_source"), own.path)))
    found = []
    for instant in sorted({parse_instant(text) for text in held}):
        engine = precise(instant, resolution)
        at = _as_shown(engine, shown, own.formats, known=precision is not None)
        found.append(widened(at, precision))
    return found


def _scalars(value: Json) -> Iterator[str | int | float]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str | int | float) and not isinstance(one, bool):
            yield one


def _as_shown(
    engine: Bounds, shown: list[str | int | float], formats: tuple[str, ...], *, known: bool
) -> Bounds:
    """Return the time as a document shows it, where the engine read the same instant from that.

    The text may be finer (digits the type cut off) or coarser (whole minutes) than the type.
    """
    written = [at for value in shown if (at := _written(value))]
    read = [*written, *(at for value in shown for at in _counted(value))]
    if same := [at for at in read if _begins_in(at, engine)]:
        return max(same, key=_width)
    if known:
        return engine
    start = engine.earliest or 0
    # A format with a zone of its own: the text still shows how precise it is.
    widths = [_width(at) for at in written if _is_zone_apart(at, start)]
    widths = widths or [width for form in formats if shown and (width := _precision(form))]
    return precise(start, max(_width(engine), max(widths) if widths else _filled(start)))


def _counted(value: str | float) -> Iterator[Bounds]:
    """Yield what a document's number may be, in any unit."""
    for unit in UNITS:
        try:
            if (at := read_epoch(value, unit)) is not None:
                yield at
        except UndecodableTimeError:
            continue


def _written(value: str | float) -> Bounds | None:
    """Return what a document's text says in UTC, digits without a unit as a date; None where it says none."""
    try:
        return read_time(value, zone_name="UTC")
    except UndecodableTimeError:
        return None


def _is_zone_apart(at: Bounds, instant: int) -> bool:
    apart = abs((at.earliest or 0) - instant)
    return apart <= 15 * HOUR and apart % (15 * MINUTE) == 0


def _begins_in(at: Bounds, engine: Bounds) -> bool:
    # The engine fills what a text does not say by its first: a day is its midnight.
    return at.earliest is not None and (engine.earliest or 0) <= at.earliest <= engine.latest


def _width(at: Bounds) -> int:
    return at.latest - (at.earliest or 0) + 1


def _precision(form: str) -> int | None:
    """Return the precision (ns) of a pattern such as `dd/MM/yyyy HH:mm`; None of a format with a name."""
    if _NAMED.fullmatch(form):
        return None
    letters = _LITERAL.sub("", form)
    if digits := letters.count("S"):
        return int(10 ** max(9 - digits, 0))
    return next((width for names, width in _LETTERS if set(names) & set(letters)), None)


def _filled(instant: int) -> int:
    """Return the width of what an instant may stand for where nothing shows it: zeros may be filling."""
    units = (DAY, HOUR, MINUTE, NS, 1_000_000, 1_000)
    width = next((unit for unit in units if instant % unit == 0), 1)
    if width < DAY:
        return width
    year, month, day = civil_from_days(instant // DAY)
    if day > 1:
        return DAY
    next_year, next_month = (year + 1, 1) if month in {1, 12} else (year, month + 1)
    return parse_instant(f"{next_year:04d}-{next_month:02d}-01T00:00:00Z") - instant
