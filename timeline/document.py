"""`timeline.json`: canonical, one fact a line; and its published JSON Schema."""

from __future__ import annotations

import orjson
from pydantic import ValidationError

from timeline.canonical import Json, canonical
from timeline.errors import TimelineError
from timeline.model import SCHEMA_VERSION, Timeline

_LINES = ("facts", "gaps", "measures", "panels")


class DocumentError(TimelineError):
    """A `timeline.json` that cannot be read."""

    exit_code = 2


def dump(document: Timeline) -> bytes:
    """Return the canonical bytes: one top-level member, and one fact, gap or measure, a line."""
    data: dict[str, Json] = document.model_dump(mode="json", by_alias=True)
    members = [canonical(name) + b":" + _member(name, data[name]) for name in sorted(data)]
    return b"{\n" + b",\n".join(members) + b"\n}\n"


def _member(name: str, value: Json) -> bytes:
    if name not in _LINES or not value:
        return canonical(value)
    return b"[\n" + b",\n".join(canonical(item) for item in value) + b"\n]"


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
