"""Queries that fail are gaps by their reason, and the others are answered in order."""

from collections.abc import Sequence

import anyio
import anyio.lowlevel
import pytest
from pydantic import ValidationError

from collectors.base import Record, SourceError
from collectors.kit.metrics.asking import ask_all
from collectors.kit.metrics.facts import Watch
from collectors.kit.metrics.options import ThresholdOption
from timeline.model import Gap, Window, gap

WINDOW = Window(start=0, end=100)


def made(reason: str, window: Window, text: str, *, missing: str | None = None) -> Gap:
    return gap("s", reason, window.start, window.end, text, missing=missing)  # type: ignore[arg-type]  # of the vocabulary


def test_lost_queries_are_gaps_that_name_their_thresholds() -> None:
    progress: list[str] = []
    watches = {name: [Watch(f"{name} high", ">", 1.0)] for name in ("a", "b", "c", "d")}

    async def answer(query: str, its: Sequence[Watch]) -> list[Record]:
        if query in {"b", "d"}:
            raise SourceError("unauthorised", "403 of the source")
        await anyio.lowlevel.checkpoint()
        return [made("partial", WINDOW, its[0].title)]

    async def ask() -> list[Record]:
        return await ask_all(watches, answer, WINDOW, made, progress.append, concurrency=1)

    records = [record for record in anyio.run(ask) if isinstance(record, Gap)]
    assert [(record.reason, record.statement, record.missing) for record in records] == [
        ("partial", "a high", None), ("partial", "c high", None),
        ("unauthorised", "2 of 4 queries were not evaluated: 403 of the source", "b high, d high"),
    ]  # fmt: skip
    assert progress[-1] == "4 of 4 queries"


def test_a_threshold_has_one_comparison() -> None:
    watch = ThresholdOption(name="p99", query="q", at_most=0, unit="s", impact=True).watch
    assert (watch.op, watch.value, watch.unit, watch.impact) == ("<=", 0, "s", True)
    for wrong in ({}, {"above": 1.0, "equals": 2.0}):
        with pytest.raises(ValidationError, match="needs one of above, below, at_least, at_most, equals"):
            ThresholdOption.model_validate({"name": "p99", "query": "q", **wrong})
