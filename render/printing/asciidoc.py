"""A draft in AsciiDoc; whatever means something to AsciiDoc goes through its own passthrough."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from render.printing.document import Document, is_question, items, level, rows, stripped, words
from render.text.markdown import is_web
from render.text.names import CHARTS

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode as Node

# Anything but words and plain punctuation: formatting, macros, references, replacements, addresses.
_MEANS = re.compile(
    r"[^\w\s,;:.?!%“”‘’…·≈≥≤×()/\"-]|--|\.\.|->|=>|<-|==|\w@|://|::|;;|\((?:C|R|TM)\)|\w_|_\w", re.IGNORECASE
)
_BEGINS = re.compile(r"^(?:[.\-*=/|!+>:'\"]|\d+\.|[A-Z]+: |\w+\) )")
_IDENTIFIER = re.compile(r"(?!.*(?:--|\.\.|::|//))[A-Za-z0-9 .:/-]+")


def to_asciidoc(document: Document) -> bytes:
    """Return the document; its links and pictures lead to the files beside the draft."""
    body = "\n".join(_block(node) for node in document.blocks)
    return re.sub(r"\n{3,}", "\n\n", body).strip("\n").encode() + b"\n"


def _block(node: Node, depth: int = 1) -> str:
    match node.type:
        case "heading":
            return f"\n{'=' * level(node)} {_inline(node)}\n"
        case "paragraph":
            return f"{_led(_inline(node))}\n"
        case "bullet_list" | "ordered_list":
            mark = ("*" if node.type == "bullet_list" else ".") * depth
            return "".join(_item(item, mark, depth) for item in items(node)) + ("" if depth > 1 else "\n")
        case "blockquote":
            return f"[quote]\n____\n{''.join(_block(child) for child in node.children)}____\n"
        case "fence" | "code_block":
            return _listing(node)
        case "table":
            return _table(node)
        case "html_block":
            return f"{_led(_plain(stripped(node.content).strip()))}\n"
        case "hr":
            return "'''\n"
        case _:
            return ""


def _led(text: str) -> str:
    """Keep the first words of a paragraph from meaning a list, a heading or an attribute."""
    return f"{{empty}}{text}" if _BEGINS.match(text) else text


def _item(item: Node, mark: str, depth: int) -> str:
    first, *rest = item.children or (None,)
    text = f"{mark} {_led(_inline(first)) if first is not None else ''}\n"
    for child in rest:
        nested = child.type in {"bullet_list", "ordered_list"}
        text += _block(child, depth + 1) if nested else f"+\n{_block(child)}"
    return text


def _listing(node: Node) -> str:
    fence = "-" * max(
        4, 1 + max((len(run) for run in re.findall(r"^-+$", node.content, re.MULTILINE)), default=0)
    )
    style = "[mermaid]" if node.info.strip() == "mermaid" else "[listing]"
    return f"{style}\n{fence}\n{node.content}{fence}\n"


def _table(node: Node) -> str:
    head = [row for part in node.children if part.type == "thead" for row in part.children]
    lines = [_cells(row) for row in head]
    width = len(head[0].children) if head else 1
    body = "\n".join(_cells(row) for row in rows(node))
    return f'[cols="{",".join(["1"] * width)}",options="header"]\n|===\n{"".join(lines)}\n{body}|===\n'


def _cells(row: Node) -> str:
    # A cell ends at a pipe, whatever it stands in, unless a backslash is before it.
    shown = ("" if is_question(cell) else _inline(cell) for cell in row.children)
    return "".join("|" + _led(text).replace("|", "\\|") + "\n" for text in shown)


def _inline(node: Node) -> str:
    match node.type:
        case "text":
            return _plain(node.content)
        case "code_inline":
            return f"``{_plain(node.content, code=True)}``"
        case "em":
            return f"__{_inside(node)}__"
        case "strong":
            return f"**{_inside(node)}**"
        case "s":
            return f"[.line-through]##{_inside(node)}##"
        case "softbreak":
            return " "
        case "hardbreak":
            return " +\n"
        case "link":
            return _link(node)
        case "image":
            return _image(node)
        case "html_inline":
            return ""
        case _:
            return _inside(node)


def _inside(node: Node) -> str:
    return "".join(_inline(child) for child in node.children)


def _plain(text: str, *, code: bool = False) -> str:
    if not text or (_IDENTIFIER.fullmatch(text) if code else not _MEANS.search(text)):
        return text
    lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    bare = text.strip()
    slashes = "{backslash}" * (
        len(bare) - len(bare.rstrip("\\"))
    )  # one before the bracket would keep it open
    bare = bare.rstrip("\\").replace("]", "\\]")
    return f"{lead}{f'pass:c[{bare}]' if bare else ''}{slashes}{tail}"


def _link(node: Node) -> str:
    # Brackets in the label stand in passthroughs, which are taken out before links are read.
    address, inside = str(node.attrs.get("href", "")), _inside(node)
    beside = (
        "//" not in address and ":" not in address.split("/")[0].split("#")[0] and not address.startswith("#")
    )
    return f"link:++{address}++[{inside}]" if is_web(address) or beside else inside


def _image(node: Node) -> str:
    source, alt = str(node.attrs.get("src", "")), words(node)
    if not re.fullmatch(rf"{CHARTS}/[\w.-]+\.svg", source):
        return f"__{_plain(alt)}__"
    said = alt.replace('"', "'").replace("]", ")")
    return f'image:{source}["{said}"]'
