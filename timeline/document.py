"""`timeline.json`: canonical, one fact a line; and its published JSON Schema."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import NamedTuple

import msgspec
import orjson

from timeline.canonical import Json, canonical, canonical_json, sha256
from timeline.errors import TimelineError
from timeline.kinds import NAMES, SPECS, Kind
from timeline.meanings import MEANINGS
from timeline.model import (
    SCHEMA_VERSION,
    Gap,
    Impact,
    Incident,
    Measure,
    Panel,
    Reconciled,
    Record,
    Timeline,
    Window,
)
from timeline.record import RecordError, RecordT, build
from timeline.record import schema as record_schema
from timeline.statements import fields, forms, required
from timeline.wire import decode_facts, encode

_LINES = frozenset({"facts", "gaps", "impact", "measures", "panels", "reconciliation"})
_UNSIGNED = frozenset({"digest", "provenance"})  # what the digest does not cover


class DocumentError(TimelineError):
    """A `timeline.json` that cannot be read."""

    exit_code = 2


class OlderError(DocumentError):
    """A `timeline.json` of an earlier major version: it is made anew from its evidence."""


class Sealed(NamedTuple):
    """A timeline with the digest of what it says, and its file."""

    document: Timeline
    data: bytes


def seal(document: Timeline) -> Sealed:
    """Return a timeline with its digest, and its canonical bytes: one member, and one fact, gap or measure, a line.

    The digest is the SHA-256 over the canonical document without `digest` and `provenance`.
    """
    file = io.BytesIO()
    covered, place = hashlib.sha256(), 0
    separator, between = b"{\n", b"{"
    for name in sorted(Timeline.__struct_fields__):
        head = b'"%b":' % name.encode()
        file.write(separator + head)
        separator = b",\n"
        if name == "digest":
            place = file.tell()
            file.write(canonical("0" * 64))
            continue
        pieces = _member(document, name)
        if name in _UNSIGNED:
            file.writelines(pieces)
            continue
        covered.update(between + head)
        between = b","
        for piece in pieces:
            file.write(piece)
            covered.update(_NO_BREAK.get(piece, piece))
    covered.update(b"}")
    file.write(b"\n}\n")
    digest = covered.hexdigest()
    file.seek(place)
    file.write(canonical(digest))
    return Sealed(document.replace(digest=digest), file.getvalue())


_NO_BREAK = {b"[\n": b"[", b",\n": b",", b"\n]": b"]"}


def _member(document: Timeline, name: str) -> Iterator[bytes]:
    """Yield a member's value in pieces; in a long list, each element and what stands between them."""
    value = getattr(document, name)
    if name not in _LINES:
        yield encode(value) if isinstance(value, Record) else canonical(value)
        return
    if not value:
        yield b"[]"
        return
    between = b"[\n"
    for item in value:
        yield between
        yield encode(item)
        between = b",\n"
    yield b"\n]"


def dump(document: Timeline) -> bytes:
    """Return the canonical bytes of a timeline with its digest."""
    return seal(document).data


def written_digest(data: bytes) -> str:
    """Return the digest over what a readable `timeline.json` holds, members of other minor versions included.

    A document that is loaded and written again has this version's members: its digest is another. What we read
    past and others cannot (no UTF-8 in a member of another version) has none: the text is empty.
    """
    if (digest := _of_lines(data)) is not None:
        return digest
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        return ""
    kept = (
        canonical(name) + b":" + _canonical(found[name]) for name in sorted(found) if name not in _UNSIGNED
    )
    return sha256(b"{" + b",".join(kept) + b"}")


def _of_lines(data: bytes) -> str | None:
    """Return the digest of a file as we write it, where it is the one that the file tells; None for any other.

    There nothing but its line breaks is no part of the canonical document.
    """
    start = _DIGEST.match(data)
    begin = data.find(b'\n"provenance":')
    end = data.find(b"\n", begin + 1)
    if start is None or begin < 0 or not data.endswith(b"\n}\n") or not _is_one_value(data[begin:end]):
        return None
    covered = hashlib.sha256(b"{")
    for part in (memoryview(data)[start.end() : begin], memoryview(data)[end : len(data) - 3]):
        for at in range(0, len(part), _CHUNK):
            covered.update(bytes(part[at : at + _CHUNK]).replace(b"\n", b""))
    covered.update(b"}")
    digest = covered.hexdigest()
    return digest if digest.encode() == start[1] else None


