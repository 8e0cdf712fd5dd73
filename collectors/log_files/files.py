"""The files of a source, read entry by entry, each entry with its time; what a file could not give is remembered."""

from __future__ import annotations

import glob
import re
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, NamedTuple

from collectors.base import Context, SourceError
from collectors.kit.texts.files import as_utf8, faults, opened
from collectors.log_files.entries import Broken, Entry, Form, Span
from collectors.log_files.forms import SAMPLE
from collectors.log_files.options import LogFilesOptions
from collectors.log_files.years import Day, RollOver, choose, day_of
from timeline.errors import UndecodableTimeError
from timeline.instant import Bounds
from timeline.model import GapReason, Window
from timeline.zones import read_time

_SHOWN = 10  # broken lines of one sort that are kept
_PROBED = 200  # entries by which it is told whether times name a year
_REMEMBERED = 10_000  # times that are read once
#: What rotation adds to a name: `.1`, `-20261121`, `.gz`.
_ROTATED = re.compile(r"(?:[.-]\d{1,14}){1,3}$|[.-]?\d{4}-?\d\d-?\d\d(?:[T-]?\d{2,6})?")


class Sort(NamedTuple):
    """Broken lines of one sort: the first reason, how many, and the first of them with their lines."""

    why: str
    amount: int
    shown: list[tuple[int, str]]


@dataclass
class Seen:
    """What was read of a file: its form, first and last instant (ns), broken lines by sort, why it ended too early."""

    name: str
    means: str = ""
    entries: int = 0
    first: int | None = None
    last: int | None = None
    broken: dict[str, Sort] = field(default_factory=dict)
    stopped: tuple[GapReason, str] | None = None
    note: str = ""

    @property
    def group(self) -> str:
        """Return the name that files of one rotation share."""
        return _ROTATED.sub("", self.name.removesuffix(".gz")) or self.name

    def add(self, broken: Broken) -> None:
        """Note a line that could not be read."""
        sort = self.broken.get(broken.sort, Sort(broken.why, 0, []))
        shown = [*sort.shown, (broken.place, broken.text[:500])] if sort.amount < _SHOWN else sort.shown
        self.broken[broken.sort] = Sort(sort.why, sort.amount + 1, shown)


class Placed(NamedTuple):
    """An entry, or a span, at its time, and the file it is of."""

    seen: Seen
    item: Entry | Span
    at: Bounds

    @property
    def begin(self) -> int:
        """The first instant at which it may be (ns)."""
        return self.at.latest if self.at.earliest is None else self.at.earliest

    def is_in(self, window: Window) -> bool:
        """Tell whether it may lie in a window."""
        return self.at.latest >= window.start and self.begin < window.end


def paths_of(options: LogFilesOptions, context: Context) -> list[tuple[Path, str]]:
    """Return the files that `path` means, each with its name; raise SourceError where there is none."""
    whole = Path(context.resolve_path(options.path))
    if not glob.has_magic(options.path) or whole.exists():
        return [(whole, options.path)]
    pattern = Path(options.path).expanduser()
    root = Path(whole.anchor) if pattern.is_absolute() else Path(context.resolve_path("."))
    shape = str(pattern.relative_to(pattern.anchor))
    named = sorted(
        (str(one) if pattern.is_absolute() else str(one.relative_to(root)), one) for one in root.glob(shape)
    )
    if files := [(one, name) for name, one in named if one.is_file()]:
        return files
    raise SourceError(
        "unreachable", f"no file fits {options.path}; `path` is relative to the configuration file"
    )


