"""Prometheus remote write 1.0 by hand: the only way to store exact ends of series (stale markers)."""

import struct
from collections.abc import Iterable, Mapping, Sequence

import httpx

Sample = tuple[int, float]  # milliseconds since the epoch, value
Series = tuple[Mapping[str, str], Sequence[Sample]]

_STALE_BITS = b"\x02\x00\x00\x00\x00\x00\xf0\x7f"
# Prometheus' own "this series ends here". Compared by identity: arithmetic may change a NaN's bits.
STALE: float = struct.unpack("<d", _STALE_BITS)[0]


def _varint(number: int) -> bytes:
    out = bytearray()
    number &= (1 << 64) - 1
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _nested(field: int, body: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(body)) + body


def _label(name: str, value: str) -> bytes:
    return _nested(1, _nested(1, name.encode()) + _nested(2, value.encode()))


def _sample(at: int, value: float) -> bytes:
    bits = _STALE_BITS if value is STALE else struct.pack("<d", value)
    return _nested(2, b"\x09" + bits + b"\x10" + _varint(at))


def _series(labels: Mapping[str, str], samples: Iterable[Sample]) -> bytes:
    # The receiver refuses labels that are not sorted by name.
    named = b"".join(_label(name, labels[name]) for name in sorted(labels))
    return _nested(1, named + b"".join(_sample(at, value) for at, value in samples))


def _snappy(data: bytes) -> bytes:
    """Frame bytes as a snappy block of literals only: valid, and needs no library."""
    chunks = (data[at : at + 65_536] for at in range(0, len(data), 65_536))
    return _varint(len(data)) + b"".join(b"\xf4" + struct.pack("<H", len(c) - 1) + c for c in chunks)


def encode(series: Iterable[Series]) -> bytes:
    """Build the body of one remote-write request."""
    return _snappy(b"".join(_series(labels, samples) for labels, samples in series))


def push(url: str, series: Iterable[Series], **client: object) -> None:
    """Send series to a receiver's full URL; raise httpx.HTTPStatusError with its words on refusal."""
    headers = {"Content-Encoding": "snappy", "X-Prometheus-Remote-Write-Version": "0.1.0"}
    with httpx.Client(timeout=60, trust_env=False, **client) as http:  # type: ignore[arg-type]
        answer = http.post(url, content=encode(series), headers=headers)
    if answer.is_error:
        message = f"{answer.status_code} from {url}: {answer.text.strip()}"
        raise httpx.HTTPStatusError(message, request=answer.request, response=answer)
