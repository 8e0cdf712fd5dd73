"""Numbers are the same by whichever reader is installed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.base import SourceError
from collectors.prometheus import numbers as module
from collectors.prometheus.numbers import numbers

_DIGITS = st.one_of(
    st.floats().map(repr),
    st.integers().map(str),
    st.sampled_from(
        ["NaN", "+Inf", "-Inf", "-0", "-0.0", "1e400", "1e-400", "18446744073709551616", "0.1e1"]
    ),
)
_PAIRS = st.lists(st.tuples(_DIGITS, _DIGITS), max_size=5)


def read(text: bytes, monkeypatch: pytest.MonkeyPatch, *, simdjson: bool) -> bytes | str:
    monkeypatch.setattr(module, "_has_simdjson", lambda: simdjson)
    try:
        return np.asarray(numbers(text)).tobytes()
    except SourceError as err:
        return err.reason


@given(_PAIRS)
def test_both_readers_read_the_same_bits(pairs: list[tuple[str, str]]) -> None:
    text = ("[" + ",".join(f"[{a},{b}]" for a, b in pairs) + "]").encode()
    with pytest.MonkeyPatch.context() as patch:
        assert read(text, patch, simdjson=False) == read(text, patch, simdjson=True)


@pytest.mark.parametrize(
    "text", [b"[]", b"[[1,2]]", b"[[1,x]]", b"[[1,]]", b"[[1,2],[3]]", b"[[1,2,3,4]]", b"{", b"[[1,true]]"]
)
def test_both_readers_refuse_the_same(text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(text, monkeypatch, simdjson=False) == read(text, monkeypatch, simdjson=True)


def test_the_slower_reader_is_used_where_the_faster_one_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_has_simdjson", lambda: False)
    monkeypatch.setattr(module, "by_simdjson", lambda _: pytest.fail("it is not installed"))
    assert numbers(b"[[1.5,2],[3,4e1]]").tolist() == [1.5, 2.0, 3.0, 40.0]
