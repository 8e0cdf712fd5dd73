"""Compressed answers, decoded to a limit: a few kilobytes may stand for gigabytes."""

from __future__ import annotations

import io
import zlib

ACCEPTED = "gzip, deflate, zstd"


class UndecodableError(Exception):
    """An answer is not what its `content-encoding` says."""


def decoded(data: bytes, encoding: str, limit: int) -> bytes:
    """Return at most `limit` + 1 bytes of `data`; raise UndecodableError.

    An encoding that is not of HTTP's common ones is the caller's to read; several in a row are refused.
    """
    name = encoding.strip().lower()
    if "," in name:
        raise UndecodableError(f"its content-encoding {name!r} is more than one")
    if name in {"gzip", "x-gzip", "deflate"}:
        return _inflated(data, limit)
    return _unzstd(data, limit) if name == "zstd" else data


def _inflated(data: bytes, limit: int) -> bytes:
    found = b""
    while data:
        # With or without a header, as servers differ about what `deflate` is.
        bare = data[:2] != b"\x1f\x8b" and (data[0] & 15 != 8 or int.from_bytes(data[:2]) % 31)
        part = zlib.decompressobj(-zlib.MAX_WBITS if bare else zlib.MAX_WBITS | 32)
        try:
            found += part.decompress(data, limit + 1 - len(found))
        except zlib.error as err:
            raise UndecodableError(str(err)) from err
        if len(found) > limit:
            return found
        if not part.eof:
            raise UndecodableError("the compressed answer is cut off")
        data = part.unused_data
    return found


def _unzstd(data: bytes, limit: int) -> bytes:
    import zstandard

    try:
        reader = zstandard.ZstdDecompressor(max_window_size=limit).stream_reader(
            io.BytesIO(data), read_across_frames=True
        )
        return reader.read(limit + 1)
    except zstandard.ZstdError as err:
        raise UndecodableError(str(err)) from err
