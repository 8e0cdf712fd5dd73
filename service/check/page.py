"""The page against what it was made from: rendered again, and compared part by part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from render.page.libraries import is_plotly
from render.page.packing import PAGE_LIMIT, unpack
from render.page.page import render_page
from render.stills.active import active
from service.check.evidence import Bundle
from service.check.rebuild import other_tool
from service.evidence.manifest import People
from service.names import CHARTS, PAGE
from service.review.notes import NotesFile
from timeline.checks.findings import Finding, finding

_PART = re.compile(rb'(<script type="application/octet-stream" id="([^"]*)">)([^<]*)(</script>\n)')
_DIGEST = re.compile(rb'<meta name="timeline-digest" content="([0-9a-f]{64})">')
_CHUNK = re.compile(rb"(?:excerpts|rows)-\d+\Z")
_SKELETON = "markup, styles and script"
#: Parts of a page that a browser runs.
RUNS = (_SKELETON, "application", "plotly")
_REFRESH = "`timeline refresh` makes it again"


def check(directory: Path, bundle: Bundle, *, changed: bool) -> Iterator[Finding]:
    """Compare a page with what timeline.json, the evidence and the notes give; say so where that cannot be done.

    A page that a request `changed` must be what this version renders.
    """
    page = directory / PAGE
    if not page.is_file():
        yield finding("page-absent", 1, f"there is no {page.name}; {_REFRESH}")
        return
    data = page.read_bytes()
    carried = _DIGEST.search(data)
    if not carried or carried[1].decode() != bundle.timeline.digest:
        yield finding("page-stale", 1, f"the page was made from another timeline.json; {_REFRESH}")
        return
    wanted = render_page(
        bundle.timeline, bundle.evidence.get, file_name=bundle.evidence.file_name,
        mask=(bundle.people or People()).mask(), notes=NotesFile(directory).read().notes,
    )  # fmt: skip
    if data == wanted:
        return
    differs, packed = _differing(data, wanted)
    if not bundle.complete:
        # Without the evidence its data cannot be told: what runs can be.
        differs = [name for name in differs if name in RUNS]
    if differs and not changed and (tool := other_tool(bundle.timeline.provenance)):
        message = (
            f"the page was not compared: {tool} made it, and this version renders it otherwise; {_REFRESH}"
        )
        yield finding("page-not-compared", 1, message)
    elif differs:
        message = f"the page is not what timeline.json, the evidence and the notes give ({', '.join(differs)}); {_REFRESH}"
        yield finding("page-differs", 1, message)
    elif packed:
        message = "the page holds what it should, packed otherwise than this machine packs it"
        yield finding("page-not-compared", 1, message)


def stills(directory: Path) -> Iterator[Finding]:
    """Find pictures beside the page that do more than draw."""
    for path in sorted((directory / CHARTS).glob("*")):
        told = active(path.read_bytes()) if path.suffix == ".svg" and path.is_file() else "it is no still"
        if told:
            message = f"{told}: delete it, or have `timeline refresh` draw it again"
            yield finding("still-active", 1, message)._replace(file=str(path))


def _differing(data: bytes, wanted: bytes) -> tuple[list[str], bool]:
    """Return the parts in which two pages differ, and whether one is packed otherwise.

    Plotly may be that of another installation: one that its makers published.
    """
    differs: list[str] = []
    if _skeleton(data) != _skeleton(wanted):
        differs.append(_SKELETON)
    ours = {match[2].decode(): match[3] for match in _PART.finditer(wanted)}
    theirs = {match[2].decode("utf-8", "replace"): match[3] for match in _PART.finditer(data)}
    otherwise = False
    for name in sorted({*ours, *theirs}):
        told, made = theirs.get(name, b""), ours.get(name, b"")
        if told == made:
            continue
        held = unpack(told, PAGE_LIMIT)
        if held is not None and held == unpack(made, PAGE_LIMIT):
            otherwise = True
        elif held is None or name != "plotly" or not is_plotly(held):
            differs.append(name)
    return differs, otherwise


def _skeleton(page: bytes) -> bytes:
    """Return a page without what its data scripts hold, and without those of its chunks."""
    return _PART.sub(lambda m: b"" if _CHUNK.match(m[2]) else m[1] + m[4], page)
