"""Prometheus API answers decoded into arrays: times in nanoseconds, values as floats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from collectors.base import Payload, SourceError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MS = 1_000_000  # ns
LabelKey = tuple[tuple[str, str], ...]


class Part(NamedTuple):
    """Where samples `[begin, ...)` of a series lie: payload, pointer to its array, index there."""

    begin: int
    payload: Payload  # without its bytes: the digest is what evidence needs
    pointer: str
    first: int


@dataclass(frozen=True)
class Samples:
    """One series: labels, times (int64 ns, ascending), values (float64), and where each one lies."""

    labels: dict[str, str]
    times: NDArray[np.int64]
    values: NDArray[np.float64]
    parts: tuple[Part, ...]

    @property
    def key(self) -> LabelKey:
        """The labels as sorted pairs."""
        return tuple(sorted(self.labels.items()))

    def locate(self, index: int) -> tuple[Payload, str]:
        """Return the payload of sample `index` and the RFC 6901 pointer to it."""
        part = next(p for p in reversed(self.parts) if p.begin <= index)
        return part.payload, f"{part.pointer}/{part.first + index - part.begin}"


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
    series: Sequence[Any]
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
    values: list[tuple[float, float]] = []
    value: tuple[float, float] | None = None
    histograms: msgspec.Raw = msgspec.Raw(b"")
    histogram: msgspec.Raw = msgspec.Raw(b"")


class _Infinite(_Series):
    """A series with values that msgspec does not read as floats: `+Inf`."""

    values: list[tuple[float, str]] = []  # type: ignore[assignment]
    value: tuple[float, str] | None = None  # type: ignore[assignment]


class _Data(msgspec.Struct):
    resultType: str  # noqa: N815 - the API's own name
    result: msgspec.Raw


class _Body(msgspec.Struct):
    status: str
    data: _Data | None = None
    error: str = ""
    warnings: list[str] | None = None
    infos: list[str] | None = None
    isPartial: bool = False  # noqa: N815 - VictoriaMetrics: a storage node did not answer


def decode(payload: Payload) -> Result:
    """Decode an answer of `query` or `query_range`; raise SourceError(undecodable)."""
    try:
        body = msgspec.json.decode(payload.data, type=_Body)
        if body.data is None:
            raise SourceError("undecodable", f"an answer holds no data: {body.error or body.status}")
        kind = body.data.resultType
        series = _series(body.data.result) if kind in {"matrix", "vector"} else _plain(body.data.result)
    except msgspec.MsgspecError as err:
        raise SourceError("undecodable", f"an answer is no Prometheus result: {err}") from err
    notes = [*(body.infos or ()), *(w for w in body.warnings or () if w.startswith("PromQL "))]
    storage = [w for w in body.warnings or () if not w.startswith("PromQL ")]
    if body.isPartial:
        storage.append("the answer is marked as partial")
    return Result(replace(payload, data=b""), kind, series, tuple(storage), tuple(notes))


def _series(data: msgspec.Raw) -> Sequence[Any]:
    try:
        return msgspec.json.decode(data, type=list[_Series], strict=False)
    except msgspec.ValidationError:
        return msgspec.json.decode(data, type=list[_Infinite])


def _plain(data: msgspec.Raw) -> Any:
    return msgspec.json.decode(data)


def join(results: Iterable[tuple[Result, int, int]]) -> list[Samples]:
    """Join answers in order of time, each cut to its closed `[start, end]` (ns), by series."""
    import numpy as np

    found: dict[LabelKey, tuple[dict[str, str], list[Any], list[Any], list[Part]]] = {}
    for result, start, end in results:
        for index, series in enumerate(result.series):
            times, values = _arrays(series.values)
            low, high = (int(i) for i in np.searchsorted(times, (start, end + 1)))
            if low == high:
                continue
            key = tuple(sorted(series.metric.items()))
            _, all_times, all_values, parts = found.setdefault(key, (series.metric, [], [], []))
            begin = sum(map(len, all_times))
            parts.append(Part(begin, result.payload, f"/data/result/{index}/values", low))
            all_times.append(times[low:high])
            all_values.append(values[low:high])
    return [
        Samples(labels, np.concatenate(times), np.concatenate(values), tuple(parts))
        for _, (labels, times, values, parts) in sorted(found.items())
    ]


def _arrays(pairs: Sequence[tuple[float, Any]]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    import numpy as np

    flat = np.fromiter((float(v) for pair in pairs for v in pair), np.float64, 2 * len(pairs))
    return np.rint(flat[::2] * 1000).astype(np.int64) * MS, flat[1::2]


def series_text(labels: Mapping[str, str]) -> str:
    """Write labels the PromQL way: `name{a="b"}`."""
    inner = ",".join(f"{k}={_quoted(v)}" for k, v in sorted(labels.items()) if k != "__name__")
    return labels.get("__name__", "") + (f"{{{inner}}}" if inner else "")


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
