"""Refresh: rebuild generated regions and the page from `timeline.json`; people's text untouched."""

from __future__ import annotations

from pathlib import Path

from service import files, names
from service.draft import output
from service.build.build import evidence_folder
from service.settings.config import settings_only
from service.evidence.store import Evidence
from service.draft.layouts import NOTHING, Asked
from timeline import document
from timeline.errors import UsageError


def refresh(
    directory: Path, *, config: Path | None = None, stills: bool = True, asked: Asked = NOTHING
) -> list[str]:
    """Rewrite draft and page of a built incident; return messages. Raises UsageError."""
    path = directory / names.TIMELINE
    if not path.is_file():
        raise UsageError(f"{directory} holds no timeline.json; give the folder that `timeline build` made")
    conf = settings_only(config)
    inside = directory / names.EVIDENCE
    evidence = Evidence(inside if inside.is_dir() else evidence_folder(conf, directory.resolve()))
    with files.locked(directory):
        files.sweep(directory)
        data = path.read_bytes()
        timeline = document.load(data, str(path))
        told = output.mismatches(directory)
        if document.written_digest(data) != timeline.digest:
            told.append(f"{path} was changed after it was built: `timeline build --offline` makes it again")
        newest = (evidence.manifest().collections or (None,))[-1]
        chosen = output.layout(
            directory, evidence, newest, asked, default=conf.settings.template, folder=conf.folder
        )
        rendered = output.render(
            directory,
            timeline,
            evidence,
            evidence.people(),
            # Run from elsewhere, without the configuration: links stay as the build made them.
            conf.settings.chart_url if conf.path or newest is None else newest.chart_url,
            stills=stills,
            chosen=chosen,
        )
        output.write(directory, rendered)
    return [*told, *rendered.messages]
