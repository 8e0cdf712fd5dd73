"""A source's own credentials, however an answer writes them."""

from __future__ import annotations

import base64
import re
from html.entities import html5

from collectors.kit.redaction.patterns import Pattern, compiled

#: A shorter secret, or a short word or number, stands in ordinary text too: `true`, `prometheus`, `2026`.
_SHORTEST, _SHORTEST_WORD = 8, 16
_WORD = re.compile(r"[A-Za-z]+|[0-9]+")
#: What says that a secret follows.
_BEFORE = (
    rb"((?i:password|passwd|passphrase|pwd|secret|token|key|credentials?|bearer|basic)"
    rb"(?:\\*[\"'])?(?:\s*[:=]\s*|\s+)(?:\\*[\"'])?)"
)
_BEHIND = re.compile(rb"[A-Za-z0-9_-]|\.[0-9]")
_ENTITIES = {
    char: [name for name, said in html5.items() if said == char and name[-1] == ";"] for char in "\"&'<>"
}


def is_word(secret: str) -> bool:
    """Tell whether a secret is ordinary text: then it is one only where something names it so."""
    return len(secret) < _SHORTEST or (len(secret) < _SHORTEST_WORD and bool(_WORD.fullmatch(secret)))


def anywhere(secret: str) -> bytes:
    """Return the pattern of a secret in any encoding: JSON in JSON, links, HTML, base64 inside anything, hexadecimal."""
    forms = [b"".join(map(_char, secret))]
    for data in (secret.encode("utf-8", "surrogatepass"), secret.encode("utf-16-le", "surrogatepass")):
        forms.append(b"(?i:%s)" % data.hex().encode())
        forms.append(
            _letters(base64.b64encode(data).decode().rstrip("=")) + rb"(?:=|\\+u003[dD]|%3[dD]){1,2}"
        )
        forms += [_base64(data, skipped) for skipped in range(3)]
    return b"|".join(forms)


def named(secret: str) -> Pattern:
    """Return the pattern of a secret that is a word, behind what names it one: that, and the secret."""
    forms = b"|".join((b"".join(map(_char, secret)), re.escape(base64.b64encode(secret.encode()))))
    return compiled(_BEFORE + b"(" + forms + b")")


def goes_on(data: bytes, end: int) -> bool:
    """Tell whether a word goes on: then it is another one."""
    return bool(_BEHIND.match(data, end))


#: Signs that encodings are made of, as another encoding around them may write them.
_BACKSLASHES = rb"(?:\\|%(?:25)*5[cC]|&#92;|&#[xX]5[cC];)"
_PERCENT = rb"%(?:25)*"
_AMPERSAND = rb"(?:&(?:amp;)*|%(?:25)*26(?:amp(?:;|%(?:25)*3[bB]))*|\\+u0026(?:amp;)*)"
_HASH, _SEMICOLON = rb"(?:#|%(?:25)*23)", rb"(?:;|%(?:25)*3[bB])"


def _char(char: str) -> bytes:
    """Return the pattern of one letter as it may be written, in one encoding or in one within another."""
    raw = char.encode("utf-8", "surrogatepass")
    units = char.encode("utf-16-be", "surrogatepass")
    unicode = [b"u(?i:%02x%02x)" % (a, b) for a, b in zip(units[::2], units[1::2], strict=True)]
    forms = [
        re.escape(raw),
        b"".join(_PERCENT + b"(?i:%02x)" % byte for byte in raw),
        b"".join(_BACKSLASHES + b"+" + unit for unit in unicode),
        b"".join(_BACKSLASHES + b"+x(?i:%02x)" % byte for byte in raw),
        _AMPERSAND + _HASH + b"(?:0*%d|[xX]0*(?i:%x))" % (ord(char), ord(char)) + _SEMICOLON,
    ]
    forms += [_AMPERSAND + name[:-1].encode() + _SEMICOLON for name in _ENTITIES.get(char, ())]
    forms += [_BACKSLASHES + b"+" + one.encode() for one in _CONTROLS.get(char, ())]
    forms += {" ": [rb"\+"], "=": [b"=3D"], "\\": [_BACKSLASHES + b"+"]}.get(char, [])
    pattern = b"(?:" + b"|".join(forms) + b")"
    return pattern if char.isalnum() else _BACKSLASHES + b"*" + pattern


_CONTROLS = {"\n": "n", "\r": "r", "\t": "t"}


def _base64(data: bytes, skipped: int) -> bytes:
    """Return the pattern of data inside base64, behind that many bytes of a group of three: what it alone decides."""
    whole = base64.b64encode(b"\0" * skipped + data).decode().rstrip("=")
    first = (skipped * 8 + 5) // 6  # a letter that bits before it decide as well
    last = (skipped + len(data)) * 8 // 6
    return _letters(whole[first:last])


def _letters(text: str) -> bytes:
    """Return the pattern of base64, of either alphabet, in JSON and links."""
    return b"".join(_LETTER.get(letter, letter.encode()) for letter in text)


_LETTER = {"+": rb"(?:\+|-|%2[bB]|\\+u002[bB])", "/": rb"(?:\\*/|_|%2[fF])"}
