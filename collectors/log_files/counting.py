"""The entries of files counted: by signature the first one, and how many in each step; and what the files did not give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import orjson

from collectors.base import SourceError
from collectors.kit.logs.lines import ROLES
from collectors.kit.logs.signatures import Signature
from collectors.log_files.entries import Entry, Span
from collectors.log_files.files import Placed, Reader
from collectors.log_files.form_kept import ErrorKept, LineKept, SignatureKept
from collectors.log_files.losses import Losses
from collectors.log_files.options import LogFilesOptions
from timeline.model import Window
from timeline.values import text_at

L = TypeVar("L", bound=LineKept)
_SIGNATURES, _CELLS = 20_000, 500_000  # that are held at once
_VALUE = 200  # characters of a value in a signature
_TEXT = 4_100  # characters of a first line's words


class Wanted:
    """What is asked of each entry: whether it is counted, by which fields, and which signature it has."""

    def __init__(self, options: LogFilesOptions, names: tuple[str, ...]) -> None:
        self._match, self._words, self._given = options.matched(), options.words(), options.fields
        self._aliases = [(name, tuple(dict.fromkeys((name, *ROLES.get(name, ()))))) for name in names]

    def fields(self, entry: Entry) -> dict[str, str] | None:
        """Return an entry's fields; None where it is not of those that are wanted."""
        if self._match and not self._match.is_in(entry.text):
            return None
        found = {**self._given, **entry.fields} if self._given else entry.fields
        if self._words and (groups := self._words.groups(entry.text)):
            if level := groups.pop("severity", None):
                groups["level"] = level
            groups.pop("message", None)
            found = {**found, **groups}
        return found

    def signature(self, entry: Entry, fields: Mapping[str, str]) -> Signature:
        """Return the fields that a line has of those that make a signature, also of the object that it is."""
        spoken = _object(entry.text) if self._aliases and entry.text.startswith("{") else None
        found = []
        for name, aliases in self._aliases:
            for alias in aliases:
                value = fields.get(alias)
                if not value and spoken and (alias in spoken or alias.partition(".")[0] in spoken):
                    value = text_at(spoken, alias)
                if value:
                    found.append((name, value[:_VALUE]))
                    break
        return tuple(found)


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


class _Counted:
    def __init__(self) -> None:
        self.lines = 0
        self.first: LineKept | None = None
        self.groups: set[str] = set()
        self.steps: Counter[int] = Counter()


class Counts:
    """Counts what a reader gives: of the window, and in steps from `steps.start` to before `steps.stop`."""

    def __init__(self, wanted: Wanted, window: Window, step: int, steps: range) -> None:
        self._wanted, self._window, self._step, self._steps = wanted, window, step, steps
        self._found: dict[Signature, _Counted] = {}
        self._errors: dict[tuple[str, str | None], ErrorKept] = {}
        self._cells = self.unplaced = self.speechless = 0
        self.losses = Losses()

    def add(self, placed: Placed) -> None:
        """Count an entry; raise SourceError where there are more signatures than can be held."""
        item, at = placed.item, placed.at
        if isinstance(item, Span):
            self._add_error(placed, item)
            return
        step = placed.begin // self._step
        if not (step in self._steps or placed.is_in(self._window)):
            return
        self.losses.see(item, at.latest, placed.seen.name)
        fields = self._wanted.fields(item)
        if fields is None:
            return
        counted = self._of(self._wanted.signature(item, fields))
        counted.groups.add(placed.seen.group)
        if at.latest - placed.begin >= self._step:
            self.unplaced += 1
        else:
            self._cells += step not in counted.steps
            counted.steps[step] += 1
            if self._cells > _CELLS:
                text = f"over {_CELLS} counts by step and signature; set a longer `step`, or fewer fields in `signature`"
                raise SourceError("truncated", text)
        if placed.is_in(self._window):
            counted.lines += 1
            self.speechless += item.is_speechless
            if (
                counted.first is None
                or placed.at.latest < counted.first.time[1]
                or placed.begin < counted.first.time[0]
            ):
                counted.first = _first(counted.first, _line(placed, item, fields))

    def _of(self, signature: Signature) -> _Counted:
        if signature not in self._found:
            if len(self._found) >= _SIGNATURES:
                raise SourceError(
                    "truncated", f"over {_SIGNATURES} signatures; use fewer fields in `signature`"
                )
            self._found[signature] = _Counted()
        return self._found[signature]

    def _add_error(self, placed: Placed, span: Span) -> None:
        if not placed.is_in(self._window):
            return
        key = (span.operation, span.service)
        before = self._errors.get(key)
        if before is None and len(self._errors) >= _SIGNATURES:
            raise SourceError("truncated", f"errors in over {_SIGNATURES} operations")
        found = ErrorKept(
            file=placed.seen.name, line=span.place, time=(placed.begin, placed.at.latest), text=span.text[:_TEXT],
            operation=span.operation, service=span.service,
        )  # fmt: skip
        self._errors[key] = _first(before, found)

    def signatures(self) -> Iterator[SignatureKept]:
        """Yield each signature with its counts by step (from the epoch)."""
        for signature, counted in sorted(self._found.items(), key=str):
            yield SignatureKept(
                signature=list(signature), lines=counted.lines, first=counted.first, groups=sorted(counted.groups),
                counts=sorted(counted.steps.items()),
            )  # fmt: skip

    def errors(self) -> list[ErrorKept]:
        """Return the first error of each operation."""
        return [error for _, error in sorted(self._errors.items(), key=str)]


def _line(placed: Placed, entry: Entry, fields: Mapping[str, str]) -> LineKept:
    return LineKept(
        file=placed.seen.name, line=entry.place, time=(placed.begin, placed.at.latest), text=entry.text[:_TEXT],
        fields=dict(fields), means=entry.means or placed.seen.means,
    )  # fmt: skip


def _first(before: L | None, found: L) -> L:
    """Return the line that was surely first, with the instant since when one may have been."""
    if before is None:
        return found
    first = before if before.time[1] <= found.time[1] else found
    first.time = (min(before.time[0], found.time[0]), first.time[1])
    return first


def count(reader: Reader, counts: Counts) -> None:
    """Read all files, and count; raise SourceError."""
    for placed in reader.placed():
        counts.add(placed)
