"""Field mapping: a row of anybody's JSON or CSV read as one record, by configuration alone."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from timeline.errors import TimelineError, UndecodableTimeError
from timeline.instant import Bounds
from timeline.kinds import Kind
from timeline.mapping.options import FieldMap, KindMap
from timeline.model import Subject
from timeline.statements import Name, numbers, required
from timeline.statements import fields as fields_of
from timeline.text import code
from timeline.values import Row, text_at, value_at
from timeline.zones import parse_duration, read_time

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?", re.ASCII)
_SPECIAL = re.compile(r"[+-]?(nan|inf|infinity)", re.ASCII | re.IGNORECASE)
_SUBJECT = ("service", "component", "environment")
#: Columns that usually hold the rest of a time, in lower case.
_ZONES = frozenset(
    {"zone", "tz", "timezone", "time_zone", "time zone", "utc_offset", "utcoffset", "gmt_offset", "offset"}
)
_DAYS = frozenset({"date", "day"})
_ALERT = "alert."
_TRUE = frozenset({"true", "1", "yes", "y", "bot"})
_NO_IDENTITY = frozenset({"severity", "state", "status"})  # an alert keeps its life when these change
_REMEMBERED = 10_000  # subjects that are made once


class RowError(TimelineError):
    """A row that cannot be read without guessing; `code` groups alike ones, the message says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Mapped(NamedTuple):
    """A row as it will be told: what fills the statement, and what goes beside it."""

    kind: Kind
    at: Bounds
    names: dict[str, Name]
    subject: Subject
    key: list[str] | None
    thread: list[str] | None
    quote: str | None
    actor: str | None
    is_bot: bool
    link: str | None
    clock: str | None


