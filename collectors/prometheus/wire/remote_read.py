"""Prometheus' remote read: a selector's stored samples as streamed XOR chunks.

The chunks come as they are stored, a fraction of the JSON, and cost the server no evaluation. The
evidence keeps the series as JSON lines (labels, and the sizes of the chunks), an empty line, and the
chunks' bytes in a row: what may hold a secret is text, and what is packed numbers is not searched for
one. Stale markers are left out, as raw ranges leave them out, but for who asks for them.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import anyio
import msgspec

from collectors.base import Answer, Payload, SourceError
from collectors.kit.fields import at
from collectors.kit.metrics.samples import MS, Joined, LabelKey, Piece, Samples
from collectors.kit.paging import in_spans
from collectors.kit.together import gather
from collectors.prometheus.answers import Chunks
from collectors.prometheus.api import PrometheusApi
from collectors.prometheus.wire import xor_chunks
from collectors.prometheus.wire.protobuf import Buffer, field, fields, snappy, tagged, varint
from timeline.selectors import matcher
from timeline.series.crossings import counting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_HEADERS = {
    "content-type": "application/x-protobuf", "content-encoding": "snappy", "accept-encoding": "identity",
    "x-prometheus-remote-read-version": "0.1.0",
}  # fmt: skip
_STREAMED = "application/x-streamed-protobuf"
_XOR = 1  # the encoding of float samples; others hold native histograms
_LABEL, _CHUNK = 0x0A, 0x12  # the tags of a series' labels and chunks
_FLOATS = bytes([0x18, _XOR, 0x22])  # the tag of a chunk's encoding, the encoding, the tag of its bytes
#: What a chunk as servers write it begins with: its tag and size (of two bytes, or one), two times of six bytes
#: (from 1971 to 2109) with their tags, `_FLOATS`, and the size of its bytes (of two bytes, or one).
_HEAD, _SHORT_HEAD = struct.Struct("<BBBB6xB6x3sBB"), struct.Struct("<BBB6xB6x3sB")
_STALE = 0x7FF0000000000002
_LATEST = (2**63 - 1) // MS  # ms that are an instant in ns
_PLANNED = 1_400_000  # samples of one answer to aim for: 9 bytes each at the worst
Matcher = tuple[str, str, str]  # name, operator, value


class _NotOfferedError(SourceError):
    """The server has no remote read, or streams nothing."""


class RemoteRead:
    """Reads of one server, where it offers them."""

    def __init__(self, api: PrometheusApi) -> None:
        self._api = api
        self._lock = anyio.Lock()
        self._known: tuple[bool, tuple[str, ...]] | None = None

    async def offers(self, selector: str, start: int, end: int) -> bool:
        """Tell whether the server streams this selector's chunks, with the labels that its API shows.

        Remote read adds the server's external labels to every series. They are taken off again,
        which is right only where no series and no matcher has a label of that name itself.
        """
        if matchers(selector) is None:
            return False
        async with self._lock:  # asked once, by whoever comes first, in the same words
            self._known = self._known or await self._look()
        streams, external = self._known
        if not streams or not external:
            return streams
        if {name for name, _, _ in matchers(selector) or ()} & set(external):
            return False
        return not await self._api.has_series([_with(selector, name) for name in external], start, end)

    async def read(self, selector: str, start: int, end: int, expected: float) -> Sequence[Samples]:
        """Read the samples in the closed `[start, end]` (ns); `expected` many samples plan the pieces.

        Raises SourceError; the caller then reads JSON.
        """
        first, last = -(-start // MS), end // MS
        count = min(max(1, -(-int(expected) // _PLANNED)), max(1, last - first + 1))
        edges = [first + (last + 1 - first) * i // count for i in range(count + 1)]
        found = await gather([partial(self._span, selector, *span) for span in pairwise(edges)])
        return Joined(piece for pieces in found for piece in pieces)

    async def read_stale(self, selector: str, start: int, end: int) -> Sequence[Samples] | None:
        """Read the samples in the closed `[start, end]` (ns), stale markers as NaN; None where it streams none.

        Series have the server's external labels too. Raises SourceError.
        """
        try:
            spans = in_spans(partial(self._stale, selector), -(-start // MS), end // MS + 1)
            return Joined([piece async for span in spans for piece in span.whole()])
        except _NotOfferedError:
            return None

    async def _stale(self, selector: str, first: int, end: int) -> list[Piece]:
        payload = await self._ask(matchers(selector) or (), selector, first, end - 1)
        if not _streams(payload):
            # Refused, or told in the old form: whoever answers otherwise may be a proxy, or broken.
            plain = payload.headers.get("content-type", "").startswith("application/x-protobuf")
            offers_none = payload.status in {400, 404, 405, 415, 422, 501} or plain
            kind = _NotOfferedError if offers_none else SourceError
            raise kind("partial", f"remote read answered {payload.status}")
        return _decoded(payload, first, end - 1, frozenset(), stale=True)[0]

    async def _span(self, selector: str, first: int, end: int) -> list[Piece]:
        """Read the samples of `[first, end)` (ms)."""
        spans = in_spans(partial(self._pieces, selector), first, end)
        return [piece async for span in spans for piece in span.whole()]

    async def _pieces(self, selector: str, first: int, end: int) -> list[Piece]:
        last = end - 1
        payload = await self._ask(matchers(selector) or (), selector, first, last)
        if not _streams(payload):
            raise SourceError("partial", f"remote read answered {payload.status}")
        external = self._known[1] if self._known else ()
        pieces, histograms = _decoded(payload, first, last, frozenset(external))
        if histograms:
            self._api.histograms[selector] = max(histograms, self._api.histograms.get(selector, 0))
        return pieces

    async def _look(self) -> tuple[bool, tuple[str, ...]]:
        """Return whether chunks are streamed at all, and the names of the external labels."""
        try:
            payload = await self._ask([("__name__", "=", "up")], "up", 0, 0)
            settings = await self._api.settings()
        except SourceError:  # also for who asks next: in a replay another one may come first
            return False, ()
        external = at(settings, "global.external_labels")
        names = tuple(sorted(map(str, external))) if isinstance(external, dict) else ()
        return _streams(payload) and settings is not None, names

    async def _ask(self, asked: Sequence[Matcher], selector: str, first: int, last: int) -> Payload:
        return await self._api.http.request(
            "POST", "api/v1/read", body=snappy(_request(asked, first, last)), headers=_HEADERS,
            shown={"selector": selector, "start_ms": first, "end_ms": last}, transcribe=transcribe,
            allow=(400, 404, 405, 415, 422, 500, 501),
        )  # fmt: skip


def matchers(selector: str) -> list[Matcher] | None:
    """Return the matchers of a selector; None where it has several sets of them (`or`)."""
    import promql_parser

    node: Any = promql_parser.parse(selector)
    if node.matchers.or_matchers:
        return None
    ops = promql_parser.MatchOp  # not hashable
    names = [(ops.Equal, "="), (ops.NotEqual, "!="), (ops.Re, "=~"), (ops.NotRe, "!~")]
    found = [
        (m.name, next(text for op, text in names if op == m.op), m.value) for m in node.matchers.matchers
    ]
    return [("__name__", "=", node.name), *found] if node.name else found


def transcribe(answer: Answer) -> Answer:
    """Write a stream of chunks down as lines and bytes; leave any other answer as it is."""
    if answer.status != 200 or not answer.headers.get("content-type", "").startswith(_STREAMED):
        return answer
    chunks: list[Buffer] = []
    try:
        lines = [msgspec.json.encode(_line(series, chunks)) for series in _series(answer.body)]
    except (IndexError, ValueError, TypeError) as err:
        raise SourceError("undecodable", f"a remote read's answer is cut or no stream: {err}") from err
    head = b"\n".join([*lines, b"\n"]) if lines else b"\n"
    return Answer(head + b"".join(chunks), "bin", answer.status, answer.headers, len(head))


def _series(body: bytes) -> Iterator[bytes]:
    """Yield the series of all frames: a length, four bytes of checksum, a message."""
    at = 0
    while at < len(body):
        size, at = varint(body, at)
        at, end = at + 4, at + 4 + size
        if end > len(body):
            raise ValueError("the last frame is not whole")
        while at < end:
            number, value, at = field(body, at, end)
            if number == 1:
                yield value
        if at != end:
            raise ValueError("a message is not whole")


def _line(series: bytes, chunks: list[Buffer]) -> _Line:
    """Read a series' labels and the sizes of its chunks, whose bytes are appended to `chunks`."""
    at, end = 0, len(series)
    while at < end and series[at] == _LABEL and series[at + 1] < 128:
        at += 2 + series[at + 1]
    found = _Line(dict(_labels(series[:at])), [], 0)
    while at < end:
        if (after := _plain_chunks(series, at, end, chunks, found.sizes)) > at:
            at = after
            continue
        number, value, at = field(series, at, end)
        if number == 1:
            found.labels |= _labels(tagged(1, value))
        elif number == 2:
            parts = dict(fields(value))
            floats = parts.get(3) == _XOR
            found.histograms += not floats
            chunks.append(parts.get(4, b"") if floats else b"")
            found.sizes.append(len(chunks[-1]))
    return found


