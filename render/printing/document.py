"""A draft as a tree of what a reader is shown: no comment, no unanswered question, no empty section."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.text.names import CHARTS

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode as Node

#: Gives a still by its file name, or None where it is not there.
Read = Callable[[str], bytes | None]
_CHARTS = f"{CHARTS}/"
#: How a draft's last line says that it was made for one page.
_ONE_PAGE = re.compile(r"^<!-- timeline:draft .*\bregions=[a-z,-]*\bbuild-short\b", re.MULTILINE)


@dataclass(frozen=True)
class Document:
    """The title in words, the blocks in their order, and the stills that they show."""

    title: str
    blocks: tuple[Node, ...]
    read: Read = lambda _: None
    compact: bool = False  # made to fit on one page

    def still(self, node: Node) -> tuple[str, bytes] | None:
        """Return the name and bytes of a picture of the draft's own charts; None for any other."""
        source = str(node.attrs.get("src", ""))
        name = source.removeprefix(_CHARTS)
        if not source.startswith(_CHARTS) or "/" in name or not name.endswith(".svg"):
            return None
        data = self.read(name)
        return None if data is None else (name, data)


def document(text: str, read: Read = lambda _: None, *, diagrams: bool = False) -> Document:
    """Read a draft; `diagrams` keeps Mermaid's source, for readers that draw it."""
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    root = SyntaxTreeNode(parser.parse(text))
    shown = [node for node in root.children if not _left_out(node, diagrams)]
    blocks = tuple(_without_empty_sections(shown))
    title = next((words(node) for node in blocks if node.type == "heading"), "")
    return Document(title, blocks, read, bool(_ONE_PAGE.search(text)))


def words(node: Node) -> str:
    """Return the visible words of a node."""
    if node.type in {"text", "code_inline"}:
        return node.content
    if node.type in {"softbreak", "hardbreak"}:
        return " "
    return "".join(words(child) for child in node.children)


def rows(table: Node) -> list[Node]:
    """Return the rows of a table's body without those that only ask."""
    bodies = (part for part in table.children if part.type == "tbody")
    return [row for body in bodies for row in body.children if not asks(row)]


def items(listing: Node) -> list[Node]:
    """Return the items of a list without those that only ask."""
    return [item for item in listing.children if not asks(item)]


def asks(node: Node) -> bool:
    """Tell whether a node is a question that nobody answered: all in italics, ended by a question mark."""
    if node.type == "tr":
        cells = [cell for cell in node.children if words(cell).strip()]
        # A row may name what it asks in its first cell.
        return bool(cells) and is_question(cells[-1]) and all(map(is_question, cells[1:]))
    if node.type == "list_item":
        return len(node.children) == 1 and asks(node.children[0])
    return node.type == "paragraph" and is_question(node)


def is_note(node: Node) -> bool:
    """Tell whether a paragraph is a note in small letters, from its first sign to its last."""
    inline = node.children[0].children if len(node.children) == 1 else []
    tags = [child.content for child in inline if child.type == "html_inline"]
    return tags == ["<sub>", "</sub>"] and inline[0].type == inline[-1].type == "html_inline"


def is_question(node: Node) -> bool:
    """Tell whether a paragraph or a cell is a question in italics, and nothing else."""
    inline = node.children[0] if len(node.children) == 1 else None
    parts = (
        [child for child in inline.children if child.type != "text" or child.content.strip()]
        if inline
        else []
    )
    return len(parts) == 1 and parts[0].type == "em" and words(parts[0]).strip().endswith("?")


def _left_out(node: Node, diagrams: bool) -> bool:
    match node.type:
        case "html_block":
            return not stripped(node.content).strip()
        case "fence":
            return not diagrams and node.info.strip() == "mermaid"
        case "table":
            return not rows(node)
        case "bullet_list" | "ordered_list":
            return not items(node)
        case _:
            return asks(node)


def stripped(html: str) -> str:
    """Return what HTML in a draft says, without its comments and tags."""
    return re.sub(r"<!--.*?(?:-->|\Z)|<[^>]*+(?:>|\Z)", "", html, flags=re.DOTALL)


def level(node: Node) -> int:
    """Return a heading's level, 1 to 6."""
    return int(node.tag[1:])


def _without_empty_sections(nodes: Sequence[Node]) -> Iterator[Node]:
    for place, node in enumerate(nodes):
        if node.type != "heading" or level(node) == 1 or _says_something(nodes[place + 1 :], level(node)):
            yield node


def _says_something(following: Sequence[Node], of: int) -> bool:
    for node in following:
        if node.type != "heading":
            return True
        if level(node) <= of:
            return False
    return False
