"""Slack's message markup as plain text: mentions become person marks, links keep label and address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from timeline.text import clean, mention

#: A mention, a channel, a command or a link; other angles are escaped, or a bot's own words.
_ANGLE = re.compile(r"<([@#!][^<>\n]+|[A-Za-z][A-Za-z0-9+.-]*:[^<>\n]+)>")
_USER = re.compile(r"@([A-Z][A-Z0-9]+)(?:\|.*)?", re.DOTALL)
_CHANNEL = re.compile(r"#([A-Z][A-Z0-9]+)(?:\|(.*))?", re.DOTALL)
_MAX_DEPTH = 24  # blocks nest a few levels; a deeper tree is not Slack's
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


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


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
    """Return what a message says, as Slack markup: text, attachments, else blocks; then files."""
    parts = [_text(message.get("text"))]
    parts += [
        _attachment(a) for a in _dicts(message.get("attachments")) if not any(a.get(k) for k in _UNFURLS)
    ]
    if not any(part.strip() for part in parts):
        parts = [_words(message.get("blocks"))]
    parts += [_file(f) for f in _dicts(message.get("files"))]
    return "\n".join(part for part in parts if part.strip())


def _attachment(attachment: dict[str, Any]) -> str:
    lines = [_text(attachment.get(name)) for name in ("pretext", "title", "text")]
    for field in _dicts(attachment.get("fields")):
        title, value = _text(field.get("title")), _text(field.get("value"))
        lines.append(f"{title}: {value}" if title and value else title or value)
    lines = [line for line in lines if line.strip()]
    blocks = "" if lines else _words(attachment.get("blocks"))
    return "\n".join(lines) or blocks or _text(attachment.get("fallback"))


def _file(file: dict[str, Any]) -> str:
    if file.get("mode") == "tombstone":
        return "(a file, deleted)"
    name = _text(file.get("name")) or _text(file.get("title")) or _text(file.get("id"))
    return f"(file: {name})" if name else ""


def _words(blocks: object) -> str:
    return "\n".join(line for line in "".join(_blocks(blocks, 0)).split("\n") if line.strip())


def _blocks(node: object, depth: int) -> Iterator[str]:
    """Yield the words of Block Kit and rich text as markup, in reading order."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(node, list):
        for item in node:
            yield from _blocks(item, depth + 1)
    elif isinstance(node, dict):
        yield from _element(node, depth)


def _element(node: dict[str, Any], depth: int) -> Iterator[str]:
    kind = _text(node.get("type"))
    if kind in {"plain_text", "mrkdwn"}:
        yield _text(node.get("text"))
    elif kind == "text":  # rich text is not escaped
        yield _escape(_text(node.get("text")))
    elif kind == "user":
        yield f"<@{_text(node.get('user_id'))}>"
    elif kind == "channel":
        yield f"<#{_text(node.get('channel_id'))}>"
    elif kind == "usergroup":
        yield f"<!subteam^{_text(node.get('usergroup_id'))}>"
    elif kind == "broadcast":
        yield f"<!{_text(node.get('range'))}>"
    elif kind == "emoji":
        yield f":{_text(node.get('name'))}:"
    elif kind == "link":
        url, label = _text(node.get("url")), _text(node.get("text"))
        yield f"<{url}|{label}>" if label else f"<{url}>"
    else:
        for name in ("title", "text", "fields", "elements"):
            yield from _blocks(node.get(name), depth + 1)
        # Sections and lines of rich text end a line; what they hold does not.
        if kind in {"section", "header", "context", "rich_text_section", "rich_text_preformatted"}:
            yield "\n"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
