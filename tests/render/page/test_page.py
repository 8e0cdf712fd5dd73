"""The page in a real Chromium, without a network: what a person sees, clicks and types."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from pydantic import TypeAdapter

from render.page.packing import pack
from tests.render.page.page_cases import CASES, HOSTILE, busy, million
from tests.render.page_browser import (
    FIRING,
    chosen,
    needs_browser,
    new_context,
    rested,
    the,
    until,
    written,
)
from tests.render.timeline_fixture import rich
from timeline.notes import journal as notes
from timeline.notes.bodies import Body

pytestmark = needs_browser


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_case_draws_without_trouble(case: str, scheme: str, show: Callable[..., Page]) -> None:
    page = show(case, color_scheme=scheme)
    timeline = CASES[case]().timeline
    assert page.locator("#notice").is_hidden()
    assert page.locator(".main-svg").count() > 0
    assert f"{len(timeline.facts):,} fact" in page.inner_text("output.shown")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_table_has_a_row_for_every_fact_and_gap(show: Callable[..., Page]) -> None:
    page, timeline = show(), rich().timeline
    ids = page.eval_on_selector_all("tr[data-fact]", "rows => rows.map(row => row.dataset.fact)")
    assert ids == [fact.id for fact in timeline.facts]
    assert sorted(
        page.eval_on_selector_all("tr[data-gap]", "rows => rows.map(row => row.dataset.gap)")
    ) == sorted(g.id for g in timeline.gaps)
    first, second, third = page.locator("#table thead th").all_inner_texts()
    assert (first, third) == ("time (UTC)", "data link")
    assert second.startswith(f"{len(timeline.facts)} facts")


def test_a_click_on_a_point_shows_the_fact(show: Callable[..., Page]) -> None:
    page = show(viewport={"width": 1280, "height": 1500})
    points = page.locator(".scatterlayer .trace .points path").all()
    boxes = [box for point in points if (box := point.bounding_box()) and box["y"] < 1400]
    assert len(boxes) > 20
    seen = set()
    for box in boxes[:12]:
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_selector("#fact-panel[data-fact]")
        panel, row = chosen(page)
        assert panel == row
        seen.add(panel)
    assert len(seen) >= 6


def test_a_row_shows_everything_that_is_known_of_its_fact(show: Callable[..., Page]) -> None:
    page = show()
    fact = next(f for f in rich().timeline.facts if f.kind == FIRING and "CheckoutLatencyHigh" in f.statement)
    page.locator(f"tr[data-fact='{fact.id}'] .statement").click()
    panel = page.locator("#fact-panel")
    until(page, "document.querySelector('pre.excerpt').textContent.length > 3")
    text = panel.inner_text()
    evidence = fact.evidence[0]
    for words in (
        "14:11:31–14:11:46",
        "2026-11-21 14:11:31.000000001",
        "sample",
        "prom.example ± 1 s",
        evidence.payload,
        evidence.query,
        evidence.pointer,
        '"alertname": "CheckoutLatencyHigh"',
        "leaves this page",
    ):
        assert words is not None
        assert words in text
    link = panel.locator("a.leave")
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert link.get_attribute("href") == evidence.link
    assert page.evaluate("location.hash") == f"#{fact.id}&view=window"


def test_the_link_of_a_fact_opens_at_it(show: Callable[..., Page]) -> None:
    fact = the("deploy.rolled_back")
    page = show(fragment=fact)
    assert chosen(page) == (fact, fact)
    top, bottom = page.evaluate(
        "(id => { const r = document.querySelector(`tr[data-fact='${id}']`).getBoundingClientRect(), t = document.querySelector('#table').getBoundingClientRect(); return [r.top - t.top, t.bottom - r.bottom]; })",
        fact,
    )
    assert top >= 0
    assert bottom >= 0
    other = the("status.posted")
    page.evaluate("id => { location.hash = id; }", other)
    page.wait_for_selector(f"#fact-panel[data-fact='{other}']")
    assert chosen(page) == (other, other)


def test_a_view_comes_back_from_its_link(show: Callable[..., Page]) -> None:
    fragment = f"{the('chat.message')}&from=2026-11-21T14:05:00Z&to=2026-11-21T14:45:00Z&q=checkout&lane=alerts,chat&zone=Europe/Berlin&later=kept"
    page = show(fragment=fragment)
    words = page.inner_text("output.shown")
    assert "67 facts, " in words
    assert page.input_value("#find") == "checkout"
    assert page.locator("thead th").first.inner_text() == "time (Europe/Berlin)"
    assert page.locator(".brush").is_visible()
    page.keyboard.press(".")
    hash_now = str(page.evaluate("location.hash"))
    assert hash_now.split("&", 1)[1] == fragment.split("&", 1)[1]
    again = show(fragment=hash_now[1:])
    assert again.inner_text("output.shown") == words
    assert chosen(again) == chosen(page)


def test_a_link_to_a_fact_that_is_not_there_says_so(show: Callable[..., Page]) -> None:
    page = show(fragment="f-0000000000000000")
    assert "f-0000000000000000" in page.inner_text("#notice")


def test_a_service_can_be_chosen_and_the_link_keeps_it(show: Callable[..., Page]) -> None:
    page = show()
    facts = rich().timeline.facts
    other = [f for f in facts if (f.subject.service or dict(f.subject.labels).get("service")) != "checkout"]
    assert 0 < len(other) < len(facts)
    page.click("summary:has-text('+ filter')")
    page.click("summary:has-text('service')")
    page.click(".menu-services button:has-text('all / none')")
    page.locator(".menu-services input[value='checkout']").check()
    assert page.locator("tr[data-fact]").count() == len(facts) - len(other)
    fragment = str(page.evaluate("location.hash"))[1:]
    assert fragment == "view=window&service=checkout"
    assert show(fragment=fragment).locator("tr[data-fact]").count() == len(facts) - len(other)


def test_notes_that_were_known_stand_with_their_fact_and_a_dispute_marks_it(
    show: Callable[..., Page],
) -> None:
    one, two, three = [f.id for f in rich().timeline.facts][3:6]
    body = TypeAdapter[Body](Body).validate_python
    said = body({"kind": "hypothesis", "text": HOSTILE, "cites": [{"fact": one}, {"fact": two}]})
    doubt = body({"kind": "dispute", "text": "The exporter was down", "cites": [{"fact": two}]})
    settled = body({"kind": "dispute", "text": "Was it?", "cites": [{"fact": three}], "answer": "It was"})
    written = [
        notes.version(f"n-{n:016x}", content, (), "Ada", 10**18 + n)
        for n, content in enumerate((said, doubt, settled))
    ]
    page = show(fragment=one, notes=notes.fold(written))
    noted = "rows => rows.map(row => [row.dataset.fact, row.dataset.noted, row.dataset.disputed ?? ''])"
    assert page.eval_on_selector_all("tr[data-noted]", noted) == [
        [one, "1 note", ""], [two, "2 notes", "yes"], [three, "1 note", ""],
    ]  # fmt: skip
    assert "hypothesis" in page.inner_text("#fact-notes")
    assert page.locator("#fact-notes img").count() == 0
    page.click(f"tr[data-fact='{two}'] .statement")
    assert page.locator("#fact-notes .fact-note.open").inner_text().startswith("dispute · not answered · Ada")
    assert page.get_attribute("#fact-panel", "data-disputed") == "yes"
    page.click(f"tr[data-fact='{three}'] .statement")
    assert "answer: It was" in page.inner_text("#fact-notes")
    bare = show(fragment=one)
    assert bare.locator("#fact-notes").is_hidden()
    # An exercise is before anybody wrote.
    drill = show(fragment=one, notes=notes.fold(written), drill=True)
    assert drill.locator("[data-noted]").count() == 0


def test_filters_hold_for_chart_and_table_alike(show: Callable[..., Page]) -> None:
    page = show()
    chat = sum(f.kind.startswith("chat.") for f in rich().timeline.facts)
    page.click(".chip[data-lane=chat]")
    assert page.inner_text("output.shown") == f"67 facts, {67 - chat} shown"
    assert page.locator("tr[data-fact].lane-chat").count() == 0
    until(page, "![...document.querySelectorAll('.lane-name')].some(n => n.textContent === 'chat')")
    page.fill("#find", "rolled back")
    assert page.locator("tr[data-fact]").count() == 1
    page.click("button.clear")
    assert page.inner_text("output.shown") == "67 facts"
    page.click("summary:has-text('+ filter')")
    page.click("summary:has-text('source')")
    page.locator("input[type=checkbox][value='status']").uncheck()
    assert page.locator("tr[data-fact]").count() == 66
    assert "source=" in page.evaluate("location.hash")


def test_a_drag_over_the_chart_zooms_both(show: Callable[..., Page]) -> None:
    page = show()
    box = page.locator("#plot .nsewdrag").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 60, steps=5)
    page.mouse.up()
    until(page, "location.hash.includes('from=')")
    assert "shown" in page.inner_text("output.shown")
    shown = page.locator("tr[data-fact]").count()
    assert 0 < shown < 67
    page.keyboard.press("0")
    until(page, "!location.hash.includes('from=')")
    assert page.locator("tr[data-fact]").count() == 67


def test_everything_by_keyboard(show: Callable[..., Page]) -> None:
    page, facts = show(), rich().timeline.facts
    page.keyboard.press(".")
    assert chosen(page)[0] == facts[0].id
    page.keyboard.press("ArrowRight")
    assert chosen(page)[0] == facts[1].id
    page.keyboard.press(",")
    assert chosen(page)[0] == facts[0].id
    page.keyboard.press("End")
    assert chosen(page)[0] == facts[-1].id
    page.keyboard.press("/")
    page.keyboard.type("pager zzz")
    assert page.locator("td.none").inner_text() == "No fact matches the filter."
    page.keyboard.press("Escape")
    assert page.input_value("#find") == ""
    assert chosen(page)[0] == facts[-1].id
    page.keyboard.press("Escape")
    assert chosen(page) == (None, None)
    page.keyboard.press("?")
    assert page.locator("dialog#help").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("dialog#help").is_hidden()
    page.keyboard.press("z")
    assert page.locator("thead th").first.inner_text() == "time (Europe/Berlin)"
    assert "15:11:31–15:11:46" in page.inner_text("#table")
    page.keyboard.press("t")
    assert page.get_attribute("html", "data-theme") == "dark"


def test_hostile_text_stays_text(show: Callable[..., Page]) -> None:
    page = show("hostile")
    assert "owned" in HOSTILE
    assert page.title().startswith("INC-X")
    assert page.locator("img").count() == 0
    for fact in CASES["hostile"]().timeline.facts:
        page.locator(f"tr[data-fact='{fact.id}'] .statement").click()
        assert chosen(page)[0] == fact.id
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.locator("b b, #chart img, #fact-panel img, #tip img").count() == 0
    assert "\u202e" not in page.inner_text("body")


def test_the_policy_stops_what_the_page_does_not_need(browser: Browser, folder: Path) -> None:
    context, page, troubles = new_context(browser, {})
    page.goto(written(folder, "rich").as_uri())
    page.wait_for_selector("html[data-ready]")
    assert troubles == []
    reached: list[str] = []
    page.on("requestfinished", lambda request: reached.append(request.url))
    policy = page.get_attribute("meta[http-equiv]", "content") or ""
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy
    tried = """() => new Promise((all) => {
        const stopped = new Set();
        document.addEventListener('securitypolicyviolation', (event) => {
            stopped.add(event.effectiveDirective);
            if (stopped.size === 3) all([...stopped].sort());
        });
        const div = document.createElement('div');
        div.innerHTML = '<img src="https://tracker.example/x.png" onerror="window.ran = 1">';
        document.body.append(div);
        fetch('https://tracker.example/').then(() => all('sent'), () => {});
    })"""
    assert page.evaluate(tried) == ["connect-src", "img-src", "script-src-attr"]
    assert page.evaluate("window.ran") is None
    assert [text for text in troubles if "Content Security Policy" in text]
    assert reached == []
    context.close()


def busy_seconds(page: Page, act: Callable[[], None]) -> float:
    """Return the seconds of processor time that the page's thread spends on an action, whatever else runs."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.setTimeDomain", {"timeDomain": "threadTicks"})
    session.send("Performance.enable")

    def spent() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(m["value"] for m in metrics if m["name"] == "TaskDuration"))

    before = spent()
    act()
    rested(page)
    return spent() - before