class RowReader:
    """Reads rows by a mapping, which is worked out once.

    `zone` is that of times that carry none.
    """

    def __init__(self, fields: FieldMap, zone: str | None) -> None:
        self._fields, self._zone = fields, zone
        self._precision = parse_duration(fields.precision) if fields.precision else None
        self._labelled = sorted((name, path) for name, path in fields.subject.items() if name not in _SUBJECT)
        self._subjects: dict[tuple[str | None, ...], Subject] = {}

    def time(self, row: Row) -> Bounds:
        """Return a row's bounds; raise RowError (`missing time`, `time without zone` or `time`)."""
        fields = self._fields.time
        value = value_at(row, fields) if isinstance(fields, str) else _joined_time(row, fields)
        if value is None or value == "" or isinstance(value, bool | list | dict):
            if isinstance(value, list) and isinstance(fields, str):
                raise RowError(
                    "missing time", f"`{fields}` holds {len(value)} values; name one, such as `{fields}.0`"
                )
            known = ", ".join(list(row)[:12])
            raise RowError(
                "missing time", f"no time in field `{self._fields.time_fields[0]}`; the row's fields: {known}"
            )
        try:
            at = read_time(
                value,
                zone_name=self._zone,
                unit=self._fields.unit,
                precision=self._precision,
                year=self._fields.year,
            )
        except UndecodableTimeError as err:
            code = "time without zone" if "has no zone" in str(err) else "time"
            raise RowError(code, self._advice(row, value) or str(err)) from err
        if self._zone and isinstance(value, str) and isinstance(fields, str):
            self._require_zone(row, value, at)
        return at

    def _advice(self, row: Row, value: Any) -> str | None:
        """Return what to do where the rest of a time is in another column; None where it is in none."""
        if isinstance(self._fields.time, tuple):
            return None
        days = [self._fields.time, *(name for name in row if name.lower() in _DAYS)]
        for day in days:
            for parts in ((day, self._fields.time), (day,)):
                for zone in [None, *_zones(row)]:
                    names = tuple(dict.fromkeys([*parts, *([zone] if zone else [])]))
                    if len(names) < 2:
                        continue
                    try:
                        read_time(
                            _joined_time(row, names) or "", zone_name=self._zone, year=self._fields.year
                        )
                    except UndecodableTimeError:
                        continue
                    shown = ", ".join(f'"{name}"' for name in names)
                    return f"{str(value)[:80]!r} is but part of a time; set `time = [{shown}]`"
        return None

    def _require_zone(self, row: Row, value: str, at: Bounds) -> None:
        """Raise RowError where the row itself tells another zone than the configured one."""
        for name in _zones(row):
            try:
                told = read_time(
                    f"{value} {text_at(row, name)}", precision=self._precision, year=self._fields.year
                )
            except UndecodableTimeError:
                continue  # no zone of times, or the time has one of its own
            if told != at:
                raise RowError(
                    "time without zone",
                    f'the row\'s `{name}` is no zone `{self._zone}`; set `time = ["{self._fields.time}", "{name}"]`',
                )

    def life(self, row: Row) -> tuple[Kind, list[str]] | None:
        """Return the kind of a row, and what names the life that it is of; None where it is of none."""
        try:
            kind = _kind(row, self._fields.kind)
        except RowError:
            return None
        thread = self._mapped_thread(row)
        if not thread and kind.startswith(_ALERT):
            thread = self._usual_thread(row, self._names(row, kind, thread))
        return (kind, thread) if any(thread) else None

    def _mapped_thread(self, row: Row) -> list[str]:
        return [text_at(row, path) or "" for path in self._fields.thread]

    def _usual_thread(self, row: Row, names: Mapping[str, Name]) -> list[str]:
        """Return what names the life of an alert where nothing is mapped: its name and labels."""
        labels = sorted((n, p) for n, p in self._fields.subject.items() if n not in _NO_IDENTITY)
        return ["alert", str(names.get("alert") or ""), *(text_at(row, path) or "" for _, path in labels)]

    def read(self, row: Row) -> Mapped:
        """Read a row; raise RowError where that would be guessing."""
        fields = self._fields
        at, kind = self.time(row), _kind(row, fields.kind)
        key, mapped = [text_at(row, f) or "" for f in fields.key], self._mapped_thread(row)
        names = self._names(row, kind, mapped)
        for name in required(kind):
            if names.get(name) is None:
                raise RowError("names", f"the statement of {kind} needs `{name}`; map it under `names`")
        for name in numbers(kind):
            _require_number(name, names.get(name))
        thread = mapped
        if not thread and kind.startswith(_ALERT):
            thread = self._usual_thread(row, names)
        return Mapped(
            kind, at, names, self._subject(row), key if any(key) else None, thread if any(thread) else None,
            text_at(row, fields.quote, "\n", words=True) if fields.quote else None,
            _optional(row, fields.actor), fields.bot is not None and self._is_bot(row), _link(_optional(row, fields.link)),
            _optional(row, fields.clock),
        )  # fmt: skip

    def _is_bot(self, row: Row) -> bool:
        bot = self._fields.bot
        if bot is None:
            return False
        if isinstance(bot, str):
            return (text_at(row, bot) or "").lower() in _TRUE
        return text_at(row, bot.field) in bot.values

    def _names(self, row: Row, kind: Kind, thread: list[str]) -> dict[str, Name]:
        fields = self._fields
        names: dict[str, Name] = {name: text_at(row, path) for name, path in fields.names.items()}
        first = required(kind)[:1]
        if first and not names.get(first[0]):
            names[first[0]] = _optional(row, fields.label) or self._called(row, kind, first[0], thread)
        # A template's own words are not for a source to choose: its text stands in code form.
        words = _words(kind)
        return {
            k: code(str(v)) if k in words else v for k, v in names.items() if v is not None and k != "actor"
        }

    def _called(self, row: Row, kind: Kind, name: str, thread: list[str]) -> str | None:
        """Return what a row without a name of its own is called; None where that would be another's name."""
        fields = self._fields
        if kind != "custom" and (fields.label or name in fields.names):
            return None  # it would have one
        if about := " / ".join(filter(None, thread)):
            return about
        if kind.startswith((_ALERT, "incident.")):
            return None
        told = " / ".join(filter(None, (text_at(row, path) for path in fields.subject.values())))
        return told or ("row" if kind == "custom" else None)

    def _subject(self, row: Row) -> Subject:
        """Return what a row is about; rows that say the same share it."""
        values = tuple([text_at(row, path) for path in self._fields.subject.values()])
        known = self._subjects.get(values)
        if known is None:
            found = dict(zip(self._fields.subject, values, strict=True))
            labels = {name: value for name, _ in self._labelled if (value := found[name]) is not None}
            known = Subject(**{name: found.get(name) for name in _SUBJECT}, labels=labels)
            if len(self._subjects) < _REMEMBERED:
                self._subjects[values] = known
        return known


def _joined_time(row: Row, fields: tuple[str, ...]) -> Any:
    """Return a time from the fields that its parts stand in; a number that is one by itself alone."""
    first = value_at(row, fields[0])
    if isinstance(first, int | float) and len(str(first).partition(".")[0]) > len("20261121"):
        return first
    parts = [text_at(row, name) for name in fields]
    return " ".join(part for part in parts if part) if parts[0] else None


def _zones(row: Row) -> list[str]:
    return [name for name in row if name.lower() in _ZONES and row[name] not in (None, "")]


def _require_number(name: str, value: Name) -> None:
    """Raise RowError for what is no number as JSON writes one, or `NaN`, `Inf`; or one that is too large."""
    text = str(value)
    if value is None or _SPECIAL.fullmatch(text):
        return
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise RowError("names", f"`{name}` is no number: {text[:80]!r}")


def _kind(row: Row, kind: Kind | KindMap) -> Kind:
    if isinstance(kind, str):
        return kind
    value = text_at(row, kind.field)
    found = kind.of(value)
    if found is None:
        raise RowError("kind", f"field `{kind.field}` is {value!r}, which `kind.values` does not have")
    return found


@cache
def _words(kind: Kind) -> frozenset[str]:
    return frozenset(name for name, form in fields_of(kind).items() if form in {"w", "u"})


def _optional(row: Row, path: str | None) -> str | None:
    return text_at(row, path) if path else None


def _link(text: str | None) -> str | None:
    # Anything else than a web address would be a script or a local file to whoever clicks it.
    return text if text and re.match(r"https?://[^\s]+$", text) else None
