"""Secrets that something announces: a name with an operator, a header, a cookie, a link, a flag."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from collectors.kit.redaction.names import WORDS, Named, named
from collectors.kit.redaction.patterns import Match, Pattern, compiled
from collectors.kit.redaction.rules import rules
from collectors.kit.redaction.strength import is_mixed, is_stand_in, is_strong

_BARE = rb"[^\s\"'`,;&<>(){}\[\]|]+"
_VALUE = rb"(\"[^\"\r\n]+|'[^'\r\n]+|`[^`\r\n]+|" + _BARE + b")"
_NAME = rb"(?i)([\w.$-]*" + WORDS + rb"[\w.-]*)"
_ASSIGNED = compiled(
    _NAME + rb"([\"'`]?)(?:\[[^\]\s]{0,30}\])?"
    rb"([ \t]*(?:=>|:=|\?=|={1,3}|:{1,2}|>|\|\|)[ \t]*|[ \t]+(?:[\w-]+[ \t]+){0,4}?(?:is|was|to|->)[ \t]+(?:now[ \t]+)?)" + _VALUE
)  # fmt: skip
#: Without an operator: what is long enough is looked at, and what follows a flag.
_SPACED = compiled(_NAME + rb"[ \t]+(?:(?:key|token|code)[ \t]*[:=]?[ \t]*)?([A-Za-z0-9+/=_.~-]{20,})")
_FLAG = compiled(
    rb"(?i)(?:^|[\s\"'])--?([\w-]*" + WORDS + rb"[\w-]*)[ \t]+([\"']?[^\s\"'`;|&<>-][^\s\"'`;|&<>]+)"
)
_PAIRED = compiled(
    rb"(?i)\b(?:name|key)[\"']?[ \t]*[:=][ \t]*[\"']?([\w.-]*" + WORDS + rb"[\w.-]*)[\"']?[\s,+-]*[\"']?value[\"']?[ \t]*[:=][ \t]*" + _VALUE
)  # fmt: skip
_HEADER = compiled(
    rb"(?i)\bauthorization[\"']?\s*[:=]\s*[\"']?(?:[a-z][a-z0-9-]{2,20}\s+)?(?:(?:token|key|apikey)=)?[\"']?([A-Za-z0-9+/=._~:|-]{8,})"
)
_SCHEME = compiled(rb"(?i)\b(?:bearer|basic|geniekey|splunk)\s+([A-Za-z0-9+/=._~-]{8,})")
_DIGEST = compiled(rb"(?i)\bdigest\s[^\r\n]*?\bresponse=[\"']?([0-9a-f]{32,64})")
_COOKIE = compiled(rb"(?i)\bcookie[\"']?\s*[:=]\s*[\"']?([^\r\n\"']+)")
_CRUMB = compiled(rb"([\w.%-]+)=([^;,\s\"']+)")
_QUERY = compiled(rb"[?&;#]([\w.%-]+)=([^\s&\"'<>\\#;]{4,})")
_USERINFO = compiled(rb"://([^\s\"'/\\<>`]*:[^\s\"'/\\<>`]+|[A-Za-z0-9_.-]{20,})@[\w\[(%.-]")
#: What follows a file's name, an image or a host.
_HASHED = compiled(rb"\.[a-z]{2,4}\b|:[0-9]|/")
#: What a link calls its credentials, where a name alone would not say so: how long they are at least.
_IN_LINKS = {
    b"key": 8,
    b"t": 8,
    b"sig": 8,
    b"signature": 8,
    b"code": 20,
    b"auth": 12,
    b"hash": 20,
    b"ticket": 16,
    b"assertion": 20,
}
_SKIP = b"skiptoken="
_QUOTES = (b'"', b"'", b"`")


class Hit(NamedTuple):
    """A secret in a view: `[start, end)` of its text, its kind; whether it is a bare value of a quoted name."""

    start: int
    end: int
    kind: str
    bare: int = -1  # where the quote of the name stands, whose value has none
    quoted: bool = False


def assigned(text: bytes) -> Iterator[Hit]:
    """Yield what names, headers, cookies and links announce, where it looks like a secret."""
    for match in _ASSIGNED.finditer(text):
        name = _part(text, match, 1)
        if _is_in_place(text, match.start()):
            continue
        if (told := named(name)) is not None and (hit := _assigned(text, match, name, told)):
            yield hit
    for match in _SPACED.finditer(text):
        value, end = _part(text, match, 2), match.end()
        if (told := named(_part(text, match, 1))) and is_strong(value, 20) and not _HASHED.match(text, end):
            yield Hit(match.start(2), end, told.kind)
    for match in (*_FLAG.finditer(text), *_PAIRED.finditer(text)):
        yield from _valued(text, match)
    if b"://" in text:
        for match in _USERINFO.finditer(text):
            if b":" in (user := _part(text, match, 1)) or is_strong(user, 20):
                yield Hit(match.start(1), match.end(1), "url_credentials")
    for match in _QUERY.finditer(text):
        yield from _queried(match)
    yield from _headers(text)


def _is_in_place(text: bytes, start: int) -> bool:
    """Tell whether a name stands in a place among pages as OData writes it: `$skiptoken=[{"token":"+RID:...`."""
    before = text[max(0, start - 32) : start].lower()
    at = before.rfind(_SKIP)
    return at >= 0 and not any(end in before[at:] for end in (b"&", b" ", b"\n"))


def _headers(text: bytes) -> Iterator[Hit]:
    lowered = text.lower()
    if b"authorization" in lowered:
        yield from _each(_HEADER, text, 8)
    if b"bearer" in lowered or b"basic" in lowered or b"geniekey" in lowered or b"splunk" in lowered:
        yield from _each(_SCHEME, text, 16)
    if b"digest" in lowered:
        yield from (Hit(match.start(1), match.end(1), "authorization") for match in _DIGEST.finditer(text))
    if b"cookie" in lowered:
        for match in _COOKIE.finditer(text):
            for crumb in _CRUMB.finditer(text, *match.span(1)):
                if is_strong(crumb[2], 16) or (named(crumb[1]) and is_strong(crumb[2], 8)):
                    yield Hit(crumb.start(2), crumb.end(2), "cookie")


def _part(text: bytes, match: Match, group: int) -> bytes:
    start, end = match.span(group)
    return text[start:end]


def _each(pattern: Pattern, text: bytes, least: int) -> Iterator[Hit]:
    for match in pattern.finditer(text):
        if is_strong(match[1], least):
            yield Hit(match.start(1), match.end(1), "authorization")


def _assigned(text: bytes, match: Match, name: bytes, told: Named) -> Hit | None:
    start, end = match.span(4)
    is_quoted = text[start : start + 1] in _QUOTES
    if is_quoted:
        start, end = start + 1, _closed(text, text[start : start + 1], end)
    value, operator = text[start:end], _part(text, match, 3).strip()
    if (operator == b">" and text[match.start() - 1 : match.start()] != b"<") or (
        operator[:2] == b"==" and not is_quoted
    ):
        return None
    if not is_quoted and text[end : end + 1] in {b"(", b"["}:
        return None  # code that fetches it
    is_word = operator[-1:].isalpha() or operator[-2:] == b"->"
    goes_on = operator == b":" and text[end : end + 1] == b" " and text[end + 1 : end + 2].isalpha()
    if not _is_secret(name, value, told, is_prose=is_word or (goes_on and not is_quoted)):
        return None
    quote = match.start(2)
    is_bare = not is_quoted and match.end(2) > quote and text[quote : quote + 1] in {b'"', b"'"}
    return Hit(start, end, told.kind, quote if is_bare else -1, is_quoted)


def _closed(text: bytes, quote: bytes, end: int) -> int:
    """Return where a value ends: at a quote that something follows as it follows values, not at one within."""
    place = end
    for _ in range(8):
        behind = text[place + 1 : place + 2]
        if not behind or behind in b",}]:;)&<|\\ \t\r\n\"'`":
            return place
        place = text.find(quote, place + 1, end + 256)
        if place < 0:
            break
    return end


def _valued(text: bytes, match: Match) -> Iterator[Hit]:
    name, (start, end) = _part(text, match, 1), match.span(2)
    is_quoted = text[start : start + 1] in _QUOTES
    start += is_quoted
    if (told := named(name)) and _is_secret(name, text[start:end], told, is_prose=False):
        yield Hit(start, end, told.kind, quoted=is_quoted)


def _is_secret(name: bytes, value: bytes, told: Named, *, is_prose: bool) -> bool:
    if len(value) < told.least or is_stand_in(value):
        return False
    if told.need == 0:
        return is_mixed(value) or not (is_prose or b" " in value)
    if told.need == 1:
        return b" " not in value and is_mixed(value) and not (is_prose and value.isdigit())
    if told.need == 2 and is_strong(value, told.least):
        return True
    if told.need == 3:
        return value.endswith(b"==") and is_strong(value, told.least)
    return len(value) > 15 and rules().vendor(name, value) is not None


def _queried(match: Match) -> Iterator[Hit]:
    name, value = match[1], match[2]
    told, name = named(name), name.lower()
    least = _IN_LINKS.get(name) or (told.least if told else 0)
    if not least or len(value) < least or is_stand_in(value) or value.isdigit() or _is_span(value):
        return
    if name in {b"t", b"sig", b"signature"} or (told and told.need < 2) or is_strong(value, least):
        kind = told.kind if told else "signature" if name.startswith(b"sig") else "url_credentials"
        yield Hit(match.start(2), match.end(2), kind)


def _is_span(value: bytes) -> bool:
    return value[:-1].isdigit() and value[-1:] in b"smhd"
