"""`notes.jsonl`: one line a version, only appended to, on the disk before it is answered."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, NamedTuple

from service import files
from service.names import NOTES
from timeline.model import Fact
from timeline.notes import journal as notes
from timeline.notes.bodies import Body
from timeline.notes.journal import Note, Problem, UnknownNoteError, Version
from timeline.notes.meeting import Tick, check, folded, target

_CURSOR = re.compile(r"(\d{1,15})-(v-[0-9a-f]{16}|start)")


class Snapshot(NamedTuple):
    """The notes as they stand, lines that are none, and the cursor that later versions follow."""

    notes: tuple[Note, ...]
    problems: tuple[Problem, ...]
    cursor: str


class Tail(NamedTuple):
    """Versions after a cursor; `whole` tells that the cursor fits no longer and these are all there are."""

    versions: tuple[tuple[str, Version], ...]
    cursor: str
    whole: bool


class NotesFile:
    """The notes of one built incident.

    A cursor is the place in the file after a version, and that version: it outlives the server, and
    where the file was merged or restored meanwhile it fits no longer and everything is sent again.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / NOTES

    def read(self) -> Snapshot:
        """Return all notes; no file is no notes."""
        data = _whole_lines(self._bytes())
        found = notes.read(data)
        return Snapshot(notes.fold(found.versions), found.problems, _cursor(data))

    def append(
        self, note: str, body: Body | None, base: Sequence[str], author: str, at: int,
        facts: Mapping[str, Fact] | None = None, *, beside: bool = False,
    ) -> Version:  # fmt: skip
        """Append a version and return it, or the equal one that is there already (a repeated request).

        With `facts`, citations must name them and get their content digests. Raises StaleError,
        UnknownNoteError, TimelineError (an unknown fact), OSError (nothing was acknowledged).
        """
        if body is not None and facts is not None:
            body = notes.with_digests(body, facts)
        return self._written(lambda known: _wanted(known, note, body, base, author, at, beside=beside))

    def tick(self, tick: Tick, author: str, at: int, today: date) -> Version:
        """Fold a tick into the meeting as it stands and return its version; one that changes nothing writes nothing.

        Nobody's tick is refused: it is folded under the lock; words are, where others wrote there meanwhile. Raises StaleError,
        UnknownNoteError, TimelineError (a day that another meeting has), OSError.
        """
        return self._written(lambda known: _ticked(known, tick, author, at, today))

    def _written(self, make: Callable[[tuple[Note, ...]], _Made]) -> Version:
        while True:
            with self._locked() as file:
                data = file.read()
                made, is_new = make(notes.fold(notes.read(data).versions))
                if is_new:
                    # What a crash left of a line without its end stays a line of its own.
                    torn = b"\n" if data and not data.endswith(b"\n") else b""
                    _durably(file, torn + notes.line(made))
                # `git pull` puts another file in this one's place, and waits for no lock.
                if self._is_current(file):
                    return made

    def after(self, cursor: str) -> Tail:
        """Return what was appended after `cursor`, or everything where it fits no longer."""
        data = _whole_lines(self._bytes())
        start = _place(data, cursor)
        found = tuple(_tail(data, start or 0))
        return Tail(found, _cursor(data), start is None)

    def stamp(self) -> tuple[int, int]:
        """Return size and time of change; they differ when the file did."""
        try:
            told = self.path.stat()
        except FileNotFoundError:
            return (0, 0)
        return (told.st_size, told.st_mtime_ns)

    def _bytes(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""

    @contextmanager
    def _locked(self) -> Iterator[IO[bytes]]:
        new = not self.path.exists()
        while True:
            with self.path.open("a+b", buffering=0) as file:
                # The lock is on the file itself: a build of minutes holds the incident's, and never this one.
                fcntl.flock(file, fcntl.LOCK_EX)
                if not self._is_current(file):
                    continue  # replaced while this waited: what is written there, nobody reads
                file.seek(0)
                yield file
            break
        if new:
            files.sync_folder(self.path.parent)

    def _is_current(self, file: IO[bytes]) -> bool:
        """Tell whether an open file is the one that stands at the path."""
        try:
            return os.path.samestat(os.fstat(file.fileno()), self.path.stat())
        except FileNotFoundError:
            return False


class _Made(NamedTuple):
    """A version, and whether it is still to be written."""

    version: Version
    is_new: bool


def _wanted(
    known: tuple[Note, ...], note: str, body: Body | None, base: Sequence[str], author: str, at: int, *, beside: bool
) -> _Made:  # fmt: skip
    # Clocks go back; a version that replaces another is never before it.
    latest = max((v.at for n in known if n.id == note for v in n.versions), default=at)
    wanted = notes.version(note, body, base, author, max(at, latest))
    made = notes.add(known, wanted, beside=beside)
    return _Made(made, made is wanted)


def _ticked(known: tuple[Note, ...], tick: Tick, author: str, at: int, today: date) -> _Made:
    ids = {note.id for note in known}
    if unknown := [one for one, is_ticked in tick.discussed.items() if is_ticked and one not in ids]:
        raise UnknownNoteError(f"there is no note {', '.join(unknown[:3])}; reload the page")
    note, base, meeting = to = target(known, tick, today)
    check(known, to, tick)
    after = folded(meeting, tick)
    same = next((v for n in known if n.id == note for v in n.heads if v.id in base and v.body == after), None)
    return _Made(same, is_new=False) if same else _wanted(known, note, after, base, author, at, beside=True)


def _durably(file: IO[bytes], line: bytes) -> None:
    size = os.fstat(file.fileno()).st_size
    try:
        written = file.write(line)
        os.fsync(file.fileno())
    except OSError:
        os.ftruncate(file.fileno(), size)
        raise
    if written != len(line):
        # A full disk: what was not acknowledged must not half stand there.
        os.ftruncate(file.fileno(), size)
        raise OSError(f"{file.name}: the disk took only a part of a note")


def _whole_lines(data: bytes) -> bytes:
    # A line without its end is being written now, or was never acknowledged.
    return data[: data.rfind(b"\n") + 1]


def _cursor(data: bytes) -> str:
    return f"{len(data)}-{_last(data)}"


def _last(data: bytes) -> str:
    """Return the id of the last version, from the end: a file of thousands is not read for it; `start` for none."""
    for text in reversed(data.split(b"\n")):
        for one in notes.read(text).versions:
            return one.id
    return "start"


def _lines(data: bytes, start: int = 0) -> Iterator[tuple[int, Version | None]]:
    while start < len(data):
        end = data.index(b"\n", start) + 1
        found = notes.read(data[start:end]).versions
        yield end, found[0] if found else None
        start = end


def _tail(data: bytes, start: int) -> Iterator[tuple[str, Version]]:
    for end, one in _lines(data, start):
        if one:
            yield f"{end}-{one.id}", one


def _place(data: bytes, cursor: str) -> int | None:
    """Return where a cursor points; None where the line before it is another one by now."""
    match = _CURSOR.fullmatch(cursor)
    if not match:
        return None
    place = int(match[1])
    if match[2] == "start":
        return 0 if place <= len(data) and _last(data[:place]) == "start" else None
    if place > len(data) or data[place - 1 : place] != b"\n":
        return None
    return place if _last(data[:place]) == match[2] else None
