"""`timeline.html`: the interactive chart and its table, one file that asks nobody for anything."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from html import escape
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from render.page.columns import columns
from render.page.data import page_data
from render.page.notes import page_notes
from render.page.script import join_modules
from timeline.canonical import Json
from timeline.model import Timeline
from timeline.notes.journal import Note

#: Put there when a wheel is built (see docs/decisions/0005-page.md); never committed.
BUNDLE = "bundled/plotly-basic.min.js"
_POLICY = (
    "default-src 'none'; script-src {hashes} 'strict-dynamic'; style-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'"
)


def render_page(
    timeline: Timeline, read: Callable[[str], bytes], *, file_name: Callable[[str], str] = lambda sha: sha,
    mask: Callable[[str], str] = lambda text: text, drill: bool = False, notes: Sequence[Note] = (),
) -> bytes:  # fmt: skip
    """Return the page of `timeline` as UTF-8 bytes: the same bytes for the same input.

    `read` gives the payload of a SHA-256 (excerpts and drawing data come from there; what it cannot
    give is left out and said). `file_name` tells a payload's file name. `mask` replaces people's
    names in payload excerpts: pass `timeline.assembly.people.replacer(...)`, for payloads keep names. `drill` makes the
    page of an exercise: it begins at the first signal and hides what came later, notes included.
    """
    data = page_data(timeline, read, file_name=file_name, mask=mask)
    # An exercise is before anybody wrote.
    told: dict[str, Json] = {"drill": True, "notes": []} if drill else {"notes": page_notes(notes)}
    facts = columns(data.timeline["facts"])
    script = joined("boot.js")
    parts = {
        "POLICY": _POLICY.format(hashes=_hash("\n" + script)),
        "TITLE": escape(" · ".join(filter(None, (timeline.incident.id, timeline.incident.title)))),
        "DIGEST": escape(timeline.digest),
        "STYLE": asset("page.css"),
        "PLOTLY": plotly_packed(),
        "APPLICATION": pack(joined("main.js").encode()),
        "DATA": packed({**data.timeline, **told, "facts": facts}),
        "SAMPLES": pack(data.samples),
        "EXCERPTS": packed(_excerpts(data.excerpts)),
        "SCRIPT": script,
    }
    return fill(asset("page.html"), parts).encode()


def _excerpts(lists: Sequence[Any]) -> Json:
    rows = [
        {"size": one["size"], "texts": [{"at": int(at), "text": text} for at, text in one["texts"].items()]}
        for one in lists
    ]
    return columns(rows)


def fill(template: str, parts: dict[str, str]) -> str:
    """Replace each `<!--NAME-->` of the template by its part; nothing is replaced inside parts."""
    pieces = template.split("<!--")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition("-->")
        filled += [parts[name], rest]
    return "".join(filled)


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
def plotly_packed() -> str:
    """Return Plotly's script, packed: the bundle that a wheel carries, else the installed package's."""
    bundle = resources.files("render").joinpath(BUNDLE)
    if bundle.is_file():
        return pack(bundle.read_bytes())
    from plotly.offline import get_plotlyjs  # type: ignore[import-untyped,unused-ignore]

    return pack(get_plotlyjs().encode())


def packed(value: Json) -> str:
    """Return a JSON value packed for a data script: no source's text can end the element."""
    return pack(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode())


def pack(data: bytes) -> str:
    """Return bytes as base64 of gzip: the same for the same bytes."""
    # No time stamp in the header: the same data gives the same bytes.
    made = gzip.compress(data, 9, mtime=0)
    # The tenth byte names the operating system, which Python 3.13 leaves unknown: so do we.
    return base64.b64encode(made[:9] + b"\xff" + made[10:]).decode()


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
