"""Matrix message bodies as plain text: pills, links and ids of people become person marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import unquote

from collectors.kit.chat import has_words_of
from collectors.kit.fields import string
from collectors.kit.texts.html import html_text
from collectors.matrix.pills import pills
from timeline.people import protected
from timeline.text import PERSON_CLOSE, PERSON_OPEN, clean, mention

_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?"
_MXID = re.compile(rf"(?<![\w@])@[A-Za-z0-9._=/+-]+:{_HOST}")
_LINK = re.compile(
    rf"https?://matrix\.to/#/((?:@|%40)[A-Za-z0-9._=/+-]+(?::|%3A){_HOST})(?:\?via=[\w.:&=-]*\w)?", re.IGNORECASE
)  # fmt: skip
PERSON = re.compile(r"https?://matrix\.to/#/(?:@|%40)", re.IGNORECASE)  # what links to people begin with
_MARK = re.compile(f"({PERSON_OPEN}[^{PERSON_OPEN}{PERSON_CLOSE}]*{PERSON_CLOSE})")
#: `> <@user:host> words`, or `> * <@user:host> does`; only the first line names whom it quotes.
_FALLBACK = re.compile(r"> (?:\* )?<@[^>\n]*>[^\n]*(?:\n>[^\n]*)*(?:\n|\Z)")
_POLLS = ("m.poll", "m.poll.start", "org.matrix.msc3381.poll.start")
_FILES = frozenset({"m.image", "m.file", "m.audio", "m.video"})


class Said(NamedTuple):
    """Clean text with person marks, and the user ids that it mentions."""

    text: str
    users: frozenset[str]


def identity(user: str) -> str:
    """Return the identity of a Matrix user id."""
    return f"matrix:{clean(user)}"


def said(content: Mapping[str, Any], kind: str = "m.room.message", *, is_reply: bool = False) -> Said:
    """Return what the content of an event of this type says; `is_reply`: it may begin with a quotation."""
    text = clean(shown(content, kind, is_reply=is_reply))
    users: set[str] = set()

    def mark(user: str) -> str:
        users.add(user)
        return mention(identity(user))

    text = _outside(text, _LINK, lambda m: mark(unquote(m[1])))
    # An id in code or in an address mentions nobody, and in a mark it is marked.
    marks = [match.span() for match in _MARK.finditer(text)]
    kept = protected.joined([*protected.spans(text), *marks]) if "@" in text else []
    text = _MXID.sub(lambda m: m[0] if protected.meets(kept, *m.span()) else mark(m[0]), text)
    for pill in pills(string(content.get("formatted_body"))):
        text = _outside(text, pill.pattern, _at(pill.places, mark(pill.user)))
    mentions = content.get("m.mentions")
    named = mentions.get("user_ids") if isinstance(mentions, dict) else None
    users |= (
        {u for u in named if isinstance(u, str) and _MXID.fullmatch(u)} if isinstance(named, list) else set()
    )
    return Said(text, frozenset(users))


def shown(content: Mapping[str, Any], kind: str = "m.room.message", *, is_reply: bool = False) -> str:
    """Return what people see of a message: its words, of a file its caption and name, of a poll its answers."""
    words = poll_text(content) or _words(content, is_reply=is_reply)
    if kind == "m.sticker":
        return f"(sticker: {words})" if words else "(a sticker)"
    if string(content.get("msgtype")) in _FILES:
        name = string(content.get("filename")) or string(content.get("body"))
        caption = words if string(content.get("body")) != name else ""
        return "\n".join(part for part in (caption, f"(file: {name})" if name else "(a file)") if part)
    return words if words.strip() else _extensible(content) or string(content.get("geo_uri"))


def _words(content: Mapping[str, Any], *, is_reply: bool) -> str:
    """Return the plain body; where it lacks words that the formatted one has, the formatted one as text."""
    body, formatted = string(content.get("body")), string(content.get("formatted_body"))
    # Clients that quote in the plain body do so in the formatted one, too: else those lines are the author's.
    if is_reply and (not formatted.strip() or "<mx-reply>" in formatted.lower()):
        body = _without_fallback(body)
    if has_words_of(body, html_text(formatted, addresses=False, person=PERSON)):
        return body
    return html_text(formatted, person=PERSON)


def poll_text(content: Mapping[str, Any]) -> str:
    """Return the question of a poll and its answers, a line each; empty where it is none."""
    poll = next((content[name] for name in _POLLS if name in content), None)
    question = poll.get("question") if isinstance(poll, dict) else None
    if not isinstance(poll, dict) or not isinstance(question, dict):
        return ""
    answers = poll.get("answers")
    offered = [_extensible(a) for a in answers if isinstance(a, dict)] if isinstance(answers, list) else []
    return "\n".join(filter(None, [_extensible(question), *(f"- {answer}" for answer in offered if answer)]))


def _extensible(content: Mapping[str, Any]) -> str:
    """Return the plain text of newer event forms (polls and the like), where there is one."""
    for name in ("m.text", "org.matrix.msc1767.text"):
        value = content.get(name)
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            return next((string(v.get("body")) for v in value if isinstance(v, dict)), "")
    return string(content.get("body"))


def _at(places: Container[int], mark: str) -> Callable[[re.Match[str]], str]:
    """Return what replaces, of all matches in turn, those at these places: elsewhere the word is a word."""
    number = count()
    return lambda match: mark if next(number) in places else match[0]


def _outside(text: str, pattern: str | re.Pattern[str], replace: Callable[[re.Match[str]], str]) -> str:
    """Replace matches that do not stand inside a person mark."""
    parts = _MARK.split(text)
    return "".join(part if n % 2 else re.sub(pattern, replace, part) for n, part in enumerate(parts))


def _without_fallback(text: str) -> str:
    """Take out the quotation that the protocol had before a reply: those are another's words."""
    found = _FALLBACK.match(text)
    return text[found.end() :].lstrip("\n") if found else text
