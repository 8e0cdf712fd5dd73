"""Pages of 100,000 and of 20,000 facts in a real Chromium: all is drawn and counted at once, rows are read as they are needed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from render.page import rows
from render.page.page import render_page
from tests.render.page.page_cases import many_facts
from tests.render.page_browser import chosen, needs_browser, until
from tests.render.timeline_fixture import Built
from timeline.instant import NS, format_instant, parse_instant
from timeline.model import Fact

pytestmark = needs_browser
#: What a page must hold; and the fewest with more rows than a sheet, and chunks before, in and after the middle.
MOST, COUNT = 100_000, 20_000
SHOWN = "document.querySelector('output.shown').textContent"
PANEL = "document.querySelector('#fact-panel .statement')?.textContent"


@pytest.fixture(scope="module")
def built() -> Built:
    return many_facts(COUNT)


def words(number: int) -> str:
    return f"{COUNT:,} facts, {number:,} shown"


def statement(fact: Fact) -> str:
    return fact.statement.replace("`", "")


def test_it_counts_and_draws_all_before_their_rows_are_read(show: Callable[..., Page]) -> None:
    built = many_facts(MOST)
    page = show(built)
    alerts = sum(fact.kind.startswith("alert.") for fact in built.timeline.facts)
    assert page.inner_text("output.shown") == "100,000 facts"
    assert f"{alerts:,}" in page.inner_text(".chip[data-lane=alerts]")
    drawn = "document.querySelector('#plot').data.filter(t => t.name === 'facts').flatMap(t => t.customdata).filter(mark => mark.lane === 'chat').reduce((sum, mark) => sum + mark.items.length, 0)"
    assert page.evaluate(drawn) == MOST - alerts
    assert page.locator("#table tr[data-fact]").count() < 600
    assert page.locator("#plot path").count() < 6_000
    until(page, "document.documentElement.dataset.read === 'yes'")


def test_a_link_to_a_fact_of_a_late_chunk_opens_at_it(show: Callable[..., Page], built: Built) -> None:
    fact = built.timeline.facts[-7]
    page = show(built, fact.id)
    assert chosen(page) == (fact.id, fact.id)
    assert page.inner_text("#fact-panel .statement") == statement(fact)
    assert fact.quote
    assert fact.quote.text in page.inner_text(f"tr[data-fact='{fact.id}'] .quote")
    until(page, f"document.querySelector('pre.excerpt').textContent.includes({fact.quote.text!r})")
    top, bottom = page.evaluate(
        "(id => { const r = document.querySelector(`tr[data-fact='${id}']`).getBoundingClientRect(), t = document.querySelector('#table').getBoundingClientRect(); return [r.top - t.top, t.bottom - r.bottom]; })",
        fact.id,
    )
    assert top >= 0
    assert bottom >= 0
    middle = built.timeline.facts[COUNT // 2]
    page.evaluate("id => { location.hash = id; }", middle.id)
    until(page, f"{PANEL} === {statement(middle)!r}")
    assert chosen(page) == (middle.id, middle.id)


def test_words_are_found_in_all_facts(show: Callable[..., Page], built: Built) -> None:
    page = show(built, "q=message%20777")
    found = [
        fact for fact in built.timeline.facts if fact.quote and "777" in fact.quote.text
    ]  # fmt: skip
    until(page, f"{SHOWN} === {words(len(found))!r}")
    assert page.locator("output.shown[data-reading]").count() == 0
    page.keyboard.press("End")
    until(page, f"{PANEL} === {statement(found[-1])!r}")
    page.fill("#find", "no such words")
    until(page, f"{SHOWN} === {words(0)!r}")
    assert page.locator("td.none").inner_text() == "No fact matches the filter."
    page.keyboard.press("Escape")
    until(page, f"{SHOWN} === '{COUNT:,} facts'")


def test_filters_count_right(show: Callable[..., Page], built: Built) -> None:
    page, facts = show(built), built.timeline.facts
    chat = sum(fact.kind == "chat.message" for fact in facts)
    page.click(".chip[data-lane=alerts]")
    until(page, f"{SHOWN} === {words(chat)!r}")
    page.click(".chip[data-lane=alerts]")
    page.click("summary:has-text('+ filter')")
    page.click("summary:has-text('service')")
    page.click(".menu-services button:has-text('all / none')")
    page.locator(".menu-services input[value='service-3']").check()
    own = sum(fact.subject.labels.get("service") == "service-3" for fact in facts)
    until(page, f"{SHOWN} === {words(own)!r}")
    page.click("button.clear")
    page.click("summary:has-text('+ filter')")
    page.click("summary:has-text('kind')")
    page.locator(".menu-kinds input[value='alert.firing']").uncheck()
    firing = sum(fact.kind == "alert.firing" for fact in facts)
    until(page, f"{SHOWN} === {words(COUNT - firing)!r}")


def test_a_range_holds_what_meets_it(show: Callable[..., Page], built: Built) -> None:
    facts = built.timeline.facts
    start = built.timeline.window.start + 7_777 * NS
    end = start + 60 * NS
    inside = [
        f for f in facts if f.latest >= start and (f.earliest if f.earliest is not None else f.latest) <= end
    ]
    page = show(built, f"from={format_instant(start)}&to={format_instant(end)}")
    assert page.inner_text("output.shown") == words(len(inside))
    assert page.inner_text("#table tr[data-fact] .statement").startswith(statement(inside[0]))
    page.keyboard.press("w")
    until(page, f"{SHOWN} !== {words(len(inside))!r}")
    page.keyboard.press("0")
    until(page, f"{SHOWN} === '{COUNT:,} facts'")


def test_keys_go_from_fact_to_fact_and_to_the_ends(show: Callable[..., Page], built: Built) -> None:
    page, facts = show(built), built.timeline.facts
    for key, place in ((".", 0), (".", 1), ("End", -1), (",", -2), ("ArrowRight", -1), ("Home", 0)):
        page.keyboard.press(key)
        assert chosen(page) == (facts[place].id, facts[place].id)
        until(page, f"{PANEL} === {statement(facts[place])!r}")
    page.locator("tr[aria-selected='true']").focus()
    for place in range(1, 120):
        page.keyboard.press("ArrowDown")
        assert chosen(page)[1] == facts[place].id
    assert page.evaluate("document.activeElement.dataset.fact") == facts[119].id


def test_the_table_is_read_where_it_is_scrolled_to(show: Callable[..., Page], built: Built) -> None:
    page, ids = show(built), [fact.id for fact in built.timeline.facts]
    places = {identity: place for place, identity in enumerate(ids)}
    in_sight = "(() => { const box = document.querySelector('#table').getBoundingClientRect(); const tr = [...document.querySelectorAll('#table tr[data-fact]')].find(r => r.getBoundingClientRect().bottom > box.top + 60 && !r.dataset.unread); return tr && tr.getBoundingClientRect().top < box.bottom ? tr.dataset.fact : ''; })()"
    last = 0
    for share in (0.25, 0.5, 0.75, 1):
        page.evaluate(
            "share => { const t = document.querySelector('#table'); t.scrollTop = share * (t.scrollHeight - t.clientHeight); }",
            share,
        )
        until(page, f"{in_sight} !== ''")
        now = places[page.evaluate(in_sight)]
        assert now == pytest.approx(share * COUNT, abs=0.03 * COUNT)
        assert now > last
        assert page.locator("#table tr[data-fact]").count() < 900
        last = now
    # Rows follow each other without a hole, and each tells its place.
    shown = page.eval_on_selector_all(
        "#table tr[data-fact]",
        "rows => rows.map(r => [r.dataset.fact, Number(r.getAttribute('aria-rowindex'))])",
    )
    assert [identity for identity, _ in shown] == ids[places[shown[0][0]] : places[shown[-1][0]] + 1]
    assert shown[-1][0] == ids[-1]
    assert [index for _, index in shown] == list(range(shown[0][1], shown[0][1] + len(shown)))
    # Back by the wheel, row by row: what is in sight never jumps.
    page.locator("#table").hover()
    for _ in range(40):
        page.mouse.wheel(0, -400)
        page.wait_for_timeout(20)
    until(page, f"{in_sight} !== ''")
    moved = last - places[page.evaluate(in_sight)]
    assert 100 < moved < 600


def test_a_sheet_holds_ten_thousand_rows_and_says_how_many_there_are(
    show: Callable[..., Page], built: Built
) -> None:
    page = show(built)
    until(page, "document.documentElement.dataset.read === 'yes'")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert 9_900 < page.locator("#table tr[data-fact]").count() <= 10_000
    assert page.locator("#table tr[data-unread]").count() == 0
    assert "the first 10,000 are printed" in page.inner_text("#table tbody:last-child")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("#table tr[data-fact]").count() < 900


def test_an_exercise_goes_through_all_facts(show: Callable[..., Page], built: Built) -> None:
    facts = built.timeline.facts
    at = built.timeline.window.start + 10_000 * NS
    page = show(built, f"at={format_instant(at)}", drill=True)
    places = {fact.id: place for place, fact in enumerate(facts)}
    seen = [f for f in facts if (f.latest if f.surfaced is None else f.surfaced) <= at]
    assert page.inner_text("output.shown") == f"{len(seen)} shown"
    newest = max(
        (f for f in facts if f.surfaced is not None and f.surfaced <= at),
        key=lambda f: (f.surfaced, places[f.id]),
    )
    first = page.locator("#replay .surfaced li").first
    until(
        page,
        f"document.querySelector('#replay .surfaced .words').textContent !== 'chat message' || {newest.kind != 'chat.message'}",
    )
    assert newest.quote is None or newest.quote.text in first.inner_text()
    following = min(
        (f for f in facts if f.surfaced is not None and f.surfaced > at),
        key=lambda f: (f.surfaced, places[f.id]),
    )
    page.keyboard.press(".")
    until(page, f"document.querySelector('#fact-panel').dataset.fact === {following.id!r}")
    page.evaluate("location.hash = 'at=2026-11-21T16:00:00Z'")
    until(page, f"{SHOWN} === '{COUNT} shown'")


def test_a_replay_says_what_could_be_seen_at_the_end(show: Callable[..., Page], built: Built) -> None:
    page = show(built, "at=2026-11-21T15:59:59Z")
    last: dict[str, str] = {}
    seen_by = parse_instant("2026-11-21T15:59:59Z")
    for fact in built.timeline.facts:
        if fact.thread and (fact.latest if fact.surfaced is None else fact.surfaced) <= seen_by:
            last[fact.thread] = fact.kind
    firing = sum(kind == "alert.firing" for kind in last.values())
    pending = sum(kind == "alert.pending" for kind in last.values())
    said = page.inner_text("#replay .sentence")
    assert f"{firing} alerts firing" in said
    assert (f"{pending} pending" in said) == (pending > 0)
    assert "last message 15:59:5" in said


def test_what_a_small_page_leaves_out_is_said(
    show: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "CHUNK_FACTS", 500)
    small = many_facts(3_000)
    whole = len(render_page(small.timeline, small.read))
    monkeypatch.setattr(
        "tests.render.page_browser.render_page",
        lambda *args, **more: render_page(*args, **more, limit=whole + 2**20 - 200_000),
    )
    page = show(Built(small.timeline, small.payloads))
    said = page.inner_text("#limits")
    assert said.startswith("Left out, for a page is at most")
    assert "the words of " in said
    assert "timeline.json" in said
    assert page.inner_text("output.shown") == "3,000 facts"
    page.keyboard.press("End")
    assert chosen(page) == (small.timeline.facts[-1].id,) * 2
    for place in ("#fact-panel", "tr[aria-selected='true']"):
        assert "left out of this page" in page.inner_text(place)
    page.fill("#find", "chat.message")
    until(page, f"{SHOWN}.startsWith('3,000 facts, 2,000 shown; the words of ')")
    assert page.inner_text("output.shown").endswith(" are not in this page")
