"""Prometheus' XOR chunks decoded in lock-step: the n-th sample of every chunk at once, by NumPy.

A chunk is a bit stream that only a loop over its samples can read. Reading all chunks' n-th samples
in one array operation makes that loop as long as one chunk (some 120 samples), however many there are.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: By the four bits where a delta of deltas begins (0, 10, 110, 1110, 1111): what the mark takes, and
#: how many bits follow it.
_MARK = [1] * 8 + [2] * 4 + [3, 3, 4, 4]
_WIDTH = [0] * 8 + [14] * 4 + [17, 17, 20, 64]
#: By the two bits where a value begins (0 and 1: as the one before, 10: bits where the last ones were,
#: 11: bits elsewhere): what the mark takes, with the five and six bits that say where.
_HEAD = [1, 1, 2, 13]
_LONGEST_VARINT = 10  # bytes
_BATCH = 16_384  # chunks decoded together: more take more memory, fewer more steps


class Decoded(NamedTuple):
    """Samples of all chunks in a row: times (ms), values, and where each chunk's begin (one more)."""

    times: NDArray[np.int64]
    values: NDArray[np.float64]
    starts: NDArray[np.int64]


def decode(data: bytes | memoryview, sizes: NDArray[np.int64]) -> Decoded:
    """Decode XOR chunks that lie in a row (each a two-byte count first); raise ValueError for a cut one."""
    import numpy as np

    if not len(sizes):
        return Decoded(np.empty(0, np.int64), np.empty(0), np.zeros(1, np.int64))
    begins = np.cumsum(sizes) - sizes
    if int(sizes.min()) < 2 or int(sizes.sum()) > len(data):
        raise ValueError("a chunk is shorter than its count")
    held, whole = np.frombuffer(data, np.uint8), len(data) // 8
    words = np.zeros(whole + 3, np.uint64)
    words[:whole] = held[: whole * 8].view(">u8")
    words[whole] = int.from_bytes(bytes(data[whole * 8 :]).ljust(8, b"\0"), "big")
    counts = held[begins].astype(np.int64) << 8 | held[begins + 1]
    if bool(
        (counts * 2 > (sizes - 2) * 8).any()
    ):  # a sample takes two bits or more: believed before memory is asked
        raise ValueError("a chunk ends before its last sample")
    starts = np.concatenate(([0], np.cumsum(counts)))
    times, values = np.empty(int(starts[-1]), np.int64), np.empty(int(starts[-1]), np.uint64)
    # The longest first: those that are still being read are then always the first ones.
    order = np.argsort(-counts, kind="stable")
    for at in range(0, len(order), _BATCH):
        some = order[at : at + _BATCH]
        some = some[counts[some] > 0]
        if len(some):
            batch = _Batch(held, words, begins[some], sizes[some], counts[some], starts[:-1][some])
            batch.read(times, values)
    return Decoded(times, values.view(np.float64), starts)


