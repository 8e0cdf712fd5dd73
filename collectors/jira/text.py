"""Texts of Jira as plain ones with person marks: Atlassian's document format of Cloud, wiki markup of a server; pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from collectors.kit import fields
from timeline.text import clean, mention

_MENTION = re.compile(r"\[~(?:accountid:)?([^\]\s\[]{1,255})\]")
#: Nodes that end a line.
_BLOCKS = frozenset({
    "paragraph", "heading", "codeBlock", "blockquote", "listItem", "taskItem", "decisionItem", "tableRow", "rule",
    "mediaSingle", "mediaGroup", "blockCard", "embedCard", "panel", "expand", "nestedExpand", "caption",
})  # fmt: skip
_CELLS = frozenset({"tableCell", "tableHeader"})
_ITEMS = frozenset({"listItem", "taskItem", "decisionItem"})
#: Notes who is mentioned, by id and by the name that stands there; returns the identity.
Known = Callable[[str, str], str]


def plain(body: Any, known: Known) -> str:
    """Return the text of a comment or a description, clean and with person marks; empty where there is none.

    Raise UnreadableError for what is neither a text nor a document.
    """
    if isinstance(body, str):
        return _MENTION.sub(lambda match: mention(known(match[1], "")), clean(body))
    return "" if body is None else _document(fields.listing(body, "content"), known)


def _document(content: list[Any], known: Known) -> str:
    parts: list[str] = []
    # Not recursive: documents nest as deep as their writers like.
    left: list[Any] = [*reversed(content)]
    while left:
        node = left.pop()
        if isinstance(node, str):
            parts.append(node)
            continue
        kind = fields.text(node, "type")
        parts.append(_leaf(kind, node, known))
        if kind in _ITEMS:
            parts.append("- ")
        if kind in _BLOCKS:
            left.append("\n")
        elif kind in _CELLS:
            left.append(" ")
        left += reversed(fields.many(node, "content"))
    lines = (line.strip() for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line and line != "-")


def _leaf(kind: str, node: Any, known: Known) -> str:
    """Return what a node shows itself."""
    match kind:
        case "text":
            return clean(fields.text(node, "text"))
        case "hardBreak":
            return "\n"
        case "mention":
            own, name = fields.text(node, "attrs.id"), fields.text(node, "attrs.text").removeprefix("@")
            return mention(known(own, name)) if own else "@somebody"
        case "emoji" | "status":
            return clean(fields.text(node, "attrs.text") or fields.text(node, "attrs.shortName"))
        case "inlineCard" | "blockCard" | "embedCard":
            return clean(fields.text(node, "attrs.url"))
        case "date":
            return _day(fields.text(node, "attrs.timestamp"))
    return ""


def _day(stamp: str) -> str:
    """Return the day of a timestamp in ms; the timestamp itself where it is none."""
    try:
        return datetime.fromtimestamp(int(stamp) / 1000, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return clean(stamp)
