"""The journal of systemd as `journalctl -o json` (json-seq, json-sse) and `-o export` write it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, Any

import orjson

from collectors.log_files.entries import (
    MAX_LINE,
    MAX_TEXT,
    Broken,
    Entry,
    Item,
    level_of,
    lines_of,
    present,
    too_long,
)  # fmt: skip

_RECEIVED, _SENT = "__REALTIME_TIMESTAMP", "_SOURCE_REALTIME_TIMESTAMP"
_US = 1_000
_FIELDS = 1_024  # of one entry; systemd allows as many


class _Journal:
    means = "the sender's time, where journald has none its receipt"


class JournalJson(_Journal):
    """One JSON object a line."""

    def items(self, file: IO[bytes]) -> Iterator[Item]:
        """Yield the entries of a file."""
        for line in lines_of(file):
            if line.is_long:
                yield too_long(line)
                continue
            try:
                held = orjson.loads(line.text.removeprefix("data: "))
            except orjson.JSONDecodeError:
                yield Broken(line.number, "open" if line.is_open else "form", "it is no JSON", line.text)
                continue
            yield (
                _entry(line.number, held)
                if isinstance(held, dict)
                else Broken(line.number, "form", "it is no object", line.text)
            )


class JournalExport(_Journal):
    """Entries of `NAME=value` lines, and of values with their length before them, parted by empty lines."""

    def items(self, file: IO[bytes]) -> Iterator[Item]:
        """Yield the entries of a file."""
        held: dict[str, Any] = {}
        begin = number = 1
        while line := file.readline(MAX_LINE + 1):
            name, equals, value = line.removesuffix(b"\n").partition(b"=")
            number += 1
            if not name and not equals:
                if held:
                    yield _entry(begin, held)
                held, begin = {}, number
                continue
            if not line.endswith(b"\n"):
                yield Broken(begin, "open", "the file ends within it", _text(line))
                return
            if not equals:
                if (read := _counted(file)) is None:
                    yield Broken(
                        begin, "open", f"the file ends within its {_text(name)}, or that is too long"
                    )
                    return
                value, number = read, number + read.count(b"\n") + 1
            if len(held) < _FIELDS:
                held.setdefault(_text(name), _text(value))
        if held:
            yield _entry(begin, held)


def _counted(file: IO[bytes]) -> bytes | None:
    """Return a value that its length stands before; None where the file ends in it, or it is over all measure."""
    size = int.from_bytes(head, "little") if len(head := file.read(8)) == 8 else MAX_LINE + 1
    value = file.read(size + 1) if size <= MAX_LINE else b""
    return value[:-1] if len(value) == size + 1 and value.endswith(b"\n") else None


def _entry(place: int, held: Mapping[str, Any]) -> Entry | Broken:
    fields = {str(name): text for name, value in held.items() if (text := _value(value))}
    for name in (_SENT, _RECEIVED):
        if (told := fields.get(name, "")).isdecimal() and len(told) <= 17:
            when, means = int(told) * _US, name
            break
    else:
        return Broken(place, "time", f"it has no {_RECEIVED}", fields.get("MESSAGE", ""))
    text = fields.pop("MESSAGE", "")[:MAX_TEXT]
    roles = present({
        "level": level_of(fields.get("PRIORITY")), "host": fields.get("_HOSTNAME"),
        "service": fields.get("SYSLOG_IDENTIFIER") or fields.get("_SYSTEMD_UNIT") or fields.get("_COMM"),
    })  # fmt: skip
    # journalctl leaves out values over 4096 bytes, unless it is told `--all`: they are null.
    is_speechless = "MESSAGE" in held and held["MESSAGE"] is None
    return Entry(place, when, text, {**roles, **fields}, _US, means, is_speechless)


def _value(value: object) -> str:
    """Return a field as text: bytes are a list of numbers, a field that comes several times is one of its values."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value:
        if all(type(one) is int and 0 <= one <= 255 for one in value):
            return _text(bytes(value))
        return ", ".join(filter(None, (_value(one) for one in value)))
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
