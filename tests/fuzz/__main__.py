"""Fuzz for some minutes: each seed in turn, until the time is up; failures are shrunk, kept and counted."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter
from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded

from tests.fuzz import corpus, seeds
from tests.fuzz.harness import attempt
from tests.fuzz.mutations import Change, changes
from tests.fuzz.seeds import Seed

_ROUND = 150  # tries of one seed before the next


def main() -> int:
    """Fuzz; return 1 where something failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", default="", help="seeds whose names begin so")
    parser.add_argument("--without-sinks", action="store_true", help="read and put together alone")
    given_ = parser.parse_args()
    wanted = [seed for seed in seeds.stored() if seed.name.startswith(given_.only)]
    end, fuzz, number = (
        time.monotonic() + given_.minutes * 60,
        Fuzz(sinks=not given_.without_sinks),
        given_.seed,
    )
    while time.monotonic() < end and wanted:
        for seed in wanted:
            if time.monotonic() < end:
                fuzz.round(seed, number, end)
        number += 1
    print(fuzz.report())
    return 1 if fuzz.failures else 0


class Fuzz:
    """Tries and failures so far; a failure is told by where it was raised, once."""

    def __init__(self, *, sinks: bool) -> None:
        self._sinks = sinks
        self.tries: Counter[str] = Counter()
        self.failures: dict[tuple[str, ...], str] = {}

    def round(self, seed: Seed, number: int, end: float) -> None:
        """Try one seed some times; a failure of a new kind is shrunk and kept."""
        last: list[tuple[Sequence[Change], tuple[str, ...]]] = []

        said: list[str] = []

        def try_once(wanted: list[Change]) -> None:
            if time.monotonic() > end + 120:
                return
            self.tries[seed.collector.name] += 1
            try:
                attempt(seed, wanted, sinks=self._sinks)
            except Exception as err:  # whatever a build would end with
                kind = where(err)
                if kind in self.failures:
                    return
                last.append((wanted, kind))
                said.append(str(err)[:200])
                raise

        test = settings(
            max_examples=_ROUND, deadline=None, database=None, verbosity=Verbosity.quiet, print_blob=False,
            phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck),
        )(seeded(number)(given(changes())(try_once)))  # fmt: skip
        try:
            test()
        except Exception:
            wanted, kind = last[-1]
            path = corpus.keep(seed.name, wanted)
            self.failures[kind] = path.name
            print(f"{path.name}: {' < '.join(reversed(kind))}: {said[-1]}", flush=True)

    def report(self) -> str:
        """Return the tries of each collector, and what failed."""
        lines = [f"{name:16} {count:8,} tries" for name, count in sorted(self.tries.items())]
        return "\n".join(
            [*lines, f"{'all':16} {self.tries.total():8,} tries, {len(self.failures)} kinds of failure"]
        )


def where(err: Exception) -> tuple[str, ...]:
    """Return what tells a failure from others: its type, and the innermost of our own places."""
    while isinstance(err, ExceptionGroup):
        err = err.exceptions[0]
    ours = [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
        for frame in traceback.extract_tb(err.__traceback__)
        if ".venv" not in frame.filename and "python3" not in frame.filename
    ]
    return (type(err).__name__, *ours[-2:])


if __name__ == "__main__":
    sys.exit(main())
