"""A pytest plug-in that keeps what collectors read in tests as seeds: a few small, different ones a collector."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from collectors.testing import running
from tests.fuzz import seeds
from timeline.model import Incident

#: Seeds of a collector, and bytes of the answers of one.
MOST, LARGEST = 4, 60_000


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add where seeds are kept."""
    parser.addoption("--fuzz-seeds", metavar="DIR", default=None, help="keep what collectors read as seeds")


def pytest_configure(config: pytest.Config) -> None:
    """Look at each run of a collector, where seeds are wanted."""
    if config.getoption("fuzz_seeds"):
        config.pluginmanager.register(_Recorder(Path(config.getoption("fuzz_seeds"))))


class _Recorder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, dict[tuple[str, ...], seeds.Seed]] = defaultdict(dict)
        self._run = running.run

    def pytest_sessionstart(self) -> None:
        """Stand between tests and runs."""
        import collectors.testing
        import collectors.testing.contract

        for module in (running, collectors.testing, collectors.testing.contract):
            setattr(module, "run", self._recorded)  # noqa: B010 - a name that mypy knows as a function

    def _recorded(self, collector: Any, options: Any, window: Any, **more: Any) -> running.Run:
        made = self._run(collector, options, window, **more)
        if not more.get("replay") and made.facts and made.failure is None:
            size = sum(map(len, made.store.payloads.values()))
            if size <= LARGEST and _is_plain(options):
                now = more.get("now")
                seed = seeds.Seed(
                    "", collector, dict(options), window, window.end if now is None else now,
                    more.get("incident") or Incident(id="INC-TEST"), made.tape.entries, dict(made.store.payloads),  # type: ignore[union-attr]
                )  # fmt: skip
                kinds = tuple(sorted({fact.kind for fact in made.facts})) + _senders(seed)
                if kinds not in self._kept[collector.name]:
                    self._kept[collector.name][kinds] = seed
                    self._write(collector.name)
        return made

    def _write(self, name: str) -> None:
        """Keep those runs of a collector whose facts are of the most kinds."""
        self._folder.mkdir(parents=True, exist_ok=True)
        most = MOST if name != "inbox" else MOST * 10  # every sender has forms of its own
        best = sorted(self._kept[name].items(), key=lambda item: (-len(item[0]), item[0]))[:most]
        for number, (_, seed) in enumerate(best, 1):
            (self._folder / f"{name}-{number}.json.zst").write_bytes(seeds.dump(seed))


def _senders(seed: seeds.Seed) -> tuple[str, ...]:
    """Return whose webhooks a seed holds."""
    if seed.collector.name != "inbox":
        return ()
    found = b"".join(seed.payloads.values())
    return tuple(sorted({name.decode() for name in re.findall(rb'"sender": ?"(\w+)"', found)}))


def _is_plain(options: Any) -> bool:
    """Tell whether options can be written down: a secret is a reference there, and answers are kept redacted."""
    import json

    try:
        json.dumps(options)
    except TypeError:
        return False
    return True
