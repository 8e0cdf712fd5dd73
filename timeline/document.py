"""`timeline.json`: canonical, one fact a line; and its published JSON Schema."""

from __future__ import annotations

import msgspec
import orjson

from timeline.canonical import Json, canonical, canonical_json, sha256
from timeline.errors import TimelineError
from timeline.kinds import NAMES, SPECS, Kind
from timeline.model import (
    SCHEMA_VERSION,
    Gap,
    Impact,
    Incident,
    Measure,
    Panel,
    Reconciled,
    Timeline,
    Window,
)
from timeline.statements import fields, forms, required
from timeline.wire import RecordError, RecordT, build, decode_facts, encode
from timeline.wire import schema as record_schema

#: Canonical bytes by top-level member; of long lists, of each element.
Members = dict[str, bytes | list[bytes]]
_LINES = ("facts", "gaps", "impact", "measures", "panels", "reconciliation")


class DocumentError(TimelineError):
    """A `timeline.json` that cannot be read."""

    exit_code = 2


class OlderError(DocumentError):
    """A `timeline.json` of an earlier major version: it is made anew from its evidence."""


def dump(document: Timeline) -> bytes:
    """Return the canonical bytes: one top-level member, and one fact, gap or measure, a line."""
    return write(members(document))


def members(document: Timeline) -> Members:
    """Return each top-level member in canonical form; of long lists, each element."""
    return {
        "schema_version": canonical(document.schema_version), "digest": canonical(document.digest),
        "incident": encode(document.incident), "window": encode(document.window),
        "provenance": canonical(document.provenance),
        **{name: [encode(item) for item in getattr(document, name)] for name in _LINES},
    }  # fmt: skip


def digest(found: Members) -> str:
    """Return the SHA-256 over the canonical document without `digest` and `provenance`."""
    kept = sorted(name for name in found if name not in {"digest", "provenance"})
    joined = (canonical(name) + b":" + _joined(found[name], b"[", b",", b"]") for name in kept)
    return sha256(b"{" + b",".join(joined) + b"}")


def written_digest(data: bytes) -> str:
    """Return the digest over what a readable `timeline.json` holds, members of other minor versions included.

    A document that is loaded and written again has this version's members: its digest is another.
    """
    return digest({name: _written(value) for name, value in orjson.loads(data).items()})


def _written(value: Json) -> bytes | list[bytes]:
    if isinstance(value, list):
        return [canonical_json(orjson.dumps(item)) for item in value]
    return canonical_json(orjson.dumps(value))


def write(found: Members) -> bytes:
    """Return the file's bytes."""
    lines = [canonical(name) + b":" + _joined(found[name], b"[\n", b",\n", b"\n]") for name in sorted(found)]
    return b"{\n" + b",\n".join(lines) + b"\n}\n"


def _joined(value: bytes | list[bytes], begin: bytes, between: bytes, end: bytes) -> bytes:
    if isinstance(value, bytes):
        return value
    return begin + between.join(value) + end if value else b"[]"


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
            f"{SCHEMA_VERSION}: `timeline build --offline --incident ID` makes it anew from its evidence"
        )
    return DocumentError(f"{where} has schema version {version!r}; this version reads {SCHEMA_VERSION}")


def schema() -> Json:
    """Return the JSON Schema of `timeline.json`."""
    _, parts = record_schema(Timeline)
    for name in ("Content", "Fact"):
        parts[name] = {**parts[name], "allOf": [_names_of(kind) for kind in SPECS]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **parts.pop("Timeline"), "title": "incident-timeline", "$defs": parts | _names(),
    }  # fmt: skip


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
