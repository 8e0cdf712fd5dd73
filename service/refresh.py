"""Refresh: rebuild generated regions and the page from `timeline.json`; people's text untouched."""

from __future__ import annotations

from pathlib import Path

from service import files, output
from service.config import settings_only
from service.evidence import Evidence
from timeline import document
from timeline.errors import UsageError


def refresh(directory: Path, *, config: Path | None = None, stills: bool = True) -> list[str]:
    """Rewrite draft and page of a built incident; return messages. Raises UsageError."""
    path = directory / output.TIMELINE
    if not path.is_file():
        raise UsageError(f"{directory} holds no timeline.json; give the folder that `timeline build` made")
    conf = settings_only(config)
    inside = directory / "evidence"
    chosen = conf.settings.evidence_dir
    evidence = Evidence(conf.folder / chosen / directory.name if chosen and not inside.is_dir() else inside)
    with files.locked(directory):
        files.sweep(directory)
        data = path.read_bytes()
        timeline = document.load(data, str(path))
        rendered = output.render(
            directory, timeline, evidence, evidence.people(), conf.settings.chart_url, stills=stills
        )
        output.write(directory, rendered)
    return rendered.messages
