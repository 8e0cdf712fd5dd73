"""The HTML of messages as plain text: what clients show of it, and nothing that they would run."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser

from timeline.text import clean

_BLOCKS = frozenset(
    ("p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "tr", "hr", "br",
     "details", "summary", "caption", "codeblock")
)  # fmt: skip
#: What is no word of the author: the quotation before a reply in Matrix, and what no client shows.
_HIDDEN = frozenset(("mx-reply", "script", "style", "head", "title"))
_PRE = frozenset(("pre", "codeblock"))
_MOST_QUOTES = 20  # of quotations inside one another, that are marked as such
_RUNS_ON = re.compile(r"[.:-]?\w")  # what would lengthen an address that stands before it
_SPACE = re.compile(r"[ \t\n\r\f]+")


#: Of an element, by its tag and attributes: what stands for it, whatever it holds; None: what it holds.
Replace = Callable[[str, Mapping[str, str]], str | None]


def html_text(
    html: str, *, addresses: bool = True, person: re.Pattern[str] | None = None, replace: Replace | None = None
) -> str:  # fmt: skip
    """Return what clients show of HTML, clean, a block a line; a link to a `person` is its address, in place of the label.

    `addresses`: whether links and people have theirs at all. Empty where the HTML cannot be read. What `replace`
    returns is taken as it is, and may be a person mark.
    """
    reader = _Reader(addresses=addresses, person=person, replace=replace)
    try:
        reader.feed(html)
        reader.close()
    except AssertionError:  # what the parser says to some broken declarations
        return ""
    lines = (line.strip(" ") for line in "".join(reader.pieces).split("\n"))
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    def __init__(self, *, addresses: bool, person: re.Pattern[str] | None, replace: Replace | None) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._addresses, self._person, self._replace = addresses, person, replace
        self._hidden = 0
        self._pre = 0
        self._links: list[tuple[str, int]] = []  # address, and where its label begins
        self._quotes: list[int] = []  # where a quotation begins
        self._replaced: list[tuple[str, int, str]] = []  # tag, where it begins, and what stands for it

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._replace and not self._hidden and (text := self._replace(tag, given)) is not None:
            self._replaced.append((tag, len(self.pieces), text))
        elif tag in _HIDDEN:
            self._hidden += 1
        elif tag == "a":
            if self._links:  # one inside another is none: the first ends here
                self._link(*self._links.pop())
            self._links.append((clean(given.get("href", "")), len(self.pieces)))
        elif tag in {"img", "emoji"}:
            self.handle_data(given.get("alt") or given.get("title") or "")
        elif tag in {"td", "th"}:
            self.handle_data(" ")
        elif tag in _BLOCKS:
            self._pre += tag in _PRE
            self.pieces.append("\n")
            self._quotes += [len(self.pieces)] * (tag == "blockquote")
            self.handle_data("- " if tag == "li" else "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in _HIDDEN or tag == "a" or (self._replaced and self._replaced[-1][0] == tag):
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._replaced and self._replaced[-1][0] == tag:
            _, begin, text = self._replaced.pop()
            self.pieces[begin:] = [text]
        elif tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag == "a" and self._links:
            self._link(*self._links.pop())
        elif tag in _BLOCKS:
            self._pre = max(0, self._pre - (tag in _PRE))
            if tag == "blockquote" and self._quotes:
                self._quote(self._quotes.pop())
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if self._hidden or not data:
            return
        data = clean(data)
        if self._addresses and self._names(self.pieces[-1:]) and _RUNS_ON.match(data):
            self.pieces.append(" ")
        self.pieces.append(data if self._pre else _SPACE.sub(" ", data))

    def _names(self, pieces: list[str]) -> bool:
        """Tell whether the first of these is an address of a person."""
        return bool(self._person and pieces and self._person.match(pieces[0]))

    def _quote(self, begin: int) -> None:
        if len(self._quotes) >= _MOST_QUOTES:
            return
        lines = "".join(self.pieces[begin:]).split("\n")
        self.pieces[begin:] = ["\n".join(f"> {line.strip(' ')}" for line in lines if line.strip())]

    def _link(self, address: str, begin: int) -> None:
        label = "".join(self.pieces[begin:])
        if self._hidden:
            return
        if self._names([address]):
            self.pieces[begin:] = [address if self._addresses else ""]
        elif self._addresses and address and address.removeprefix("mailto:") != label.strip():
            self.pieces.append(f" ({address})" if label.strip() else address)
