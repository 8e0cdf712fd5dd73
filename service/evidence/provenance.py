"""What a timeline.json says of how it was made, from the manifest."""

from __future__ import annotations

from collections.abc import Mapping

from service.evidence.manifest import Manifest, TrackerRun
from timeline.canonical import Json, canonical
from timeline.model import SCHEMA_VERSION
from timeline.record import plain

_LONGEST = 400  # characters of a request in the provenance; the manifest has the whole


def unverified(options: Mapping[str, Json]) -> bool:
    """Tell whether a source's certificates are not looked at, as its options ask."""
    tls = options.get("tls")
    return isinstance(tls, dict) and tls.get("verify") is False


def provenance(manifest: Manifest) -> dict[str, Json]:
    """Return tool, parser and schema versions, configuration digest and queries.

    `tool` and `parsers` are what derived the timeline; a collection names what collected it.
    """
    newest, derivation = manifest.collections[-1], manifest.derivation
    divergent = {run[:3]: run.facts for run in derivation.otherwise}
    return {
        "tool": {"name": "incident-timeline", "version": derivation.tool},
        "schema_version": SCHEMA_VERSION,
        "configuration": newest.config_digest,
        "parsers": derivation.parsers,
        "collections": [
            {
                "number": c.number,
                "tool": c.tool,
                "window": plain(c.window),
                **({"incident": _tracked(c.tracker)} if c.tracker else {}),
                "sources": [
                    {
                        "name": s.name,
                        "collector": s.collector,
                        "failed": s.failure is not None,
                        "parser": s.parser_version,
                        "facts": divergent.get((c.number, s.name, s.collector), "read"),
                        **({"assumed": list(s.assumed)} if s.assumed else {}),
                    }
                    for s in sorted(c.sources, key=lambda s: (s.name, s.collector))
                ],
            }
            for c in manifest.collections
        ],
        "sources": sorted({s.name for s in newest.sources}),
        "unverified": sorted({s.name for s in newest.sources if unverified(s.options)}),
        "queries": _queries(manifest),
    }


def _tracked(run: TrackerRun) -> dict[str, Json]:
    """Return which tracker said what the incident is, and where it says so."""
    return {
        "name": run.name,
        "collector": run.collector,
        "asked": run.asked,
        "taken": list(run.taken),
        "evidence": run.evidence,
    }


def _queries(manifest: Manifest) -> list[dict[str, Json]]:
    seen: dict[tuple[str, str, str], int] = {}
    for collection in manifest.collections:
        for entry in collection.exchanges:
            key = (entry["source"], entry["collector"], _requested(entry["request"]))
            seen[key] = seen.get(key, 0) + 1
    return [{"source": s, "collector": c, "asked": a, "times": n} for (s, c, a), n in sorted(seen.items())]


def _requested(request: dict[str, Json]) -> str:
    """Return what was asked, in one line: the URL with its query, else the canonical request."""
    if "url" not in request:
        return canonical(request).decode()[:_LONGEST]
    queries = [value for name, value in request.get("params", ()) if name == "query"]
    return " ".join([request["url"].split("?")[0], *queries])[:_LONGEST]