class Reader:
    """Reads files to their end; `files` are those that were begun. `check` may raise TimeoutError."""

    def __init__(
        self, options: LogFilesOptions, context: Context, window: Window, check: Callable[[], None]
    ) -> None:
        self._options, self._context, self._window, self._check = options, context, window, check
        self._forms = options.forms()
        self.files: list[Seen] = []

    def placed(self) -> Iterator[Placed]:
        """Yield all entries; raise SourceError where no file could be read at all."""
        paths = deque(paths_of(self._options, self._context))
        while paths:
            path, name = paths.popleft()
            self.files.append(seen := Seen(name))
            try:
                yield from self._file(path, seen)
            except SourceError as err:
                seen.stopped = (err.reason, str(err) if name in str(err) else f"{name}: {err}")
            except TimeoutError:
                why = f"{name}: time_cap of {self._options.time_cap} was used up"
                seen.stopped = ("timed_out", why)
                for _, left in paths:
                    self.files.append(Seen(left, stopped=("timed_out", f"{left}: not read: {why}")))
                break
        stopped = [seen.stopped for seen in self.files if seen.stopped]
        if len(stopped) == len(self.files) and not any(seen.entries for seen in self.files):
            raise SourceError(stopped[0][0], "; ".join(text for _, text in stopped[:5]))

    def _file(self, path: Path, seen: Seen) -> Iterator[Placed]:
        with _text(path, seen.name, self._check) as file:
            if not (begin := _begin(file)).strip():
                return  # a log that nothing was written to yet
            form = self._forms.of(begin)
        year = self._year(path, seen, form)
        seen.means = form.means
        clock = _Clock(self._options.zone, year)
        with _text(path, seen.name, self._check) as file:
            for item in form.items(file):
                if isinstance(item, Broken):
                    seen.add(item)
                    continue
                try:
                    at = Bounds(item.start, item.end) if isinstance(item, Span) else clock.at(item)
                except UndecodableTimeError as err:
                    is_bare = "has no zone" in str(err)
                    seen.add(Broken(item.place, "zone" if is_bare else "time", str(err), item.text))
                    continue
                placed = Placed(seen, item, at)
                seen.entries += 1
                seen.first = placed.begin if seen.first is None else min(seen.first, placed.begin)
                seen.last = at.latest if seen.last is None else max(seen.last, at.latest)
                yield placed

    def _year(self, path: Path, seen: Seen, form: Form) -> int | None:
        """Return the year in which a file begins whose times name none; None where they name one."""
        with _text(path, seen.name, self._check) as file:
            days = (day_of(item.when) for item in form.items(file) if isinstance(item, Entry))
            first = next((day for day in islice(days, _PROBED) if day), None)
        if first is None or self._options.year is not None:
            return self._options.year
        written = path.stat().st_mtime_ns
        with _text(path, seen.name, self._check) as again:
            every = (day_of(item.when) for item in form.items(again) if isinstance(item, Entry))
            year, seen.note = choose(filter(None, every), self._window, written)
        return year


class _Clock:
    """Reads the times of one file."""

    def __init__(self, zone: str | None, year: int | None) -> None:
        self._zone, self._begun, self._follow = zone, year, RollOver()
        self._known: dict[tuple[str, int | None], Bounds] = {}

    def at(self, entry: Entry) -> Bounds:
        """Return an entry's time; raise UndecodableTimeError."""
        if isinstance(entry.when, int):
            return read_time(entry.when, unit="ns", precision=entry.precision)
        year = self._year(day_of(entry.when)) if self._begun is not None else None
        known = self._known.get((entry.when, year))
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[entry.when, year] = read_time(entry.when, zone_name=self._zone, year=year)
        return known

    def _year(self, day: Day | None) -> int | None:
        return self._begun + self._follow.years(day) if day and self._begun is not None else None


@contextmanager
def _text(path: Path, name: str, check: Callable[[], None]) -> Iterator[IO[bytes]]:
    """Open a file, as UTF-8; what goes wrong inside is a SourceError."""
    with faults(name), opened(path, name, check) as file:
        yield as_utf8(file, name)


def _begin(file: IO[bytes]) -> bytes:
    """Return whole lines of a file's begin."""
    begin = b""
    while len(begin) < SAMPLE and (piece := file.read(SAMPLE - len(begin))):
        begin += piece
    return begin[: begin.rfind(b"\n") + 1] or begin
