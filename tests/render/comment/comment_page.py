"""A page that shows a comment as GitHub does: its stylesheet, its task lists, Mermaid for the chart."""

from __future__ import annotations

import re
from pathlib import Path

from markdown_it import MarkdownIt

_PAGE = """<!doctype html><meta charset="utf-8"><style>{css}</style>
<style>body{{margin:16px;background:#f6f8fa}} .box{{max-width:{width}px;margin:auto;background:#fff;border:1px solid #d1d9e0;border-radius:6px;padding:16px}}
.markdown-body{{font-size:14px}}</style><div class="box"><article class="markdown-body">{body}</article></div>
<script>{mermaid}</script><script>mermaid.initialize({{startOnLoad: false}});
document.querySelectorAll('details').forEach(d => d.open = true);
mermaid.run({{querySelector: '.mermaid'}}).then(() => document.title = 'drawn');</script>"""


def page(body: str, node_modules: Path, width: int = 820) -> str:
    """Give the page's HTML; its title becomes `drawn` once the chart is."""
    parser = MarkdownIt("gfm-like", {"html": True})
    parser.linkify.set({"fuzzy_link": False})  # type: ignore[union-attr]
    html = str(parser.render(body))
    html = re.sub(
        r"<li>\[([ x])\]",
        lambda m: (
            f'<li class="task-list-item"><input type="checkbox" disabled {"checked" if m[1] == "x" else ""}>'
        ),
        html,
    )
    html = re.sub(
        r'<pre><code class="language-mermaid">(.*?)</code></pre>',
        r'<pre class="mermaid">\1</pre>',
        html,
        flags=re.DOTALL,
    )
    css = (node_modules / "github-markdown-css/github-markdown-light.css").read_text()
    mermaid = (node_modules / "mermaid/dist/mermaid.min.js").read_text().replace("</script", "<\\/script")
    return _PAGE.format(css=css, width=width, body=html, mermaid=mermaid)
