"""A page for a reading club, and the sheet of who leads an exercise, of a built incident."""

from __future__ import annotations

from pathlib import Path

from render.draft.draft import samples_of
from render.draft.readout import Reading, readout, sheet
from render.stills.names import still_names
from service import names
from service.archive.reading import read
from service.evidence.document import load
from service.evidence.masking import masked
from service.evidence.place import evidence_of
from service.settings.config import of_incident


def reading(directory: Path, config: Path | None = None) -> Reading:
    """Return what is read of a built incident. Raises DocumentError, OSError."""
    timeline, conf = load(directory), of_incident(config, directory)
    case = read(directory)
    told = {
        section: [masked(one.text, directory, conf) for one in case.passages if one.section == section]
        for section in ("factor", "lesson")
    }
    stills = [name for name in still_names(timeline) if (directory / names.CHARTS / name).is_file()]
    title = masked(timeline.incident.title or timeline.incident.id, directory, conf)
    samples = samples_of(timeline, evidence_of(directory, conf).get)
    return Reading(timeline, title, stills, told["factor"], told["lesson"], samples)


def page(directory: Path, config: Path | None = None) -> str:
    """Return the page of a reading club as Markdown."""
    return readout(reading(directory, config))


def leading(directory: Path, config: Path | None = None) -> str:
    """Return the sheet of who leads an exercise as Markdown."""
    return sheet(reading(directory, config))


def html(text: str, directory: Path) -> bytes:
    """Return a page as one HTML file with its still inside."""
    from render.printing.document import document
    from render.printing.html import to_html

    def still(name: str) -> bytes | None:
        path = directory / names.CHARTS / name
        return path.read_bytes() if path.is_file() else None

    return to_html(document(text, still))