def _is_one_value(line: bytes) -> bool:
    """Tell whether what the digest does not cover holds no more than its own value: no member that is covered."""
    try:
        msgspec.json.decode(line.partition(b":")[2].removesuffix(b","))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


_DIGEST = re.compile(rb'\{\n"digest":"([0-9a-f]{64})",\n')
_CHUNK = 1 << 20


def _canonical(value: Json) -> bytes:
    if isinstance(value, list):
        return b"[" + b",".join(canonical_json(orjson.dumps(item)) for item in value) + b"]"
    return canonical_json(orjson.dumps(value))


class _Head(msgspec.Struct):
    schema_version: str = ""


class _Written(msgspec.Struct):
    incident: Json
    window: Json
    facts: msgspec.Raw
    gaps: list[Json] = []
    measures: list[Json] = []
    panels: list[Json] = []
    impact: list[Json] = []
    reconciliation: list[Json] = []
    digest: str = ""
    provenance: Json = None
    schema_version: str = SCHEMA_VERSION


def load(data: bytes, where: str = "timeline.json") -> Timeline:
    """Read a timeline; raise OlderError for one of an earlier major version, DocumentError with what to do next."""
    try:
        version = msgspec.json.decode(data, type=_Head).schema_version
        if version.split(".")[0] != SCHEMA_VERSION.split(".")[0]:
            raise _other_version(version, where)
        return _timeline(msgspec.json.decode(data, type=_Written))
    except (msgspec.DecodeError, UnicodeDecodeError, RecordError) as err:
        raise DocumentError(
            f"{where} cannot be read: {err}; build again, or restore it from version control"
        ) from err


def _timeline(written: _Written) -> Timeline:
    return Timeline(
        schema_version=written.schema_version, incident=build(Incident, written.incident),
        window=build(Window, written.window), facts=decode_facts(written.facts), digest=written.digest,
        provenance=written.provenance, gaps=_each(Gap, written.gaps), measures=_each(Measure, written.measures),
        panels=_each(Panel, written.panels), impact=_each(Impact, written.impact),
        reconciliation=_each(Reconciled, written.reconciliation),
    )  # fmt: skip


def _each(kind: type[RecordT], values: list[Json]) -> tuple[RecordT, ...]:
    return tuple(build(kind, value) for value in values)


def _other_version(version: str, where: str) -> DocumentError:
    if version.startswith("1."):
        return OlderError(
            f"{where} has schema version {version}, whose facts lack their names; this version reads "
            f"{SCHEMA_VERSION}: `timeline build {PurePath(where).parent.name or 'ID'} --offline` makes it anew from its evidence"
        )
    return DocumentError(f"{where} has schema version {version!r}; this version reads {SCHEMA_VERSION}")


def schema() -> Json:
    """Return the JSON Schema of `timeline.json`."""
    _, parts = record_schema(Timeline)
    parts = {name: _described(part, MEANINGS[name]) for name, part in parts.items()}
    for name in ("Content", "Fact"):
        parts[name] = {**parts[name], "allOf": [_names_of(kind) for kind in SPECS]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **parts.pop("Timeline"), "title": "incident-timeline", "$defs": parts | _names(),
    }  # fmt: skip


def _described(part: Json, meanings: Mapping[str, str]) -> Json:
    """Return a record's schema with what its members mean: each of them is always there."""
    properties = {name: {**form, "description": meanings[name]} for name, form in part["properties"].items()}
    return {**part, "properties": properties, "required": sorted(properties)}


def _names_of(kind: Kind) -> Json:
    return {
        "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
        "then": {"properties": {"names": {"$ref": f"#/$defs/names.{kind}"}}},
    }


def _names() -> dict[str, Json]:
    """Return, for each kind, what its names are."""
    return {
        f"names.{kind}": {
            "type": "object", "description": f"Names of `{kind}`: {' | '.join(forms(kind))}",
            "properties": {name: {**_FORMS[form], "description": NAMES[name]} for name, form in fields(kind).items()},
            "required": _always(kind),
        }
        for kind in SPECS
    }  # fmt: skip


def _always(kind: Kind) -> list[str]:
    """Return the names that every statement of a kind has, whichever template it is made from."""
    return [] if SPECS[kind].matching else list(required(kind))


_FORMS: dict[str, Json] = {
    "": {"type": "string"}, "w": {"type": "string"}, "u": {"type": "string"}, "p": {"type": "string"},
    "x": {"const": True}, "n": {"anyOf": [{"type": "number"}, {"enum": ["+Inf", "-Inf", "NaN"]}]},
}  # fmt: skip