@lru_cache(maxsize=4_096)  # the same in every answer, and in most frames
def _labels(message: bytes) -> dict[str, str]:
    pairs = (dict(fields(value)) for _, value in fields(message))
    return {_text(pair.get(1)): _text(pair.get(2)) for pair in pairs}


def _plain_chunks(data: bytes, at: int, end: int, chunks: list[Buffer], sizes: list[int]) -> int:
    """Read the chunks from `at` on that are written as servers write them; return where those end."""
    view = memoryview(data)
    while at + _HEAD.size <= end:
        if data[at + 1] > 127:
            tag, low, high, first, last, floats, own_low, own_high = _HEAD.unpack_from(data, at)
            after = at + 3 + (low & 127 | high << 7)
            size, begin = (own_low & 127 | own_high << 7, at + 22) if own_low > 127 else (own_low, at + 21)
            if high > 127 or (own_low > 127 and own_high > 127):  # three bytes of size
                break
        else:
            tag, low, first, last, floats, size = _SHORT_HEAD.unpack_from(data, at)
            after, begin = at + 2 + low, at + 20
        if tag != _CHUNK or first != 8 or last != 16 or floats != _FLOATS:
            break
        if begin + size != after or after > end or not size:
            break
        chunks.append(view[begin:after])
        sizes.append(size)
        at = after
    return at


