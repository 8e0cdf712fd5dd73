"""Secrets never reach a payload: the client's own, and tokens of common form."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from html import escape
from urllib.parse import quote, quote_plus

from timeline.canonical import Json

MARK = b"[redacted]"
#: A shorter secret, or a short word or number, stands in ordinary text too: `true`, `prometheus`, `2026`.
_SHORTEST, _SHORTEST_WORD = 8, 16
_WORD = re.compile(rb"[A-Za-z]+|[0-9]+")
#: What says that a secret follows.
_BEFORE = (
    rb"((?i:password|passwd|passphrase|pwd|secret|token|key|credentials?|bearer|basic)"
    rb"(?:\\*[\"'])?(?:\s*[:=]\s*|\s+)(?:\\*[\"'])?)"
)

#: Tokens of common form: what a text must hold in lower case and without dots to be searched at all
#: (searching is slow, and most payloads hold none of it), and the pattern, which stays inside one JSON string.
PATTERNS: tuple[tuple[tuple[bytes, ...], bytes], ...] = (
    ((b"xox",), rb"xox[a-z]-[A-Za-z0-9-]{8,}"),
    ((b"xapp-",), rb"xapp-[A-Za-z0-9-]{8,}"),
    ((b"hooksslackcom",), rb"hooks\.slack\.com\\?/services(?:\\?/[A-Za-z0-9_-]+)+"),
    ((b"slack-filescom",), rb"(?<=slack-files\.com)(?:\\?/)+[A-Z0-9]+-[A-Z0-9]+-[0-9a-f]{6,}"),
    ((b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"), rb"gh[pousr]_[A-Za-z0-9]{20,}"),
    ((b"github_pat_",), rb"github_pat_[A-Za-z0-9_]{20,}"),
    ((b"glpat-", b"gldt-", b"glrt-", b"glcbt-", b"glptt-", b"glsoat-"), rb"gl(?:pat|dt|rt|cbt|ptt|soat)-[A-Za-z0-9_-]{16,}"),
    ((b"syt_",), rb"syt_[A-Za-z0-9+/=_-]{16,}"),
    ((b"akia", b"asia"), rb"(?:AKIA|ASIA)[A-Z0-9]{16}"),
    ((b"aiza",), rb"AIza[A-Za-z0-9_-]{35}"),
    ((b"npm_",), rb"npm_[A-Za-z0-9]{36}"),
    ((b"pypi-",), rb"pypi-[A-Za-z0-9_-]{32,}"),
    # Not inside a word: `task-...`, or an opaque id that a source wants back (a point in time).
    ((b"sk-",), rb"(?<![A-Za-z0-9_-])sk-[A-Za-z0-9_-]{20,}"),
    ((b"k_live_",), rb"[sr]k_live_[A-Za-z0-9]{16,}"),
    ((b"sg",), rb"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    ((b"eyj",), rb"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"),
    ((b"private key",), rb"-----BEGIN [A-Z ]*PRIVATE KEY-----[A-Za-z0-9+/=\s\\]*?-----END [A-Z ]*PRIVATE KEY-----"),
)  # fmt: skip
#: Secrets that are told by what stands before them alone.
NAMED: tuple[tuple[tuple[bytes, ...], bytes], ...] = (
    ((b"bearer ", b"basic "), rb"(?i:(?<=bearer )|(?<=basic ))[A-Za-z0-9._~+/=-]{16,}"),
    ((b"://", b":\\/\\/"), rb"(?:(?<=://)|(?<=:\\/\\/))[^\s\"'/@:\\]+:[^\s\"'/@\\]+(?=@)"),
    (
        (b"token=", b"key=", b"password=", b"secret=", b"sig=", b"signature=", b"t="),
        rb"(?i)(?:(?<=[?&;])|(?<=\\u0026))(?:access_token|auth_token|token|api_key|apikey|key|password|secret|sig"
        rb"|signature|x-amz-signature|x-amz-security-token|t|pub_secret)=[^\s&\"'<>\\#]{6,}",
    ),
    (
        (b"password", b"passwd", b"pwd", b"secret", b"api_key", b"api-key", b"apikey", b"access_key", b"access-key",
         b"accesskey", b"auth_token", b"auth-token", b"authtoken"),
        rb"(?i)\b(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?key|auth[_-]?token|client[_-]?secret)"
        rb"(?:\\?[\"'])?\s*[:=]\s*(?:\\?[\"'])?(?![\[{(])[^\s\"',;&\\<>{}\[\]]{6,}",
    ),
)  # fmt: skip
# Lower case without what no literal holds: numbers, which most bytes of a metric answer are.
_LOWER = bytes(range(256)).lower()
_NO_LITERAL = b'0123456789.,[]"'
assert not [
    one
    for literals, _ in (*PATTERNS, *NAMED)
    for one in literals
    if set(one) & set(_NO_LITERAL) or one != one.lower()
]
Patterns = tuple[tuple[tuple[bytes, ...], re.Pattern[bytes]], ...]
_FORMED, _TOLD = (
    tuple((literals, re.compile(pattern)) for literals, pattern in patterns) for patterns in (PATTERNS, NAMED)
)
_NAMES = rb"[\w-]*(?:token|key|password|passwd|pwd|secret|signature)|sig|t"  # as in the two patterns above
_NAMED = re.compile(rb"^((?:%s)(?:\\?[\"'])?\s*[:=]\s*(?:\\?[\"'])?)" % _NAMES, re.IGNORECASE)

_QUOTED_NAME = re.compile(rb"(\\*[\"'])\s*[:=]\s*$")


class Redactor:
    """Replaces secrets in bytes before they are stored or shown."""

    def __init__(self) -> None:
        self._secrets: set[bytes] = set()
        self._words: dict[bytes, re.Pattern[bytes]] = {}

    def add(self, secret: str) -> str:
        """Remember a secret of the client (and its encoded forms); return it unchanged.

        One that is also an ordinary word is redacted only where something names it a secret: elsewhere
        nothing tells that it is one, and replacing it would break what a source says.
        """
        forms = _forms(secret) | {base64.b64encode(secret.encode())}
        if ":" in secret:
            forms |= _forms(secret.split(":", 1)[1])
        words = {form for form in forms if _is_word(form)}
        self._secrets |= forms - words
        self._words |= {
            form: re.compile(_BEFORE + re.escape(form) + rb"(?![A-Za-z0-9_-]|\.[0-9])") for form in words
        }
        return secret

    def redact(self, data: bytes) -> bytes:
        """Return `data` with every known secret and common token replaced by a mark."""
        return self._marked(data, _FORMED + _TOLD)

    def _marked(self, data: bytes, patterns: Patterns) -> bytes:
        for secret in sorted(self._secrets, key=lambda s: (-len(s), s)):
            data = data.replace(secret, MARK)
        for word, pattern in sorted(self._words.items(), key=lambda item: (-len(item[0]), item[0])):
            if word in data:
                data = pattern.sub(lambda match: match[1] + _instead(match[1]), data)
        lowered = data.translate(_LOWER, _NO_LITERAL)
        for literals, pattern in patterns:
            if any(literal in lowered for literal in literals):
                data = pattern.sub(_mark, data)
        return data

    def redact_text(self, text: str) -> str:
        """Return `text` redacted (for messages)."""
        return self.redact(text.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")

    def redact_request(self, value: Json) -> Json:
        """Return a canonical request with its texts redacted; it is the same where nothing was to redact.

        A name tells no secret there: requests are made of options and of redacted answers, and a query
        for `secret="a"` must not look like one for `secret="b"`.
        """
        if isinstance(value, str):
            data = value.encode("utf-8", "surrogatepass")
            redacted = self._marked(data, _FORMED)
            return value if redacted == data else redacted.decode("utf-8", "replace")
        if isinstance(value, Mapping):
            return {name: self.redact_request(item) for name, item in value.items()}
        return [self.redact_request(item) for item in value] if isinstance(value, list | tuple) else value


def _mark(match: re.Match[bytes]) -> bytes:
    # `password=...` keeps its name, so that the reader sees what stood there.
    named = _NAMED.match(match[0])
    return named[1] + _instead(named[1]) if named else MARK


def _instead(name: bytes) -> bytes:
    """Return the mark, in quotes where it stands for a bare JSON value (`"key": 1234567`)."""
    quoted = _QUOTED_NAME.search(name)
    return quoted[1] + MARK + quoted[1] if quoted else MARK


def _is_word(secret: bytes) -> bool:
    return len(secret) < _SHORTEST or (len(secret) < _SHORTEST_WORD and bool(_WORD.fullmatch(secret)))


def _forms(secret: str) -> set[bytes]:
    """Return how an answer may write a secret that it echoes: plain, in JSON, in a URL, in HTML."""
    in_json = {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    written = {secret, *in_json, *(form.replace("/", r"\/") for form in in_json)}
    written |= {
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        escape(secret),
        escape(secret, quote=False),
    }
    return {form.encode() for form in written}
