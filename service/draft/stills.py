"""Stills: `charts/*.svg`, drawn by Plotly in a Chromium of this machine, where both are at hand."""

from __future__ import annotations

import asyncio
import importlib.util
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from render.stills.figures import figures
from timeline.model import Timeline

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_EACH_S, _START_S = 30, 60
#: Attributes that hold names made by chance, and these; texts of a picture are none of them.
_ATTRIBUTE = re.compile(rb' (?:id|class|style|clip-path|mask|(?:xlink:)?href)="[^"]*"')
_MADE = re.compile(rb"\b(?:topdefs-|defs-|clip|legend|trace|p|g)[0-9a-f]{6}(?:-[0-9a-f]{6})?")
_DIGITS = re.compile(rb"[0-9a-f]{6}(?![0-9a-f])")


def unavailable() -> str | None:
    """Return why no stills can be drawn here, and what to do; None where they can."""
    if importlib.util.find_spec("kaleido") is None:
        return "no stills: kaleido is not installed; add the extra `stills`"
    from choreographer.browsers.chromium import Chromium

    if Chromium.find_browser(skip_local=False) is None:
        return "no stills: no Chromium was found; install chromium, or name it in BROWSER_PATH"
    return None


def render_stills(timeline: Timeline, read: Callable[[str], bytes]) -> dict[str, bytes]:
    """Return SVG bytes by file name; nothing where `unavailable` says why.

    `read` gives a payload by its SHA-256. Raises what the browser raises where it fails to draw.
    """
    if unavailable() is not None:
        return {}
    drawn = figures(timeline, read)
    if not drawn:
        return {}
    # A thread of its own: the caller may be inside an event loop.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, _draw(drawn)).result(_START_S + _EACH_S * len(drawn))


async def _draw(drawn: dict[str, Figure]) -> dict[str, bytes]:
    from kaleido import Kaleido, PageGenerator

    # Plotly's script comes from the installed package; MathJax would come from a content network.
    page = PageGenerator(mathjax=False)
    async with Kaleido(n=1, timeout=_EACH_S, page_generator=page) as browser:
        return {
            name: steady(await browser.calc_fig(
                figure.to_dict(), opts={"format": "svg", "width": figure.layout.width, "height": figure.layout.height}
            ))
            for name, figure in drawn.items()
        }  # fmt: skip


def steady(svg: bytes) -> bytes:
    """Return a still with the same ids each time it is drawn: Plotly makes them by chance, six digits in each."""
    numbers: dict[bytes, bytes] = {}

    def renamed(match: re.Match[bytes]) -> bytes:
        return _DIGITS.sub(lambda digits: numbers.setdefault(digits[0], b"%06x" % len(numbers)), match[0])

    return _ATTRIBUTE.sub(lambda attribute: _MADE.sub(renamed, attribute[0]), svg)