def _text(value: Any) -> str:
    if isinstance(value, int):
        raise ValueError("a label is a number")  # noqa: TRY004 - the stream is wrong, not the program
    return bytes(value or b"").decode("utf-8", "replace")


def _streams(payload: Payload) -> bool:
    return payload.status == 200 and payload.headers.get("content-type", "").startswith(_STREAMED)


def _request(asked: Sequence[Matcher], first: int, last: int) -> bytes:
    kinds = {"=": 0, "!=": 1, "=~": 2, "!~": 3}
    query = tagged(1, first) + tagged(2, last)
    for name, kind, value in asked:
        query += tagged(3, tagged(1, kinds[kind]) + tagged(2, name.encode()) + tagged(3, value.encode()))
    return tagged(1, query) + tagged(2, 1)  # 1: streamed XOR chunks


def _with(selector: str, name: str) -> str:
    head = selector.removesuffix("}")
    joint = "{" if head == selector else "" if head.endswith("{") else ","
    return f"{head}{joint}{matcher(name, '!=', '')}}}"


class _Line(msgspec.Struct):
    """A frame's series: the sizes of its chunks in bytes (0: of histograms), and how many of those."""

    labels: dict[str, str]
    sizes: list[int]
    histograms: int


def _decoded(
    payload: Payload, first: int, last: int, external: frozenset[str], *, stale: bool = False
) -> tuple[list[Piece], int]:
    """Decode an answer, cut to the closed `[first, last]` (ms); count the series with histograms.

    Stale markers are left out, or kept as the NaN that they are (`stale`).
    """
    import numpy as np

    head = payload.data.find(b"\n\n") + 2 if payload.data[:1] != b"\n" else 1
    try:
        lines: list[_Line] = msgspec.json.Decoder(_Line).decode_lines(payload.data[:head].rstrip())
        every = np.array([size for line in lines for size in line.sizes], np.int64)
        kept = every > 0
        read = xor_chunks.decode(memoryview(payload.data)[head:], every[kept])
    except ValueError as err:  # msgspec's errors are among them
        raise SourceError("undecodable", f"a remote read's chunks cannot be read: {err}") from err
    times, values, places = read.times, read.values, read.starts
    unwanted = (values.view(np.uint64) == _STALE) & (not stale)
    if len(times) and (int(times.max()) > _LATEST or int(times.min()) < -_LATEST):
        unwanted |= (times > _LATEST) | (times < -_LATEST)
    left_out = np.flatnonzero(unwanted)
    if len(left_out):
        times, values = np.delete(times, left_out), np.delete(values, left_out)
        places = places - np.searchsorted(left_out, places)
    times *= MS
    disorder = np.flatnonzero(times[1:] <= times[:-1]).tolist()
    bare = Payload(payload.sha256, b"", payload.status, payload.headers)
    answer = _Answer(
        times, values, (first * MS, last * MS + 1), disorder, places, np.cumsum(every[kept]) + head, every[kept], bare
    )  # fmt: skip
    groups: dict[LabelKey, list[range]] = {}
    at = 0
    for line in lines:
        labels = tuple(sorted((k, v) for k, v in line.labels.items() if k not in external))
        held = len(line.sizes) - line.sizes.count(0)
        if held:
            groups.setdefault(labels, []).append(range(at, at + held))
        at += held
    pieces = [answer.piece(dict(labels), chunks) for labels, chunks in groups.items()]
    return [p for p in pieces if len(p.times)], sum(line.histograms > 0 for line in lines)


