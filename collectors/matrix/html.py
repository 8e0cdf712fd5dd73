"""The HTML that Matrix messages may carry beside their plain body, as plain text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BLOCKS = frozenset(
    ("p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "tr", "hr", "br",
     "details", "summary", "caption")
)  # fmt: skip
#: What is no word of the author: the quotation before a reply, and what no client shows.
_HIDDEN = frozenset(("mx-reply", "script", "style", "head", "title"))
_PERSON = re.compile(r"https?://matrix\.to/#/(?:@|%40)", re.IGNORECASE)
_RUNS_ON = re.compile(r"[.:-]?\w")  # what would lengthen an address that stands before it
_SPACE = re.compile(r"[ \t\n\r\f]+")


def html_text(html: str, *, addresses: bool = True) -> str:
    """Return what clients show of HTML, a block a line; a link to a person is its address, in place of the label.

    `addresses`: whether links and people have theirs at all. Empty where the HTML cannot be read.
    """
    reader = _Reader(addresses=addresses)
    try:
        reader.feed(html)
        reader.close()
    except AssertionError:  # what the parser says to some broken declarations
        return ""
    lines = (line.strip(" ") for line in "".join(reader.pieces).split("\n"))
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    def __init__(self, *, addresses: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._addresses = addresses
        self._hidden = 0
        self._pre = 0
        self._links: list[tuple[str, int]] = []  # address, and where its label begins
        self._quotes: list[int] = []  # where a quotation begins

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "a":
            self._links.append((given.get("href") or "", len(self.pieces)))
        elif tag == "img":
            self.handle_data(given.get("alt") or given.get("title") or "")
        elif tag in {"td", "th"}:
            self.handle_data(" ")
        elif tag in _BLOCKS:
            self._pre += tag == "pre"
            self.pieces.append("\n")
            self._quotes += [len(self.pieces)] * (tag == "blockquote")
            self.handle_data("- " if tag == "li" else "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in _HIDDEN or tag == "a":
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag == "a" and self._links:
            self._link(*self._links.pop())
        elif tag in _BLOCKS:
            self._pre = max(0, self._pre - (tag == "pre"))
            if tag == "blockquote" and self._quotes:
                self._quote(self._quotes.pop())
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if self._hidden or not data:
            return
        if self._addresses and self.pieces and _PERSON.match(self.pieces[-1]) and _RUNS_ON.match(data):
            self.pieces.append(" ")
        self.pieces.append(data if self._pre else _SPACE.sub(" ", data))

    def _quote(self, begin: int) -> None:
        lines = "".join(self.pieces[begin:]).split("\n")
        self.pieces[begin:] = ["\n".join(f"> {line.strip(' ')}" for line in lines if line.strip())]

    def _link(self, address: str, begin: int) -> None:
        label = "".join(self.pieces[begin:])
        if self._hidden:
            return
        if _PERSON.match(address):
            self.pieces[begin:] = [address if self._addresses else ""]
        elif self._addresses and address and address.removeprefix("mailto:") != label.strip():
            self.pieces.append(f" ({address})" if label.strip() else address)
