"""Lanes, ribbons, marks, zones and links in a real Chromium."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.render.page.page_cases import busy, silenced
from tests.render.page_browser import FIRING, chosen, needs_browser, rested, the, until
from tests.render.timeline_fixture import rich
from timeline.terms import SEVERAL

pytestmark = needs_browser


def names(page: Page) -> list[str]:
    """Return the lanes from top to bottom."""
    return list(
        page.evaluate(
            "[...document.querySelectorAll('.lane-name')].sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top)).map(n => n.querySelector('b').textContent)"
        )
    )


def heights(page: Page) -> dict[str, float]:
    return dict(
        page.evaluate(
            "Object.fromEntries([...document.querySelectorAll('.lane')].map((n, i) => [document.querySelectorAll('.lane-name')[i].dataset.lane, n.getBoundingClientRect().height]))"
        )
    )


def state(page: Page) -> str:
    return str(page.evaluate("location.hash"))


def test_a_click_on_a_name_folds_and_a_drag_moves(show: Callable[..., Page]) -> None:
    page = show(viewport={"width": 1280, "height": 1500})
    before, tall = names(page), heights(page)
    page.click(".lane-name[data-lane=chat]")
    until(page, "location.hash.includes('fold=chat')")
    page.click(".lane-name[data-lane=coverage]")
    # One line at first: a click opens its rows.
    until(page, "location.hash.includes('fold=chat,%2Bcoverage')")
    assert heights(page)["coverage"] > tall["coverage"] * 2
    assert page.locator("tr[data-fact]").count() == 67
    box = page.locator(".lane-name[data-lane=alerts]").bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, 130, steps=5)
    page.mouse.up()
    until(page, "location.hash.includes('order=')")
    rested(page)
    assert names(page).index("alerts") < before.index("alerts")
    assert sorted(names(page)) == sorted(before)
    again = show(fragment=state(page)[1:], viewport={"width": 1280, "height": 1500})
    assert (names(again), heights(again), state(again)) == (names(page), heights(page), state(page))


def test_a_drag_of_the_lower_edge_resizes(show: Callable[..., Page]) -> None:
    page = show(viewport={"width": 1280, "height": 1500})
    before = heights(page)
    key = rich().timeline.panels[0].id
    box = page.locator(f".lane-edge[data-lane='{key}']").bounding_box()
    assert box
    page.mouse.move(box["x"] + 60, box["y"] + 3)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 83, steps=5)
    page.mouse.up()
    until(page, "location.hash.includes('size=')")
    rested(page)
    assert heights(page)[key] == pytest.approx(before[key] + 80, abs=2)


def test_lanes_by_keyboard(show: Callable[..., Page]) -> None:
    page = show()
    page.click("summary:has-text('+ filter')")
    page.locator("summary:has-text('lanes')").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".lane-row")
    order = page.locator(".lane-row > span").all_inner_texts()
    page.locator("button[aria-label='move up chat']").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert page.locator(".lane-row > span").all_inner_texts().index("chat") == order.index("chat") - 2
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "move up chat"
    page.locator("button[aria-label='Lane chat']").focus()
    page.keyboard.press("Enter")
    assert page.get_attribute("button[aria-label='Lane chat']", "aria-expanded") == "false"
    page.locator("button[aria-label='make higher alerts']").focus()
    page.keyboard.press("Enter")
    assert all(key in state(page) for key in ("fold=chat", "order=", "size=alerts:"))
    page.locator(".lane-list button:has-text('as they were')").focus()
    page.keyboard.press("Enter")
    assert state(page) == "#view=window"


def test_a_flap_is_one_ribbon_with_count_and_duty_and_a_click_unfolds_it(show: Callable[..., Page]) -> None:
    page = show("busy")
    assert page.locator(".flap-words").all_inner_texts() == ["14×"]
    assert page.get_attribute(".flap-words", "title") == "flapping 14×, active 75–87 % of the time"
    facts = busy().timeline.facts
    assert page.locator("tr[data-fact]").count() == len(facts)
    x, y = page.evaluate(
        "(() => { const plot = document.querySelector('#plot'), i = plot.data.findIndex(t => t.name === 'flaps' && t.x.length), t = plot.data[i]; const box = plot.getBoundingClientRect(), l = plot._fullLayout; return [box.left + l.xaxis.l2p(t.x[12]) + l.xaxis._offset, box.top + l[t.yaxis.replace('y', 'yaxis')].l2p(t.y[12]) + l[t.yaxis.replace('y', 'yaxis')]._offset]; })()"
    )
    page.mouse.move(x, y)
    until(page, "!document.querySelector('#tip').hidden")
    assert "flapping 14×" in page.inner_text("#tip")
    page.mouse.click(x, y)
    until(page, "location.hash.includes('open=f-')")
    until(page, "document.querySelectorAll('.flap-words').length === 0")


def test_roles_silence_and_values_beyond_the_axis_are_seen(show: Callable[..., Page]) -> None:
    page = show("busy")
    words = page.locator(".role-words").all_inner_texts()
    assert words == ["responder-1", "scribe", "scribe", "scribe, per the incident file"]
    bars = page.evaluate("document.querySelector('#plot').data.find(t => t.name === 'spans').meta")
    assert "silenced" in bars
    hatching = "document.querySelector('#plot').data.find(t => t.name === 'hatching of silenced').x.length"
    assert page.evaluate(hatching) > 30
    odd = page.evaluate(
        "document.querySelector('#plot').data.find(t => t.name === 'no number').marker.symbol"
    )
    assert set(odd) == {"arrow-up", "x-thin-open"}


def test_a_silence_crosses_out_the_alert_it_was_of_and_the_strip_names_what_crossed_meanwhile(
    show: Callable[..., Page],
) -> None:
    page = show(silenced())
    rows = page.locator(".row-name").all_inner_texts()
    assert [row for row in rows if row.startswith("silence of")] == [
        'silence of {alertname="QueueSlow", team="shop"}'
    ]
    drawn = page.evaluate(
        "(() => { const t = document.querySelector('#plot').data.find(t => t.name === 'spans'); return t.y.map((y, i) => [y, t.meta[i], t.base[i], t.x[i]]); })()"
    )
    crossed = [(y, start, length) for y, shape, start, length in drawn if shape == "silenced"]
    # In the alert's own row, over its firing, and in the silence's; the other alert has none.
    assert len(crossed) == 2
    assert all(
        (start, length) == (pytest.approx(2401, abs=1), pytest.approx(1799, abs=1))
        for _, start, length in crossed
    )
    firing = [y for y, shape, start, _ in drawn if shape == "firing" and start == pytest.approx(1500, abs=1)]
    assert crossed[0][0] in firing
    page.click("button:has-text('timings')")
    assert "QueueSlow was in breach once while its alert was silenced" in page.inner_text("#reconciliation")
    page.evaluate("location.hash = 'at=2026-11-21T13:50:00Z'")
    until(page, "!document.querySelector('#replay').hidden")
    assert page.inner_text("#replay .sentence").startswith("At 13:50:00: 2 alerts firing, 1 silenced;")


def test_what_thresholds_and_alerts_say_of_each_other_is_chosen_by_a_click(show: Callable[..., Page]) -> None:
    page = show()
    rows = rich().timeline.reconciliation
    assert rows
    page.click("button:has-text('timings')")
    times = Counter(row.name for row in rows)
    assert page.locator(".agreement summary").all_inner_texts() == [
        f"{SEVERAL[name] if number > 1 else name} {number}" for name, number in times.items()
    ]
    page.click(f".agreement button[data-from='{rows[-1].from_}'] >> nth=0")
    assert chosen(page)[0] == rows[-1].from_


def test_m_marks_a_range_between_two_facts(show: Callable[..., Page]) -> None:
    page = show(fragment=the(FIRING, "CheckoutLatencyHigh"))
    page.keyboard.press("m")
    assert "mark=2026-11-21T14:11:31Z/2026-11-21T14:11:46Z" in state(page)
    page.evaluate(
        "id => { location.hash = location.hash.replace(/f-[0-9a-f]{16}/, id); }",
        the("alert.resolved", "CheckoutLatencyHigh"),
    )
    page.wait_for_selector(f"#fact-panel[data-fact='{the('alert.resolved', 'CheckoutLatencyHigh')}']")
    page.keyboard.press("m")
    until(page, "document.querySelector('.marked span')?.textContent === '32m15s – 32m45s'")
    page.keyboard.press("m")
    assert "mark=" not in state(page)


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham"])
def test_any_zone_changes_what_is_shown_and_no_datum(zone: str, show: Callable[..., Page]) -> None:
    page = show()
    exact = "[...document.querySelectorAll('time')].map(t => t.dateTime)"
    before = page.evaluate(exact)
    if page.locator(f"#zone option[value='{zone}']").count():
        page.select_option("#zone", zone)
    else:
        page.select_option("#zone", "")
        page.fill("#zone-name", "Nowhere/Land")
        page.keyboard.press("Enter")
        assert page.get_attribute("#zone-name", "aria-invalid") == "true"
        page.fill("#zone-name", zone)
        page.keyboard.press("Enter")
    assert page.input_value("#zone") == zone
    assert page.locator("thead th").first.inner_text() == f"time ({zone})"
    assert page.evaluate(exact) == before
    assert f"zone={zone}" in state(page)
    assert page.evaluate("document.querySelectorAll('#zone option').length") > 300


def test_neighbours_of_the_element_are_shown_and_it_is_marked(show: Callable[..., Page]) -> None:
    page = show(fragment=the(FIRING, "CheckoutLatencyHigh"))
    until(page, "document.querySelector('pre.excerpt mark') !== null")
    assert '"alertname": "CheckoutLatencyHigh"' in page.inner_text("pre.excerpt mark")


#: Each looked at by a person as well: tools/screenshot.py --cases takes the same.
LOOKS = {"desk": (1280, 720), "4k": (3840, 2160), "phone": (390, 844)}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("case", ["rich", "busy", "forty-series", "hostile", "all-gaps", "three-days"])
def test_nothing_runs_out_of_the_screen(
    case: str, look: str, show: Callable[..., Page], tmp_path: Path
) -> None:
    width, height = LOOKS[look]
    page = show(case, viewport={"width": width, "height": height})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = page.evaluate(
        "[...document.querySelectorAll('button, .lane-name, .row-name, .tile .value, .limit, h1')].filter(n => n.checkVisibility()).filter(n => { const b = n.getBoundingClientRect(); return b.width && (b.left < -1 || b.right > innerWidth + 1); }).map(n => n.outerHTML.slice(0, 120))"
    )
    assert outside == []


def test_every_state_comes_back_from_its_link_as_it_was(show: Callable[..., Page]) -> None:
    # A link that holds everything at once: what it shows, and what is written back, is the same again.
    one = busy().timeline.facts
    fact = next(f.id for f in one if f.kind == "alert.firing")
    flap = next(f.id for f in one if f.kind == "metric.crossed_above")
    fragment = (
        f"{fact}&from=2026-11-21T13:10:00.250Z&to=2026-11-21T14:40:00Z&q=a&lane=alerts,metrics,chat&service=payments,—"
        "&kind=alert.firing,alert.resolved,metric.crossed_above,metric.crossed_below,chat.message&zone=Asia/Kathmandu"
        "&at=2026-11-21T14:00:00.001Z&speed=300&mark=2026-11-21T13:20:00Z/2026-11-21T13:50:00Z&fold=chat"
        f"&order=alerts,chat,p-flap,coverage&size=p-flap:210,alerts:96&open={flap}"
    )
    told = """() => ({
        hash: location.hash, shown: document.querySelector('output.shown').textContent, said: document.querySelector('#replay .sentence').textContent,
        range: document.querySelector('#plot').layout.xaxis.range, rows: [...document.querySelectorAll('tr[data-fact]')].map(r => [r.dataset.fact, r.dataset.standing, r.querySelector('time').textContent]),
        lanes: [...document.querySelectorAll('.lane-name')].map(n => [n.dataset.lane, n.style.cssText, n.className]), marked: document.querySelector('.marked')?.outerHTML,
        head: document.querySelector('.playhead').style.cssText, speed: document.querySelector('#replay select').value, panel: document.querySelector('#fact-panel').dataset.fact,
    })"""
    page = show(busy(), fragment=fragment)
    first = page.evaluate(told)
    # Every part is there, and it is written as it was read.
    page.keyboard.press("t")
    page.keyboard.press(",")
    page.evaluate("fragment => { location.hash = fragment; }", fragment)
    until(page, f"document.querySelector('#fact-panel').dataset.fact === '{fact}'")
    rested(page)
    assert page.evaluate(told) == first
    page.click("#replay select")
    page.select_option("#replay select", "60")
    page.select_option("#replay select", "300")
    written = str(page.evaluate("location.hash"))[1:]
    again = show(busy(), fragment=written).evaluate(told)
    assert {**again, "hash": ""} == {**first, "hash": ""}
    assert again["said"].startswith("At 19:45:00")
    assert [lane for lane, *_ in again["lanes"]][:3] == ["alerts", "chat", "p-flap"]
