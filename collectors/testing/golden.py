"""Golden files: what a collector made of recorded answers, to be compared with what it makes of them later.

A folder holds one run: `run.json` (collector, options, window, exchanges), the payloads that were stored, and
`records.jsonl`, each record a line. Nothing in it needs the source again. It holds what the source sent,
people's names included: record test systems, or read it before you publish it.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import unified_diff
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from collectors.base import AnyCollector
from collectors.kit.redaction import Redactor
from collectors.kit.tape import MemoryStore, RecordingTape
from collectors.testing.running import Run, lines, run
from timeline.instant import format_instant, parse_instant
from timeline.model import Incident, Window
from timeline.record import build, plain

_SHOWN = 40  # lines of a difference
_RUN, _RECORDS, _PAYLOADS = "run.json", "records.jsonl", "payloads"


def generate(
    collector: type[AnyCollector], options: Mapping[str, Any], window: Window, folder: Path, *,
    source: str = "test", incident: Incident | None = None, now: int | None = None,
    secrets: Mapping[str, str] | None = None,
) -> Run:  # fmt: skip
    """Run a collector against its source and write the golden files.

    Raises AssertionError where it yields nothing, and the SourceError that ended it: nothing is written then.
    """
    about = incident or Incident(id="INC-TEST")
    moment = window.end if now is None else now
    made = run(collector, options, window, source=source, incident=about, now=moment, secrets=secrets)
    if made.failure:
        raise made.failure
    assert made.records, "it yields nothing: there is nothing to compare with"
    assert isinstance(made.tape, RecordingTape)
    told = {
        "collector": f"{collector.__module__}:{collector.__qualname__}", "source": source, "options": dict(options),
        "window": [format_instant(window.start), format_instant(window.end)], "now": format_instant(moment),
        "incident": plain(about), "exchanges": made.tape.entries,
    }  # fmt: skip
    (folder / _PAYLOADS).mkdir(parents=True, exist_ok=True)
    for old in (folder / _PAYLOADS).iterdir():
        old.unlink()
    for digest, data in made.store.payloads.items():
        (folder / _PAYLOADS / digest).write_bytes(data)
    (folder / _RUN).write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")
    (folder / _RECORDS).write_bytes(_written(made))
    return made


def compare(folder: Path, *, update: bool = False) -> Run:
    """Replay a folder's answers and compare; raise AssertionError with the difference.

    With `update` the records are written anew: read the difference before you commit it.
    """
    made = replay(folder)
    path, now = folder / _RECORDS, _written(made)
    if update:
        path.write_bytes(now)
    before = path.read_bytes()
    if before != now:
        texts = (before.decode().splitlines(), now.decode().splitlines())
        shown = "\n".join(islice(unified_diff(*texts, str(path), "made now", lineterm=""), _SHOWN))
        raise AssertionError(f"the records differ:\n{shown}")
    return made


def stored(folder: Path) -> Run:
    """Return a folder's recorded answers, without records; a `FaultServer` gives them as the source did."""
    told = _told(folder)
    store = MemoryStore()
    for path in sorted((folder / _PAYLOADS).iterdir()):
        digest = store.put(path.read_bytes(), "")
        assert digest == path.name, f"{path} was changed: its digest is another"
    tape = RecordingTape(told["source"], load(told["collector"]).name, store, Redactor())
    tape.entries = told["exchanges"]
    return Run([], None, tape, store)


def _told(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = orjson.loads((folder / _RUN).read_bytes())
    return told


def replay(folder: Path) -> Run:
    """Run the collector of a folder again, from its recorded answers alone."""
    told = _told(folder)
    start, end = (parse_instant(text) for text in told["window"])
    return run(
        load(told["collector"]), told["options"], Window(start=start, end=end), source=told["source"],
        incident=build(Incident, told["incident"]), now=parse_instant(told["now"]),
        replay=stored(folder),
    )  # fmt: skip


def load(name: str) -> type[AnyCollector]:
    """Return the collector that `package.module:Class` names."""
    module, _, attribute = name.partition(":")
    found: type[AnyCollector] = getattr(import_module(module), attribute)
    return found


def _written(made: Run) -> bytes:
    ending = [orjson.dumps(["failure", made.failure.reason, str(made.failure)])] if made.failure else []
    return b"".join(line + b"\n" for line in [*lines(made), *ending])
