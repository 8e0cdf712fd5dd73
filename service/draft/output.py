"""The files of a build: what may be there, how they are rendered, and in which order they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from service import files
from service.draft.layouts import Chosen, previous_draft
from service.evidence.document import digest_in
from service.evidence.manifest import Collection, People
from service.evidence.store import Evidence
from service.names import CHARTS, DRAFT, EVIDENCE, MANIFEST, NOTES, PAGE, TIMELINE
from service.review.notes import NotesFile
from service.settings.config import Config
from service.settings.config import chart_url as of_settings
from timeline.cases.former import CameBack
from timeline.errors import UsageError
from timeline.model import Timeline

_CARRIED = {
    DRAFT: re.compile(rb"Digest of `timeline\.json`: `([0-9a-f]{64})`"),
    PAGE: re.compile(rb'<meta name="timeline-digest" content="([0-9a-f]{64})"'),
}


@dataclass
class Rendered:
    """The bytes of each file, in the order they are written, and what to tell the user."""

    files: dict[str, bytes]
    messages: list[str] = field(default_factory=list)


def check_ours(directory: Path) -> None:
    """Raise UsageError where the folder holds files that no build of ours made."""
    if not directory.exists():
        return
    if not directory.is_dir():
        raise UsageError(f"{directory} is a file; choose another --out")
    held = {p.name for p in directory.iterdir()}
    ours = TIMELINE in held or (directory / EVIDENCE / MANIFEST).exists()
    if held - {files.LOCK, EVIDENCE} and not ours:
        foreign = ", ".join(sorted(held - {files.LOCK})[:3])
        raise UsageError(
            f"{directory} holds files that no build made ({foreign}); move them or choose another --out"
        )


def chart_url(conf: Config, newest: Collection | None) -> str:
    """Return the prefix of links to the page; run from elsewhere, without the configuration, it stays the build's."""
    if newest is None:
        return conf.settings.chart_url
    return of_settings(conf.settings, newest.incident.id) if conf.path else newest.chart_url


def ticket_url(conf: Config, newest: Collection | None) -> str:
    """Return what makes links of tickets' keys; without the configuration it stays the build's."""
    return newest.ticket_url if newest and not conf.path else conf.settings.ticket_url


def mismatches(directory: Path) -> list[str]:
    """Name draft and page that carry another digest than `timeline.json`: a build was stopped between them."""
    held = {
        name: (directory / name).read_bytes()
        for name in (TIMELINE, *_CARRIED)
        if (directory / name).is_file()
    }
    own = digest_in(held.pop(TIMELINE, b""))
    carried = {name: _CARRIED[name].search(data) for name, data in held.items()}
    return [
        f"{directory / name} was made from another {TIMELINE}: it is made again"
        for name, found in carried.items()
        if own and found and found[1].decode() != own
    ]


def stills_in(directory: Path) -> list[str]:
    """Return the names of the stills of an incident, in order."""
    return sorted(path.name for path in (directory / CHARTS).glob("*.svg"))


def render(
    directory: Path, timeline: Timeline, evidence: Evidence, people: People, chart_url: str, *, stills: bool,
    chosen: Chosen | None = None, ticket_url: str = "", came_back: CameBack | None = None,
) -> Rendered:  # fmt: skip
    """Render timeline, stills, draft and page; people's text in an existing draft is kept.

    `came_back` is what the archive said of earlier incidents, None where none was asked.

    Without `chosen` the draft keeps its form, and a new one has the default's.
    """
    from render.draft.draft import render_draft, samples_of
    from render.draft.leaks import leaks
    from render.page.page import render_page

    pictures, unable = _stills(timeline, evidence) if stills else ({}, [])
    kept = pictures or dict.fromkeys(stills_in(directory), b"")
    previous = None if chosen and chosen.anew else previous_draft(directory)
    written = NotesFile(directory).read()
    draft = render_draft(
        timeline, chart_url=chart_url, stills=sorted(kept), previous=previous, file_name=evidence.file_name,
        layout=chosen.layout if chosen else None, notes=written.notes,
        samples=samples_of(timeline, evidence.get), ticket_url=ticket_url, came_back=came_back,
    )  # fmt: skip
    lost = [f"{directory / NOTES}, line {p.line}, was left out: {p.message}" for p in written.problems]
    told = leaks(draft.text, timeline, people.names)
    mask = people.mask()
    made: dict[str, bytes] = {}
    made |= {f"{CHARTS}/{name}": data for name, data in pictures.items()}
    made |= {
        DRAFT: draft.text.encode("utf-8"),
        PAGE: render_page(
            timeline, evidence.get, file_name=evidence.file_name, mask=mask, notes=written.notes
        ),
    }
    return Rendered(made, [*draft.messages, *lost, *told, *unable])


def _stills(timeline: Timeline, evidence: Evidence) -> tuple[dict[str, bytes], list[str]]:
    from service.draft.stills import render_stills, unavailable

    if reason := unavailable():
        return {}, [f"no charts/*.svg: {reason.removeprefix('no stills: ')}"]
    try:
        return render_stills(timeline, evidence.get), []
    except Exception as err:  # noqa: BLE001 - whatever a browser raises: draft and page need no picture, and those there stay
        return {}, [f"charts/*.svg were not drawn: {type(err).__name__}: {err}".splitlines()[0]]


def write(directory: Path, rendered: Rendered) -> None:
    """Write each file whole: `timeline.json` first, then what carries its digest."""
    for name, data in rendered.files.items():
        path = directory / name
        if not path.exists() or path.read_bytes() != data:
            files.write(path, data)
