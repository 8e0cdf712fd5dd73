"""A record: frozen members, and how one becomes JSON and comes back.

In JSON, instants are RFC 3339 and non-finite numbers strings, members in the order of the model. What is
done for a record is told by its annotations and worked out once.
"""

from __future__ import annotations

import math
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, Self, TypeVar

import msgspec
from msgspec import Meta, Struct

from timeline.canonical import Json
from timeline.errors import UndecodableTimeError
from timeline.instant import format_instant, parse_instant
from timeline.kinds import SPECS
from timeline.statements import numbers

#: Nanoseconds since 1970 UTC; RFC 3339 in JSON.
Instant = Annotated[int, Meta(extra={"wire": "instant"}, extra_json_schema={"wire": "instant"})]
#: A float; its non-finite values are the strings "+Inf", "-Inf" and "NaN" in JSON.
Number = Annotated[float, Meta(extra={"wire": "number"}, extra_json_schema={"wire": "number"})]
#: Names with their values, in the order of the names.
Labels = Mapping[str, str]
#: What a kind's template was filled with, by name; a number where the template has one.
Names = Mapping[str, str | int | float | bool]


class Record(Struct, frozen=True, kw_only=True, gc=False):
    """Base of every record; members that a later minor version added are left out when read."""

    def replace(self, **changes: Any) -> Self:
        """Return the record with some members changed."""
        return msgspec.structs.replace(self, **changes)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Let models at the edges (configuration, manifest, API) hold records."""
        return _pydantic_schema(cls)

    @classmethod
    def __get_pydantic_json_schema__(cls, source: Any, handler: Any) -> Any:
        """Return the record's own JSON Schema."""
        return inline_schema(cls)


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


def build(kind: type[RecordT], value: Json) -> RecordT:
    """Return the record of a decoded JSON object; unknown members are left out. Raises RecordError."""
    try:
        return msgspec.convert(_read(kind, value), kind)
    except (msgspec.ValidationError, UndecodableTimeError, AttributeError, TypeError, OverflowError) as err:
        raise RecordError(f"no {kind.__name__.lower()}: {err}") from err


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
            return lambda value: _number(float(value))
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
    if _is_named(kind):
        changed["names"] = read_names(value.get("kind"), value.get("names") or {})
    return {**value, **changed} if changed else value


@cache
def _is_named(kind: type[Record]) -> bool:
    return {"kind", "names"} <= set(kind.__struct_fields__)


def read_names(kind: Any, names: Json) -> Json:
    """Return what a kind's template was filled with, its numbers read; of an unknown kind, as they are."""
    numeric = numbers(kind) if names and kind in SPECS else ()
    return {name: _read_float(value) if name in numeric else value for name, value in names.items()}


def _read_float(value: Json) -> Json:
    return float(value) if type(value) is int else _read_number(value)


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


def _pydantic_schema(kind: type[RecordT]) -> Any:
    """Return how a model of pydantic reads a record (or takes it as it is) and writes it."""
    from pydantic_core import core_schema

    def read(value: Any) -> RecordT:
        return value if isinstance(value, kind) else build(kind, value)

    return core_schema.no_info_plain_validator_function(
        read, serialization=core_schema.plain_serializer_function_ser_schema(plain)
    )