class _Batch:
    """Chunks that are decoded together, by number of samples, descending."""

    def __init__(
        self, held: NDArray[np.uint8], words: NDArray[np.uint64], begins: NDArray[np.int64],
        sizes: NDArray[np.int64], counts: NDArray[np.int64], out: NDArray[np.int64],
    ) -> None:  # fmt: skip
        import numpy as np

        self.bytes: Any = held  # all chunks'
        self.words, self.next = words[:-1], words[1:]  # the same, eight bytes each, and some zeros
        self.ends: Any = (begins + sizes).view(np.uint64) << np.uint64(3)  # bits
        self.position: Any = (begins.view(np.uint64) << np.uint64(3)) + np.uint64(16)
        self.counts, self.out = counts, out
        self.mark: Any = np.array(_MARK, np.uint64)
        self.width: Any = np.array(_WIDTH, np.uint64)
        self.value = _Values.made()

    def read(self, times: NDArray[np.int64], values: NDArray[np.uint64]) -> None:
        """Decode into the rows of all chunks."""
        import numpy as np

        one, most, k = np.uint64(1), int(self.counts[0]), len(self.counts)
        active = np.searchsorted(-self.counts, -np.arange(most)).tolist()  # with more samples than that
        zigzag = self._varint()
        time = ((zigzag >> one) ^ (np.uint64(0) - (zigzag & one))).view(np.int64)
        value = self._window(self.position)
        self.position += np.uint64(64)
        times[self.out], values[self.out] = time, value
        delta, where, place = np.zeros(k, np.int64), np.zeros(k, np.int64), self.out.copy()
        for number in range(1, most):
            if active[number] < k:
                k = active[number]
                self._check()
                self.position, self.ends = self.position[:k], self.ends[:k]
                time, value, delta, where, place = time[:k], value[:k], delta[:k], where[:k], place[:k]
            if number == 1:
                delta = self._varint().view(np.int64)
                bits = self._window(self.position)
            else:
                bits = self._delta(delta)
            time += delta
            value ^= self._change(bits, where)
            place += 1
            times[place], values[place] = time, value
        self._check()

    def _check(self) -> None:
        if bool((self.position > self.ends).any()):
            raise ValueError("a chunk ends before its last sample")

    def _window(self, position: Any) -> Any:
        """Return the 64 bits from each position on."""
        import numpy as np

        # A chunk that is cut runs into the next one, at last into the padding: never out of bounds.
        word, shift = (position >> np.uint64(6)).view(np.int64), position & np.uint64(63)
        found = self.words.take(word, mode="clip")
        after = self.next.take(word, mode="clip")
        found <<= shift
        after >>= np.uint64(64) - shift  # by 64: 0
        found |= after
        return found

    def _varint(self) -> Any:
        """Read variable-length integers, which begin at whole bytes."""
        import numpy as np

        place = (self.position >> np.uint64(3)).view(np.int64)
        found, more = np.zeros(len(place), np.uint64), np.ones(len(place), bool)
        for n in range(_LONGEST_VARINT):
            byte = self.bytes[np.minimum(place, len(self.bytes) - 1)].astype(np.uint64)
            found = np.where(more, found | (byte & np.uint64(127)) << np.uint64(7 * n), found)
            place = place + more
            more = more & (byte > 127)
            if not more.any():
                break
        self.position = place.view(np.uint64) << np.uint64(3)
        return found

    def _delta(self, delta: Any) -> Any:
        """Read the deltas of the deltas of the times (ms) into `delta`; return the bits after them.

        A steady scrape has none: one bit each, and the others are few.
        """
        import numpy as np

        bits = self._window(self.position)
        some = np.flatnonzero(bits.view(np.int64) < 0)
        if len(some):
            position, read = self.position[some], bits[some]
        bits <<= np.uint64(1)
        self.position += np.uint64(1)
        if not len(some):
            return bits
        kind = (read >> np.uint64(60)).view(np.int64)
        mark, width = self.mark[kind], self.width[kind]
        found = (read << mark) >> (np.uint64(64) - width)
        long = width == 64
        position += mark
        if long.any():
            found = np.where(long, self._window(position), found)
        full = np.uint64(1) << width  # of 64 bits: 0, and the number is right as it is
        found = np.where((found > full >> np.uint64(1)) & ~long, found - full, found)
        delta[some] += found.view(np.int64)
        position += width
        self.position[some], bits[some] = position, self._window(position)
        return bits

    def _change(self, bits: Any, where: Any) -> Any:
        """Read the values' next XOR; `where` says, and is told, where the bits that change lie."""
        import numpy as np

        kind = (bits >> np.uint64(62)).view(np.int64)
        bits >>= np.uint64(51)
        bits &= np.uint64(2047)
        np.copyto(where, bits.view(np.int64), where=kind == 3)
        kind <<= 11
        kind |= where
        found = self._window(self.position + self.value.head.take(kind))
        found >>= self.value.down.take(kind)
        found <<= self.value.up.take(kind)
        self.position += self.value.taken.take(kind)
        return found


class _Values(NamedTuple):
    """By a value's two bits and the eleven that say where (leading zeros, kept bits): how it is read."""

    head: NDArray[np.uint64]
    down: NDArray[np.uint64]  # shifts, to the right and then to the left
    up: NDArray[np.uint64]
    taken: NDArray[np.uint64]  # bits, of all

    @classmethod
    @cache
    def made(cls) -> _Values:
        """Make the tables, once: 8,192 cases."""
        import numpy as np

        kind, where = np.divmod(np.arange(4 * 2048), 2048)
        lead, kept = np.divmod(where, 64)
        kept[kept == 0] = 64
        head, changed = np.array(_HEAD)[kind], kind > 1
        kept[~changed] = 0  # shifted by 64: nothing changes
        up = np.maximum(64 - lead - kept, 0)
        columns = (head, 64 - kept, up, head + kept)
        return cls(*(column.astype(np.uint64) for column in columns))
