"""An in-toto statement: which evidence a timeline was made from, by digest, ready to be signed."""

from __future__ import annotations

from collections.abc import Mapping

from render.text.provenance import members
from timeline.canonical import Json, canonical
from timeline.instant import format_instant
from timeline.model import Timeline

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:incident-timeline:predicate:timeline:1"


def to_intoto(
    timeline: Timeline,
    files: Mapping[str, str],
    payloads: Mapping[str, str],
    *,
    valid_until: int | None = None,
) -> bytes:
    """Return the statement's canonical bytes.

    `files` maps names (timeline.json, evidence/manifest.json) to the SHA-256 of the file; `payloads`
    maps the name of each payload, without `.zst`, to the SHA-256 of its uncompressed bytes. `valid_until` is an instant.
    """
    subjects = [*sorted(files.items()), *sorted(payloads.items())]
    statement = {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in subjects],
        "predicateType": PREDICATE,
        "predicate": _predicate(timeline, len(payloads)) | _validity(valid_until),
    }
    return canonical(statement) + b"\n"


def _predicate(timeline: Timeline, payloads: int) -> Json:
    provenance = members(timeline)
    return {
        "incident": timeline.incident.id,
        "window": {
            "start": format_instant(timeline.window.start), "end": format_instant(timeline.window.end),
        },
        "timelineDigest": {"sha256": timeline.digest},
        "facts": len(timeline.facts),
        "gaps": len(timeline.gaps),
        "payloads": payloads,
        "payloadForm": "digests are of the uncompressed bytes; the files are compressed with zstd",
        "tool": provenance.get("tool"),
        "parsers": provenance.get("parsers"),
        "configuration": provenance.get("configuration"),
    }  # fmt: skip


def _validity(valid_until: int | None) -> dict[str, Json]:
    return {} if valid_until is None else {"validUntil": format_instant(valid_until)}
