"""Readers of what others wrote give something or a named error, whatever the bytes; what breaks readers of their kind is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.readers import READERS, attempt, kept
from tests.hostile.strings import STRINGS


@pytest.mark.parametrize("name", READERS)
def test_what_it_begins_with_is_read(name: str) -> None:
    for data in READERS[name].begins:
        attempt(name, data)


def test_every_reader_has_a_corpus() -> None:
    assert {name for name, _ in kept()} == set(READERS)


@pytest.mark.parametrize(("name", "path"), kept(), ids=[f"{n}-{p.name[:20]}" for n, p in kept()])
def test_what_breaks_such_readers_does_not(name: str, path: Path) -> None:
    attempt(name, path.read_bytes())


@pytest.mark.parametrize("name", READERS)
def test_hostile_strings_are_read(name: str) -> None:
    for text in STRINGS:
        attempt(name, text.encode("utf-8", "replace"))


@pytest.mark.parametrize("name", READERS)
def test_changed_bytes_are_read(name: str) -> None:
    begins = READERS[name].begins
    texts = [text.encode("utf-8", "replace")[:200] for text in STRINGS]

    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.sampled_from(begins),
        st.integers(0, 400),
        st.integers(0, 40),
        st.sampled_from(texts) | st.binary(max_size=30),
    )
    def holds(begin: bytes, at: int, less: int, piece: bytes) -> None:
        at %= len(begin) + 1
        attempt(name, begin[:at] + piece + begin[at + less :])

    holds()
