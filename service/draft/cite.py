"""Cite: the Markdown to paste for facts, measures and numbers of a built incident."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from service.draft.layouts import previous_draft
from service.draft.output import chart_url
from service.evidence.document import load
from service.evidence.place import evidence_of
from service.settings.config import settings_only
from timeline import references
from timeline.references import Values


def cite(ids: Sequence[str], directory: Path, *, config: Path | None = None) -> list[str]:
    """Return Markdown for each id, as the incident's draft has it; raise UnknownReferenceError, UsageError."""
    return references.cite(ids, values(directory, previous_draft(directory) or "", config=config))


def values(directory: Path, draft: str, *, config: Path | None = None) -> Values:
    """Return what references say in a draft of a built incident, as the next refresh fills them in; raise UsageError."""
    from render.draft.draft import values as rendered

    timeline, conf = load(directory), settings_only(config)
    newest = evidence_of(directory, conf).manifest().newest
    return rendered(timeline, chart_url=chart_url(conf, newest), of=draft)
