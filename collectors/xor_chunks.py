"""Prometheus' XOR chunks decoded in lock-step: the n-th sample of every chunk at once, by NumPy.

A chunk is a bit stream that only a loop over its samples can read. Reading all chunks' n-th samples
in one array operation makes that loop as long as one chunk (some 120 samples), however many there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: By the four bits where a delta of deltas begins (0, 10, 110, 1110, 1111): what the mark takes, and
#: how many bits follow it.
_MARK = [1] * 8 + [2] * 4 + [3, 3, 4, 4]
_WIDTH = [0] * 8 + [14] * 4 + [17, 17, 20, 64]
_LONGEST_VARINT = 10  # bytes
_BATCH = 4_096  # chunks decoded together: what they need stays in the processor's cache


class Decoded(NamedTuple):
    """Samples of all chunks in a row: times (ms), values, and where each chunk's begin (one more)."""

    times: NDArray[np.int64]
    values: NDArray[np.float64]
    starts: NDArray[np.int64]


def decode(data: bytes | memoryview, sizes: NDArray[np.int64]) -> Decoded:
    """Decode XOR chunks that lie in a row (each a two-byte count first); raise ValueError for a cut one."""
    import numpy as np

    begins = np.cumsum(sizes) - sizes
    if len(sizes) and (int(sizes.min()) < 2 or int(sizes.sum()) > len(data)):
        raise ValueError("a chunk is shorter than its count")
    held = np.frombuffer(bytes(data) + bytes(32 - len(data) % 8), np.uint8)
    words = held.view(">u8").astype(np.uint64)
    counts = held[begins].astype(np.int64) << 8 | held[begins + 1]
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

        self.bytes: Any = held  # all chunks', and some zeros
        self.words: Any = words  # the same, eight bytes each
        self.ends: Any = (begins + sizes).view(np.uint64) << np.uint64(3)  # bits
        self.position: Any = (begins.view(np.uint64) << np.uint64(3)) + np.uint64(16)
        self.counts, self.out = counts, out
        self.mark: Any = np.array(_MARK, np.uint64)
        self.width: Any = np.array(_WIDTH, np.uint64)

    def read(self, times: NDArray[np.int64], values: NDArray[np.uint64]) -> None:
        """Decode into the rows of all chunks."""
        import numpy as np

        one = np.uint64(1)
        zigzag = self._varint(len(self.counts))
        time = ((zigzag >> one) ^ (np.uint64(0) - (zigzag & one))).view(np.int64)
        value = self._window(self.position)
        self.position = self.position + np.uint64(64)
        times[self.out], values[self.out] = time, value
        k = self._active(1)
        self._cut(k)
        delta = self._varint(k).view(np.int64)
        time, value = time[:k], value[:k]
        lead, kept = np.zeros(k, np.uint64), np.zeros(k, np.uint64)
        for number in range(1, int(self.counts[0])):
            k = self._active(number)
            self._cut(k)
            time, value, delta, lead, kept = time[:k], value[:k], delta[:k], lead[:k], kept[:k]
            if number > 1:
                delta = delta + self._delta()
            time = time + delta
            value, lead, kept = self._value(value, lead, kept)
            place = self.out[:k] + number
            times[place], values[place] = time, value
        self._check()

    def _active(self, number: int) -> int:
        import numpy as np

        return int(np.searchsorted(-self.counts, -number))  # chunks with more than `number` samples

    def _cut(self, k: int) -> None:
        if k < len(self.position):
            self._check()
            self.position, self.ends = self.position[:k], self.ends[:k]

    def _check(self) -> None:
        if bool((self.position > self.ends).any()):
            raise ValueError("a chunk ends before its last sample")

    def _window(self, position: Any) -> Any:
        """Return the 64 bits from each position on."""
        import numpy as np

        # A chunk that is cut runs into the next one, at last into the padding: never out of bounds.
        word = np.minimum(position >> np.uint64(6), np.uint64(len(self.words) - 2)).view(np.int64)
        shift = position & np.uint64(63)
        return self.words[word] << shift | self.words[word + 1] >> np.uint64(1) >> (np.uint64(63) - shift)

    def _varint(self, k: int) -> Any:
        """Read the first k chunks' variable-length integers, which begin at whole bytes."""
        import numpy as np

        position = self.position[:k]
        place, found = (position >> np.uint64(3)).view(np.int64), np.zeros(k, np.uint64)
        more = np.ones(k, bool)
        for n in range(_LONGEST_VARINT):
            byte = self.bytes[np.minimum(place, len(self.bytes) - 1)].astype(np.uint64)
            found = np.where(more, found | (byte & np.uint64(127)) << np.uint64(7 * n), found)
            place = place + more
            more = more & (byte > 127)
            if not more.any():
                break
        self.position = place.view(np.uint64) << np.uint64(3)
        return found

    def _delta(self) -> Any:
        """Read the deltas of the deltas of the times (ms)."""
        import numpy as np

        bits = self._window(self.position)
        kind = (bits >> np.uint64(60)).view(np.int64)
        mark, width = self.mark[kind], self.width[kind]
        found = (bits << mark) >> (np.uint64(64) - width)
        long = width == 64
        if long.any():
            found = np.where(long, self._window(self.position + mark), found)
        full = np.uint64(1) << width  # of 64 bits: 0, and the number is right as it is
        found = np.where((found > full >> np.uint64(1)) & ~long, found - full, found)
        self.position = self.position + mark + width
        return found.view(np.int64)

    def _value(self, value: Any, lead: Any, kept: Any) -> tuple[Any, Any, Any]:
        """Read the values' next XOR: with the leading zeros and kept bits so far, or new ones."""
        import numpy as np

        bits = self._window(self.position)
        kind = bits >> np.uint64(62)  # 0, 1: unchanged; 2: as before; 3: new
        new, changed = kind == 3, kind > 1
        lead = np.where(new, bits >> np.uint64(57) & np.uint64(31), lead)
        size = bits >> np.uint64(51) & np.uint64(63)
        kept = np.where(new, np.where(size == 0, np.uint64(64), size), kept)
        self.position = self.position + np.where(
            new, np.uint64(13), np.where(changed, 2, 1).astype(np.uint64)
        )
        width = np.where(changed, kept, np.uint64(0))
        found = self._window(self.position) >> (np.uint64(64) - width)
        self.position = self.position + width
        return value ^ found << (np.uint64(64) - lead - kept), lead, kept
