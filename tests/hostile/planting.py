"""Strings planted in every field of what a source answered, and everything that is made of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from collectors.kit.tape import MemoryStore
from collectors.testing.running import Run
from tests.fuzz.harness import SENT, ChangedTape, collected, is_sent, reading_of
from tests.fuzz.seeds import Seed
from timeline.assembly.assemble import Build, assemble
from timeline.assembly.reading import SourceReading

#: A field that is one of these decides how the rest is read: a string is put behind it, not in its place.
_AT_ONCE = 6  # strings of one field
_DECIDES = re.compile(r"[\w.:+-]{0,64}")


class Planter:
    """Puts the next strings into every field of JSON, in turn; counts the fields."""

    def __init__(self, strings: Sequence[str], start: int) -> None:
        self._strings, self._next, self.fields, self.used = strings, start, 0, set[str]()

    def text(self) -> str:
        """Return the next strings, as one."""
        taken = [self._strings[(self._next + n) % len(self._strings)] for n in range(_AT_ONCE)]
        self._next += _AT_ONCE
        self.used |= set(taken)
        self.fields += 1
        return "\n".join(taken)

    def planted(self, value: Any, *, round_: int) -> Any:
        """Return a value with strings in every field whose turn it is: one of three."""
        if isinstance(value, dict):
            return {key: self.planted(inner, round_=round_) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.planted(inner, round_=round_) for inner in value]
        if not isinstance(value, str):
            return value
        self.fields += 1
        if self.fields % 3 != round_ % 3:
            return value
        text = self.text()
        return text if round_ >= 3 and not _DECIDES.fullmatch(value) else f"{value} {text}"


def planted(data: bytes, planter: Planter, round_: int, within: str = "") -> bytes:
    """Return a payload with strings in it: JSON, lines of JSON, or text."""
    try:
        return json.dumps(
            _below(json.loads(data), within, lambda v: planter.planted(v, round_=round_))
        ).encode()
    except (ValueError, RecursionError):
        lines = data.split(b"\n")
    made = []
    for line in lines:
        try:
            made.append(json.dumps(planter.planted(json.loads(line), round_=round_)).encode())
        except (ValueError, RecursionError):
            made.append(line)
    return b"\n".join(made)


def planted_lines(data: bytes, planter: Planter, round_: int) -> bytes:
    """Return a text with strings at the end of its lines: those with words, whose turn it is, one of three."""
    lines = data.decode("utf-8", "replace").split("\n")
    turns = [number for number, line in enumerate(lines) if re.search("[^\\W\\d]", line)]
    for number in turns[round_ % 3 :: 3]:
        lines[number] += " " + " ".join(planter.text().split("\n"))
    return "\n".join(lines).encode("utf-8", "replace")


def _below(value: Any, within: str, plant: Callable[[Any], Any]) -> Any:
    if not within:
        return plant(value)
    if isinstance(value, dict):
        return {k: plant(v) if k == within else _below(v, within, plant) for k, v in value.items()}
    return [_below(v, within, plant) for v in value] if isinstance(value, list) else value


def reading(
    seed: Seed, planter: Planter, round_: int, folder: Path, number: int = 1
) -> tuple[SourceReading, MemoryStore]:
    """Read a seed whose answers hold strings in every field."""
    store = MemoryStore()
    tape = ChangedTape(seed, (), store)
    within = SENT.get(seed.collector.name, "")
    sent = {entry["payload"] for entry in seed.entries if is_sent(entry)}
    files = [entry for entry in seed.entries if entry.get("form") == "txt" and "file" in entry["request"]]
    texts = {entry["payload"] for entry in files} & sent
    tape._data = {
        d: planted_lines(data, planter, round_) if d in texts
        else planted(data, planter, round_, within) if d in sent else data
        for d, data in seed.payloads.items()
    }  # fmt: skip

    def read() -> Run:
        return collected(
            seed, "hostile", tape, store, folder, lambda rows: planted(rows, planter, round_), within=120
        )

    with ThreadPoolExecutor(1) as pool:  # a browser's own loop may run in this thread
        made = pool.submit(read).result()
    return reading_of(seed, "hostile", made, number), store


def built(seed: Seed, readings: Iterable[SourceReading]) -> Any:
    """Put readings together."""
    return assemble(Build(seed.incident, seed.window, list(readings)))
