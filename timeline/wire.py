"""Records as JSON: instants as RFC 3339, non-finite numbers as strings, members in RFC 8785 order.

`encode` and `decode_facts` are for the many facts of a timeline; `plain` and `build` are for every
record, one at a time. What each does for a record is told by its annotations and worked out once.
"""

from __future__ import annotations

import math
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from timeline.canonical import Json, canonical
from timeline.errors import UndecodableTimeError
from timeline.instant import format_instant, parse_instant
from timeline.kinds import Category, Kind
from timeline.model import Content, Evidence, Fact, Quantity, Quote, Record, Related, Subject
from timeline.statements import numbers

RecordT = TypeVar("RecordT", bound=Record)
_Convert = Callable[[Any], Any]


class RecordError(ValueError):
    """A JSON value that is not the record it should be; the message says where."""


def plain(record: Record) -> dict[str, Json]:
    """Return a record as JSON values: every member, in the order of the model."""
    return {
        name: value if convert is None or value is None else convert(value)
        for name, attribute, convert in _members(type(record))
        for value in (getattr(record, attribute),)
    }


def present(record: Record) -> dict[str, Json]:
    """Return a record as JSON values without members that are null, in its own records neither."""
    return {name: _without_null(value) for name, value in plain(record).items() if value is not None}


def _without_null(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _without_null(member) for name, member in value.items() if member is not None}
    return [_without_null(member) for member in value] if isinstance(value, list) else value


def encode(record: Record) -> bytes:
    """Return a record's RFC 8785 bytes."""
    if type(record) is Fact and (line := _line(record)) is not None:
        return _encode(line)
    return canonical(plain(record))


def build(kind: type[RecordT], value: Json) -> RecordT:
    """Return the record of a decoded JSON object; unknown members are left out. Raises RecordError."""
    try:
        return msgspec.convert(_read(kind, value), kind)
    except (msgspec.ValidationError, UndecodableTimeError, AttributeError, TypeError) as err:
        raise RecordError(f"no {kind.__name__.lower()}: {err}") from err


# --- one record at a time -------------------------------------------------------------------------


@cache
def _members(kind: type[Record]) -> tuple[tuple[str, str, _Convert | None], ...]:
    """Return (name in JSON, attribute, what makes JSON of it or None) of each member."""
    hints = typing.get_type_hints(kind, include_extras=True)
    return tuple(
        (f.encode_name, f.name, _writer(hints[f.name])) for f in msgspec.structs.fields(kind)
    )  # fmt: skip


def _writer(hint: Any) -> _Convert | None:
    match _form(hint):
        case "instant":
            return format_instant
        case "number":
            return _number
        case "record":
            return plain
        case "records":
            return lambda records: [plain(one) for one in records]
        case "names":
            return _mapping
        case "list":
            return list
    return None


def _mapping(value: Mapping[str, Any]) -> dict[str, Json]:
    return {name: _number(value[name]) for name in sorted(value)}


def _number(value: Any) -> Json:
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"


def _form(hint: Any) -> str:
    """Return what a member's annotation asks for on its way to JSON."""
    if typing.get_origin(hint) is typing.Annotated:
        metas = [m for m in hint.__metadata__ if isinstance(m, Meta) and m.extra]
        return str(metas[0].extra["wire"]) if metas and metas[0].extra else ""
    arguments = typing.get_args(hint)
    origin = typing.get_origin(hint)
    if origin is tuple:
        return "records" if _is_record(arguments[0]) else "list"
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return "names"
    if _is_record(hint):
        return "record"
    return next(filter(None, (_form(one) for one in arguments if one is not type(None))), "")


def _is_record(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Record)


def _record_of(hint: Any) -> type[Record] | None:
    """Return the record that a member holds, or a list of."""
    if _is_record(hint):
        return typing.cast("type[Record]", hint)
    return next(filter(None, (_record_of(one) for one in typing.get_args(hint))), None)


@cache
def _readers(kind: type[Record]) -> tuple[tuple[str, _Convert], ...]:
    """Return the members that JSON holds otherwise, and what reads each."""
    hints = typing.get_type_hints(kind, include_extras=True)
    pairs = ((f.encode_name, _reader(hints[f.name])) for f in msgspec.structs.fields(kind))
    return tuple((name, reader) for name, reader in pairs if reader is not None)


def _reader(hint: Any) -> _Convert | None:
    inner = _record_of(hint)
    match _form(hint):
        case "instant":
            return lambda value: parse_instant(value) if isinstance(value, str) else value
        case "number":
            return _read_number
        case "record":
            return lambda value: _read(inner, value)
        case "records":
            return lambda values: [_read(inner, one) for one in values]
    return None


def _read_number(value: Json) -> Json:
    return float(value.replace("Inf", "inf")) if value in ("+Inf", "-Inf", "NaN") else value


def _read(kind: type[Record] | None, value: Json) -> Json:
    if kind is None or not isinstance(value, dict):
        return value
    changed = {name: read(value[name]) for name, read in _readers(kind) if value.get(name) is not None}
    if issubclass(kind, Content):
        changed["names"] = _read_names(value.get("kind"), value.get("names") or {})
    return {**value, **changed} if changed else value


def _read_names(kind: Any, names: Json) -> Json:
    numeric = numbers(kind) if names else ()
    return {name: _read_number(value) if name in numeric else value for name, value in names.items()}


# --- facts in bulk --------------------------------------------------------------------------------


