"""HTML and MediaWiki's text as Markdown; needs the extra `import`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import mwparserfromhell
from markdownify import MarkdownConverter

_LEFT_OUT = ("script", "style", "head", "nav", "noscript", "template", "iframe", "svg")
_LIST = re.compile(r"([*#:;]{1,8})[ \t]*")
_OPENING = re.compile(r"<!--|<(ref|syntaxhighlight|source|pre)\b(?![^>]{0,200}/>)", re.IGNORECASE)
_BOLD = re.compile(r"'{2,5}")
_ATTRIBUTES = re.compile(r"^[^|\[{]{0,200}\|(?!\|)")


def html(text: str) -> str:
    """Return what a reader sees of an HTML page."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(text, "html.parser")
    for name in _LEFT_OUT:
        for one in soup.find_all(name):
            one.decompose()
    made: str = MarkdownConverter(heading_style="ATX", bullets="-", escape_misc=False).convert_soup(
        soup.body or soup
    )
    return made


def wiki(text: str) -> str:
    """Return a page of MediaWiki: headings, lists, tables and words; templates and links as what they show."""
    return "\n".join(_lines(text))


def _lines(text: str) -> Iterator[str]:
    cells: list[str] | None = None  # of the row of a table that is being read
    is_first = False
    for line in _shown(text).split("\n"):
        mark = line.strip()
        if mark.startswith("{|"):
            cells, is_first = [], True
            yield ""
        elif cells is not None and mark.startswith(("|-", "|}")):
            if cells:
                yield f"| {' | '.join(cells)} |"
                if is_first:
                    yield f"|{'---|' * len(cells)}"
                is_first = False
            cells = None if mark.startswith("|}") else []
        elif cells is not None and mark.startswith(("|", "!")) and not mark.startswith("|+"):
            parts = mark[1:].replace("!!", "||").split("||")
            cells += [_words(_ATTRIBUTES.sub("", part)).replace("|", "\\|") for part in parts]
        elif cells is not None:
            if cells and mark:
                cells[-1] += f" {_words(mark)}"
        elif len(mark) > 2 and mark[0] == mark[-1] == "=":
            level = len(mark) - len(mark.lstrip("="))
            yield f"{'#' * min(level, 6)} {_words(mark.strip('='))}"
        elif item := _LIST.match(line):
            yield f"{'  ' * (len(item[1]) - 1)}- {_words(line[item.end() :])}"
        else:
            yield _words(line)


def _shown(text: str) -> str:
    """Return a text without comments, references and code: what is opened and never closed stays."""
    parts, at, unclosed = list[str](), 0, set[str]()
    for opening in _OPENING.finditer(text):
        end = "-->" if opening[0] == "<!--" else f"</{opening[1].lower()}>"
        if opening.start() < at or end in unclosed:
            continue
        close = text.find(end, opening.end())
        if close < 0:
            unclosed.add(end)
            continue
        parts.append(text[at : opening.start()])
        at = close + len(end)
    return " ".join((*parts, text[at:]))


def _words(text: str) -> str:
    """Return the words of one line: a link as what it is called, a template as its values."""
    code = mwparserfromhell.parse(text)
    for one in code.filter_templates(recursive=False):
        shown = " ".join(str(parameter.value).strip() for parameter in one.params)
        code.replace(one, shown)
    plain = str(mwparserfromhell.parse(str(code)).strip_code(normalize=True, collapse=True))
    return " ".join(_BOLD.sub("", plain).split())
