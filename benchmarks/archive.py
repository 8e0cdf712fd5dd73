"""Ten thousand incidents in the archive: how fast they are indexed and searched, against bare FTS5 over the same text.

    python -m benchmarks.archive [--incidents 10000] [--passages 60] [--queries 400]

Incidents are made of words as frequent as in a language (Zipf). Bare FTS5 is a table of the same texts, an incident a row, with
the same tokenizer and pragmas, written in the same batches; its search is all words in one row, the best ten with a
snippet. Ours weighs what people concluded, counts all that match, and gives ten incidents with facets and three excerpts
each; where none has all words, those with most, for which bare FTS5 gives nothing: these are timed by themselves. Both in
one process, in turn, on files.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from archive.cases.sqlite import SqliteArchive
from archive.cases.store import Archive
from benchmarks.measure import keep
from timeline.cases.case import SECTIONS, Case, Facet, Passage
from timeline.cases.query import Query, terms

BATCH, WORDS, T0 = 50, 30_000, 1_772_323_200 * 10**9
SERVICES = [f"service-{n}" for n in range(200)]


def words(rng: random.Random) -> Callable[[int], str]:
    """Return what draws so many words, as unevenly as people use them."""
    syllables = [a + b for a in "bcdfglmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "in")]
    vocabulary = ["".join(rng.choices(syllables, k=rng.randint(2, 4))) for _ in range(WORDS)]
    weights = [1 / (rank + 8) for rank in range(WORDS)]
    return lambda count: " ".join(rng.choices(vocabulary, weights, k=count))


def incidents(count: int, passages: int) -> Iterator[Case]:
    """Make incidents; every eighth passage is what people wrote."""
    rng = random.Random(7)
    draw = words(rng)
    for number in range(count):
        told = [
            Passage(SECTIONS[1 + n % 5 if n % 8 == 0 else 6 + n % 6], draw(rng.randint(6, 40)), f"f-{n:016x}", T0 + n)
            for n in range(passages)
        ]  # fmt: skip
        facets = [Facet("service", one) for one in rng.sample(SERVICES, 2)] + [
            Facet("severity", f"SEV{rng.randint(1, 4)}")
        ]
        title = draw(5)
        yield Case(f"INC-{number}", title, "SEV1", T0 + number * 10**12, None, tuple(facets), (Passage("title", title), *told))  # fmt: skip


def batches(count: int, passages: int) -> Iterator[list[Case]]:
    """Give the incidents fifty at a time, as they are read from folders."""
    batch = list[Case]()
    for case in incidents(count, passages):
        batch.append(case)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def bare(path: Path) -> sqlite3.Connection:
    """Open a file with nothing but the passages."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute(
        "CREATE VIRTUAL TABLE passages USING fts5(text, tokenize = 'porter unicode61 remove_diacritics 2')"
    )
    return db


def seconds(work: Callable[[], object]) -> float:
    """Return how long something took."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def index(folder: Path, count: int, passages: int) -> tuple[SqliteArchive, sqlite3.Connection, float, float]:
    """Index in both, batch by batch in turn; return them and the seconds of each."""
    ours, raw = SqliteArchive(folder / "ours.db"), bare(folder / "raw.db")
    took_ours = took_raw = 0.0

    def write(rows: Sequence[tuple[str]]) -> None:
        raw.execute("BEGIN")
        raw.executemany("INSERT INTO passages (text) VALUES (?)", rows)
        raw.execute("COMMIT")

    for batch in batches(count, passages):
        took_ours += seconds(lambda: ours.put((f"/w/{one.id}", "1", one) for one in batch))  # noqa: B023 - at once
        rows = [("\n".join(passage.text for passage in case.passages),) for case in batch]
        took_raw += seconds(lambda: write(rows))  # noqa: B023 - at once
    return ours, raw, took_ours, took_raw


class Times(NamedTuple):
    """Seconds of each question: of ours and of bare FTS5, and of ours where no incident has all words."""

    ours: list[float]
    bare: list[float]
    parts: list[float]


def search(archive: Archive, bare: Callable[[str], object], queries: Sequence[str]) -> Times:
    """Ask both the same; `bare` answers words that an incident has all."""
    times = Times([], [], [])
    for text in queries:
        begun = time.perf_counter()
        found = archive.search(Query(terms(text)))
        took = time.perf_counter() - begun
        if not found.whole:
            times.parts.append(took)
            continue
        times.ours.append(took)
        times.bare.append(seconds(lambda: bare(text)))  # noqa: B023 - at once
    return times


def share(times: Sequence[float], part: float) -> float:
    """Return the time (ms) that so large a part of the questions took at most."""
    return sorted(times)[int(part * (len(times) - 1))] * 1000


def arguments() -> argparse.Namespace:
    """Read how much is made and asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--incidents", type=int, default=10_000)
    parser.add_argument("--passages", type=int, default=60)
    parser.add_argument("--queries", type=int, default=400)
    return parser.parse_args()


def questions(count: int) -> list[str]:
    """Make what is searched for: one to three words."""
    rng, draw = random.Random(11), words(random.Random(7))
    return [draw(rng.randint(1, 3)) for _ in range(count)]


def report(name: str, what: str, incidents: int, took: tuple[float, float], times: Times) -> None:
    """Print rates and ratios, and keep them; `took` are the seconds of indexing, ours and bare."""
    ours, bare = took
    print(
        f"indexing: ours {incidents / ours:,.0f} incidents a second, bare {incidents / bare:,.0f}: {ours / bare:.2f} of its time"
    )
    for part_name, part in (("median", 0.5), ("p95", 0.95)):
        a, b = share(times.ours, part), share(times.bare, part)
        print(f"search {part_name}: ours {a:.1f} ms, bare {b:.1f} ms: {a / b:.2f}")
    if times.parts:
        asked = len(times.parts) + len(times.ours)
        print(
            f"no incident has all words ({len(times.parts)} of {asked}): p95 {share(times.parts, 0.95):.1f} ms"
        )
    bars = {"indexing": ours / bare, "search, p95": share(times.ours, 0.95) / share(times.bare, 0.95)}
    keep(name, f"Archive of incidents, of bare {what}", "", bars, {"indexing": 2.0, "search, p95": 1.5})


#: All words in one row, the best ten with a snippet.
_BEST = "SELECT rowid, snippet(passages, 0, '[', ']', '…', 24) FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT 10"


def main() -> None:
    """Measure, and print rates and ratios."""
    asked = arguments()
    with tempfile.TemporaryDirectory() as folder:
        ours, raw, took, bare_took = index(Path(folder), asked.incidents, asked.passages)
        sizes = [(Path(folder) / name).stat().st_size / 2**20 for name in ("ours.db", "raw.db")]
        print(f"files: ours {sizes[0]:.0f} MiB, bare {sizes[1]:.0f} MiB")

        def best(text: str) -> object:
            return raw.execute(_BEST, (" ".join(f'"{word}"' for word in text.split()),)).fetchall()

        times = search(ours, best, questions(asked.queries))
    report("archive", "FTS5", asked.incidents, (took, bare_took), times)


if __name__ == "__main__":
    main()
