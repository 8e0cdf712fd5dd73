"""Watched queries asked side by side, and gaps for those that could not be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import TypeVar

import anyio

from collectors.base import MakeGap, Record, SourceError
from collectors.kit.metrics.facts import Watch
from timeline.model import Gap, GapReason, Window

Q = TypeVar("Q")


async def ask_all(
    watches: Mapping[Q, Sequence[Watch]], answer: Callable[[Q, Sequence[Watch]], Awaitable[list[Record]]],
    window: Window, gap: MakeGap, progress: Callable[[str], None], *, concurrency: int,
) -> list[Record]:  # fmt: skip
    """Ask side by side in the order of `watches`, so that the time cap cuts off the last ones; queries that fail are gaps."""
    answers: dict[Q, list[Record]] = {}
    lost: dict[Q, SourceError] = {}
    limit = anyio.CapacityLimiter(concurrency)

    async def ask(query: Q, its: Sequence[Watch]) -> None:
        async with limit:
            try:
                answers[query] = await answer(query, its)
            except SourceError as err:
                lost[query] = err
            progress(f"{len(answers) + len(lost)} of {len(watches)} queries")

    async with anyio.create_task_group() as group:
        for query, its in watches.items():
            group.start_soon(ask, query, its)
    records = [record for query in watches for record in answers.get(query, ())]
    ordered = {query: lost[query] for query in watches if query in lost}
    return [*records, *_lost(ordered, watches, window, gap)]


def _lost(
    lost: Mapping[Q, SourceError], watches: Mapping[Q, Sequence[Watch]], window: Window, gap: MakeGap
) -> Iterator[Gap]:
    """Yield one gap a reason, naming the thresholds that were not evaluated."""
    by_reason: dict[GapReason, list[Q]] = defaultdict(list)
    for query, err in lost.items():
        by_reason[err.reason].append(query)
    for reason, queries in by_reason.items():
        names = dict.fromkeys(watch.title for query in queries for watch in watches[query])
        why = "; ".join(sorted({str(lost[query]) for query in queries}))
        text = f"{len(queries)} of {len(watches)} queries were not evaluated: {why[:600]}"
        yield gap(reason, window, text, missing=", ".join(names))
