"""Prometheus API answers decoded into arrays: times in nanoseconds, values as floats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

import msgspec

from collectors.base import Payload, SourceError
from collectors.kit.metrics.samples import MS, Joined, Part, Piece, Samples
from collectors.prometheus.numbers import numbers
from timeline.selectors import series_text as series_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LAST = 2.0**63 / 1e9  # seconds that ns hold


class Chunks(NamedTuple):
    """Where samples `[begin, ...)` of a series lie in packed chunks, one pointer each.

    `firsts`: each chunk's first sample, from `begin`; `ends`: where its bytes end in the payload.
    """

    begin: int
    payload: Payload
    firsts: NDArray[np.int64]
    ends: NDArray[np.int64]
    sizes: NDArray[np.int64]

    def place(self, index: int) -> tuple[Payload, str]:
        """Return the payload of the series' sample `index` and the `bytes:A-B` of its chunk."""
        chunk = self.home(index)[1]
        end = int(self.ends[chunk])
        return self.payload, f"bytes:{end - int(self.sizes[chunk])}-{end - 1}"

    def moved(self, begin: int, low: int) -> Chunks:
        """Return the chunks where the series' samples from `low` on come to lie at `begin`."""
        cut = max(0, low - self.begin)
        return self._replace(begin=begin + self.begin + cut - low, firsts=self.firsts - cut)

    def home(self, index: int) -> tuple[str, int]:
        """Return what names the chunk that holds the sample."""
        import numpy as np

        return self.payload.sha256, int(np.searchsorted(self.firsts, index - self.begin, side="right")) - 1


class Value(NamedTuple):
    """One element of an instant vector: labels, time (ns), value, pointer in the payload."""

    labels: dict[str, str]
    time: int
    value: float
    pointer: str


@dataclass(frozen=True)
class Result:
    """One decoded answer of `query` or `query_range`."""

    payload: Payload
    kind: str  # matrix, vector, scalar or string
    series: Sequence[Any]  # of a matrix: `metric`, `times`, `values`
    storage_warnings: tuple[str, ...] = ()  # data is missing from the answer
    notes: tuple[str, ...] = ()  # remarks on the query itself

    def vector(self) -> list[Value]:
        """Return an instant vector; a scalar is one element without labels."""
        if self.kind == "scalar":
            at, text = self.series
            return [Value({}, round(at * 1000) * MS, float(text), "/data/result")]
        return [
            Value(s.metric, round(s.value[0] * 1000) * MS, float(s.value[1]), f"/data/result/{i}/value")
            for i, s in enumerate(self.series)
            if s.value
        ]

    def histograms(self) -> int:
        """Count the series that hold native histograms, which no number can be compared with."""
        return 0 if self.kind == "scalar" else sum(bool(s.histograms or s.histogram) for s in self.series)


class _Series(msgspec.Struct):
    metric: dict[str, str]
    values: msgspec.Raw = msgspec.Raw(b"")
    value: tuple[float, str] | None = None  # as text: `+Inf` is no JSON number
    histograms: msgspec.Raw = msgspec.Raw(b"")
    histogram: msgspec.Raw = msgspec.Raw(b"")


class _Row(NamedTuple):
    """One series of a matrix, as arrays: the answer's text is not kept."""

    metric: dict[str, str]
    times: NDArray[np.int64]
    values: NDArray[np.float64]
    histograms: bool
    histogram: bool = False


class _Data(msgspec.Struct):
    result: list[_Series]
    resultType: str  # noqa: N815 - the API's own name


class _Other(msgspec.Struct):
    """A scalar or a string: one pair."""

    result: Any
    resultType: str  # noqa: N815 - the API's own name


DataT = TypeVar("DataT")


class _Body(msgspec.Struct, Generic[DataT]):
    status: str
    data: DataT | None = None
    error: str = ""
    warnings: list[str] | None = None
    infos: list[str] | None = None
    isPartial: bool = False  # noqa: N815 - VictoriaMetrics: a storage node did not answer


