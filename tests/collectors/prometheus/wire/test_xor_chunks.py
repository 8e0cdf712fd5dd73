"""XOR chunks decoded in lock-step, against a writer of them, bit by bit."""

import math
import struct
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.prometheus.wire import xor_chunks
from collectors.prometheus.wire.xor_chunks import decode


class Bits:
    """A stream of bits, the highest first."""

    def __init__(self) -> None:
        self.text: list[str] = []

    def put(self, value: int, width: int) -> None:
        self.text.append(format(value & (1 << width) - 1, f"0{width}b") if width else "")

    def varint(self, value: int) -> None:
        while value > 127:
            self.put(value & 127 | 128, 8)
            value >>= 7
        self.put(value, 8)

    def done(self) -> bytes:
        text = "".join(self.text)
        text += "0" * (-len(text) % 8)
        return int(text, 2).to_bytes(len(text) // 8, "big")


class Kept(NamedTuple):
    lead: int
    trail: int


def chunk(samples: list[tuple[int, float]]) -> bytes:
    """Write a chunk as Prometheus does."""
    out, last, delta, value, kept = Bits(), 0, 0, 0, None
    out.put(len(samples), 16)
    for number, (time, number_read) in enumerate(samples):
        bits = struct.unpack(">Q", struct.pack(">d", number_read))[0]
        if number == 0:
            out.varint(time << 1 if time >= 0 else (-time << 1) - 1)
            out.put(bits, 64)
        elif number == 1:
            out.varint(time - last)
        else:
            put_delta(out, time - last - delta)
        if number:
            kept = put_value(out, bits ^ value, kept)
            delta = time - last
        last, value = time, bits
    return out.done()


def put_delta(out: Bits, change: int) -> None:
    if change == 0:
        out.put(0, 1)
        return
    for mark, width, bits in ((0b10, 2, 14), (0b110, 3, 17), (0b1110, 4, 20)):
        if -((1 << bits - 1) - 1) <= change <= 1 << bits - 1:
            out.put(mark, width)
            out.put(change, bits)
            return
    out.put(0b1111, 4)
    out.put(change, 64)


def put_value(out: Bits, changed: int, kept: Kept | None) -> Kept | None:
    if changed == 0:
        out.put(0, 1)
        return kept
    lead, trail = min(31, 64 - changed.bit_length()), (changed & -changed).bit_length() - 1
    if kept and lead >= kept.lead and trail >= kept.trail:
        out.put(0b10, 2)
        out.put(changed >> kept.trail, 64 - kept.lead - kept.trail)
        return kept
    width = 64 - lead - trail
    out.put(0b11, 2)
    out.put(lead, 5)
    out.put(width & 63, 6)
    out.put(changed >> trail, width)
    return Kept(lead, trail)


STEPS = st.one_of(
    st.just(15_000),
    st.integers(1, 20_000),
    st.integers(1, 2**20),
    st.integers(1, 2**33),
    st.sampled_from([1, 8_193]),
)
VALUES = st.one_of(st.floats(), st.sampled_from([1.0, 1.0, 2.0, math.inf, -0.0, 5e-324]))
CHUNKS = st.lists(
    st.tuples(st.integers(0, 2**41), st.lists(st.tuples(STEPS, VALUES), max_size=40)), min_size=1, max_size=12
)


@given(CHUNKS)
def test_every_bit_is_read(drawn: list[tuple[int, list[tuple[int, float]]]]) -> None:
    expected = []
    for start, steps in drawn:
        times = start + np.cumsum([step for step, _ in steps])
        expected.append(list(zip(times.tolist(), [value for _, value in steps], strict=True)))
    chunks = [chunk(samples) for samples in expected]
    found = decode(b"".join(chunks), np.array([len(c) for c in chunks]))
    assert np.diff(found.starts).tolist() == [len(samples) for samples in expected]
    assert found.times.tolist() == [t for samples in expected for t, _ in samples]
    values = np.array([v for samples in expected for _, v in samples], np.float64)
    assert found.values.tobytes() == values.tobytes()


def test_more_chunks_than_are_decoded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xor_chunks, "_BATCH", 7)
    one, other = [(1_000 * i, i / 7) for i in range(120)], [(5, 1.0)]
    chunks = [chunk(one), chunk(other)] * 50
    found = decode(b"".join(chunks), np.array([len(c) for c in chunks]))
    assert found.times.tolist() == [t for t, _ in one + other] * 50
    assert found.values.tolist() == [v for _, v in one + other] * 50
    assert len(decode(b"", np.array([], np.int64)).times) == 0


def test_a_count_that_cannot_be_is_refused_before_memory_is_asked_for() -> None:
    with pytest.raises(ValueError, match="ends before its last sample"):
        decode(b"\xff\xff" * 4_096, np.full(4_096, 2))


@pytest.mark.parametrize("kept", [1, 10, 40])
def test_a_chunk_that_is_cut_is_refused(kept: int) -> None:
    whole = chunk([(1_000 * i, math.sin(i)) for i in range(50)])
    with pytest.raises(ValueError, match=r"a chunk (ends before|is shorter)"):
        decode(whole[:kept], np.array([kept]))
    with pytest.raises(ValueError, match="shorter than its count"):
        decode(whole[:-1], np.array([len(whole)]))