class _Line(Struct, frozen=True, gc=False):
    """A fact as it stands in JSON; members in the order of their names, which is RFC 8785's."""

    actor: str | None
    category: str
    clock: str
    earliest: str | None
    evidence: tuple[Evidence, ...]
    id: str
    kind: str
    last_seen: int | None
    latest: str
    names: Mapping[str, str | int | float | bool]
    panel: str | None
    quantity: Quantity | None
    quote: Quote | None
    related: tuple[Related, ...]
    source: str
    statement: str
    subject: Subject
    surfaced: str | None
    thread: str | None
    time_means: str
    variants: tuple[Content, ...] = ()


_encode = msgspec.json.Encoder(order="sorted").encode


def _line(fact: Fact) -> _Line | None:
    """Return a fact as its line; None where something in it must be written another way than msgspec does."""
    quote = fact.quote
    if fact.quantity is not None or fact.variants or (quote is not None and quote.edited_at is not None):
        return None
    if not all(map(str.isascii, fact.subject.labels)) or numbers(fact.kind):
        return None
    latest = format_instant(fact.latest)
    return _Line(
        fact.actor, fact.category, fact.clock,
        None if fact.earliest is None else latest if fact.earliest == fact.latest else format_instant(fact.earliest),
        fact.evidence, fact.id, fact.kind, fact.last_seen, latest, fact.names, fact.panel, None, quote,
        fact.related, fact.source, fact.statement, fact.subject,
        None if fact.surfaced is None else latest if fact.surfaced == fact.latest else format_instant(fact.surfaced),
        fact.thread, fact.time_means,
    )  # fmt: skip


class _Written(Struct, frozen=True, gc=False):
    """A fact as it is read: what is not there has its default."""

    id: str
    kind: Kind
    category: Category
    clock: str
    latest: str
    source: str
    statement: str
    time_means: str
    earliest: str | None = None
    actor: str | None = None
    evidence: tuple[Evidence, ...] = ()
    last_seen: int | None = None
    names: dict[str, str | int | float | bool] = msgspec.field(default_factory=dict)
    panel: str | None = None
    quantity: dict[str, Any] | None = None
    quote: dict[str, Any] | None = None
    related: tuple[Related, ...] = ()
    subject: Subject = msgspec.field(default_factory=Subject)
    surfaced: str | None = None
    thread: str | None = None
    variants: tuple[dict[str, Any], ...] = ()


_decode_line = msgspec.json.Decoder(_Written).decode
_decode_lines = msgspec.json.Decoder(tuple[_Written, ...]).decode


def decode_fact(line: bytes) -> Fact:
    """Return the fact of a JSON line; raise RecordError."""
    try:
        return _fact(_decode_line(line))
    except (msgspec.ValidationError, msgspec.DecodeError, UndecodableTimeError) as err:
        raise RecordError(f"no fact: {err}") from err


def decode_facts(data: bytes | msgspec.Raw) -> tuple[Fact, ...]:
    """Return the facts of a JSON array; raise RecordError."""
    try:
        return tuple(map(_fact, _decode_lines(data)))
    except (msgspec.ValidationError, msgspec.DecodeError, UndecodableTimeError) as err:
        raise RecordError(f"no facts: {err}") from err


def _fact(written: _Written) -> Fact:
    latest = parse_instant(written.latest)
    quote = written.quote
    return Fact(
        id=written.id, kind=written.kind, category=written.category, latest=latest,
        earliest=_instant(written.earliest, written.latest, latest),
        surfaced=_instant(written.surfaced, written.latest, latest),
        time_means=written.time_means, clock=written.clock, subject=written.subject, statement=written.statement,
        names=_read_names(written.kind, written.names) if numbers(written.kind) else written.names,
        quote=None if quote is None else build(Quote, quote),
        quantity=None if written.quantity is None else build(Quantity, written.quantity),
        actor=written.actor, thread=written.thread, related=written.related, source=written.source,
        evidence=written.evidence, panel=written.panel,
        variants=tuple(build(Content, one) for one in written.variants), last_seen=written.last_seen,
    )  # fmt: skip


def _instant(text: str | None, known: str, instant: int) -> int | None:
    return None if text is None else instant if text == known else parse_instant(text)


# --- the schema, and records inside models of pydantic --------------------------------------------


def schema(kind: type[Record], template: str = "#/$defs/{name}") -> tuple[Json, dict[str, Json]]:
    """Return the JSON Schema of a record and of the records inside it, by name."""
    [own], parts = msgspec.json.schema_components([kind], ref_template=template)
    return own, {name: _published(part) for name, part in parts.items()}


def _published(part: Json) -> Json:
    if isinstance(part, list):
        return [_published(one) for one in part]
    if not isinstance(part, dict):
        return part
    match part.get("wire"):
        case "instant":
            return {"type": "string", "format": "date-time"}
        case "number":
            return {"anyOf": [{"type": "number"}, {"enum": ["+Inf", "-Inf", "NaN"]}]}
    return {name: _published(value) for name, value in part.items()}


def inline_schema(kind: type[Record]) -> Json:
    """Return a record's JSON Schema with those of its parts in place."""
    own, parts = schema(kind)

    def filled(value: Json) -> Json:
        if isinstance(value, list):
            return [filled(one) for one in value]
        if not isinstance(value, dict):
            return value
        if "$ref" in value:
            return filled(parts[value["$ref"].rpartition("/")[2]])
        return {name: filled(one) for name, one in value.items()}

    return filled(own)


def pydantic_schema(kind: type[RecordT]) -> Any:
    """Return how a model of pydantic reads a record (or takes it as it is) and writes it."""
    from pydantic_core import core_schema

    def read(value: Any) -> RecordT:
        return value if isinstance(value, kind) else build(kind, value)

    return core_schema.no_info_plain_validator_function(
        read, serialization=core_schema.plain_serializer_function_ser_schema(plain)
    )