def test_ten_thousand_facts_stay_usable(show: Callable[..., Page]) -> None:
    page = show("ten-thousand")
    assert page.locator("#table tr[data-fact]").count() < 1_500
    assert page.locator("#plot path").count() < 5_000
    took = busy_seconds(page, lambda: page.keyboard.press("w"))
    assert took < 5
    last = CASES["ten-thousand"]().timeline.facts[-1]
    page.keyboard.press("0")
    page.keyboard.press("End")
    assert chosen(page) == (last.id, last.id)
    page.fill("#find", "message 9998")
    until(page, "document.querySelectorAll('#table tr[data-fact]').length === 1")


def test_a_phone_shows_it_all_in_one_column(show: Callable[..., Page]) -> None:
    page = show(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.locator(f"tr[data-fact='{the(FIRING)}'] .statement").tap()
    assert page.locator("#fact-panel h2").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_print_holds_every_row(show: Callable[..., Page], tmp_path: Path) -> None:
    page = show("three-days")
    page.pdf(path=str(tmp_path / "page.pdf"), format="A4")
    assert (tmp_path / "page.pdf").stat().st_size > 20_000
    assert page.locator("tr[data-fact]").count() == 90
    # Hatching is lines on paper, too: as pictures it would be megabytes.
    show().pdf(path=str(tmp_path / "gaps.pdf"), format="A4", print_background=True)
    assert (tmp_path / "gaps.pdf").stat().st_size < 1_000_000


def test_the_basic_bundle_draws_all_that_the_whole_script_does(
    show: Callable[..., Page], plotly_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = "[...document.querySelectorAll('#plot path, #plot text')].map(n => (n.getAttribute('d') ?? n.textContent).slice(0, 80))"
    whole = show("busy").evaluate(drawn)
    monkeypatch.setattr("render.page.page.plotly_packed", lambda: pack(plotly_bundle.read_bytes()))
    assert show(busy()).evaluate(drawn) == whole


def test_a_finger_zooms_by_buttons(show: Callable[..., Page]) -> None:
    page = show(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.locator("#panes [data-pane=chart]").tap()
    page.locator("button[aria-label='Zoom in (W)']").tap()
    until(page, "location.hash.includes('from=')")
    page.locator("button[aria-label='Later (D)']").tap()
    page.locator("button[aria-label='Zoom out (S)']").tap()
    until(page, "!location.hash.includes('from=')")


def test_two_fingers_zoom_and_what_they_hold_stays_below_them(show: Callable[..., Page]) -> None:
    page = show(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.locator("#panes [data-pane=chart]").tap()
    rested(page)
    # Its top: the chart is taller than the screen, and fingers above the screen move the whole page.
    page.evaluate("document.querySelector('#plot .nsewdrag').scrollIntoView({ block: 'start' })")
    rested(page)
    box = page.locator("#plot .nsewdrag").first.bounding_box()
    assert box
    hand = page.context.new_cdp_session(page)

    def fingers(kind: str, *shares: float) -> None:
        # The chart may be taller than the screen: then its top is out of sight.
        points = [{"x": box["x"] + box["width"] * share, "y": max(box["y"], 0) + 100} for share in shares]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.evaluate("() => new Promise(then => requestAnimationFrame(() => requestAnimationFrame(then)))")

    fingers("touchStart", 0.4, 0.6)
    for step in range(1, 5):
        fingers("touchMove", 0.4 - 0.05 * step, 0.6 + 0.05 * step)
    fingers("touchEnd")
    until(page, "location.hash.includes('from=')")
    seen = "document.querySelector('#plot').layout.xaxis.range"
    length = (rich().timeline.window.end - rich().timeline.window.start) / 1e9
    until(page, f"Math.abs({seen}[1] - {seen}[0] - {length / 3}) < {length / 3 * 0.02}")
    start, end = page.evaluate(seen)
    assert (start + end) / 2 == pytest.approx(length / 2, rel=0.02)
    # One finger moves the range that is zoomed to, and down the page it scrolls.
    fingers("touchStart", 0.7)
    for share in (0.6, 0.5, 0.4):
        fingers("touchMove", share)
    fingers("touchEnd")
    until(page, f"{seen}[0] > {start + 100}")
    moved = page.evaluate(seen)
    assert moved[1] - moved[0] == pytest.approx(end - start, rel=0.01)
    assert page.locator("tr[data-fact]").count() < len(rich().timeline.facts)


def test_a_million_samples_show_their_one_spike_at_every_zoom(show: Callable[..., Page]) -> None:
    drawn = "(() => { const all = document.querySelector('#plot').data.filter(t => t.name === 'series'); return [Math.max(...all.flatMap(t => t.y)), all.reduce((n, t) => n + t.x.length, 0)]; })()"
    page = show(million())
    highest, points = page.evaluate(drawn)
    assert highest == pytest.approx(9.5, abs=0.01)
    assert points < 20_000
    page.evaluate("location.hash = 'from=2026-11-23T16:26:00Z&to=2026-11-23T16:27:30Z'")
    until(page, "document.querySelector('#plot').layout.xaxis.range[1] < 190000")
    rested(page)
    highest, points = page.evaluate(drawn)
    assert highest == pytest.approx(9.5, abs=0.01)
    assert points <= 40 * 9  # every sample of a minute and a half, and one on each side
    page.evaluate("location.hash = 'from=2026-11-23T17:26:00Z&to=2026-11-23T17:27:30Z'")
    until(page, "document.querySelector('#plot').layout.xaxis.range[0] > 188000")
    rested(page)
    assert page.evaluate(drawn)[0] < 0.3
