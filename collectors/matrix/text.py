"""Matrix message bodies as plain text: pills, links and ids of people become person marks."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from timeline.text import PERSON_CLOSE, PERSON_OPEN, clean, mention

_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?"
_MXID = re.compile(rf"(?<![\w@])@[A-Za-z0-9._=/+-]+:{_HOST}")
_PILL = re.compile(
    r'<a\s[^>]*?href="https?://matrix\.to/#/([^"?]+)[^"]*"[^>]*>(.*?)</a>', re.DOTALL | re.IGNORECASE
)
_LINK = re.compile(
    rf"https?://matrix\.to/#/((?:@|%40)[A-Za-z0-9._=/+-]+(?::|%3A){_HOST})(?:\?via=[\w.:&=-]*\w)?", re.IGNORECASE
)  # fmt: skip
_MARK = re.compile(f"({PERSON_OPEN}[^{PERSON_CLOSE}]*{PERSON_CLOSE})")
_TAG = re.compile(r"<[^<>]*>")
_BREAK = re.compile(r"(?i)<br\s*/?>|</(?:p|li|h[1-6]|blockquote|pre|tr|div)>")
_FILES = frozenset({"m.image", "m.file", "m.audio", "m.video"})


class Said(NamedTuple):
    """Clean text with person marks, and the user ids that it mentions."""

    text: str
    users: frozenset[str]


def identity(user: str) -> str:
    """Return the identity of a Matrix user id."""
    return f"matrix:{clean(user)}"


def said(content: Mapping[str, Any], *, is_reply: bool = False) -> Said:
    """Return what a message's content says."""
    text = clean(plain_body(content))
    text = _without_fallback(text) if is_reply else text
    users: set[str] = set()

    def mark(user: str) -> str:
        users.add(user)
        return mention(identity(user))

    def marking(user: str) -> Callable[[re.Match[str]], str]:
        return lambda _: mark(user)

    text = _outside(text, _LINK, lambda m: mark(unquote(m[1])))
    text = _outside(text, _MXID, lambda m: mark(m[0]))
    for user, label in _pills(_text(content.get("formatted_body"))):
        pattern = rf"(?<!\w)@?{re.escape(label)}(?!\w)"
        text = _outside(text, pattern, marking(user)) if label else text
    mentions = content.get("m.mentions")
    named = mentions.get("user_ids") if isinstance(mentions, dict) else None
    users |= (
        {u for u in named if isinstance(u, str) and _MXID.fullmatch(u)} if isinstance(named, list) else set()
    )
    return Said(text, frozenset(users))


def plain_body(content: Mapping[str, Any]) -> str:
    """Return the plain body of a message; of a file its caption and name; of HTML alone its text."""
    body = _text(content.get("body"))
    if content.get("msgtype") in _FILES:
        name = _text(content.get("filename")) or body
        return "\n".join(part for part in (body if body != name else "", f"(file: {name})") if part)
    if body.strip():
        return body
    if formatted := _text(content.get("formatted_body")):
        return html.unescape(_TAG.sub("", _BREAK.sub("\n", formatted))).strip()
    return _extensible(content)


def _extensible(content: Mapping[str, Any]) -> str:
    """Return the plain text of newer event forms (polls and the like), where there is one."""
    for name in ("m.text", "org.matrix.msc1767.text"):
        value = content.get(name)
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            return next((_text(v.get("body")) for v in value if isinstance(v, dict)), "")
    return ""


def _pills(formatted: str) -> Iterator[tuple[str, str]]:
    for match in _PILL.finditer(formatted):
        if (user := unquote(match[1])).startswith("@") and _MXID.fullmatch(user):
            yield user, clean(html.unescape(_TAG.sub("", match[2]))).strip().removeprefix("@")


def _outside(text: str, pattern: str | re.Pattern[str], replace: Callable[[re.Match[str]], str]) -> str:
    """Replace matches that do not stand inside a person mark."""
    parts = _MARK.split(text)
    return "".join(part if n % 2 else re.sub(pattern, replace, part) for n, part in enumerate(parts))


def _without_fallback(text: str) -> str:
    """Take out the quotation that older clients put before a reply: those are another's words."""
    lines = text.split("\n")
    count = next((n for n, line in enumerate(lines) if not line.startswith(">")), len(lines))
    return "\n".join(lines[count:]).lstrip("\n") if count else text


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
