"""The words of Slack's blocks (Block Kit, rich text) as markup, in reading order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from collectors.kit.fields import string

_MAX_DEPTH = 24  # blocks nest a few levels; a deeper tree is not Slack's
#: What is a line of its own; what it holds is not.
_LINES = frozenset(
    ("section", "header", "context", "actions", "image", "video", "file", "input", "alert", "card", "markdown",
     "rich_text_section", "rich_text_preformatted")
)  # fmt: skip
#: What holds things that stand side by side.
_ROWS = frozenset(("context", "actions", "context_actions"))
#: Where words stand in what has no case of its own below, in reading order.
_PARTS = (
    "title", "subtitle", "label", "text", "body", "fields", "elements", "blocks", "author_name", "description", "details",
)  # fmt: skip


def block_words(blocks: object) -> str:
    """Return what people see of blocks as words, a line for each line; empty where there are none."""
    return "\n".join(line for line in "".join(_words(blocks, 0)).split("\n") if line.strip())


def escape(text: str) -> str:
    """Return plain text as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _words(node: object, depth: int) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(node, list):
        for item in node:
            yield from _words(item, depth + 1)
    elif isinstance(node, dict):
        yield from _element(node, depth)


def _element(node: dict[str, Any], depth: int) -> Iterator[str]:
    kind = string(node.get("type"))
    if kind in _LEAVES:
        yield _LEAVES[kind](node)
    elif kind == "rich_text_quote":
        inner = "".join(_words(node.get("elements"), depth + 1))
        yield "\n" + "".join(f"&gt; {line}\n" for line in inner.split("\n") if line.strip())
    elif kind in {"table", "data_table"}:
        for row in _list(node.get("rows")):
            yield f"\n{_joined(_list(row), ' | ', depth)}\n"
    elif kind == "image":
        title = "".join(_words(node.get("title"), depth + 1)) or escape(string(node.get("alt_text")))
        yield f"\n(image: {title})\n" if title else ""
    else:
        is_line = kind in _LINES
        yield "\n" if is_line else ""
        for name in _PARTS:
            yield from _part(node.get(name), name, kind, depth)
            yield "\n" if is_line and node.get(name) else ""
        yield "\n" if is_line else ""


def _part(value: object, name: str, kind: str, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield escape(value)
    elif isinstance(value, list) and name == "fields":
        yield f"\n{_joined(value, chr(10), depth)}\n"
    elif isinstance(value, list) and kind in _ROWS:
        # The images beside words are icons.
        words = [part for part in value if not isinstance(part, dict) or part.get("type") != "image"]
        yield _joined(words, " ", depth)
    else:
        yield from _words(value, depth + 1)


def _joined(parts: list[Any], between: str, depth: int) -> str:
    return between.join(words for part in parts if (words := "".join(_words(part, depth + 2)).strip()))


def _emoji(node: dict[str, Any]) -> str:
    return f":{string(node.get('name'))}:"


def _link(node: dict[str, Any]) -> str:
    url, label = string(node.get("url")), string(node.get("text"))
    return f"<{url}|{escape(label)}>" if label else f"<{url}>"


#: The smallest elements; rich text and plain text are not escaped, `mrkdwn` is markup.
_LEAVES: dict[str, Callable[[dict[str, Any]], str]] = {
    "mrkdwn": lambda node: string(node.get("text")),
    "plain_text": lambda node: escape(string(node.get("text"))),
    "raw_text": lambda node: escape(string(node.get("text"))),
    "raw_number": lambda node: escape(string(node.get("text"))),
    "text": lambda node: escape(string(node.get("text"))),
    "user": lambda node: f"<@{string(node.get('user_id'))}>",
    "channel": lambda node: f"<#{string(node.get('channel_id'))}>",
    "usergroup": lambda node: f"<!subteam^{string(node.get('usergroup_id'))}>",
    "broadcast": lambda node: f"<!{string(node.get('range'))}>",
    "emoji": _emoji,
    "link": _link,
    "date": lambda node: escape(string(node.get("fallback"))),
    "color": lambda node: escape(string(node.get("value"))),
}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
