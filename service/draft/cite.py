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


def cite(ids: Sequence[str], directory: Path, *, config: Path | None = None) -> list[str]:
    """Return Markdown for each id, as the incident's draft has it; raise UnknownReferenceError, UsageError."""
    from render.draft.draft import values

    timeline, conf = load(directory), settings_only(config)
    newest = (evidence_of(directory, conf).manifest().collections or (None,))[-1]
    draft = previous_draft(directory) or ""
    return references.cite(ids, values(timeline, chart_url=chart_url(conf, newest), of=draft))
