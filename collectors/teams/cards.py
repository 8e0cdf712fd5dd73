"""What stands beside a message of Teams: cards of programs, files, and other messages that it quotes; pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from collectors.kit.fields import string
from collectors.kit.links import web
from collectors.kit.texts.html import html_text
from timeline.text import clean

_MAX_DEPTH = 24  # cards nest a few levels; a deeper tree is none
#: Where words stand in a card (adaptive, hero, thumbnail, of a connector, an announcement), in reading order.
_PARTS = (
    "title", "subtitle", "activityTitle", "activitySubtitle", "activityText", "text", "altText", "value", "facts", "body", "items",
    "columns", "rows", "cells", "inlines", "sections", "card", "actions", "buttons", "potentialAction", "targets",
)  # fmt: skip
_QUOTED = {
    "messageReference": "messagePreview",
    "forwardedMessageReference": "originalMessageContent",
}


def attached(attachment: dict[str, Any]) -> str:
    """Return what people see of an attachment, clean, as lines; empty where it is nothing that is seen."""
    kind, name = string(attachment.get("contentType")), clean(string(attachment.get("name"))).strip()
    content = _content(attachment.get("content"))
    if kind in _QUOTED:
        words = html_text(string(content.get(_QUOTED[kind]))).strip()
        return "\n".join(f"> {line}" for line in words.split("\n") if line.strip())
    if kind == "reference":
        return f"(file: {name})" if name else "(a file)"
    if ".card." in kind:
        words = "\n".join(line for line in clean("\n".join(_words(content, 0))).split("\n") if line.strip())
        return words or f"(card: {name or kind.rpartition('.')[2]})"
    return f"(attachment: {name or clean(kind)})" if name or kind else ""


def quoted_message(attachment: dict[str, Any]) -> str:
    """Return the id of the message that an attachment quotes as what is answered; empty where it quotes none."""
    if string(attachment.get("contentType")) != "messageReference":
        return ""
    return string(_content(attachment.get("content")).get("messageId")) or string(attachment.get("id"))


def _content(value: object) -> dict[str, Any]:
    """Return a card, which is JSON in a text."""
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return {}
    return value if isinstance(value, dict) else {}


def _words(node: object, depth: int) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(node, list):
        for item in node:
            yield from _words(item, depth + 1)
    elif isinstance(node, dict):
        yield from _element(node, depth)
    elif isinstance(node, str):
        yield node


def _element(node: dict[str, Any], depth: int) -> Iterator[str]:
    label = string(node.get("title")) or string(node.get("name"))
    value = node.get("value")
    if label and isinstance(value, str | int | float) and not isinstance(value, bool):  # a fact, or a button
        address = web(value)
        yield f"{label} ({address})" if address else f"{label}: {value}"
        return
    uri = node.get("url") or node.get("uri")
    if label and (address := web(uri)):
        yield f"{label} ({address})"
        return
    if node.get("isVisible") is False:
        return
    if label and "title" not in node and string(node.get("@type")):
        yield label  # a connector's action
    for part in _PARTS:
        yield from _words(node.get(part), depth + 1)
