"""The page of patterns as a file, with links to the incidents' own pages."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from render.patterns.page import render_patterns
from service import names
from service.archive.patterns import Answer
from service.files import write as write_file


def write(found: Answer, path: Path, chosen: str = "") -> None:
    """Write the page to `path`; links go from there to what each incident's folder has. Raises OSError."""
    home = path.resolve().parent
    links = {name: link for name, folder in found.folders.items() if (link := _link(folder, home))}
    write_file(path, render_patterns(found.patterns, links, chosen=chosen))


def _link(folder: Path, home: Path) -> str:
    """Return the address of an incident's page, else of its draft or timeline, as seen from `home`."""
    there = next(
        (folder / one for one in (names.PAGE, names.DRAFT, names.TIMELINE) if (folder / one).is_file()), None
    )
    return quote(Path(os.path.relpath(there, home)).as_posix()) if there else ""
