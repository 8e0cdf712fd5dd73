"""What is kept of files, as it stands in the evidence: made by `kept`, read by `store`."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from collectors.base import Payload
from collectors.kit.fields import UnreadableError
from timeline.instant import Bounds
from timeline.model import GapReason

T = TypeVar("T")


class LineKept(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A line: its file and number there, when (ns, both ends), its words and fields; `means` is what its time is."""

    file: str
    line: int
    time: tuple[int, int]
    text: str
    fields: dict[str, str] = {}
    means: str = ""

    def __post_init__(self) -> None:
        """Refuse a time whose ends are the wrong way round."""
        if self.time[0] > self.time[1]:
            raise ValueError("a time ends before it begins")

    @property
    def at(self) -> Bounds:
        """When it was."""
        return Bounds(*self.time)

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.file}, line {self.line}"


class SignatureKept(msgspec.Struct, kw_only=True):
    """A signature: its lines in the window and the first of them, its files' groups, and its lines by step (from the epoch)."""

    signature: list[tuple[str, str | None]]
    lines: int
    first: LineKept | None
    groups: list[str]
    counts: list[tuple[int, int]]


class ErrorKept(LineKept, kw_only=True):
    """The first error of an operation."""

    operation: str
    service: str | None = None


class Shown(msgspec.Struct):
    """The begin of a line that could not be read."""

    line: int
    text: str


class SortKept(msgspec.Struct, kw_only=True):
    """Lines that could not be read for one reason: how many, and the first of them."""

    why: str
    count: int
    shown: list[Shown]


class FileKept(msgspec.Struct, kw_only=True):
    """A file: the name that its rotation shares, its entries, first and last instant (ns), and what it did not give."""

    file: str
    group: str
    entries: int
    first: int | None
    last: int | None
    broken: list[SortKept]
    stopped: tuple[GapReason, str] | None
    note: str


class LossKept(msgspec.Struct, kw_only=True):
    """Messages that a log says it does not hold: how, of whom, how many, between which instants (ns), and where it says so."""

    how: str
    of: str
    count: int
    start: int
    end: int
    place: str


class SummaryKept(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A part of what was counted; the last one has all but signatures for every part."""

    signatures: list[SignatureKept]
    errors: list[ErrorKept] = []
    files: list[FileKept] = []
    losses: list[LossKept] = []
    unplaced: int = 0
    speechless: int = 0


class LinesKept(msgspec.Struct):
    """A part of a window's lines."""

    lines: list[LineKept]


def read(payload: Payload, form: type[T]) -> T:
    """Return what a payload holds; raise UnreadableError where it is of another form."""
    try:
        return msgspec.json.decode(payload.data, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError) as err:
        raise UnreadableError(f"what was kept of the files is of another form: {err}") from err
