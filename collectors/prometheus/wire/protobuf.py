"""The little of protobuf and snappy that remote read needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Buffer = bytes | memoryview
_LITERAL = 65_536  # bytes of one snappy literal


def varint(data: Buffer, at: int) -> tuple[int, int]:
    """Read an unsigned variable-length integer; return it and where it ends (IndexError past the end)."""
    found = shift = 0
    while True:
        byte = data[at]
        at += 1
        found |= (byte & 127) << shift
        if byte < 128:
            return found, at
        shift += 7


def fields(data: Any) -> Iterator[tuple[int, Any]]:
    """Yield the fields of a message: numbers as (unsigned) integers, the rest as parts of `data`."""
    at, end = 0, len(data)
    while at < end:
        number, value, at = field(data, at, end)
        yield number, value


def field(data: Any, at: int, end: int) -> tuple[int, Any, int]:
    """Read the field at `at` of a message that ends at `end`: its number and value, and where it ends."""
    tag, at = varint(data, at)
    kind = tag & 7
    if kind == 0:
        value, at = varint(data, at)
        return tag >> 3, value, at
    if kind not in (1, 2, 5):
        raise ValueError(f"a message has a field of kind {kind}")
    size, at = varint(data, at) if kind == 2 else (8 if kind == 1 else 4, at)
    if at + size > end:
        raise ValueError("a message is not whole")
    return tag >> 3, data[at : at + size], at + size


def tagged(number: int, value: int | bytes) -> bytes:
    """Write one field: an integer (64 bits) or bytes."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value & (1 << 64) - 1)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def snappy(data: bytes) -> bytes:
    """Frame bytes as a snappy block of literals: a request is too small to compress."""
    parts = (data[at : at + _LITERAL] for at in range(0, len(data), _LITERAL))
    return _varint(len(data)) + b"".join(b"\xf4" + (len(p) - 1).to_bytes(2, "little") + p for p in parts)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)
