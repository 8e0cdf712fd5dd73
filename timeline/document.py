"""`timeline.json`: canonical, one fact a line; and its published JSON Schema."""

from __future__ import annotations

import orjson
from pydantic import BaseModel, ValidationError

from timeline.canonical import Json, canonical, canonical_json, sha256
from timeline.errors import TimelineError
from timeline.model import SCHEMA_VERSION, Timeline

#: Canonical bytes by top-level member; of long lists, of each element.
Members = dict[str, bytes | list[bytes]]
_LINES = ("facts", "gaps", "impact", "measures", "panels", "reconciliation")


class DocumentError(TimelineError):
    """A `timeline.json` that cannot be read."""

    exit_code = 2


def dump(document: Timeline) -> bytes:
    """Return the canonical bytes: one top-level member, and one fact, gap or measure, a line."""
    return write(members(document))


def members(document: Timeline) -> Members:
    """Return each top-level member in canonical form; of long lists, each element."""
    data = document.model_dump(mode="json", by_alias=True, exclude=set(_LINES))
    found: Members = {name: canonical(value) for name, value in data.items()}
    return found | {name: [record_bytes(item) for item in getattr(document, name)] for name in _LINES}


def record_bytes(record: BaseModel) -> bytes:
    """Return a record's canonical bytes."""
    try:
        return canonical_json(record.model_dump_json(by_alias=True).encode())
    except orjson.JSONDecodeError:  # a non-finite number
        return canonical(record.model_dump(mode="json", by_alias=True))


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


def load(data: bytes, where: str = "timeline.json") -> Timeline:
    """Read a timeline; unknown members are kept. Raises DocumentError with what to do next."""
    try:
        raw = orjson.loads(data)
        version = str(raw.get("schema_version", ""))
        if version.split(".")[0] != SCHEMA_VERSION.split(".")[0]:
            raise DocumentError(
                f"{where} has schema version {version!r}; this version reads {SCHEMA_VERSION}"
            )
        return Timeline.model_validate(raw)
    except (orjson.JSONDecodeError, AttributeError, ValidationError) as err:
        raise DocumentError(
            f"{where} cannot be read: {err}; build again, or restore it from version control"
        ) from err


def schema() -> Json:
    """Return the JSON Schema of `timeline.json`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "incident-timeline",
        **Timeline.model_json_schema(by_alias=True, mode="serialization"),
    }
