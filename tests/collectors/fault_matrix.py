"""The matrix of faults: what each collector does under each one, kept in tests/golden/faults and shown in the docs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from collectors.testing import Outcome
from collectors.testing.spoils import ONCE, OVER, SLOW
from tests.golden_files import Golden

FOLDER = Path(__file__).resolve().parents[1] / "golden" / "faults"
Cells = Mapping[str, str]

#: What a row says, and the faults in it (a name, or how it begins or ends with a star).
ROWS: Sequence[tuple[str, Sequence[str]]] = (
    ("429 once, then an answer", ["429 once"]),
    ("429 without a back-off", ["429 without a word"]),
    ("429 with a back-off of an hour", ["429 for an hour"]),
    ("429 with an absurd back-off", ["429 for 30,000 years", "429 until long ago", "429 for less than nothing",
                                     "429 for NaN", "429 until 9999"]),
    ("403 with the rate limit used up", ["403 with its limit used up"]),
    ("403", ["403"]),
    ("401 from the first request on", ["401"]),
    ("401 from a later request on (a token expired)", ["401 after *"]),
    ("500 once, then an answer", ["500 once"]),
    ("500 always", ["500"]),
    ("503 once, then an answer", ["503 once"]),
    ("503 always", ["503"]),
    ("no connection (time-out)", ["no connection"]),
    ("connection without an answer (time-out)", ["no byte of an answer", "half an answer, then silence"]),
    ("connection ended once, then an answer", ["no answer once", "half an answer once", "reset once"]),
    ("connection ended always", ["no answer", "half an answer"]),
    ("reset in the body", ["reset"]),
    ("drip in the body", ["drip"]),
    ("cut JSON", ["cut JSON"]),
    ("a page of HTML", ["another page"]),
    ("other JSON (null, object for list, null for values)", ["null", "other JSON", "lists that are objects",
                                                             "values that are null"]),
    ("answers over 16 MiB", ["over 16 MiB"]),
    ("expired cursor", ["expired place*"]),
    ("repeated page", ["repeated place"]),
    ("endless pages", ["endless pages"]),
    ("unknown members", ["unknown members"]),
    ("a member renamed (each in turn)", ["* renamed"]),
    ("numbers as text", ["numbers that are text"]),
    ("text as numbers", ["text that is numbers"]),
    ("clock an hour off", ["clock an hour ahead", "clock an hour behind"]),
    ("partial answer, told by a warning", ["partial answer"]),
)  # fmt: skip
_LOST = frozenset({"timed_out", "unreachable"})
_CUT = frozenset({"timed_out", "truncated"})
#: By which of the two a run ends under these hangs on time: its cap may come first.
_TIMED = {
    **{name: frozenset({"rate_limited", "timed_out"}) for name, _ in SLOW if name.startswith("4")},
    **dict.fromkeys(("503", "no answer", "half an answer", "reset"), _LOST),
    **dict.fromkeys((OVER, "repeated place", "endless pages"), _CUT),
}  # fmt: skip
_COUNTED = {name for name, _ in ONCE}


def keep(golden: Golden, collector: str, outcomes: Iterable[Outcome]) -> None:
    """Compare the outcomes of a collector under every fault of all its requests with what is kept, and print them."""
    outcomes = [one for one in outcomes if not one.endpoint]
    cells = {row: cell for row, names in ROWS if (cell := _cell(outcomes, names))}
    tried = {one.fault for one in outcomes} - {"none"}
    assert all(any(_is(name, pattern) for _, patterns in ROWS for pattern in patterns) for name in tried)
    cells = {"no fault": f"complete, {outcomes[0].requests}", **cells}
    _keep(golden, collector, cells)


def keep_cells(golden: Golden, collector: str, cells: Cells) -> None:
    """Compare the cells of a collector that speaks to no server with what is kept, and print them."""
    _keep(golden, collector, cells)


def kept() -> dict[str, Cells]:
    """Return the cells of every collector that has some."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}


def page(served: Mapping[str, Cells], files: Mapping[str, Cells]) -> str:
    """Return the page of the docs."""
    rows = ["no fault", *(row for row, _ in ROWS)]
    causes = list(dict.fromkeys(row for cells in files.values() for row in cells))
    return "\n".join([
        "# Faults\n",
        "Made by `pytest tests/collectors --update-golden` from what each collector did when its source failed in each",
        "way. A cell is `complete`, or the reasons of the gaps that name what is missing; a number is how many requests",
        "were made, where that does not hang on time. `others`: as many facts, without what the answers did not say any",
        "more. `-`: cannot happen to it. Several in one cell: the row's faults, or places in a run, end otherwise.\n",
        "Under each of them a run also ends within its `time_cap`, asks no more than a few times what it asks without a",
        "fault, says no secret, and is the same when it is replayed from its evidence; tests hold that. A clock an hour off",
        "is in the `Date` header; one that is off in every time of every record gives the same at those times, which",
        "`timeline doctor` tells, and `clock_offset` corrects.\n",
        "## Sources that are asked\n", *_table(rows, served),
        "\n## Files and repositories\n", *_table(causes, files), "",
    ])  # fmt: skip


def _keep(golden: Golden, collector: str, cells: Cells) -> None:
    print(f"\n{collector}", *(f"  {row}: {cell}" for row, cell in cells.items()), sep="\n")
    golden(f"faults/{collector}.json", json.dumps(cells, indent=1) + "\n")


def _cell(outcomes: Iterable[Outcome], names: Sequence[str]) -> str:
    words: set[str] = set()
    numbers: set[int] = set()
    for one in outcomes:
        if any(_is(one.fault, name) for name in names):
            words |= {text.partition(":")[0] for text in one.named} or {
                "complete" if one.complete else "others"
            }
            numbers |= {one.requests} if one.fault in _COUNTED else set()
    timed = [some for name, some in _TIMED.items() if words and name in names]
    if timed:
        return " or ".join(sorted(words.union(*timed)))
    count = f", {numbers.pop()}" if len(numbers) == 1 else ""
    return "; ".join(sorted(words, key=lambda word: (word != "complete", word))) + count


def _is(name: str, pattern: str) -> bool:
    first, star, last = pattern.partition("*")
    return name.startswith(first) and name.endswith(last) if star else name == pattern


def _table(rows: Iterable[str], columns: Mapping[str, Cells]) -> list[str]:
    head = [f"| |{'|'.join(f' `{name}` ' for name in columns)}|", f"|---|{'---|' * len(columns)}"]
    return [
        *head,
        *(f"| {row} | {' | '.join(cells.get(row, '-') for cells in columns.values())} |" for row in rows),
    ]
