"""Samples of a page: packed so that a zoom in the page shows the values themselves, not a thinned line.

Each series is its times and one or two lines of values, as columns of small differences that
compress well; `render/page/assets/data/series.js` reads them back. Drawing is thinned there, per zoom level.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from render.page.excerpts import UNREADABLE
from render.page.series import Read, envelope, thin
from timeline.canonical import Json, loads
from timeline.instant import NS
from timeline.model import Series
from timeline.pointers import resolve

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Values that a page carries at most; beyond, each series is thinned so that no extreme is lost.
MOST_VALUES = 2_000_000
#: Up to here every value keeps the 24 bits of a float32.
EXACT_VALUES = 200_000
#: Beyond, values are multiples of a step that is at most this share of what a series commonly changes by
#: from sample to sample: finer than its own noise, and whole numbers stay whole.
STEP_SHARE = 4
_KINDS = (float("inf"), float("-inf"))  # 1 and 2; 3 is NaN


class Samples:
    """Collects the samples of `count` series; `add` describes one, `dump` gives the bytes of all."""

    def __init__(self, read: Read, start: int, count: int) -> None:
        self._read, self._start = read, start
        self._share = MOST_VALUES // max(count, 1)
        self._series: list[tuple[Floats, Floats, Floats]] = []

    def add(self, series: Series, offset: float = 0.0) -> Json | None:
        """Return `{labels, index}`; None where payload or pointer is not there. Its clock is `offset` s ahead."""
        try:
            payload = loads(self._read(series.payload))
            times, top, bottom = envelope(resolve(payload, series.high), resolve(payload, series.low))
        except UNREADABLE:
            return None
        if len(times) * 2 > self._share:
            kept = thin(times, top, bottom, self._share // 2)
            times, top, bottom = times[kept], top[kept], bottom[kept]
        self._series.append((times - (self._start / NS + offset), top, bottom))
        return {"labels": dict(series.labels), "index": len(self._series) - 1}

    def within(self, first: int, low: float, high: float) -> bool:
        """Tell whether the series from the `first` on have values, and all that are numbers lie in [low, high]."""
        import numpy as np

        lines = [line for _, *lines in self._series[first:] for line in lines]
        known = [line[~np.isnan(line)] for line in lines]
        return any(line.size for line in known) and all(
            ((low <= line) & (line <= high)).all() for line in known
        )

    def __len__(self) -> int:
        return len(self._series)

    def dump(self) -> bytes:
        """Return all series: count, then a head of 32 bytes each, then their columns.

        A head: values, 1 where there is a second line, values of each line that are not finite
        (uint32), the step (float64; 0: values are the bits of float32), and the second line's.
        """
        import numpy as np

        two = [not np.array_equal(top, bottom, equal_nan=True) for _, top, bottom in self._series]
        values = sum(len(t) * (1 + more) for (t, _, _), more in zip(self._series, two, strict=True))
        heads, bodies = [], []
        for (times, top, bottom), more in zip(self._series, two, strict=True):
            lines = [
                _line(line, exact=values <= EXACT_VALUES) for line in ((top, bottom) if more else (top,))
            ]
            odd = [line.odd for line in lines] + [0]
            heads.append(np.array([len(times), more, *odd[:2]], dtype="<u4").tobytes())
            heads.append(np.array([lines[0].step, lines[-1].step], dtype="<f8").tobytes())
            bodies += [_times(times), *(line.data for line in lines)]
        return np.array([len(heads) // 2, 0], dtype="<u4").tobytes() + b"".join(heads) + b"".join(bodies)


class _Line(NamedTuple):
    step: float
    odd: int
    data: bytes


def _times(times: Floats) -> bytes:
    """Return milliseconds as differences of differences: a steady step is a column of zeros."""
    import numpy as np

    # numpy's hints take a difference for a time span; these are integers throughout.
    steps: NDArray[np.int64] = np.round(times * 1000).astype(np.int64)
    for _ in range(2):
        steps = np.concatenate((steps[:1], steps[1:] - steps[:-1]))
    return _columns(steps)


def _line(values: Floats, *, exact: bool) -> _Line:
    import numpy as np

    if exact:
        with np.errstate(over="ignore"):
            words = values.astype("<f4").view("<u4").astype(np.int64)
        return _Line(0.0, 0, _columns(np.diff(words, prepend=0)))
    odd = np.flatnonzero(~np.isfinite(values))
    filled = _filled(values, odd)
    step = _step_of(filled)
    multiples = np.round(filled / step).astype(np.int64)
    kinds = np.select([values[odd] == kind for kind in _KINDS], [1, 2], 3).astype(np.int64)
    data = _columns(np.diff(multiples, prepend=0)) + _columns(np.diff(odd, prepend=0)) + _columns(kinds)
    return _Line(step, len(odd), data)


def _filled(values: Floats, odd: NDArray[np.intp]) -> Floats:
    """Return the values with those that are not finite as the one before: no jump is packed for them."""
    import numpy as np

    if not len(odd):
        return values
    places = np.arange(len(values))
    places[odd] = 0
    held = np.maximum.accumulate(places)
    return np.where(np.isfinite(values[held]), values[held], 0.0)


def _step_of(values: Floats) -> float:
    import numpy as np

    if not len(values) or not np.ptp(values):
        return float(abs(values[0])) or 1.0 if len(values) else 1.0
    largest, smallest = float(np.max(np.abs(values))), 2.0**-36  # what five bytes can count
    if np.array_equal(values, np.round(values)) and largest < 2.0**36:
        return 1.0
    common = float(np.median(np.abs(np.diff(values)))) / STEP_SHARE or float(np.ptp(values)) * 2.0**-16
    return 2.0 ** math.floor(math.log2(max(common, largest * smallest)))


def _columns(differences: NDArray[np.int64]) -> bytes:
    """Return signed numbers as bytes of one weight together: the high ones are all alike."""
    import numpy as np

    folded = ((differences << 1) ^ (differences >> 63)).astype("<u8")
    return folded.view(np.uint8).reshape(-1, 8)[:, :5].T.tobytes()
