"""Nothing is cut without its whole form at hand; rows come before the script that draws lines: in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.render.page_browser import needs_browser, rested, until

pytestmark = needs_browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1280, "height": 720}}
#: Whether any part of the header is cut.
CUT = "[...document.querySelectorAll('.title > :not(.tools)')].some(part => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).overflow !== 'visible')"


def height(page: Page, selector: str) -> float:
    return float(page.evaluate("s => document.querySelector(s).getBoundingClientRect().height", selector))


def test_rows_are_there_before_the_script_that_draws_lines(show: Callable[..., Page]) -> None:
    page = show(home=True)
    page.add_init_script(
        """new MutationObserver((_, watch) => {
            if (!document.querySelector('#table tr[data-fact]:not([data-unread])')) return;
            window.linesAtFirstRows = 'Plotly' in window;
            watch.disconnect();
        }).observe(document, { subtree: true, childList: true });"""
    )
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate("window.linesAtFirstRows") is False
    assert page.evaluate("'Plotly' in window") is True


@pytest.mark.parametrize("options", [DESK, PHONE], ids=["desk", "phone"])
def test_a_long_title_is_shown_whole_by_a_button(
    show: Callable[..., Page], options: dict[str, object]
) -> None:
    page = show("hostile", home=True, **options)
    assert page.evaluate(CUT)
    line = height(page, "#header")
    button = page.locator(".whole-title")
    assert button.get_attribute("aria-expanded") == "false"
    button.focus()
    page.keyboard.press("Enter")
    until(page, f"!({CUT})")
    assert button.get_attribute("aria-expanded") == "true"
    assert height(page, "#header") > line
    assert "(2h)" in page.inner_text("#header .times")
    rested(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Enter")
    until(page, f"{CUT}")


def test_a_title_that_has_room_needs_no_button(show: Callable[..., Page]) -> None:
    page = show(home=True, **DESK)
    assert page.locator(".whole-title").is_hidden()


@pytest.mark.parametrize("case", ["rich", "all-gaps", "hostile"])
def test_the_header_of_a_phone_is_two_short_lines(show: Callable[..., Page], case: str) -> None:
    page = show(case, home=True, **PHONE)
    assert height(page, "#header") <= 62
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_names_break_at_their_seams(show: Callable[..., Page]) -> None:
    page = show("hostile", home=True, **DESK)
    name = "payments_reconciliation_worker_queue_depth"
    for place in ("tr[data-fact] code", "tr[data-fact] .quote"):
        parts = page.locator(place, has_text=name).first.evaluate(
            "node => [...node.childNodes].flatMap(one => one.nodeType === 3 ? [one.data] : [])"
        )
        assert parts[:3] == ["payments_", "reconciliation_", "worker_"]
    page = show(home=True, **DESK)
    code = page.locator("tr[data-fact] code", has_text="CheckoutLatencyHigh").first
    assert code.evaluate("node => [...node.childNodes].map(one => one.data).filter(Boolean)") == [
        "Checkout", "Latency", "High",
    ]  # fmt: skip


def test_the_menu_of_lanes_has_names_peaks_and_notes_whole(show: Callable[..., Page]) -> None:
    page = show(home=True, **PHONE)
    page.locator("summary:has-text('+ filter')").tap()
    page.locator("summary:text-is('lanes')").tap()
    # A menu is filled when it has opened.
    until(page, "document.querySelector('.lane-list').textContent !== ''")
    said = page.locator(".lane-list").inner_text().replace("\n", "")
    assert "checkout error ratio · peak 12.5 % 14:29 · 1 of 3 series" in said
    page.keyboard.press("Escape")
    page.locator(".tile.more button").first.tap()
    assert "checkout error ratio" in page.inner_text("#timings-list")


def test_a_tap_on_an_alerts_name_says_it_whole(show: Callable[..., Page]) -> None:
    page = show("hostile", home=True, **PHONE)
    page.locator("#panes [data-pane=chart]").tap()
    name = page.locator(".row-name", has_text="payments_reconciliation")
    name.scroll_into_view_if_needed()
    name.tap()
    assert "payments_reconciliation_worker_queue_depth_of_the_second_region_" in page.inner_text("#tip")


@pytest.mark.parametrize("options", [DESK, PHONE], ids=["desk", "phone"])
def test_a_ribbons_words_do_not_cover_its_rows_name(
    show: Callable[..., Page], options: dict[str, object]
) -> None:
    page = show(home=True, **options)
    if options is PHONE:
        page.locator("#panes [data-pane=chart]").tap()
    rested(page)
    covered = page.evaluate(
        """() => {
            const box = (one) => one.getBoundingClientRect();
            const names = [...document.querySelectorAll('.row-name')].map(box), words = [...document.querySelectorAll('.flap-words')].map(box);
            return words.filter((w) => names.some((n) => w.left < n.right - 1 && w.right > n.left + 1 && w.top < n.bottom - 4 && w.bottom > n.top + 4)).length;
        }"""
    )
    assert covered == 0


def test_a_table_of_some_hundred_rows_stays_whole_where_it_is_scrolled(show: Callable[..., Page]) -> None:
    page = show("many-alerts", **DESK)
    rows = page.locator("#table tr[data-fact]")
    before = rows.count()
    assert before == 360
    for share in (1, 0.5):
        page.evaluate(
            "share => { const t = document.querySelector('#table'); t.scrollTop = share * t.scrollHeight; }",
            share,
        )
        rested(page)
        assert rows.count() == before
