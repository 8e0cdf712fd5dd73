"""The page beside notes: as narrow as a meeting's half of a shared screen, with no word of a person or a name cut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.example import example
from tests.render.page_browser import needs_browser, rested, until
from tests.render.timeline_fixture import Built

pytestmark = needs_browser
EXAMPLE = Built(example(), {})
#: Widths of the chart's frame: half of 1280 and beside notes at 1280, and half of 1920.
WIDTHS = [655, 888, 998]
#: What is quoted may be cut, and says so by its ellipsis; nothing else may.
CUT = """() => [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && !e.closest('.said-words, .quote, .row-note, .offscreen, select, option, .skip')
    && ['hidden', 'clip'].includes(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth + 1 && !e.matches('#chart, #overview, section, main, body, html, aside, #chart-pane, #beside'))
    .map(e => `${e.tagName}.${e.className}: ${e.textContent.slice(0, 60)}`)"""


def cut(page: Page) -> Any:
    return page.evaluate(CUT)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_word_is_cut(width: int, show: Callable[..., Page]) -> None:
    page = show(EXAMPLE, home=True, viewport={"width": width, "height": 683})
    rested(page)
    assert cut(page) == []
    assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [
        width,
        683,
    ]
    tiles = " ".join(page.locator(".tile").all_inner_texts())
    for words in (
        "9,433 failed requests",
        "1m45–2m15s",
        "3m01–21s",
        "33m15–45s",
        "7m05–8m10s",
    ):
        assert words in tiles
    # Chart and table are both there, and each can be read.
    chart, table = (page.locator(where).bounding_box() for where in ("#chart", "#table"))
    assert chart
    assert table
    assert chart["height"] > 150
    assert table["height"] > 100
    assert table["width"] > 280


def test_a_change_of_width_goes_from_one_form_to_the_other(show: Callable[..., Page]) -> None:
    page = show(EXAMPLE, home=True, viewport={"width": 1280, "height": 720})
    assert "33m15s – 33m45s" in " ".join(page.locator(".tile").all_inner_texts())
    page.set_viewport_size({"width": 655, "height": 683})
    until(page, "document.querySelector('.tile .short').checkVisibility()")
    rested(page)
    assert cut(page) == []
