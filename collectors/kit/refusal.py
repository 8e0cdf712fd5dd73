"""What a server says when it refuses: its own words, out of JSON, HTML or text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from timeline.canonical import Json, loads
from timeline.text import line

_LONGEST = 200  # characters
_READ = 16_384  # bytes of an answer that are looked at
#: Where APIs put the words, the first that holds some; an object in one of them holds them itself.
_MEMBERS = (
    "error",
    "message",
    "Message",
    "error_description",
    "reason",
    "root_cause",
    "detail",
    "details",
    "description",
    "title",
    "errors",
    "errorMessages",
)
_MARKUP = re.compile(
    r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^>]*+(?:>|\Z)", re.DOTALL | re.IGNORECASE
)
# Who asked is no fact: an address, a user as OpenSearch writes one, and as Amazon does.
_PERSON = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}|(?<=\bname=)[^,\]\s]+|\barn:aws[a-z-]{0,20}:(?:iam|sts)::[^\s,\"']{1,500}"
)


def said(data: bytes) -> str:
    """Return a refusal's own words as one line without people's addresses; empty where there are none."""
    try:
        words = list(dict.fromkeys(_words(loads(data))))
    except ValueError:
        words = []
    if not words:
        text = data[:_READ].decode("utf-8", "replace")
        words = [html.unescape(_MARKUP.sub(" ", text)) if text.lstrip().startswith("<") else text]
    return line(_PERSON.sub("(somebody)", ": ".join(words)), _LONGEST).strip().rstrip(".")


def advised(why: str) -> str:
    """Return why no connection came about, with what to write in its place where that is known."""
    return next((f"{why}; {advice}" for sign, advice in _ADVICE if sign in why), why)


_ADVICE = (
    ("WRONG_VERSION_NUMBER", "it speaks no TLS there: write http:// in place of https://"),
    ("RECORD_LAYER_FAILURE", "it speaks no TLS there: write http:// in place of https://"),
    ("CERTIFICATE_VERIFY_FAILED", 'name the CA that it has its certificate of: tls = { ca = "FILE" }'),
    ("Name or service not known", "check the host's name"),
    ("nodename nor servname", "check the host's name"),
)


def _words(value: Json) -> Iterator[str]:
    """Yield the texts of an answer's own members for them, from without inward."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value[:3]:
            yield from _words(one)
    elif isinstance(value, dict):
        for name in _MEMBERS:
            yield from _words(value.get(name))
