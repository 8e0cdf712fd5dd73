"""Where an incident's files lie: its own, in its own folder, and the evidence where it is configured to be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from service import names
from service.evidence.place import apart
from service.settings.config import Config
from timeline.checks.findings import Finding, finding


def linked(directory: Path, evidence: Path) -> Iterator[Finding]:
    """Find symbolic links: the folder itself, and what is in it or among its evidence."""
    if directory.is_symlink():
        yield _link(directory)
    folders = [directory, *([] if evidence.is_relative_to(directory) else [evidence])]
    for folder in folders:
        for above, inside, files in os.walk(folder):
            inside[:] = [name for name in inside if name != ".git"]
            for name in sorted({*inside, *files}):
                if (path := Path(above) / name).is_symlink():
                    yield _link(path)


def _link(path: Path) -> Finding:
    message = "this is a symbolic link: what it leads to is none of this incident's, and nothing here was read; put the file in its place"
    return finding("file-linked", 1, message)._replace(file=str(path))


def placed_right(directory: Path, identity: str, conf: Config) -> Iterator[Finding]:
    """Find a folder of another name than its incident's, and evidence beside that which is configured."""
    name = Path(os.path.abspath(directory)).name  # noqa: PTH100 - `.` has a name
    if name != identity:
        message = f"this is the timeline of {identity}, and its folder is named {name}: an incident is built into a folder of its own id"
        yield finding("folder-name", 1, message)
    above = apart(conf)
    if above is None:
        return
    configured = above / name
    if configured.is_dir() and (directory / names.EVIDENCE).is_dir():
        message = (
            f"evidence lies here and, as configured, in {configured}: remove what is not this incident's"
        )
        yield finding("evidence-foreign", 1, message)._replace(file=str(directory / names.EVIDENCE))
