"""One screen, three panes: where they stand, that the page stands still, and that chart and table are one view."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.example import example
from tests.render.page_browser import chosen, needs_browser, rested, until
from tests.render.timeline_fixture import Built, rich

pytestmark = needs_browser
#: Built before a browser runs: a build has an event loop of its own.
EXAMPLE = Built(example(), {})
SCREENS = [(1280, 720), (1920, 1080), (3840, 2160)]


def box(page: Page, where: str) -> dict[str, float]:
    found = page.locator(where).first.bounding_box()
    assert found, where
    return {"x": found["x"], "y": found["y"], "width": found["width"], "height": found["height"]}


@pytest.mark.parametrize("screen", SCREENS, ids=lambda s: f"{s[0]}x{s[1]}")
def test_three_panes_on_one_screen_and_the_page_stands_still(
    screen: tuple[int, int], show: Callable[..., Page]
) -> None:
    width, height = screen
    page = show(home=True, viewport={"width": width, "height": height})
    assert page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]") == [
        height,
        width,
    ]
    page.mouse.move(width / 4, height / 2)
    page.mouse.wheel(0, 4_000)
    page.mouse.move(width * 0.9, height / 2)
    page.mouse.wheel(0, 400)
    until(page, "document.querySelector('#table').scrollTop > 0")
    assert page.evaluate("scrollY") == 0
    chart, table = box(page, "#chart"), box(page, "#table")
    assert chart["y"] <= (150 if width < 2400 else 150 * 1.25)  # type is larger there
    assert chart["x"] + chart["width"] <= table["x"]
    assert chart["y"] + chart["height"] <= height
    assert table["y"] + table["height"] <= height
    page.locator("tr[data-fact] .statement").nth(3).click()
    detail = box(page, "#fact-panel")
    assert detail["y"] >= box(page, "#table")["y"] + box(page, "#table")["height"] - 1
    assert box(page, "#chart") == chart


def test_the_axis_stays_and_the_overview_has_its_scale(show: Callable[..., Page]) -> None:
    page = show(home=True, viewport={"width": 1280, "height": 720})
    before = box(page, "#overview")
    page.evaluate("document.querySelector('#chart').scrollTop = 300")
    rested(page)
    assert box(page, "#overview") == before
    plot = page.evaluate(
        "(() => { const b = document.querySelector('#plot .nsewdrag').getBoundingClientRect(); return [b.left, b.right]; })()"
    )
    ticks = page.eval_on_selector_all(
        "#overview .tick", "all => all.map(one => one.getBoundingClientRect().x)"
    )
    lines = page.evaluate(
        "(() => { const p = document.querySelector('#plot'), [a, b] = p.layout.xaxis.range, r = document.querySelector('#plot .nsewdrag').getBoundingClientRect(); return p.layout.xaxis.tickvals.map(at => r.left + (at - a) / (b - a) * r.width); })()"
    )
    assert len(ticks) >= 3
    assert ticks == pytest.approx(lines, abs=1.5)
    assert all(plot[0] - 1 <= at <= plot[1] + 1 for at in ticks)


def seconds(page: Page) -> list[float]:
    return [float(at) for at in page.evaluate("document.querySelector('#plot').layout.xaxis.range")]


def test_it_opens_on_the_incident_and_a_tenth_and_one_key_shows_all(show: Callable[..., Page]) -> None:
    incident, window = EXAMPLE.timeline.incident, EXAMPLE.timeline.window
    assert incident.start is not None
    assert incident.end is not None
    start, end = ((at - window.start) / 1e9 for at in (incident.start, incident.end))
    page = show(EXAMPLE, home=True)
    assert seconds(page) == pytest.approx([start - (end - start) / 10, end + (end - start) / 10])
    assert page.evaluate("location.hash") == ""
    page.keyboard.press("0")
    until(page, f"document.querySelector('#plot').layout.xaxis.range[1] > {end + 1000}")
    assert seconds(page) == pytest.approx([0, (window.end - window.start) / 1e9])
    assert "view=window" in page.evaluate("location.hash")
    # Records of one event are one row, which counts them.
    assert page.inner_text("output.shown") == f"{len(EXAMPLE.timeline.facts)} facts"
    page.keyboard.press("0")
    until(page, "location.hash === ''")
    rested(page)
    assert seconds(page)[0] == pytest.approx(start - (end - start) / 10)


def test_a_link_to_what_lies_outside_the_incident_shows_it(show: Callable[..., Page]) -> None:
    first = EXAMPLE.timeline.facts[0]
    page = show(EXAMPLE, fragment=first.id, home=True)
    assert chosen(page) == (first.id, first.id)
    assert seconds(page)[0] == 0


def test_choosing_in_one_scrolls_the_other(show: Callable[..., Page]) -> None:
    page = show("no-metrics", home=True, viewport={"width": 1280, "height": 720})
    last = page.locator("tr[data-fact]").last.get_attribute("data-fact")
    page.evaluate("id => { location.hash = id; }", last)
    until(page, "document.querySelector('#table').scrollTop > 0")
    assert chosen(page) == (last, last)
    row = box(page, "tr[aria-selected='true']")
    table = box(page, "#table")
    assert table["y"] <= row["y"] < table["y"] + table["height"]


@pytest.mark.parametrize("lane", ["changes", "chat", "impact"])
def test_choosing_a_row_brings_its_lane_into_sight(lane: str, show: Callable[..., Page]) -> None:
    page = show("forty-series", home=True, viewport={"width": 1280, "height": 500})
    page.locator(f"tr.lane-{lane}").last.locator(".statement").click()
    rested(page)
    seen = page.evaluate(
        "lane => { const n = document.querySelector(`.lane-name[data-lane=${lane}]`).getBoundingClientRect(), c = document.querySelector('#chart').getBoundingClientRect(); return n.bottom > c.top && n.top < c.bottom; }",
        lane,
    )
    assert seen


def test_the_detail_is_as_high_as_it_is_dragged_and_escape_closes_it(show: Callable[..., Page]) -> None:
    page = show(home=True, viewport={"width": 1280, "height": 720})
    assert page.locator("#side").is_hidden()
    page.locator("tr[data-fact] .statement").nth(2).click()
    edge, before = box(page, "#drawer-edge"), box(page, "#side")["height"]
    page.mouse.move(edge["x"] + 50, edge["y"] + 3)
    page.mouse.down()
    page.mouse.move(edge["x"] + 50, edge["y"] - 97, steps=4)
    page.mouse.up()
    assert box(page, "#side")["height"] == pytest.approx(before + 100, abs=8)
    page.focus("#drawer-edge")
    page.keyboard.press("ArrowDown")
    assert box(page, "#side")["height"] == pytest.approx(before + 68, abs=8)
    page.keyboard.press("Escape")
    assert page.locator("#side").is_hidden()


def test_beside_notes_there_is_room_for_chart_and_table(show: Callable[..., Page]) -> None:
    """The frame of a review at 1280 x 720: 900 px; with wider notes less, where title, tiles and search take two rows each and nothing is cut."""
    for width, lowest in ((900, 160), (700, 245)):
        page = show(home=True, viewport={"width": width, "height": 660})
        assert page.evaluate("document.documentElement.scrollHeight") == 660
        chart, table = box(page, "#chart"), box(page, "#table")
        assert chart["y"] <= lowest
        assert min(chart["width"], table["width"]) >= 300
        assert min(chart["height"], table["height"]) >= 130


def test_a_phone_shows_cards_first_the_chart_behind_a_tab_and_detail_as_a_sheet(
    show: Callable[..., Page],
) -> None:
    page = show(home=True, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    assert page.locator("#chart").is_hidden()
    assert page.locator(".tile").first.is_visible()
    card = page.locator("tr[data-fact]").first
    card.locator(".statement").tap()
    sheet = box(page, "#side")
    assert sheet["y"] + sheet["height"] == pytest.approx(844, abs=1)
    assert sheet["height"] <= 0.61 * 844
    assert page.locator("#fact-panel h2").is_visible()
    page.locator("#fact-panel button[aria-label=Close]").tap()
    assert page.locator("#side").is_hidden()
    page.locator("#panes [data-pane=chart]").tap()
    assert page.locator("#chart").is_visible()
    assert page.locator("#table").is_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_letters_are_no_keys_where_they_are_switched_off(show: Callable[..., Page]) -> None:
    page = show(home=True)
    page.click("button[aria-label=Help]")
    page.uncheck("#keys-on")
    page.keyboard.press("Escape")
    for key in ("p", "w", "t", "0", ".", "/", "?"):
        page.keyboard.press(key)
    assert page.evaluate("location.hash") == ""
    assert page.locator("dialog[open]").count() == 0
    page.keyboard.press("ArrowRight")
    assert chosen(page)[0]
    page.keyboard.press("Escape")
    page.click("button[aria-label=Help]")
    page.check("#keys-on")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    page.wait_for_selector("#replay:not([hidden])")


def test_a_replay_keeps_its_axes_still(show: Callable[..., Page]) -> None:
    axes: Callable[[Page], Any] = lambda page: page.evaluate(  # noqa: E731
        "Object.entries(document.querySelector('#plot').layout).filter(([n]) => /^yaxis\\d/.test(n)).map(([n, a]) => [n, a.range])"
    )
    start = rich().timeline.window.start
    page = show()
    before = axes(page)
    assert before
    assert start
    page.evaluate("location.hash = 'at=2026-11-21T14:05:00Z&view=window'")
    page.wait_for_selector("#replay:not([hidden])")
    rested(page)
    assert axes(page) == before


def test_an_alert_bar_under_the_pointer_says_what_it_is(show: Callable[..., Page]) -> None:
    page = show(home=True, viewport={"width": 1400, "height": 900})
    at = page.evaluate(
        """() => {
            const plot = document.querySelector('#plot'), box = plot.querySelector('.nsewdrag').getBoundingClientRect();
            const bars = plot.data.find(t => t.type === 'bar'), [left, right] = plot.layout.xaxis.range, [low] = plot.layout.yaxis.range;
            const n = bars.meta.indexOf('firing');
            return [box.left + (bars.base[n] + bars.x[n] * 0.7 - left) / (right - left) * box.width, box.top + bars.y[n] / low * box.height];
        }"""
    )
    page.mouse.move(at[0] - 4, at[1])
    page.mouse.move(*at, steps=3)
    page.wait_for_selector("#tip:not([hidden])")
    assert re.search(r"\bfir(?:ed|ing)\b", page.inner_text("#tip"))


def test_every_series_says_its_value_at_the_pointer_and_every_panel_its_peak(
    show: Callable[..., Page],
) -> None:
    page = show("forty-series", home=True, viewport={"width": 1400, "height": 1000})
    panels = page.locator(".lane-name.of-panel")
    assert panels.count() >= 2
    assert all("peak " in text for text in panels.all_inner_texts())
    lane = page.locator(".lane-name.of-panel", has_text="p99 by").bounding_box()
    assert lane
    page.locator(".lane-name.of-panel", has_text="p99 by").scroll_into_view_if_needed()
    lane = page.locator(".lane-name.of-panel", has_text="p99 by").bounding_box()
    assert lane
    page.mouse.move(500, lane["y"] + 20)
    page.mouse.move(520, lane["y"] + 22, steps=2)
    pointed = page.locator(".readout.pointed > div")
    assert pointed.count() == 40
    assert all(text.endswith((" s", "no sample")) for text in pointed.all_inner_texts())
    assert page.locator(".readout").count() == panels.count()
