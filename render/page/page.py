"""`timeline.html`: the interactive chart and its table, one file that asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from html import escape
from importlib import resources
from importlib.resources.abc import Traversable

from render.page.data import page_data
from render.page.notes import page_notes
from render.page.packing import PAGE_LIMIT, pack, packed
from render.page.script import join_modules
from render.text.cited import engineers
from timeline.canonical import Json
from timeline.model import Timeline
from timeline.notes.journal import Note
from timeline.notes.views import with_values

#: Put there when a wheel is built (see docs/decisions/0005-page.md); never committed.
BUNDLE = "bundled/plotly-basic.min.js"
_POLICY = (
    "default-src 'none'; script-src {hashes} 'strict-dynamic'; style-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'"
)
_CHUNK = b'<script type="application/octet-stream" id="%s">%s</script>\n'
#: What of a page's room is kept for its own words and for what names the chunks.
_SPARE = 2**20


def render_page(
    timeline: Timeline, read: Callable[[str], bytes], *, file_name: Callable[[str], str] = lambda sha: sha,
    mask: Callable[[str], str] = lambda text: text, drill: bool = False, notes: Sequence[Note] = (), limit: int = PAGE_LIMIT,
) -> bytes:  # fmt: skip
    """Return the page of `timeline` as UTF-8 bytes: the same bytes for the same input.

    `read` gives the payload of a SHA-256 (excerpts and drawing data come from there; what it cannot
    give is left out and said). `file_name` tells a payload's file name. `mask` replaces people's
    names in payload excerpts: pass `timeline.people.records.masked`, for payloads keep names. `drill` makes the
    page of an exercise: it begins at the first signal and hides what came later, notes included. What would make the
    page larger than `limit` bytes is left out, farthest from the incident first, and the page says so.
    """
    script, style = joined("boot.js"), asset("page.css")
    plotly, application = plotly_packed(), application_packed()
    fixed = len(script) + len(style) + len(plotly) + len(application) + _SPARE
    data = page_data(timeline, read, file_name=file_name, mask=mask, room=limit - fixed)
    # An exercise is before anybody wrote.
    more: dict[str, Json] = (
        {"drill": True, "notes": []}
        if drill
        else {"notes": page_notes(with_values(notes, engineers(timeline)))}
    )
    parts = {
        "POLICY": policy_of(script).encode(),
        "TITLE": escape(" · ".join(filter(None, (timeline.incident.id, timeline.incident.title)))).encode(),
        "DIGEST": escape(timeline.digest).encode(),
        "STYLE": style.encode(),
        "PLOTLY": plotly,
        "APPLICATION": application,
        "DATA": packed({**data.timeline, "limit": limit, **more}),
        "FACTS": data.facts,
        "IDS": data.ids,
        "SAMPLES": data.samples,
        "CHUNKS": b"".join(_CHUNK % (name.encode(), chunk) for name, chunk in data.chunks.items()),
        "SCRIPT": script.encode(),
    }
    return fill(asset("page.html").encode(), parts)


def policy_of(script: str) -> str:
    """Return the policy of a page whose script is `script`, after the line break that stands before it."""
    return _POLICY.format(hashes=_hash("\n" + script))


def fill(template: bytes, parts: Mapping[str, bytes]) -> bytes:
    """Replace each `<!--NAME-->` of the template by its part; nothing is replaced inside parts."""
    first, *pieces = template.split(b"<!--")
    filled = [first]
    for piece in pieces:
        name, _, rest = piece.partition(b"-->")
        filled += [parts[name.decode()], rest]
    return b"".join(filled)


def asset(name: str) -> str:
    """Return one of our own files that make up the page."""
    return resources.files("render").joinpath("page", "assets", name).read_text("utf-8")


@cache
def joined(first: str) -> str:
    """Return one of our scripts: `first` of the modules in `render/page/assets`, and those that it needs."""
    return join_modules(dict(_modules(resources.files("render").joinpath("page", "assets"))), first)


def _modules(folder: Traversable, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path, below the assets, and the text of each module."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _modules(entry, f"{path}{entry.name}/")
        elif entry.name.endswith(".js"):
            yield f"{path}{entry.name}", entry.read_text("utf-8")


@cache
def application_packed() -> bytes:
    """Return the script that draws the page, packed."""
    return pack(joined("main.js").encode())


@cache
def plotly_packed() -> bytes:
    """Return Plotly's script, packed: the bundle that a wheel carries, else the installed package's."""
    bundle = resources.files("render").joinpath(BUNDLE)
    if bundle.is_file():
        return pack(bundle.read_bytes())
    from plotly.offline import get_plotlyjs  # type: ignore[import-untyped,unused-ignore]

    return pack(get_plotlyjs().encode())


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
