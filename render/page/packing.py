"""Data scripts of the page: base64 of gzip, the same bytes for the same data; and the room that a page has."""

from __future__ import annotations

import base64
import binascii
import zlib

import orjson

from timeline.canonical import Json

#: The largest page that is made, in bytes: what a mail server or a forge takes, and a browser opens at once.
PAGE_LIMIT = 64 * 2**20
#: What rarely changes is packed once and well, what every build makes anew is packed fast.
BEST, FAST = 9, 6
_GZIP = 31  # window bits that ask zlib for the header of gzip


def packed(value: Json, level: int = FAST) -> bytes:
    """Return a JSON value packed for a data script: no source's text can end the element."""
    return pack(orjson.dumps(value), level)


def pack(data: bytes, level: int = BEST) -> bytes:
    """Return bytes as base64 of gzip, without a time stamp: the same for the same bytes."""
    made = zlib.compress(data, level, wbits=_GZIP)
    # The tenth byte names the operating system that packed: none, so that it is the same on each.
    return base64.b64encode(made[:9] + b"\xff" + made[10:])


def unpack(packed: bytes, most: int) -> bytes | None:
    """Return what `pack` made a part of: one member of gzip that it heads alike, of at most `most` bytes; else None."""
    try:
        raw = base64.b64decode(packed, validate=True)
        reader = zlib.decompressobj(wbits=_GZIP)
        data = reader.decompress(raw, most + 1)
    except (binascii.Error, ValueError, zlib.error):
        return None
    ours = raw[:4] == _HEAD and raw[4:8] == b"\0\0\0\0" and raw[9:10] == b"\xff"
    whole = reader.eof and not reader.unused_data and base64.b64encode(raw) == packed
    return data if ours and whole and len(data) <= most else None


_HEAD = b"\x1f\x8b\x08\x00"  # gzip, deflate, no name and no comment
