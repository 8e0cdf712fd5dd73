"""Markdown from sources' words: shown, never alive. No link, mention, reference, image, HTML or table break.

Forges look for mentions, references and bare addresses in the rendered text, where a backslash is
gone; a word joiner (`&#8288;`, of no width, no line break) after the sign is what keeps them apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import quote as percent
from urllib.parse import urlsplit

from timeline.terms import REDACTED

_APART = "&#8288;"
_PLAIN = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "&#36;", "{": "&#123;", "}": "&#125;"}
_PUNCTUATION = frozenset("\\`*_[]|~#^")
# A sign that a forge takes for a mention, a label, a milestone, an issue, a merge request, an epic, a
# snippet or an emoji, when this follows; GitHub's old issue references; and what looks like a commit.
_SIGNS = re.compile(r"([@~%](?=[\w'\"])|[#!&$](?=\d)|:(?=[a-z0-9_+-]{1,100}:)(?=[0-9]*[a-z_+-]))")
_REFERENCE = re.compile(r"\b(GH-)(?=\d)", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<=\w)(?=://)|(?<=\bwww)(?=\.)|(?<=\bmailto:)|(?<=\bxmpp:)", re.IGNORECASE)
_COMMIT = re.compile(r"\b(?=[0-9a-f]*\d)([0-9a-f]{4})(?=[0-9a-f]{3,60}\b)")
_MARK = "\x00"
_BARE_PIPE = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"`([^`]*)`")
_KEPT_FORMATS = "\u200c\u200d"  # joiners belong to the spelling of words and emoji
_RTL = {"R", "AL", "AN"}


def visible(text: str) -> str:
    """Return one line without controls: bidirectional and other invisible format characters are dropped."""
    kept = (
        c for c in text if unicodedata.category(c) not in {"Cc", "Cf"} or c in _KEPT_FORMATS or c in "\n\t"
    )
    return " ".join("".join(kept).split())


def excerpt(text: str, limit: int = 140) -> str:
    """Return the text as one visible line of at most `limit` characters, cut at a word where it can."""
    line = visible(text)
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    word = cut.rsplit(" ", 1)[0]
    return (word if len(word) > limit // 2 else cut).rstrip() + "…"


#: The mark of what a reader is not shown, escaped; not where a bracket behind it would make a link of it.
_REDACTED = re.compile(r"\\\[redacted\\\](?!\\?[(\[:])")


def escape(text: str) -> str:
    """Return one line of Markdown that shows `text` and does nothing else."""
    line = visible(text).replace(_MARK, "")
    for pattern in (_SIGNS, _REFERENCE, _COMMIT):
        line = pattern.sub(rf"\1{_MARK}", line)
    line = _ADDRESS.sub(_MARK, line)
    shown = (_PLAIN.get(c) or (f"\\{c}" if c in _PUNCTUATION else c) for c in line)
    return _REDACTED.sub(REDACTED, "".join(shown)).replace(_MARK, _APART)


def quoted(text: str, limit: int = 140) -> str:
    """Return a short, inert quotation in quotation marks; text from right to left is isolated."""
    line = excerpt(text, limit)
    shown = f"“{escape(line)}”"
    return f"\u2068{shown}\u2069" if any(unicodedata.bidirectional(c) in _RTL for c in line) else shown


def code(text: str) -> str:
    """Return an identifier in code form that can neither open a comment nor end a cell."""
    line = visible(text).replace("`", "'").replace("\\|", "\\\u200b|")
    line = line.replace("<!--", "<!\u200b--").replace("-->", "--\u200b>")
    return f"`{line}`" if line else ""


def statement(text: str) -> str:
    """Return a statement with its identifiers in code form; what is between them is escaped."""
    parts = _CODE.split(text)
    # What code form is empty of still stands between: `@` and `1` around it are no mention.
    return "".join((code(part) or _APART) if i % 2 else between(part) for i, part in enumerate(parts))


def between(text: str) -> str:
    """Return what stands between identifiers or links, escaped, the spaces around it kept."""
    # `escape` trims.
    if not text.strip():
        return " " if text else ""
    lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return (" " if lead else "") + escape(text) + (" " if tail else "")


def link(label: str, url: str) -> str:
    """Return a link with a label that is Markdown already."""
    return f"[{label}]({address(url)})"


def address(url: str) -> str:
    """Return a destination in which nothing can end the link, the cell or the line."""
    return percent(url, safe="/:?#@!$&'*+,;=%-._~[]").replace("[", "%5B").replace("]", "%5D")


def is_web(url: str | None) -> bool:
    """Tell whether an address may be linked: http or https, with a host."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown already, its lines ended by LF."""
    # In a table a pipe ends the cell even inside code, unless a backslash stands before it.
    cells = [[_BARE_PIPE.sub(r"\\|", cell) for cell in row] for row in rows]
    lines = [header, ["---"] * len(header), *cells]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
