"""What a review does with the page: numbers that mark their range, times that are typed, copies, a print, a legend."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.example import example
from tests.render.page_browser import FIRING, needs_browser, rested, the, until
from tests.render.timeline_fixture import Built, rich
from timeline import terms
from timeline.model import Impact
from timeline.references import measure_id

pytestmark = needs_browser
#: Built before a browser runs: a build has an event loop of its own.
EXAMPLE = Built(example(), {})


def shown_range(page: Page) -> list[float]:
    return [float(at) for at in page.evaluate("document.querySelector('#plot').layout.xaxis.range")]


def test_a_click_on_a_number_marks_its_range_and_the_link_keeps_it(show: Callable[..., Page]) -> None:
    page = show(EXAMPLE, home=True)
    assert page.locator(".tile:not(.more)").count() == 6
    page.click(".tile:has-text('Acknowledge')")
    until(page, "document.querySelector('.marked span')?.textContent === '3m01s – 3m21s'")
    fragment = str(page.evaluate("location.hash"))
    assert fragment.startswith(f"#{measure_id(terms.ACKNOWLEDGE)}&mark=")
    assert page.get_attribute(".tile:has-text('Acknowledge')", "aria-pressed") == "true"
    again = show(EXAMPLE, fragment[1:], home=True)
    assert again.inner_text(".marked span") == "3m01s – 3m21s"
    page.click(".tile:has-text('Acknowledge')")
    until(page, "document.querySelector('.marked') === null")
    assert page.evaluate("location.hash") == ""


def test_what_is_not_known_says_why(show: Callable[..., Page]) -> None:
    page = show("one-fact", home=True)
    for tile in page.locator(".tile.unknown").all():
        assert tile.inner_text().endswith("not known")
        assert tile.get_attribute("title")
    page.click("button:has-text('timings')")
    reasons = page.locator("#timings tr td:nth-child(3)").all_inner_texts()
    assert len(reasons) == 13
    assert all(reason.startswith("not known, because ") for reason in reasons)


def test_a_time_that_is_typed_filters_and_enter_zooms_to_it(show: Callable[..., Page]) -> None:
    page = show(EXAMPLE, home=True)
    page.keyboard.press("/")
    page.keyboard.type("14:20..14:30 -kind:metric")
    rows = page.eval_on_selector_all("tr[data-fact] time", "all => all.map(one => one.dateTime)")
    # Bounds that reach into the range are in it.
    assert rows
    assert all("T14:19:59" <= row[10:19] <= "T14:32" for row in rows)
    begin = EXAMPLE.timeline.window.start / 1e9
    page.keyboard.press("Enter")
    until(page, "location.hash.includes('from=')")
    rested(page)
    start, end = shown_range(page)
    assert (start + begin, end + begin) == (1_794_493_200, 1_794_493_800)
    assert page.input_value("#find") == "-kind:metric"


def test_what_is_shown_is_copied_and_a_file_says_what_it_is_of(show: Callable[..., Page]) -> None:
    page = show(EXAMPLE, "from=2026-11-12T14:20:00Z&to=2026-11-12T14:30:00Z&lane=chat")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    rows = page.locator("tr[data-fact]").count()

    def copied(form: str) -> str:
        page.click(f"thead .copies button:has-text('{form}')")
        page.locator("thead .copies button:has-text('copied')").wait_for()
        until(
            page,
            "![...document.querySelectorAll('thead .copies button')].some(one => one.textContent === 'copied')",
        )
        return str(page.evaluate("navigator.clipboard.readText()"))

    text = copied("text").splitlines()
    assert (
        text[0]
        == "INC-42 Checkout errors and slow payments, 2026-11-12 14:20:00–14:30:00 UTC, filtered: lane: chat"
    )
    assert len(text) == rows + 1
    assert (
        "14:22:31 incident-commander: “Plan: raise the pool to 60 first, that is the faster change”" in text
    )
    marked = copied("MD").splitlines()
    assert marked[2].startswith("- [14:2")
    assert sum("<!--{f-" in line for line in marked) == rows
    link = copied("link")
    assert link.startswith("INC-42 Checkout errors and slow payments, ")
    assert link.endswith(": timeline.html#from=2026-11-12T14:20:00Z&to=2026-11-12T14:30:00Z&lane=chat")


def test_a_sheet_is_a_document_summary_chart_and_table(show: Callable[..., Page]) -> None:
    page = show(EXAMPLE, home=True)
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    rested(page)
    assert page.locator("#timings").is_visible()
    order = page.evaluate(
        "['#header', '#measures', '#timings', '#chart', '#table', '#footer'].map(one => document.querySelector(one).getBoundingClientRect().top)"
    )
    assert order == sorted(order)
    assert page.locator("#filters").is_hidden()
    assert page.locator("#side").is_hidden()
    # Nothing is cut at a pane's edge.
    cut = "[...document.querySelectorAll('#chart, #table, #chart-pane, #beside')].filter(one => one.scrollHeight > one.clientHeight + 4 && getComputedStyle(one).overflowY !== 'visible').map(one => one.id)"
    assert page.evaluate(cut) == []


def test_the_legend_names_the_shapes_in_sight(show: Callable[..., Page]) -> None:
    page = show(home=True)
    words = page.inner_text("#legend")
    assert "firing" in words
    assert "data gap" in words
    page.click(".chip[data-lane=chat]")
    until(page, "!document.querySelector('#legend').textContent.includes('chat message')")


def test_an_alert_says_its_severity_by_shape_and_colour(show: Callable[..., Page]) -> None:
    page = show("many-alerts", home=True)
    marks = page.eval_on_selector_all(
        ".row-name .severity-mark",
        "all => all.map(one => [one.getAttribute('class'), one.querySelector('.body').getAttribute('d'), getComputedStyle(one.querySelector('.body')).fill])",
    )
    assert len(marks) == 12
    for place in range(3):
        assert len({mark[place] for mark in marks}) == 3
    assert "severity: warning" in (page.get_attribute(".row-name:has(.of-middle)", "title") or "")


def test_a_chosen_fact_has_its_metrics_beside_it(show: Callable[..., Page]) -> None:
    page = show(fragment=the(FIRING, "CheckoutLatencyHigh"))
    assert page.locator(".readout").count() == len(rich().timeline.panels)


def test_a_highest_number_of_the_impact_says_so_and_a_long_range_is_whole(show: Callable[..., Page]) -> None:
    window = EXAMPLE.timeline.window
    most = Impact(
        id="i-0000000000000000", source="prod", name="customers affected", unit="customers", query="affected",
        take="max", span="incident", start=window.start, end=window.end, value=508.0, read_s=60.0,
        missing_s=0.0,
    )  # fmt: skip
    measures = tuple(
        one.replace(min_s=3885.0, max_s=3915.0) if one.name == terms.MITIGATE else one
        for one in EXAMPLE.timeline.measures
    )
    page = show(Built(EXAMPLE.timeline.replace(impact=(most,), measures=measures), {}), home=True)
    assert page.inner_text(".tile:has-text('Impact')") == "Impact, at most at once\n508 customers affected"
    assert page.inner_text(".tile:has-text('Mitigate') .value") == "1h04m45–1h05m15s"
    cut = "[...document.querySelectorAll('.tile .name, .tile .value')].filter(one => one.scrollWidth > one.clientWidth).map(one => one.textContent)"
    assert page.evaluate(cut) == []
    # With room, all of it.
    page.set_viewport_size({"width": 1900, "height": 900})
    until(page, "document.querySelectorAll('.tile.tight').length === 0")
    assert page.inner_text(".tile:has-text('Mitigate') .value") == "1h04m45s – 1h05m15s"


def test_the_table_goes_to_what_a_number_is_of(show: Callable[..., Page]) -> None:
    page = show(EXAMPLE, home=True)
    assert page.evaluate("document.querySelector('#table').scrollTop") == 0
    page.click(".tile:has-text('Tell customers')")
    until(page, "document.querySelector('#table').scrollTop > 0")
    begins, ends = (
        page.evaluate("location.hash.match(/mark=([^&]*)/)[1].split('/').map(at => at.slice(0, 19))")
    )  # fmt: skip
    seen = page.evaluate(
        "(() => { const box = document.querySelector('#table').getBoundingClientRect(); return [...document.querySelectorAll('tr[data-fact]')].filter(row => row.getBoundingClientRect().top >= box.top && row.getBoundingClientRect().bottom <= box.bottom).map(row => row.querySelector('time').dateTime.slice(0, 19)); })()"
    )
    assert any(begins <= at <= ends for at in seen)


def test_the_legend_takes_two_lines_and_opens(show: Callable[..., Page]) -> None:
    page = show(home=True)
    lines = "new Set([...document.querySelectorAll('#legend > *')].filter(one => one.offsetParent).map(one => Math.round(one.getBoundingClientRect().top / 12))).size"
    assert "severity: page or critical" in page.inner_text("#legend")
    assert page.evaluate(lines) == 2
    hidden = page.locator("#legend .beyond").count()
    assert page.inner_text("#legend button") == f"+{hidden} more"
    page.click("#legend button")
    assert page.locator("#legend .beyond").count() == 0
    assert page.evaluate("(one => one.scrollWidth <= one.clientWidth)(document.querySelector('#legend'))")
    page.keyboard.press("?")
    assert "severity: warning" in page.inner_text("#help .shapes")


def test_values_beside_an_axis_have_their_unit_and_are_as_large_as_other_words(
    show: Callable[..., Page],
) -> None:
    page = show()
    marks = page.eval_on_selector_all(
        ".ytick text, .y2tick text, .y3tick text, .y4tick text",
        "all => all.map(one => [one.textContent, parseFloat(getComputedStyle(one).fontSize)])",
    )
    assert {"0.5 s", "5 %"} <= {text for text, _ in marks}
    assert all(size >= 13 for _, size in marks)
