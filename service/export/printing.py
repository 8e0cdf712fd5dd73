"""Print a built incident's draft: for another audience, in the forms that other places read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from render.printing.document import Document, document
from service import names
from service.draft.layouts import NO_OPTIONS, DraftOptions, Place, choose_for_copy, previous_draft
from service.evidence.document import load
from service.evidence.former import came_back_in
from service.evidence.place import evidence_of
from service.evidence.store import Evidence
from service.review.notes import NotesFile
from service.settings.config import Config, of_incident
from timeline.errors import UsageError
from timeline.model import Timeline


class PrintForm(NamedTuple):
    """A printed form: whether a terminal can show it, and whether its readers draw Mermaid."""

    text: bool = True
    diagrams: bool = False


FORMS = {
    "markdown": PrintForm(),
    "html": PrintForm(),
    "pdf": PrintForm(text=False),
    "asciidoc": PrintForm(diagrams=True),
    "confluence": PrintForm(),
}


class Printed(NamedTuple):
    """The file, and what to tell the user."""

    data: bytes
    messages: tuple[str, ...]


def printed(
    directory: Path, form: str, *, config: Path | None = None, options: DraftOptions = NO_OPTIONS
) -> Printed:
    """Return the draft in `form`; nothing in the folder is changed. Raises UsageError, PrintError.

    With another audience the regions are made for it, and people's text stays; executives get one page with the answers that people gave
    below the headings it has. Readers outside get a letter of facts alone, unless the
    draft is for them: then its text stays, but for what is not for them, which is left out and named in the messages. With another
    template the draft is a new one of facts, notes and those answers.
    """
    if not directory.is_dir():
        raise UsageError(f"--to {form} prints a draft: give the folder that `timeline build` made")
    text, messages = _draft(directory, config, options)
    if form == "markdown":
        return Printed(text.encode(), messages)
    shown = document(text, _stills(directory / names.CHARTS), diagrams=FORMS[form].diagrams)
    return Printed(_maker(form)(shown), messages)


def _draft(directory: Path, config: Path | None, options: DraftOptions) -> tuple[str, tuple[str, ...]]:
    from render.draft.leaks import printable

    timeline, conf = load(directory), of_incident(config, directory)
    evidence = evidence_of(directory, conf)
    text, messages = _made(directory, timeline, conf, evidence, options)
    shown, left_out = printable(text, timeline, evidence.people().names)
    return shown, (*messages, *left_out)


def _made(
    directory: Path, timeline: Timeline, conf: Config, evidence: Evidence, options: DraftOptions
) -> tuple[str, tuple[str, ...]]:
    from render.draft.draft import render_draft, samples_of

    there = previous_draft(directory)
    if there is not None and options == NO_OPTIONS:
        return there, ()
    chosen = choose_for_copy(options, Place(directory, evidence, conf))
    draft = render_draft(
        timeline, chart_url=conf.settings.chart_url, file_name=evidence.file_name, layout=chosen.layout,
        previous=None if chosen.anew else there, notes=NotesFile(directory).read().notes,
        stills=sorted(path.name for path in (directory / names.CHARTS).glob("*.svg")),
        samples=samples_of(timeline, evidence.get), ticket_url=conf.settings.ticket_url,
        came_back=came_back_in(evidence, evidence.manifest().newest),
        carry=there if there and chosen.anew and chosen.layout.audience.identifiers else "",
    )  # fmt: skip
    return draft.text, draft.messages


def _stills(folder: Path) -> Callable[[str], bytes | None]:
    def read(name: str) -> bytes | None:
        path = folder / name
        return path.read_bytes() if path.is_file() and not path.is_symlink() else None

    return read


def _maker(form: str) -> Callable[[Document], bytes]:
    from render.printing import asciidoc, confluence, html
    from service.export import pdf

    makers: dict[str, Callable[[Document], bytes]] = {
        "html": html.to_html, "pdf": pdf.to_pdf, "asciidoc": asciidoc.to_asciidoc, "confluence": confluence.to_confluence,
    }  # fmt: skip
    return makers[form]
