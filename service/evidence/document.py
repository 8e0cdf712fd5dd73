"""`timeline.json` on disk: read whole, or line by line where only some of it is wanted."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import orjson

from service.names import TIMELINE
from timeline import document
from timeline.assembly.coverage import is_note
from timeline.errors import UsageError
from timeline.model import Gap, Incident, Timeline
from timeline.record import build

_DIGEST = re.compile(rb'^"digest":"([0-9a-f]{64})"', re.MULTILINE)


class TimelineFile(NamedTuple):
    """A `timeline.json`: where it lies, its bytes, and what they say."""

    path: Path
    data: bytes
    timeline: Timeline

    @property
    def changed(self) -> bool:
        """Whether it was changed after it was built: its digest is that of other content."""
        return document.written_digest(self.data) != self.timeline.digest


class Outline(NamedTuple):
    """What a `timeline.json` says of itself: counts (gaps of the incident, without notes), digest, newest collection."""

    facts: int
    gaps: dict[str, int]
    digest: str
    collection: int


def path_in(directory: Path) -> Path:
    """Return the `timeline.json` of a folder; raise UsageError where it has none."""
    path = directory / TIMELINE
    if not path.is_file():
        raise UsageError(f"{directory} holds no {TIMELINE}; give the folder that `timeline build` made")
    return path


def read(path: Path, shown: str = "") -> TimelineFile:
    """Read a `timeline.json`, `shown` by that name in messages. Raises DocumentError, OSError."""
    data = path.read_bytes()
    return TimelineFile(path, data, document.load(data, shown or str(path)))


def load(path: Path) -> Timeline:
    """Return the timeline of a folder, or a file; `-` reads standard input. Raises UsageError, DocumentError."""
    if str(path) == "-":
        return document.load(sys.stdin.buffer.read(), "standard input")
    file = path if path.is_file() else path_in(path)
    return read(file).timeline


def digest_in(data: bytes) -> str:
    """Return the digest that the bytes of a `timeline.json` carry; nothing where they carry none."""
    match = _DIGEST.search(data)
    return match[1].decode() if match else ""


def fact_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a timeline's facts, without commas; the file is open while they are read.

    Raises DocumentError for a file that was written otherwise.
    """
    with path.open("rb") as file:
        for line in file:
            if line == b'"facts":[\n':
                break
            if line == b'"facts":[],\n':
                return
        else:
            raise document.DocumentError(
                f"{path} has not the form that it was written in; build again, or restore it from version control"
            )
        for line in file:
            if line.startswith(b"]"):
                return
            yield line.rstrip(b",\n") + b"\n"


def outline(path: Path) -> Outline:
    """Read what a `timeline.json` says of itself, line by line."""
    facts, digest, collection, section = 0, "", 0, b""
    gaps, incident = list[Gap](), None
    with path.open("rb") as file:
        for line in file:
            if line.startswith(b'{"'):
                if section == b"facts":
                    facts += 1
                elif section == b"gaps":
                    gaps.append(build(Gap, orjson.loads(line.rstrip(b",\n"))))
                continue
            section, _, rest = line.strip(b'"').partition(b'":')
            if section == b"digest":
                digest = rest.decode().strip('",\n')
            if section == b"incident":
                incident = build(Incident, orjson.loads(rest.rstrip(b",\n")))
            if section == b"provenance":
                collection = _newest(orjson.loads(rest.rstrip(b",\n")))
    own = [gap for gap in gaps if incident is None or not is_note(gap, incident)]
    return Outline(facts, dict(Counter[str](gap.reason for gap in own)), digest, collection)


def _newest(provenance: dict[str, list[dict[str, int]]]) -> int:
    return max((collection["number"] for collection in provenance.get("collections", ())), default=0)