def decode(payload: Payload) -> Result:
    """Decode an answer of `query` or `query_range`; raise SourceError(undecodable)."""
    try:
        body = _body(payload.data)
        if body.data is None:
            raise SourceError("undecodable", f"an answer holds no data: {body.error or body.status}")
        kind, series = body.data.resultType, _checked(body.data)
    except (msgspec.MsgspecError, RecursionError) as err:
        raise SourceError("undecodable", f"an answer is no Prometheus result: {err}") from err
    notes = [*(body.infos or ()), *(w for w in body.warnings or () if w.startswith("PromQL "))]
    storage = [w for w in body.warnings or () if not w.startswith("PromQL ")]
    if body.isPartial:
        storage.append("the answer is marked as partial")
    return Result(replace(payload, data=b""), kind, series, tuple(storage), tuple(notes))


def _checked(data: _Data | _Other) -> Sequence[Any]:
    """Return the series of an answer, or its one pair; raise SourceError where they are not what it says."""
    listed = isinstance(data, _Data)
    match data.resultType:
        case "matrix" if listed:
            if not all(s.values or s.histograms for s in data.result):
                raise SourceError("undecodable", "an answer holds a series without samples")
            return [_Row(s.metric, *_arrays(s.values), bool(s.histograms)) for s in data.result]
        case "vector" if listed:
            for series in data.result:
                _check_pair(series.value or (0, "0"))
            return cast("Sequence[Any]", data.result)
        case "scalar" | "string" if not listed:
            _check_pair(data.result, text=data.resultType == "string")
            return cast("Sequence[Any]", data.result)
    raise SourceError("undecodable", f"an answer's result is no {data.resultType[:100]}")


def _check_pair(pair: Any, *, text: bool = False) -> None:
    try:
        at, value = pair
        good = abs(float(at)) < _LAST and isinstance(value, str) and (text or float(value) is not None)
    except (TypeError, ValueError):
        good = False
    if not good:
        raise SourceError("undecodable", f"an answer holds {str(pair)[:100]!r} where a sample should be")


def _body(data: bytes) -> _Body[Any]:
    try:
        return msgspec.json.decode(data, type=_Body[_Data])
    except msgspec.ValidationError:
        body = msgspec.json.decode(data, type=_Body[_Other])
        if body.data is not None and body.data.resultType in {"matrix", "vector"}:
            raise
        return body


def join(results: Iterable[tuple[Result, int, int]]) -> Sequence[Samples]:
    """Join answers in order of time, each cut to its closed `[start, end]` (ns), by series."""
    return Joined(piece for result in results for piece in _pieces(*result))


def _pieces(result: Result, start: int, end: int) -> Iterator[Piece]:
    import numpy as np

    if result.kind != "matrix":
        raise SourceError("undecodable", f"an answer is a {result.kind} where samples were asked for")
    for index, series in enumerate(result.series):
        low, high = (int(i) for i in np.searchsorted(series.times, (start, end + 1)))
        if low < high:
            part = Part(0, result.payload, f"/data/result/{index}/values", low)
            yield Piece(series.metric, series.times[low:high], series.values[low:high], part)


def _arrays(pairs: msgspec.Raw) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Read `[[seconds,"value"],...]` as times (ns) and values; raise SourceError(undecodable)."""
    import numpy as np

    text = bytes(pairs).translate(None, b'"') if pairs else b"[]"
    flat = numbers(text)
    if len(flat) != 2 * (text.count(b"[") - 1):
        raise SourceError("undecodable", "an answer holds a sample without its value")
    times = flat[::2]
    if not (np.abs(times) < _LAST).all():  # NaN neither
        raise SourceError("undecodable", "an answer holds a sample whose time is none")
    if (np.diff(times) < 0).any():
        raise SourceError("undecodable", "an answer holds samples that are out of order")
    return np.rint(times * 1000).astype(np.int64) * MS, flat[1::2].copy()
