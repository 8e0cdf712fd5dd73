"""What a collection derived is stored in any order alike, and comes back as it was."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.base import MAX_PAYLOAD, Record
from collectors.kit.tape import MemoryStore
from service.evidence.manifest import Records
from service.evidence.records import UnreadableError, keep, read
from tests.timeline.strategies import facts, make
from timeline.assembly.reading import SourceReading
from timeline.model import (
    Evidence,
    Fact,
    Impact,
    Panel,
    Person,
    Quantity,
    Quote,
    Series,
    Threshold,
    Window,
    gap,
)
from timeline.text import mention

OTHERS: list[Record] = [
    gap("s", "partial", 1, 2, "half of it", evidence=(Evidence(source="s", payload="p", pointer="/a"),)),
    Person(identity="slack:T:U1", names=("Ada", "ada"), bot=False),
    Panel(
        id="p-1", source="s", title="t", unit="s", query="up", thresholds=(Threshold(name="n", op=">", value=float("inf")),),
        series=(Series(labels={"a": "b"}, payload="x", high="/1", low="/2"),), shown=1, of=2,
    ),
    Impact(
        id="i-1", source="s", name="n", unit="1", query="up", take="max", span="window", start=1, end=2,
        value=float("nan"), read_s=1.0, missing_s=0.5,
    ),
    make(
        1, quote=Quote(text=f"{mention('slack:T:U1')} said \u2028 so", truncated=False), actor="slack:T:U1",
        quantity=Quantity(value=float("-inf"), unit="s", threshold=0.1, op=">"),
    ),
]  # fmt: skip


def reading(records: list[Record]) -> SourceReading:
    return SourceReading(1, "s", "c", Window(start=1, end=2), 5, records)


def written(records: list[Record]) -> list[str]:
    return sorted(repr(record) for record in records)


@given(st.lists(facts(), max_size=10), st.randoms(use_true_random=False))
def test_records_come_back_as_they_were_in_whatever_order_they_came(
    found: list[Fact], rng: random.Random
) -> None:
    store, records = MemoryStore(), [*found, *OTHERS]
    kept = keep(reading(records), store)
    assert written(read(kept, store)) == written(records)
    assert kept.clock_error == 5
    assert keep(reading(rng.sample(records, len(records))), store) == kept


def test_nothing_read_is_something_else_than_nothing_kept() -> None:
    kept = keep(reading([]), MemoryStore())
    assert kept == Records(payloads=(), clock_error=5)
    assert read(kept, MemoryStore()) == []


def test_no_payload_is_over_sixteen_mebibytes() -> None:
    store = MemoryStore()
    words = [make(n, quote=Quote(text=f"{n} " + "x" * 2**20, truncated=False)) for n in range(20)]
    kept = keep(reading([*words]), store)
    assert len(kept.payloads) == 2
    assert max(len(store.get(p)) for p in kept.payloads) <= MAX_PAYLOAD
    assert written(read(kept, store)) == written([*words])


def test_a_record_of_a_kind_that_only_a_later_version_knows_is_named() -> None:
    store = MemoryStore()
    for line in (b'{"omen":{}}\n', b'{"fact":{"kind":"no.such"}}\n', b"[]\n"):
        with pytest.raises(UnreadableError, match="cannot be read"):
            read(Records(payloads=(store.put(line, "jsonl"),), clock_error=1), store)
