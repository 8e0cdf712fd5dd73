"""Refresh: rebuild generated regions and the page from `timeline.json`; people's text untouched."""

from __future__ import annotations

from pathlib import Path

from service import files
from service.draft import output
from service.draft.layouts import NO_OPTIONS, DraftOptions, Place, choose
from service.evidence.document import path_in, read
from service.evidence.former import came_back_in
from service.evidence.place import evidence_of
from service.settings.config import settings_only


def refresh(
    directory: Path,
    *,
    config: Path | None = None,
    stills: bool | None = None,
    options: DraftOptions = NO_OPTIONS,
) -> list[str]:
    """Rewrite draft and page of a built incident; return messages. Raises UsageError.

    Without `stills` those that are there are drawn again, and none where the build drew none.
    """
    path = path_in(directory)
    conf = settings_only(config)
    evidence = evidence_of(directory, conf)
    with files.locked(directory):
        files.sweep(directory)
        stored = read(path)
        told = output.mismatches(directory)
        if stored.changed:
            told.append(f"{path} was changed after it was built: `timeline build --offline` makes it again")
        chosen = choose(options, Place(directory, evidence, conf))
        newest = evidence.manifest().newest
        rendered = output.render(
            directory,
            stored.timeline,
            evidence,
            evidence.people(),
            output.chart_url(conf, newest),
            stills=bool(output.stills_in(directory)) if stills is None else stills,
            chosen=chosen,
            ticket_url=output.ticket_url(conf, newest),
            came_back=came_back_in(evidence, newest),
        )
        output.write(directory, rendered)
    return [*told, *rendered.messages]
