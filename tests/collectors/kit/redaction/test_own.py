"""A source's own credential is gone, however an answer writes it."""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import json
import zlib
from collections.abc import Callable
from urllib.parse import quote, quote_plus, unquote, unquote_plus

import pytest

from collectors.kit.redaction import Redactor

SECRETS = [
    "s3cret-tok-abcdef", "a=b&c/d+e f\"g\\h'i<j>", "pässwörd-☂-🔑x", "user:p@ss/w0rd!", "xY9~plain.value_1", "tab\tand\nline-9",
]  # fmt: skip


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def go(text: str) -> str:
    inner = json.dumps(text, ensure_ascii=False)[1:-1]
    return "".join(f"\\u{ord(c):04x}" if c in "<>&=+'" else c for c in inner)


def everything(text: str) -> str:
    units = text.encode("utf-16-be")
    return "".join(f"\\u{a:02X}{b:02x}" for a, b in zip(units[::2], units[1::2], strict=True))


Encoding = tuple[Callable[[str], str], Callable[[str], str]]
ENCODINGS: dict[str, Encoding] = {
    "plain": (str, str),
    "JSON": (lambda t: json.dumps(t)[1:-1], lambda t: str(json.loads(f'"{t}"'))),
    "JSON in UTF-8": (lambda t: json.dumps(t, ensure_ascii=False)[1:-1], lambda t: str(json.loads(f'"{t}"'))),
    "JSON of Go": (go, lambda t: str(json.loads(f'"{t}"'))),
    "JSON of PHP": (lambda t: json.dumps(t)[1:-1].replace("/", "\\/"), lambda t: str(json.loads(f'"{t}"'))),
    "every letter escaped": (everything, lambda t: str(json.loads(f'"{t}"'))),
    "link": (lambda t: quote(t, safe=""), unquote),
    "link in lower case": (lambda t: "".join(f"%{b:02x}" for b in t.encode()), unquote),
    "link's path": (quote, unquote),
    "form": (quote_plus, unquote_plus),
    "link in a link": (lambda t: quote(quote(t, safe=""), safe=""), lambda t: unquote(unquote(t))),
    "HTML": (html.escape, html.unescape),
    "HTML by number": (lambda t: "".join(f"&#{ord(c)};" for c in t), html.unescape),
    "HTML by hexadecimal": (lambda t: "".join(f"&#x{ord(c):X};" for c in t), html.unescape),
    "base64": (b64, lambda t: base64.b64decode(t).decode()),
    "base64 for links": (
        lambda t: base64.urlsafe_b64encode(t.encode()).decode().rstrip("="),
        lambda t: base64.urlsafe_b64decode(t + "===").decode(),
    ),
    "base64 behind others": (lambda t: b64("ab" + t), lambda t: base64.b64decode(t).decode()),
    "base64 in a binary": (
        lambda t: base64.b64encode(b"\x00\xff\x01\x02\x80" + t.encode() + b"\xfe\x00\x01").decode(),
        lambda t: base64.b64decode(t).decode("utf-8", "replace"),
    ),
    "base64 of base64": (lambda t: b64(b64("x: " + t)), lambda t: base64.b64decode(base64.b64decode(t)).decode()),
    "base64 of UTF-16": (
        lambda t: base64.b64encode(t.encode("utf-16-le")).decode(),
        lambda t: base64.b64decode(t).decode("utf-16-le", "replace"),
    ),
    "hexadecimal": (lambda t: t.encode().hex(), lambda t: bytes.fromhex(t).decode()),
    "HEXADECIMAL": (lambda t: t.encode().hex().upper(), lambda t: bytes.fromhex(t).decode()),
    "gzip in base64": (
        lambda t: base64.b64encode(gzip.compress(t.encode(), mtime=0)).decode(),
        lambda t: gzip.decompress(base64.b64decode(t)).decode(),
    ),
    "zlib in base64": (
        lambda t: base64.b64encode(zlib.compress(f"{t} and more of it".encode())).decode(),
        lambda t: zlib.decompress(base64.b64decode(t)).decode(),
    ),
}  # fmt: skip


def decoded(text: str, *readers: Callable[[str], str]) -> str:
    """Return what a text says; nothing where it is no longer what it was."""
    try:
        for reader in readers:
            text = reader(text)
    except (ValueError, OSError, EOFError, binascii.Error, zlib.error):
        return ""
    return text


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_it_is_gone_in_every_encoding(encoding: str, secret: str) -> None:
    encode, decode = ENCODINGS[encoding]
    redactor = Redactor()
    redactor.add(secret)
    written = encode(secret)
    for before, after in (("", ""), ("say ", " please"), ("x=", "&y=1")):
        kept = redactor.redact(f"{before}{written}{after}".encode()).decode()
        assert secret not in kept
        assert written not in kept
        inner = kept.removeprefix(before).removesuffix(after)
        assert secret not in decoded(inner, decode)


@pytest.mark.parametrize("outer", ["JSON", "JSON of Go", "link", "HTML", "base64", "gzip in base64"])
@pytest.mark.parametrize(
    "inner", ["JSON", "JSON of Go", "link", "HTML", "base64", "gzip in base64", "hexadecimal"]
)
def test_it_is_gone_in_one_encoding_within_another(outer: str, inner: str) -> None:
    for secret in SECRETS[:4]:
        redactor = Redactor()
        redactor.add(secret)
        written = ENCODINGS[outer][0]("note " + ENCODINGS[inner][0](secret))
        kept = redactor.redact(written.encode()).decode()
        plain = decoded(kept, ENCODINGS[outer][1])
        assert secret not in decoded(plain.removeprefix("note "), ENCODINGS[inner][1])
        assert ENCODINGS[inner][0](secret) not in plain
