"""A person at the page of a shared screen: what they see, and every action that they take, counted."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

from tests.render.page_browser import new_context, rested
from timeline.model import Fact, Timeline

MOST = 3
WIDTH, HEIGHT = 1280, 720
TOLD = Path(__file__).parents[3] / "docs" / "usability.md"


class Hand:
    """A person at the page: each click, key, drag or typed word is one action."""

    def __init__(self, page: Page, timeline: Timeline) -> None:
        self.page, self.timeline, self.actions = page, timeline, 0

    def click(self, where: str | Locator, **options: object) -> None:
        """Click on what can be seen; whatever else it takes to see it counts as well."""
        self.actions += 1
        found = self.page.locator(where) if isinstance(where, str) else where
        found.click(**options)  # type: ignore[arg-type]

    def twice(self, where: str) -> None:
        self.actions += 1
        self.page.dblclick(where)

    def key(self, name: str) -> None:
        self.actions += 1
        self.page.keyboard.press(name)

    def type(self, words: str) -> None:
        self.actions += 1
        self.page.keyboard.type(words)

    def choose(self, where: str, value: str) -> None:
        self.actions += 1
        self.page.select_option(where, value)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.actions += 1
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=8)
        self.page.mouse.up()

    def fact(self, kind: str, words: str = "") -> Fact:
        return next(f for f in self.timeline.facts if f.kind == kind and words in f.statement)

    def mark(self, fact: Fact) -> tuple[float, float]:
        """Return where the fact's mark stands, in px of the screen, where it can be seen."""
        place = self.page.evaluate(
            """id => {
                const plot = document.querySelector('#plot');
                const box = document.querySelector('#plot .nsewdrag').getBoundingClientRect();
                const trace = plot.data.find(t => t.name === 'facts' && (t.yaxis ?? 'y') === 'y' && t.customdata.some(m => m.items.some(i => i.id === id)));
                const at = trace.customdata.findIndex(m => m.items.some(i => i.id === id));
                const [left, right] = plot.layout.xaxis.range, [low] = plot.layout.yaxis.range;
                return [box.left + (trace.x[at] - left) / (right - left) * box.width, box.top + trace.y[at] / low * box.height];
            }""",
            fact.id,
        )
        return float(place[0]), float(place[1])

    def press(self, fact: Fact, *, shift: bool = False) -> None:
        """Click on a fact's mark in the chart, as a person sees it."""
        self.actions += 1
        # Scrolling is no action.
        self.page.evaluate(
            "y => { const c = document.querySelector('#chart'); c.scrollTop += y - c.getBoundingClientRect().top - c.clientHeight / 2; }",
            self.mark(fact)[1],
        )
        # A hand presses what stands still: what opened a moment ago has moved the chart.
        rested(self.page)
        # Two presses in less than that are a double click, wherever the second is: no hand gets there in it.
        self.page.wait_for_function(
            "() => { const { _mouseDownTime, _context } = document.querySelector('#plot'); return !(Date.now() - _mouseDownTime <= _context.doubleClickDelay); }"
        )
        self.page.mouse.move(*self.mark(fact), steps=3)
        self.page.wait_for_selector("#tip:not([hidden])")
        if shift:
            self.page.keyboard.down("Shift")
        self.page.mouse.click(*self.mark(fact))
        if shift:
            self.page.keyboard.up("Shift")
        self.page.wait_for_selector("#fact-panel[data-fact]")

    def sees(self, where: str | Locator, words: str = "") -> str:
        """Assert that something is on the screen, scrolled to in its pane; return its text."""
        found = (self.page.locator(where) if isinstance(where, str) else where).first
        found.wait_for()
        found.scroll_into_view_if_needed()
        box = found.bounding_box()
        assert box
        assert box["width"] > 0
        assert -1 <= box["y"] < HEIGHT, "not on the screen"
        assert self.page.evaluate("[scrollX, scrollY]") == [0, 0], "the page itself has moved"
        text = found.inner_text()
        assert words in text
        return text

    def clipboard(self) -> str:
        """Return what was copied: pasting it elsewhere is no action at this page."""
        return str(self.page.evaluate("navigator.clipboard.readText()"))


@contextmanager
def at_the_page(browser: Browser, path: Path, timeline: Timeline, name: str, row: int) -> Iterator[Hand]:
    """Give a person the page; hold what they did to the count in row `row` of the documentation, and to `MOST`."""
    context, page, troubles = new_context(browser, {"viewport": {"width": WIDTH, "height": HEIGHT}})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]")
    person = Hand(page, timeline)
    yield person
    if folder := os.environ.get("TIMELINE_SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"meeting-{name}.png"))
    context.close()
    assert troubles == []
    assert person.actions <= MOST
    assert person.actions == told(row)


def told(number: int) -> int:
    """Return how many actions the documentation says question `number` takes."""
    row = re.search(rf"^\| {number} \|.*\| (\d) \|$", TOLD.read_text("utf-8"), re.MULTILINE)
    assert row, f"docs/usability.md has no row {number}"
    return int(row[1])
