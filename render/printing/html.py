"""A draft as one HTML file: no script, no request; stills inside."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING

from render.printing.document import Document, is_note, is_question, items, rows, stripped, words
from render.text.markdown import is_web

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode as Node

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_STYLE = """
:root { color-scheme: light }
body { font: 15px/1.5 system-ui, sans-serif; color: #1f2328; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.7rem; line-height: 1.25 } h2 { border-bottom: 1px solid #d1d9e0; padding-bottom: .2rem; margin-top: 2rem }
table { border-collapse: collapse; max-width: 100%; font-size: .86rem; font-variant-numeric: tabular-nums }
th, td { border: 1px solid #d1d9e0; padding: .25rem .5rem; text-align: left; vertical-align: top; overflow-wrap: break-word }
td code { overflow-wrap: anywhere }
th { background: #f6f8fa } td:first-child { min-width: 5.5rem }
sub { font-size: .75em; vertical-align: baseline }
code { font: .88em ui-monospace, monospace; background: #eff1f3; padding: .1em .3em; border-radius: 3px }
pre { background: #f6f8fa; padding: .75rem; white-space: pre-wrap } pre code { background: none; padding: 0 }
img { max-width: 100% } a { color: #0550ae } blockquote { border-left: 3px solid #d1d9e0; margin-left: 0; padding-left: 1rem }
@page { size: A4; margin: 16mm 14mm }
@media print {
  body { margin: 0; max-width: none; padding: 0; font-size: 10.5pt } table { font-size: 8.5pt }
  thead { display: table-header-group } tr, img { break-inside: avoid } h2, h3, h4 { break-after: avoid }
}
"""
#: What a document for one page is printed in.
_COMPACT = """
@page { margin: 10mm 12mm }
@media print {
  body { font-size: 8.5pt; line-height: 1.3 } table { font-size: 7.2pt; margin: 2pt 0 } th, td { padding: 1pt 4pt }
  h1 { font-size: 14pt; margin: 0 0 4pt } h2 { font-size: 10.5pt; margin: 6pt 0 2pt; padding: 0 }
  p, ul, ol { margin: 2pt 0 } sub { font-size: 6.5pt }
}
"""


class Html:
    """Writes the nodes of a document as HTML; a subclass says what differs."""

    def __init__(self, document: Document, *, relative: bool = True) -> None:
        self._document = document
        self._relative = relative  # links beside the draft: to the page and to evidence

    def body(self) -> str:
        """Return the blocks."""
        return "".join(self.node(node) for node in self._document.blocks)

    def node(self, node: Node) -> str:
        """Return one node with what is in it."""
        made = getattr(self, node.type, None)
        return made(node) if made is not None else self._inside(node)

    def _inside(self, node: Node) -> str:
        return "".join(self.node(child) for child in node.children)

    def text(self, node: Node) -> str:
        """Return words."""
        return escape(node.content, quote=False)

    def code_inline(self, node: Node) -> str:
        """Return an identifier."""
        return f"<code>{escape(node.content, quote=False)}</code>"

    def softbreak(self, _: Node) -> str:
        """Return the end of a line in a paragraph."""
        return "\n"

    def hardbreak(self, _: Node) -> str:
        """Return a line break."""
        return "<br/>\n"

    def hr(self, _: Node) -> str:
        """Return a rule."""
        return "<hr/>\n"

    def em(self, node: Node) -> str:
        """Return emphasised words."""
        return f"<em>{self._inside(node)}</em>"

    def strong(self, node: Node) -> str:
        """Return strong words."""
        return f"<strong>{self._inside(node)}</strong>"

    def s(self, node: Node) -> str:
        """Return words that were struck out."""
        return f"<del>{self._inside(node)}</del>"

    def heading(self, node: Node) -> str:
        """Return a heading."""
        return f"<{node.tag}>{self._inside(node)}</{node.tag}>\n"

    def paragraph(self, node: Node) -> str:
        """Return a paragraph; of a tight list's item, the bare words."""
        inside = self._inside(node)
        if is_note(node):
            inside = f"<sub>{inside}</sub>"
        return f"{inside}\n" if node.hidden else f"<p>{inside}</p>\n"

    def blockquote(self, node: Node) -> str:
        """Return a quotation."""
        return f"<blockquote>{self._inside(node)}</blockquote>\n"

    def bullet_list(self, node: Node) -> str:
        """Return a list."""
        return self._list(node, "ul")

    def ordered_list(self, node: Node) -> str:
        """Return a numbered list."""
        return self._list(node, "ol")

    def _list(self, node: Node, tag: str) -> str:
        inside = "".join(f"<li>{self._inside(item).strip()}</li>\n" for item in items(node))
        return f"<{tag}>\n{inside}</{tag}>\n"

    def fence(self, node: Node) -> str:
        """Return code."""
        return f"<pre><code>{escape(node.content, quote=False)}</code></pre>\n"

    code_block = fence

    def html_block(self, node: Node) -> str:
        """Return what HTML in a draft says, without its tags."""
        return f"<p>{escape(stripped(node.content).strip(), quote=False)}</p>\n"

    def html_inline(self, _: Node) -> str:
        """Return nothing: tags in prose are left out."""
        return ""

    def table(self, node: Node) -> str:
        """Return a table."""
        head = "".join(
            self._row(row, "th") for part in node.children if part.type == "thead" for row in part.children
        )
        body = "".join(self._row(row, "td") for row in rows(node))
        return f"<table>\n<thead>\n{head}</thead>\n<tbody>\n{body}</tbody>\n</table>\n"

    def _row(self, row: Node, tag: str) -> str:
        cells = ("" if is_question(cell) else self._inside(cell) for cell in row.children)
        return f"<tr>{''.join(f'<{tag}>{inside}</{tag}>' for inside in cells)}</tr>\n"

    def link(self, node: Node) -> str:
        """Return a link where it leads somewhere from here, else its words."""
        target = self.target(str(node.attrs.get("href", "")))
        inside = self._inside(node)
        return f'<a href="{escape(target)}">{inside}</a>' if target else inside

    def target(self, address: str) -> str:
        """Return where a link leads, or nothing."""
        beside = self._relative and "//" not in address and ":" not in address.split("/")[0].split("#")[0]
        return address if is_web(address) or (beside and not address.startswith("#")) else ""

    def image(self, node: Node) -> str:
        """Return a still, inside the document; of any other picture, its words."""
        found = self._document.still(node)
        if found is None:
            return f"<em>{escape(words(node), quote=False)}</em>"
        data = b64encode(found[1]).decode()
        return f'<img alt="{escape(words(node))}" src="data:image/svg+xml;base64,{data}"/>'


def to_html(document: Document, *, relative: bool = True) -> bytes:
    """Return a file of its own; `relative` keeps links to the files beside the draft."""
    body = Html(document, relative=relative).body()
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}"/>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
        f"<title>{escape(document.title)}</title>\n<style>{_STYLE}{_COMPACT if document.compact else ''}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    ).encode()
