"""Secrets never reach a payload: the client's own, and tokens of common form."""

from __future__ import annotations

import base64
import re
from urllib.parse import quote

MARK = b"[redacted]"
_SHORTEST = 6  # a shorter secret would blot out ordinary words

#: Tokens of common form; each pattern stays inside one JSON string.
PATTERNS = (
    rb"xox[a-z]-[A-Za-z0-9-]{8,}",
    rb"xapp-[A-Za-z0-9-]{8,}",
    rb"hooks\.slack\.com\\?/services(?:\\?/[A-Za-z0-9_-]+)+",
    rb"(?<=slack-files\.com)(?:\\?/)+[A-Z0-9]+-[A-Z0-9]+-[0-9a-f]{6,}",
    rb"gh[pousr]_[A-Za-z0-9]{20,}",
    rb"github_pat_[A-Za-z0-9_]{20,}",
    rb"gl(?:pat|dt|rt|cbt|ptt|soat)-[A-Za-z0-9_-]{16,}",
    rb"syt_[A-Za-z0-9+/=_-]{16,}",
    rb"(?:AKIA|ASIA)[A-Z0-9]{16}",
    rb"AIza[A-Za-z0-9_-]{35}",
    rb"npm_[A-Za-z0-9]{36}",
    rb"pypi-[A-Za-z0-9_-]{32,}",
    # Not inside a word: `task-...`, or an opaque id that a source wants back (a point in time).
    rb"(?<![A-Za-z0-9_-])sk-[A-Za-z0-9_-]{20,}",
    rb"[sr]k_live_[A-Za-z0-9]{16,}",
    rb"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    rb"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----[A-Za-z0-9+/=\s\\]*?-----END [A-Z ]*PRIVATE KEY-----",
    rb"(?i:(?<=bearer )|(?<=basic ))[A-Za-z0-9._~+/=-]{16,}",
    rb"(?:(?<=://)|(?<=:\\/\\/))[^\s\"'/@:\\]+:[^\s\"'/@\\]+(?=@)",
    rb"(?i)(?:(?<=[?&;])|(?<=\\u0026))(?:access_token|auth_token|token|api_key|apikey|key|password|secret|sig|signature"
    rb"|x-amz-signature|x-amz-security-token|t|pub_secret)=[^\s&\"'<>\\#]{6,}",
    rb"(?i)\b(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?key|auth[_-]?token|client[_-]?secret)"
    rb"(?:\\?[\"'])?\s*[:=]\s*(?:\\?[\"'])?(?![\[{(])[^\s\"',;&\\<>{}\[\]]{6,}",
)
_COMMON = re.compile(
    b"|".join(b"(?:%s)" % p if not p.startswith(b"(?i)") else b"(?i:%s)" % p[4:] for p in PATTERNS)
)
_NAMES = rb"[\w-]*(?:token|key|password|passwd|pwd|secret|signature)|sig|t"  # as in the two patterns above
_NAMED = re.compile(rb"^((?:%s)(?:\\?[\"'])?\s*[:=]\s*(?:\\?[\"'])?)" % _NAMES, re.IGNORECASE)


class Redactor:
    """Replaces secrets in bytes before they are stored or shown."""

    def __init__(self) -> None:
        self._secrets: set[bytes] = set()

    def add(self, secret: str) -> str:
        """Remember a secret of the client (and its encoded forms); return it unchanged."""
        raw = secret.encode()
        forms = {raw, base64.b64encode(raw), quote(secret, safe="").encode()}
        if ":" in secret:
            forms.add(secret.split(":", 1)[1].encode())
        self._secrets |= {form for form in forms if len(form) >= _SHORTEST}
        return secret

    def redact(self, data: bytes) -> bytes:
        """Return `data` with every known secret and common token replaced by a mark."""
        for secret in sorted(self._secrets, key=lambda s: (-len(s), s)):
            data = data.replace(secret, MARK)
        return _COMMON.sub(_mark, data)

    def redact_text(self, text: str) -> str:
        """Return `text` redacted (for messages)."""
        return self.redact(text.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")


def _mark(match: re.Match[bytes]) -> bytes:
    # `password=...` keeps its name, so that the reader sees what stood there.
    named = _NAMED.match(match[0])
    return (named[1] if named else b"") + MARK
