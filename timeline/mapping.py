"""Field mapping: a row of anybody's JSON or CSV read as one record, by configuration alone."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, field_validator

from timeline.errors import TimelineError, UndecodableTimeError
from timeline.instant import Bounds
from timeline.kinds import Kind
from timeline.model import Subject
from timeline.statements import Name, numbers, required
from timeline.statements import fields as fields_of
from timeline.text import clean, code
from timeline.zones import parse_duration, read_time

_MISSING = object()
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?", re.ASCII)
_SPECIAL = re.compile(r"[+-]?(nan|inf|infinity)", re.ASCII | re.IGNORECASE)
_SUBJECT = ("service", "component", "environment")
_REMEMBERED = 10_000  # subjects that are made once
Row = Mapping[str, Any]


class RowError(TimelineError):
    """A row that cannot be read without guessing; `code` groups alike ones, the message says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class KindMap(BaseModel):
    """The kind of each row, by the value of a field; without `default`, other values are undecodable."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str
    values: dict[str, Kind]
    default: Kind | None = None


class FieldMap(BaseModel):
    """Which field (dotted for nested ones) of a row means what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    time: str = "time"
    precision: str | None = Field(default=None, description="such as 1m; default: what the text shows")
    unit: str | None = Field(default=None, pattern="^(s|ms|us|ns)$", description="of times that are numbers")
    kind: Kind | KindMap = "custom"
    key: tuple[str, ...] = Field(default=(), description="what identifies a row; default: all of it")
    thread: tuple[str, ...] = ()
    subject: dict[str, str] = Field(
        default_factory=dict, description="service, component, environment or label"
    )
    label: str | None = Field(default=None, description="what a statement names first; default: the thread")
    names: dict[str, str] = Field(default_factory=dict, description="other names in the kind's statement")
    quote: str | None = None
    actor: str | None = None
    link: str | None = None
    clock: str | None = None

    @field_validator("key", "thread", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("precision")
    @classmethod
    def _duration(cls, value: str | None) -> str | None:
        try:
            return value if value is None or parse_duration(value) else None
        except UndecodableTimeError as err:
            raise ValueError(str(err)) from err


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
    link: str | None
    clock: str | None


def lookup(row: Row, path: str) -> Any:
    """Return the value at a dotted path, a member of just that name first; None where there is none."""
    found = _find(row, path)
    return None if found is _MISSING else found


def _find(value: Any, path: str) -> Any:
    if isinstance(value, Mapping):
        if path in value:
            return value[path]
        # A name may hold dots itself: the longest that fits wins.
        for cut in range(len(path) - 1, 0, -1):
            if path[cut] == "." and path[:cut] in value:
                found = _find(value[path[:cut]], path[cut + 1 :])
                if found is not _MISSING:
                    return found
    if isinstance(value, list):
        head, _, rest = path.partition(".")
        if head.isdecimal() and int(head) < len(value):
            return _find(value[int(head)], rest) if rest else value[int(head)]
    return _MISSING


def text_of(value: Any) -> str | None:
    """Return a value as text: strings as they are, the rest as JSON; None for null and empty text."""
    if value is None or value == "":
        return None
    return clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True))


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
        value = _value(row, self._fields.time)
        if value is None or value == "" or isinstance(value, bool | list | dict):
            known = ", ".join(list(row)[:12])
            raise RowError(
                "missing time", f"no time in field `{self._fields.time}`; the row's fields: {known}"
            )
        try:
            return read_time(value, zone_name=self._zone, unit=self._fields.unit, precision=self._precision)
        except UndecodableTimeError as err:
            code = "time without zone" if "has no zone" in str(err) else "time"
            raise RowError(code, str(err)) from err

    def thread(self, row: Row) -> list[str]:
        """Return what names the life that a row is of; empty texts where it says nothing."""
        return [text_of(_value(row, path)) or "" for path in self._fields.thread]

    def read(self, row: Row) -> Mapped:
        """Read a row; raise RowError where that would be guessing."""
        fields = self._fields
        at, kind = self.time(row), _kind(row, fields.kind)
        key, thread = [text_of(_value(row, f)) or "" for f in fields.key], self.thread(row)
        names = self._names(row, kind, thread)
        for name in required(kind):
            if names.get(name) is None:
                raise RowError("names", f"the statement of {kind} needs `{name}`; map it under `names`")
        for name in numbers(kind):
            _require_number(name, names.get(name))
        return Mapped(
            kind, at, names, self._subject(row), key if any(key) else None, thread if any(thread) else None,
            _optional(row, fields.quote), _optional(row, fields.actor), _link(_optional(row, fields.link)),
            _optional(row, fields.clock),
        )  # fmt: skip

    def _names(self, row: Row, kind: Kind, thread: list[str]) -> dict[str, Name]:
        fields = self._fields
        names: dict[str, Name] = {name: text_of(_value(row, path)) for name, path in fields.names.items()}
        first = required(kind)[:1]
        if first and not names.get(first[0]):
            about: list[str] | list[str | None] = thread or [
                text_of(_value(row, path)) for path in fields.subject.values()
            ]
            names[first[0]] = _optional(row, fields.label) or " / ".join(filter(None, about)) or "row"
        # A template's own words are not for a source to choose: its text stands in code form.
        words = _words(kind)
        return {
            k: code(str(v)) if k in words else v for k, v in names.items() if v is not None and k != "actor"
        }

    def _subject(self, row: Row) -> Subject:
        """Return what a row is about; rows that say the same share it."""
        values = tuple([text_of(_value(row, path)) for path in self._fields.subject.values()])
        known = self._subjects.get(values)
        if known is None:
            found = dict(zip(self._fields.subject, values, strict=True))
            labels = {name: value for name, _ in self._labelled if (value := found[name]) is not None}
            known = Subject(**{name: found.get(name) for name in _SUBJECT}, labels=labels)
            if len(self._subjects) < _REMEMBERED:
                self._subjects[values] = known
        return known


def _value(row: Row, path: str) -> Any:
    return row[path] if path in row else lookup(row, path)


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
    value = text_of(_value(row, kind.field))
    found = kind.values.get(value or "", kind.default)
    if found is None:
        raise RowError("kind", f"field `{kind.field}` is {value!r}, which `kind.values` does not have")
    return found


@cache
def _words(kind: Kind) -> frozenset[str]:
    return frozenset(name for name, form in fields_of(kind).items() if form in {"w", "u"})


def _optional(row: Row, path: str | None) -> str | None:
    return text_of(_value(row, path)) if path else None


def _link(text: str | None) -> str | None:
    # Anything else than a web address would be a script or a local file to whoever clicks it.
    return text if text and re.match(r"https?://[^\s]+$", text) else None
