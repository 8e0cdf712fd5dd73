"""Citing from the page: what it copies is what `timeline cite` prints, and each id that can be cited leads somewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from render.text.cited import engineers
from tests.example import example
from tests.render.page_browser import needs_browser, until
from tests.render.timeline_fixture import Built, rich
from timeline.instant import HOUR
from timeline.model import Timeline, Window
from timeline.references import cite, measure_id

pytestmark = needs_browser
_COPY = "#fact-panel button[aria-label='Copy citation, in Markdown']"
#: Built before a browser runs: a build has an event loop of its own.
EXAMPLE = example()
_ROW = "document.querySelector('#timings tr.cited')"


def built() -> Built:
    """The bundled incident without payloads: a page needs none to draw."""
    return Built(EXAMPLE.replace(panels=()), {})


def copied(page: Page, fragment: str) -> str:
    """Choose what a fragment names, click, and paste."""
    page.evaluate("hash => { location.hash = hash; }", fragment)
    page.wait_for_selector(_COPY)
    page.locator(_COPY).click()
    until(page, f'document.querySelector("{_COPY}").textContent === "copied"')
    return str(page.evaluate("navigator.clipboard.readText()"))


def spread(timeline: Timeline) -> list[str]:
    """Return facts of every width: an instant, an open beginning, bounds."""
    open_ones = [fact.id for fact in timeline.facts if fact.earliest is None][:2]
    return [*open_ones, *(fact.id for fact in timeline.facts[:: len(timeline.facts) // 8])]


@pytest.mark.parametrize("days", [1, 3])
def test_the_page_copies_what_the_command_prints(days: int, show: Callable[..., Page]) -> None:
    timeline = rich().timeline
    if days > 1:
        window = Window(start=timeline.window.start, end=timeline.window.start + days * 24 * HOUR)
        timeline = timeline.replace(window=window)
    page = show(Built(timeline, rich().payloads))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    values = engineers(timeline)
    for identity in spread(timeline):
        assert [copied(page, identity)] == cite([identity], values)
    gap = timeline.gaps[0].id
    assert [copied(page, f"gap={gap}")] == cite([gap], values)


def test_every_measure_and_number_has_its_place_in_the_page(show: Callable[..., Page]) -> None:
    page, timeline = show(built()), EXAMPLE
    ids = [*(measure_id(one.name) for one in timeline.measures), *(one.id for one in timeline.impact)]
    assert len(ids) == len(set(ids)) > 15
    for identity in ids:
        page.evaluate("hash => { location.hash = hash; }", identity)
        until(page, f"{_ROW}?.id === '{identity}'")
        # In the headline, or in the drawer of all.
        seen = page.locator(f"#{identity}, .tile.cited[data-id='{identity}']")
        assert any(one.is_visible() for one in seen.all())
        assert page.locator("#timings tr.cited").count() == 1
        assert page.locator("#notice").is_hidden()


def test_a_link_to_a_measure_opens_with_it_in_sight(show: Callable[..., Page]) -> None:
    page = show(built(), "m-silenced", viewport={"width": 600, "height": 500})
    until(page, f"{_ROW} !== null")
    assert page.locator("#timings").is_visible()
    box = page.locator("#m-silenced").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 500
    page.locator("#timings button:has-text('from')").first.click()
    until(page, f"{_ROW} === null")
    assert page.locator("#timings").is_hidden()
    assert "m-silenced" not in page.evaluate("location.hash")


def test_a_page_without_measures_misses_none_that_nobody_named(show: Callable[..., Page]) -> None:
    page = show(Built(EXAMPLE.replace(panels=(), measures=(), impact=()), {}), EXAMPLE.facts[0].id)
    page.wait_for_selector(_COPY)
    assert page.locator("#notice").is_hidden()
    page.evaluate("location.hash = 'm-silenced'")
    until(page, "!document.getElementById('notice').hidden")
    assert "m-silenced" in page.locator("#notice").inner_text()


def test_a_link_to_none_says_so(show: Callable[..., Page]) -> None:
    page = show(built(), "m-firing-to-dinner")
    assert (
        page.locator("#notice").inner_text()
        == "This link names m-firing-to-dinner, which is no measure and no number of this timeline."
    )
