"""Drawing data of a series: its envelope from the payload, thinned for drawing, never for computing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from render.page.excerpts import UNREADABLE
from timeline.canonical import Json, loads
from timeline.instant import NS
from timeline.model import Series
from timeline.pointers import resolve

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Read = Callable[[str], bytes]

#: Points of a drawn line; more than a 4K screen has columns would be drawn over each other.
DRAWN_POINTS = 2_000
_HOLE = 1.5  # steps without a sample before the line is broken


def series_data(series: Series, read: Read, start: int) -> Json | None:
    """Return `{labels, t, hi, lo}`: seconds from `start`, values; null breaks the line.

    `lo` is left out where it equals `hi`; None where payload or pointer is not there.
    """
    try:
        payload = loads(read(series.payload))
        high, low = resolve(payload, series.high), resolve(payload, series.low)
    except UNREADABLE:
        return None
    times, top, bottom = envelope(high, low)
    kept = thin(times, top, bottom)
    step = _step(times)
    return _drawn(series, times[kept] - start / NS, top[kept], bottom[kept], _breaks(times, kept, step))


def envelope(high: list[Any], low: list[Any]) -> tuple[Floats, Floats, Floats]:
    """Join the maximum and the minimum of each step on the times that either has."""
    import numpy as np

    if len(high) == len(low) and all(a[0] == b[0] for a, b in zip(high, low, strict=True)):
        at = [float(t) for t, _ in high]
        if all(a < b for a, b in pairwise(at)):
            tops, bottoms = ([float(v) for _, v in rows] for rows in (high, low))
            return (
                np.array(at, dtype=np.float64),
                np.array(tops, dtype=np.float64),
                np.array(bottoms, dtype=np.float64),
            )
    upper, lower = ({float(t): float(v) for t, v in rows} for rows in (high, low))
    times = np.array(sorted(upper.keys() | lower.keys()), dtype=np.float64)
    top = np.array([upper.get(t, lower.get(t, np.nan)) for t in times.tolist()])
    bottom = np.array([lower.get(t, upper.get(t, np.nan)) for t in times.tolist()])
    return times, top, bottom


def thin(times: Floats, top: Floats, bottom: Floats, points: int = DRAWN_POINTS) -> NDArray[np.intp]:
    """Choose about `points` at most so that no extreme of either line is lost."""
    import numpy as np

    if len(times) <= points:
        return np.arange(len(times))
    import tsdownsample

    sampler = tsdownsample.MinMaxLTTBDownsampler()  # type: ignore[no-untyped-call]
    picked = [sampler.downsample(times, line, n_out=max(points // 2, 4)) for line in (top, bottom)]
    bad = np.flatnonzero(~np.isfinite(top))  # an infinite or missing value is a break, and stays one
    return np.unique(np.concatenate([*picked, bad[:points]])).astype(np.intp)


def _step(times: Floats) -> float:
    import numpy as np

    return float(np.median(np.diff(times))) if len(times) > 1 else 0.0


def _breaks(times: Floats, kept: NDArray[np.intp], step: float) -> set[int]:
    """Return positions in `kept` before which samples are missing."""
    import numpy as np

    holes = np.flatnonzero(np.diff(times) > _HOLE * step) + 1
    return {int(i) for i in np.searchsorted(kept, holes)}


def _drawn(series: Series, times: Floats, top: Floats, bottom: Floats, breaks: set[int]) -> Json:
    flat = bool((top == bottom).all())
    t: list[float | None] = []
    hi: list[float | None] = []
    lo: list[float | None] = []
    for index, (at, upper, lower) in enumerate(
        zip(times.tolist(), top.tolist(), bottom.tolist(), strict=True)
    ):
        if index in breaks and t:
            for line in (t, hi, lo):
                line.append(None)
        t.append(round(at, 3))
        hi.append(_short(upper))
        lo.append(_short(lower))
    data: dict[str, Json] = {"labels": dict(series.labels), "t": t, "hi": hi}
    return data if flat else {**data, "lo": lo}


def _short(value: float) -> float | None:
    return float(f"{value:.6g}") if abs(value) < float("inf") else None
