"""Replay and drill in a real Chromium: what could be seen at a time, and nothing of what came later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from tests.render.page_browser import chosen, needs_browser, rested, the, until
from tests.render.timeline_fixture import rich

pytestmark = needs_browser
AT = "at=2026-11-21T14:09:00Z"
MARKS = "[...document.querySelectorAll('#plot .trace.scatter')]"


def said(page: Page) -> str:
    return page.inner_text("#replay .sentence")


def clock(page: Page) -> str:
    return str(page.evaluate("new URLSearchParams(location.hash.slice(1)).get('at') ?? ''"))


def drawn_until(page: Page) -> float:
    """Return the greatest time that any line of a series is drawn at, in seconds of the window."""
    return float(
        page.evaluate(
            "Math.max(...document.querySelector('#plot').data.filter(t => t.name === 'series').flatMap(t => t.x.filter(x => x !== null)))"
        )
    )


def test_a_sentence_says_what_could_be_seen(show: Callable[..., Page]) -> None:
    page = show(fragment=AT)
    assert said(page) == "At 14:09:00: 1 alert firing, 1 pending; last message 13:58:03."
    assert drawn_until(page) <= 69 * 60
    surfaced = page.locator("#replay .surfaced li").all_inner_texts()
    told = sorted(
        f.surfaced
        for f in rich().timeline.facts
        if f.surfaced is not None and f.surfaced <= 1795270140 * 10**9
    )
    assert len(surfaced) == min(len(told), 12)


def test_what_had_not_surfaced_is_hollow_and_what_was_ahead_is_faint(show: Callable[..., Page]) -> None:
    page = show(fragment=AT)
    standing = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('tr[data-fact]')].map(r => [r.dataset.fact, r.dataset.standing]))"
    )
    facts = {f.id: f for f in rich().timeline.facts}
    at = 1795270140 * 10**9
    for identity, how in standing.items():
        fact = facts[identity]
        seen = fact.surfaced if fact.surfaced is not None else fact.latest
        assert how == ("ahead" if seen > at else "seen" if fact.surfaced is not None else "untold"), (
            fact.statement
        )
    symbols = page.evaluate(
        "document.querySelector('#plot').data.filter(t => t.name === 'facts').flatMap(t => t.customdata.map((m, i) => [m.standing, t.marker.symbol[i], t.marker.opacity[i]]))"
    )
    assert {how for how, _, _ in symbols} == {"seen", "untold", "ahead"}
    assert all("open" in symbol for how, symbol, _ in symbols if how != "seen")
    assert all((opacity < 1) == (how == "ahead") for how, _, opacity in symbols)


def test_keys_go_by_what_surfaced_and_the_playhead_follows(show: Callable[..., Page]) -> None:
    page = show()
    page.keyboard.press("p")
    page.wait_for_selector("#replay:not([hidden])")
    first = clock(page)
    page.keyboard.press(".")
    second = clock(page)
    assert second > first
    assert chosen(page)[0]
    page.keyboard.press(",")
    assert clock(page) <= second
    page.locator(".playhead-handle").focus()
    page.keyboard.press("ArrowRight")
    assert clock(page) > first
    assert page.get_attribute(".playhead-handle", "aria-valuetext")
    page.keyboard.press("p")
    page.wait_for_selector("#replay", state="hidden")
    assert clock(page) == ""


def test_a_drag_moves_the_playhead(show: Callable[..., Page]) -> None:
    page = show(fragment=AT)
    box = page.locator(".playhead-handle").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 6)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 6, steps=4)
    page.mouse.up()
    until(page, "!location.hash.includes('14:09:00Z')")
    assert clock(page) > "2026-11-21T14:20"


def test_space_plays_at_the_chosen_speed_and_pauses(show: Callable[..., Page]) -> None:
    page = show(fragment=f"{AT}&speed=300")
    page.keyboard.press(" ")
    until(page, "document.querySelector('.playhead-handle').textContent > '14:14:00'")
    assert page.inner_text("#replay .play") == "pause"
    page.keyboard.press(" ")
    until(page, "document.querySelector('#replay .play').textContent === 'play'")
    stopped = page.inner_text(".playhead-handle")
    rested(page)
    assert page.inner_text(".playhead-handle") == stopped
    assert clock(page)[11:19] == stopped
    page.select_option("#replay select", "900")
    assert "speed=900" in page.evaluate("location.hash")


def test_a_drill_begins_at_the_first_signal_and_hides_what_is_later(
    show: Callable[..., Page], tmp_path: Path
) -> None:
    page = show(drill=True)
    first = clock(page) or page.inner_text(".playhead-handle")
    assert "14:11:46" in first
    shown = page.locator("tr[data-fact]").count()
    late = [f for f in rich().timeline.facts if f.latest > 1795270306 * 10**9]
    body = page.inner_text("body")
    assert 0 < shown < len(rich().timeline.facts)
    assert all(page.locator(f"tr[data-fact='{f.id}']").count() == 0 for f in late)
    assert "67 facts" not in body
    assert page.locator("#measures .tile").count() == 0
    assert page.locator("summary:has-text('kind')").is_hidden()
    assert drawn_until(page) <= 72 * 60
    page.evaluate(
        "id => { location.hash = id; }",
        the("incident.resolved") if any(f.kind == "incident.resolved" for f in late) else late[-1].id,
    )
    rested(page)
    assert page.get_attribute("#fact-panel", "data-fact") is None
    page.fill("#answer", "Roll back 1041\nand tell support")
    page.click(".drill .next")
    until(page, "document.querySelector('#answer').value === ''")
    assert page.locator("tr[data-fact]").count() > shown
    page.fill("#answer", "Page payments")
    with page.expect_download() as begun:
        page.click(".drill .save")
    assert begun.value.suggested_filename == "INC-42-drill.md"
    begun.value.save_as(tmp_path / "drill.md")
    text = (tmp_path / "drill.md").read_text("utf-8")
    assert "> Roll back 1041\n> and tell support" in text
    assert text.index("Roll back") < text.index("Page payments")
    assert " firing; last message " in text
    assert rich().timeline.digest in text
    page.click(".drill .controls button:has-text('from the start')")
    assert page.input_value("#answer").startswith("Roll back 1041")
