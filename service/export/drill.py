"""Drill: the page of an exercise, which goes through an incident again without hindsight."""

from __future__ import annotations

from pathlib import Path

from service import files
from service.evidence.document import load
from service.evidence.place import evidence_of
from service.names import DRILL
from service.settings.config import of_incident
from timeline.errors import UsageError


def drill(directory: Path, *, out: Path | None = None, config: Path | None = None) -> Path:
    """Write the exercise of a built incident and return its path: `drill.html` beside it, or `out`.

    The page begins at the first signal and hides what came later, as one file like the chart. Raises
    UsageError where the folder holds no timeline, or where the path is another's file.
    """
    from render.page.page import render_page

    timeline = load(directory)
    path = out or directory / DRILL
    if path.is_dir():
        raise UsageError(f"{path} is a folder; give --out a file, such as {path / DRILL}")
    if path.exists() and b'name="timeline-digest"' not in path.read_bytes()[:8192]:
        raise UsageError(f"{path} is not a page of ours; move it or choose another --out")
    evidence = evidence_of(directory, of_incident(config, directory))
    people = evidence.people()
    mask = people.mask()
    files.write(
        path, render_page(timeline, evidence.get, file_name=evidence.file_name, mask=mask, drill=True)
    )
    return path
