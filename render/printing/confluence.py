"""A draft in Confluence's storage format: XHTML with macros; stills as attachments of the page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from render.printing.document import Document, level, words
from render.printing.html import Html

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode as Node


class _Storage(Html):
    """XHTML as Confluence stores it; the title is the page's own, so that headings begin below it."""

    def heading(self, node: Node) -> str:
        if level(node) == 1:
            return ""
        tag = f"h{level(node) - 1}"
        return f"<{tag}>{self._inside(node)}</{tag}>\n"

    def fence(self, node: Node) -> str:
        body = node.content.replace("]]>", "]]]]><![CDATA[>")
        return (
            '<ac:structured-macro ac:name="code"><ac:plain-text-body>'
            f"<![CDATA[{body}]]></ac:plain-text-body></ac:structured-macro>\n"
        )

    code_block = fence

    def image(self, node: Node) -> str:
        found = self._document.still(node)
        if found is None:
            return f"<em>{escape(words(node), quote=False)}</em>"
        name, alt = escape(found[0]), escape(words(node))
        return f'<ac:image ac:alt="{alt}"><ri:attachment ri:filename="{name}"/></ac:image>'


def to_confluence(document: Document) -> bytes:
    """Return the body of a page; attach `charts/*.svg` to it by hand or by the interface."""
    return _Storage(document, relative=False).body().encode()
