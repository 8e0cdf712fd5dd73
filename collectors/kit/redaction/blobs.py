"""Text that is hidden in base64, and packed in it: read, redacted, and put back as it was."""

from __future__ import annotations

import base64
import binascii
import gzip
import re
import zlib
from collections.abc import Callable
from functools import partial

from collectors.kit.redaction.marks import MARK
from collectors.kit.redaction.patterns import compiled

#: Groups of base64 that stand for plain ASCII: the first bits of each of its bytes are known.
_TEXT = rb"[CDI-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_-]"
#: Leftmost, so that it begins where the run of letters does.
_BLOB = compiled(
    rb"(?:[A-Za-z0-9+/_-]|\\+/|%%2[BbFf])*?(?:(?:%s){4}|H4sI[A-Za-z0-9+/_-]{16}|eJ[wxyzNTjkl][A-Za-z0-9+/_-]{16})"
    % _TEXT
)
_TELLING = compiled(rb"(?:%s){4}|H4sI|eJ[wxyzNTjkl]" % _TEXT)
_RUN = compiled(rb"(?:[A-Za-z0-9+/_-]|\\+/|%2[BbFf])*")
_PADDING = compiled(rb"(?:=|\\+u003[dD]|%3[dD]){0,2}")
_SIGN = re.compile(rb"=|\\+u003[dD]|%3[dD]")
_ESCAPED = re.compile(rb"(?<!\\)\\++/|%2[BbFf]")
_SAID = {b"/": b"/", b"%2b": b"+", b"%2f": b"/"}
DEPTH = 4  # layers in each other that are read
_LARGEST = 32 * 2**20  # bytes that one payload may hide
UNREAD = "unread"  # the kind of what hides more than is read


class Budget:
    """How many bytes may still be unpacked from one payload."""

    def __init__(self) -> None:
        self.left = _LARGEST


class TooMuchError(Exception):
    """More is packed than is read."""


def within(
    data: bytes, redact: Callable[[bytes], bytes], budget: Budget, refuse: Callable[[], bytes]
) -> bytes:
    """Return `data` with what base64 hides redacted; `refuse` says what stands for what cannot be read."""
    parts, rest, place = list[bytes](), 0, 0
    while found := _BLOB.search(data, place):
        end = _RUN.match(data, found.start()).end()
        place = max(end, found.end())
        padding = _PADDING.match(data, end)[0]
        raw = data[found.start() : end]
        changed = _blob(raw, redact, budget, refuse, is_padded=bool(padding))
        if changed is not None:
            changed = _as_written(changed, raw, padding)
            parts += (data[rest : found.start()], changed)
            rest = end + len(padding)
            place = max(place, rest)
    return b"".join([*parts, data[rest:]]) if parts else data


def _blob(
    raw: bytes, redact: Callable[[bytes], bytes], budget: Budget, refuse: Callable[[], bytes], *, is_padded: bool
) -> bytes | None:  # fmt: skip
    """Return a run of base64 with its text redacted; None where there was nothing to redact."""
    run = (
        _ESCAPED.sub(lambda match: _SAID[match[0].lstrip(b"\\").lower()], raw)
        if b"\\" in raw or b"%" in raw
        else raw
    )
    telling = _TELLING.search(run)
    if telling is None:
        return None
    lead = telling.start() % 4 if telling.start() > 3 else telling.start()
    head, body = run[:lead], run[lead:]
    body = body[: len(body) - (len(body) % 4 == 1)]
    tail = run[lead + len(body) :]
    try:
        hidden = base64.b64decode(body.replace(b"-", b"+").replace(b"_", b"/") + b"=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        return None
    budget.left -= len(hidden)
    if budget.left < 0:
        return refuse()
    try:
        redacted = packed(hidden, redact, budget)
    except TooMuchError:
        return refuse()
    if redacted == hidden:
        return None
    if MARK.fullmatch(redacted):
        return redacted  # nothing else was in it
    again = base64.b64encode(redacted)
    is_of_links = b"-" in body or b"_" in body
    if is_of_links:
        again = again.replace(b"+", b"-").replace(b"/", b"_")
    # Whole groups need no padding where it is written, either: only that of links is mostly without.
    if not (is_padded or (len(body) % 4 == 0 and not tail and not is_of_links)):
        again = again.rstrip(b"=")
    return head + again + tail


def _as_written(blob: bytes, raw: bytes, padding: bytes) -> bytes:
    """Return base64 with the signs of a link, and its padding, written as they were."""
    if MARK.fullmatch(blob):
        return blob
    body = blob.rstrip(b"=")
    is_in_link = b"%" in raw or padding[:1] == b"%"
    written = _SIGN.match(padding)
    sign = written[0] if written else b"%3D" if is_in_link else b"="
    if is_in_link:  # a plain plus in a query is a blank
        body = body.replace(b"+", b"%2B").replace(b"/", b"%2F")
    return body + sign * (len(blob) - len(blob.rstrip(b"=")))


def is_text(data: bytes) -> bool:
    """Tell whether bytes are text, as far as control characters tell: anything else holds a few of them."""
    return len(data) - len(data.translate(None, _CONTROLS)) <= len(data) // 32


_CONTROLS = bytes({*range(32), 127} - {9, 10, 13})


def packed(data: bytes, redact: Callable[[bytes], bytes], budget: Budget) -> bytes:
    """Return data redacted, inside gzip or zlib too; raise TooMuchError."""
    if data[:3] == b"\x1f\x8b\x08":
        form, pack = 31, partial(gzip.compress, compresslevel=6, mtime=0)
    elif data[:1] == b"\x78" and len(data) > 2 and int.from_bytes(data[:2]) % 31 == 0:
        form, pack = 15, partial(zlib.compress, level=6)
    else:
        return redact(data)
    plain = _unpacked(data, form, budget)
    again = redact(plain)
    # Text may begin as what is packed does (`x `, `x^`): where nothing was found inside, it is read as it stands.
    return redact(data) if again == plain else pack(again)


def _unpacked(data: bytes, form: int, budget: Budget) -> bytes:
    """Return what is packed, in one stream behind another, as far as it goes where it is cut off or ends."""
    parts = list[bytes]()
    while data:
        unpacking = zlib.decompressobj(form)
        try:
            parts.append(unpacking.decompress(data, budget.left + 1))
        except zlib.error:
            break
        data = unpacking.unused_data
        budget.left -= len(parts[-1]) + len(data)  # each stream costs a copy of what is behind it
        if budget.left < 0:
            raise TooMuchError
    return b"".join(parts)