class _Answer(NamedTuple):
    """An answer's samples, without stale markers, in the order of its chunks, and the chunks."""

    times: NDArray[np.int64]
    values: NDArray[np.float64]
    cut: tuple[int, int]  # from when on, and before when, samples are wanted (ns)
    disorder: list[int]  # samples that the next one is not later than: a series' last one, mostly
    places: NDArray[np.int64]  # of each chunk's first sample (one more)
    ends: NDArray[np.int64]
    sizes: NDArray[np.int64]
    payload: Payload

    def piece(self, labels: dict[str, str], frames: Sequence[range]) -> Piece:
        """Cut one series' samples out, in order of time; of two at one instant the last counts.

        `frames` are the numbers of its chunks: in a row, and in order, as servers send them.
        """
        import numpy as np

        chunks = slice(frames[0].start, frames[-1].stop)
        firsts = self.places[chunks.start : chunks.stop + 1]
        low, high = int(firsts[0]), int(firsts[-1])
        beyond = bisect_left(self.disorder, low)
        ordered = beyond == len(self.disorder) or self.disorder[beyond] >= high - 1
        if not ordered or any(a.stop != b.start for a, b in pairwise(frames)):
            return self._sorted(labels, frames)
        low, high = (low + np.searchsorted(self.times[low:high], self.cut)).tolist()
        firsts = np.clip(firsts, low, high)
        shown = np.flatnonzero(firsts[1:] > firsts[:-1])
        lie = Chunks(
            0, self.payload, firsts[shown] - low, self.ends[chunks][shown], self.sizes[chunks][shown]
        )
        return Piece(labels, self.times[low:high], self.values[low:high], lie)

    def _sorted(self, labels: dict[str, str], frames: Sequence[range]) -> Piece:
        """Cut out a series whose chunks overlap, as where samples came out of order."""
        import numpy as np

        chunks = np.concatenate([np.arange(frame.start, frame.stop) for frame in frames])
        owner = np.repeat(chunks, np.diff(self.places)[chunks])
        places = np.concatenate([np.arange(*self.places[[chunk, chunk + 1]]) for chunk in chunks])
        times = self.times[places]
        order = np.argsort(times, kind="stable")
        order = order[counting(times[order])]
        order = order[slice(*np.searchsorted(times[order], self.cut))]
        owner = owner[order]
        firsts = np.flatnonzero(np.append(True, owner[1:] != owner[:-1])) if len(owner) else owner
        held = owner[firsts]
        lie = Chunks(0, self.payload, firsts, self.ends[held], self.sizes[held])
        return Piece(labels, times[order], self.values[places[order]], lie)
