"""What a collection derived from its payloads, kept beside them: another version may not read them alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import orjson

from collectors.base import MAX_PAYLOAD, Record
from collectors.kit.tape import EvidenceError, Store
from service.evidence.manifest import Records
from timeline.model import Fact, Gap, Impact, Panel, Person
from timeline.record import build
from timeline.text import line as line_of
from timeline.wire import encode

if TYPE_CHECKING:
    from timeline.assembly.reading import SourceReading

_KINDS: dict[str, type[Record]] = {
    "fact": Fact,
    "gap": Gap,
    "person": Person,
    "panel": Panel,
    "impact": Impact,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


class UnreadableError(EvidenceError):
    """A record of another version's that this one does not know."""


def keep(reading: SourceReading, store: Store) -> Records:
    """Store a reading's records, one a line, in an order that no source's haste decides."""
    payloads = tuple(store.put(part, "jsonl") for part in _parts(_lines(reading.records)))
    return Records(payloads=payloads, clock_error=reading.clock_error)


def _lines(records: Sequence[Record]) -> Iterator[bytes]:
    """Yield each record's line: by type and identity, what has the same by its bytes."""
    for (name, _), same in groupby(sorted(records, key=_key), _key):
        lines = [b'{"%b":%b}\n' % (name.encode(), encode(record)) for record in same]
        yield from lines if len(lines) == 1 else sorted(lines)


def _key(record: Record) -> tuple[str, str]:
    return _NAMES[type(record)], record.identity if isinstance(record, Person) else record.id


def _parts(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Join lines to payloads of at most 16 MiB."""
    part, size = list[bytes](), 0
    for line in lines:
        if part and size + len(line) > MAX_PAYLOAD:
            yield b"".join(part)
            part, size = [], 0
        part.append(line)
        size += len(line)
    if part:
        yield b"".join(part)


def read(kept: Records, store: Store) -> list[Record]:
    """Return a run's records as they were derived.

    Raises EvidenceError where they are absent or broken, UnreadableError where only another version reads them.
    """
    return [
        _record(line, digest)
        for digest in kept.payloads
        for line in store.get(digest).split(b"\n")
        if line
    ]  # fmt: skip


def _record(line: bytes, digest: str) -> Record:
    try:
        [(name, value)] = orjson.loads(line).items()
        return build(_KINDS[name], value)
    except (KeyError, ValueError, AttributeError) as err:
        raise UnreadableError(line_of(f"payload {digest} holds a record that cannot be read: {err}")) from err
