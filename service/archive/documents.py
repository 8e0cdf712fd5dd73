"""Post-mortems that were written elsewhere: Markdown, plain text, HTML and MediaWiki's text, as cases of the archive."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from collectors.hand_timeline.entries import Document as TimesOf
from collectors.hand_timeline.stamps import day_in
from timeline.cases.case import Case
from timeline.cases.documents import Counts, case_of_document, counts
from timeline.cases.plain_text import as_markdown
from timeline.checks.draft import DraftSpan, blocks
from timeline.errors import MissingExtraError, TimelineError, UndecodableTimeError
from timeline.instant import Bounds, parse_instant
from timeline.text import clean

MARKDOWN, TEXT, HTML, WIKI = (
    {".md", ".markdown"},
    {".txt", ".text"},
    {".html", ".htm", ".xhtml"},
    {".wiki", ".mediawiki", ".wikitext"},
)
SUFFIXES = frozenset(MARKDOWN | TEXT | HTML | WIKI)
#: Bytes of a document; what people write of an incident is far below.
MOST = 4 * 2**20
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_. ]?(0[1-9]|1[0-2])[-_. ]?(0[1-9]|[12]\d|3[01])(?!\d)")
_DATED = re.compile(r"^\W*(?:date|day|when|started?|incident (?:date|start))\b", re.IGNORECASE)
_HEAD = 40  # lines in which a document says its own day


class DocumentUnreadError(TimelineError):
    """A document that cannot be read; the message says which and why."""


class Parsed(NamedTuple):
    """What was made out of a document, and the lines with a time that were not, each with its reason."""

    path: Path
    case: Case
    counts: Counts
    unread: tuple[tuple[int, str], ...]


def is_document(path: Path) -> bool:
    """Tell whether a path is a file of a form that is read."""
    return path.suffix.lower() in SUFFIXES and path.is_file()


def documents_in(folder: Path) -> list[Path]:
    """Return the documents in a folder and below it, in order; hidden folders are left alone."""
    return sorted(
        path for path in folder.rglob("*")
        if is_document(path) and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )  # fmt: skip


def parse(path: Path) -> Parsed:
    """Return a document as a case. Raises DocumentUnreadError, MissingExtraError."""
    text = _markdown(path, _text(path))
    lines = text.split("\n")
    written = blocks([DraftSpan("prose", "", text)])
    day = _day(path, lines)
    times, unread = _times(lines, day)
    begun = parse_instant(f"{day}T00:00:00Z") if day else None
    here = {block.line: times[block.line] for block in written if block.line in times}
    case = case_of_document(path.stem, written, here, begun)
    return Parsed(path, case, counts(case, written), unread)


def _times(lines: list[str], day: str) -> tuple[dict[int, Bounds | None], tuple[tuple[int, str], ...]]:
    """Return the times by line, None where no zone is told, and why others could not be read."""
    document = TimesOf(day or None, "UTC")
    document.read(lines)
    times = {entry.line + 1: entry.at if entry.has_zone else None for entry in document.entries}
    return times, tuple((line + 1, why) for line, why in document.unread)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as err:
        raise DocumentUnreadError(f"{path}: it cannot be read: {err.strerror or err}") from err
    if len(data) > MOST:
        raise DocumentUnreadError(
            f"{path}: it has {len(data):,} bytes; a report of an incident has {MOST:,} at most"
        )
    if b"\0" in data[:4096]:
        raise DocumentUnreadError(f"{path}: it is no text")
    return clean(data.decode("utf-8-sig", "replace"))


def _markdown(path: Path, text: str) -> str:
    """Return a document as Markdown. Raises MissingExtraError."""
    form = path.suffix.lower()
    if form in MARKDOWN:
        return text
    if form in TEXT:
        return as_markdown(text)
    try:
        from service.archive.converted import html, wiki
    except ImportError as err:
        raise MissingExtraError(f"{path.name}: reading HTML and MediaWiki's text", "import") from err
    return html(text) if form in HTML else wiki(text)


def _day(path: Path, lines: list[str]) -> str:
    """Return the day that a document is of: by its name, else the first of its first lines that says one."""
    if match := _DAY.search(path.stem):
        return "-".join(match.groups())
    head = [line for line in lines[:_HEAD] if line.strip()]
    for line in [*head[:1], *(line for line in head if _DATED.match(line)), *head]:
        try:
            if day := day_in(line, ""):
                return day
        except UndecodableTimeError:
            continue
    return ""
