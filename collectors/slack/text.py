"""Slack's message markup as plain text: mentions become person marks, links keep label and address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from collectors.kit.chat import has_words_of
from collectors.kit.fields import string
from collectors.slack.blocks import block_words, escape
from timeline.text import clean, mention

#: A mention, a channel, a command or a link; other angles are escaped, or a bot's own words.
_ANGLE = re.compile(r"<([@#!][^<>\n]+|[A-Za-z][A-Za-z0-9+.-]*:[^<>\n]+)>")
_USER = re.compile(r"@([A-Z][A-Z0-9]+)(?:\|.*)?", re.DOTALL)
_CHANNEL = re.compile(r"#([A-Z][A-Z0-9]+)(?:\|(.*))?", re.DOTALL)
_PERSON = re.compile(r"[UW][A-Z0-9]+")
_MAX_FORWARDED = 20
#: What Slack writes where an attachment has no text of its own.
_NO_PREVIEW = "[no preview available]"
#: An unfurled link repeats a page, not what the author wrote.
_UNFURLS = ("from_url", "original_url", "is_msg_unfurl", "is_app_unfurl", "is_share")


class Decoded(NamedTuple):
    """Clean text with person marks, and the ids of the users it mentions, in order."""

    text: str
    users: tuple[str, ...]


def decode(markup: str, identity: Callable[[str], str]) -> Decoded:
    """Decode Slack markup; `identity` turns a user id into the identity that its mark holds."""
    users: list[str] = []
    pieces: list[str] = []
    position = 0
    text = clean(markup)
    for match in _ANGLE.finditer(text):
        pieces.append(_unescape(text[position : match.start()]))
        pieces.append(_angle(match[1], identity, users))
        position = match.end()
    pieces.append(_unescape(text[position:]))
    return Decoded("".join(pieces), tuple(dict.fromkeys(users)))


def _unescape(text: str) -> str:
    # Slack escapes these three and no others; a full unescape could bring back control characters
    # and person marks (`&#xe000;`) that cleaning took out.
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _angle(inner: str, identity: Callable[[str], str], users: list[str]) -> str:
    if user := _USER.fullmatch(inner):
        users.append(user[1])
        return mention(identity(user[1]))
    if channel := _CHANNEL.fullmatch(inner):
        return "#" + _unescape(channel[2] or channel[1])
    target, _, label = inner.partition("|")
    label = _unescape(label)
    if target.startswith("!"):
        # <!here>, <!subteam^S1|@group>, <!date^...|fallback>
        return label or "@" + target[1:].split("^")[-1]
    address = _unescape(target).removeprefix("mailto:")
    # Slack itself labels an address that was typed bare.
    bare = address.partition("://")[2] or address
    return f"{label} ({address})" if label and label not in {address, bare, bare.rstrip("/")} else address


def markup(message: dict[str, Any]) -> str:
    """Return what people see of a message, as Slack markup: its words, attachments, forwarded messages, files."""
    attachments = _dicts(message.get("attachments"))
    parts = [_said(message)]
    parts += [_attachment(a) for a in attachments if not _is_unfurl(a)]
    parts += [_forwarded(a) for a in attachments if _is_message(a)]
    if not any(part.strip() for part in parts):
        parts = [_attachment(a) for a in attachments]
    parts += [_file(f) for f in _dicts(message.get("files"))]
    return _lines(parts)


def _said(holder: dict[str, Any]) -> str:
    """Return the text; where blocks say more, theirs: the text is for notifications then."""
    text, words = string(holder.get("text")), block_words(holder.get("blocks"))
    return text if has_words_of(text, words) else words


def _is_message(attachment: dict[str, Any]) -> bool:
    """Tell whether an attachment is another message: forwarded, or one that a link leads to."""
    return any(attachment.get(name) for name in ("is_share", "is_msg_unfurl"))


def _is_unfurl(attachment: dict[str, Any]) -> bool:
    return any(attachment.get(name) for name in _UNFURLS)


def _attachment(attachment: dict[str, Any]) -> str:
    lines = [string(attachment.get(name)) for name in ("pretext", "author_name", "title", "text")]
    for field in _dicts(attachment.get("fields")):
        title, value = string(field.get("title")), string(field.get("value"))
        lines.append(f"{title}: {value}" if title and value else title or value)
    blocks = block_words(attachment.get("blocks"))
    lines += [] if has_words_of("\n".join(lines), blocks) else [blocks]
    lines += [string(attachment.get("footer"))] if _lines(lines) else []
    lines += [_file(f) for f in _dicts(attachment.get("files"))]
    if words := _lines(lines):
        return words
    fallback = string(attachment.get("fallback"))
    return "" if fallback == _NO_PREVIEW else fallback


def _forwarded(attachment: dict[str, Any]) -> str:
    """Return another's words as a quotation, so that they stay that other's."""
    held = [string(attachment.get("text"))]
    for shared in _dicts(attachment.get("message_blocks")):
        message = shared.get("message")
        words = _said(message) if isinstance(message, dict) else ""
        held = held if has_words_of("\n".join(held), words) else [words]
    held += [_forwarded(a) for a in _dicts(attachment.get("attachments"))[:_MAX_FORWARDED]]
    held += [_file(f) for f in _dicts(attachment.get("files"))]
    words = _lines(held) or string(attachment.get("fallback"))
    author = string(attachment.get("author_id"))
    name = f"<@{author}>" if _PERSON.fullmatch(author) else escape(string(attachment.get("author_name")))
    return (
        "\n".join(f"&gt; {line}" for line in f"{name}: {words}".removeprefix(": ").split("\n"))
        if words
        else ""
    )


def _file(file: dict[str, Any]) -> str:
    mode = string(file.get("mode"))
    if mode == "tombstone":
        return "(a file, deleted)"
    name = string(file.get("name")) or string(file.get("title")) or string(file.get("id"))
    if not name:
        return ""
    # Of a snippet or a mail, its beginning is shown.
    preview = (
        string(file.get("plain_text")) or string(file.get("preview")) if mode in {"snippet", "email"} else ""
    )
    return _lines([f"(file: {name})", escape(preview)])


def _lines(parts: Iterable[str]) -> str:
    return "\n".join(part for part in parts if part.strip())


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
