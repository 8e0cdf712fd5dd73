"""Ten questions that a review meeting asks of the bundled example, and how many actions each takes at 1280 x 720.

Every action a person would take goes through `Hand`, which counts it; what answers must be on the screen.
docs/usability.md tells the counts, and these tests hold it to them.
"""

from __future__ import annotations

import re

from tests.render.page_browser import needs_browser, rested
from tests.service.web.hand import Hand

pytestmark = needs_browser
PANELS = 6


def shown(hand: Hand) -> list[str]:
    """Return the words of the rows that the table shows, in order."""
    return [row.inner_text() for row in hand.page.locator("#table tr[data-fact]").all()]


def test_1_how_bad_and_when_was_the_peak(hand: Hand) -> None:
    hand.sees(".tile:has-text('Peak')", "26 % checkouts fail")
    hand.sees(".tile:has-text('Peak 14:37–14:38')")
    # Each metric says its own.
    notes = hand.page.locator(".lane-name.of-panel small").all_inner_texts()
    assert len([note for note in notes if re.fullmatch(r"peak [\d.]+( %| s)? 14:\d\d", note)]) == PANELS


def test_2_all_metrics_at_1420(hand: Hand) -> None:
    rested(hand.page)
    box, start, length = hand.page.evaluate(
        "(() => { const b = document.querySelector('#plot .nsewdrag').getBoundingClientRect(), r = document.querySelector('#plot').layout.xaxis.range; return [[b.left, b.width], r[0], r[1] - r[0]]; })()"
    )
    wanted = 1_794_493_200 - hand.timeline.window.start / 1e9  # 14:20:00
    hand.page.mouse.move(box[0] + (wanted - start) / length * box[1], 500, steps=3)
    assert re.fullmatch(r"14:(19:5\d|20:0\d)", hand.sees(".hairline span"))
    values = hand.page.locator(".readout")
    assert values.count() == PANELS
    assert all(re.search(r"\d", text) for text in values.all_inner_texts())
    assert any(text.endswith(" %") for text in values.all_inner_texts())
    assert any(text.endswith(" s") for text in values.all_inner_texts())


def test_3_who_was_paged_and_how_often(hand: Hand) -> None:
    hand.key("/")
    hand.type("kind:notified")
    rows = shown(hand)
    notified = [f for f in hand.timeline.facts if f.kind == "alert.notified"]
    assert len(rows) == len(notified) == 2
    assert all("was sent to on-call checkout" in row for row in rows)
    hand.sees("#table tr[data-fact]")
    hand.sees("#table thead", "2 of 94 facts")


def test_4_who_took_command(hand: Hand) -> None:
    hand.key("/")
    hand.type("taking command")
    hand.sees("#table tr[data-fact] .who", "incident-commander")
    hand.sees("#table tr[data-fact] .quote", "Taking incident command")
    assert len(shown(hand)) == 1


def test_5_what_was_said_from_1420_to_1430(hand: Hand) -> None:
    hand.key("/")
    hand.type("14:20..14:30 kind:message")
    quotes = hand.page.locator("#table tr[data-fact] .quote").all_inner_texts()
    begin, end = 1_794_493_200, 1_794_493_800
    said = [
        f
        for f in hand.timeline.facts
        if f.kind == "chat.message" and begin <= f.latest / 1e9 <= end + 1 and f.quote
    ]
    assert quotes == [f.quote.text for f in said if f.quote]
    assert len(quotes) >= 3
    hand.sees("#table tr[data-fact] .quote", "Plan: raise the pool to 60 first")


def test_6_did_the_first_fix_help(hand: Hand) -> None:
    hand.press(hand.fact("deploy.finished", "deploy-2026.11.12-2"))
    hand.sees("#fact-panel h2", "deploy-2026.11.12-2")
    table = hand.sees("#fact-panel table.around")
    assert re.search(r"metric\s+5m before\s+then\s+5m after\s+15m after", table)
    row = next(line for line in table.splitlines() if line.startswith("checkouts fail"))
    before, then, after, later = (float(one) for one in re.findall(r"([\d.]+) %(?!\s*–)", row))
    # It dipped, and rose above what it had been.
    assert after < then
    assert later > then > before


def test_7_decided_done_recovered(hand: Hand) -> None:
    hand.key("/")
    hand.type("rolling")
    rows = shown(hand)
    decided = next(
        place for place, row in enumerate(rows) if "Rolling back to the release before 14:01" in row
    )
    done = next(place for place, row in enumerate(rows) if "was rolled back" in row)
    assert decided < done
    hand.sees("#table tr[data-fact] .quote", "Rolling back to the release before 14:01")
    hand.sees(".tile:has-text('Mitigate')", "33m15s – 33m45s")


def test_8_what_stands_around_this_log_line(hand: Hand) -> None:
    line = hand.fact("log.first_seen", "timed out")
    row = hand.page.locator(f"tr[data-fact='{line.id}']")
    hand.click(row.locator(".statement"))
    hand.sees("#fact-panel", "timed out waiting for a connection")
    rows = hand.page.eval_on_selector_all("tr[data-fact]", "all => all.map(one => one.dataset.fact)")
    place = rows.index(line.id)
    for near in (rows[place - 1], rows[place + 1]):
        box = hand.page.locator(f"tr[data-fact='{near}']").bounding_box()
        assert box
        assert 0 < box["y"] < 720
    hand.sees(".readout b")


def test_9_where_did_we_lose_time(hand: Hand) -> None:
    hand.click("button:has-text('timings')")
    hand.sees(".timings-pauses", "without a recorded response")
    pauses = hand.page.locator(".timings-pauses + table tr").all_inner_texts()
    lengths = [re.findall(r"(?:\d+m)?\d+s", pause) for pause in pauses]
    assert len(pauses) >= 3
    assert all(lengths)
    hand.click(".timings-pauses + table tr:nth-child(1) button.plain")
    assert re.fullmatch(r"6m2\ds – 6m2\ds", hand.sees(".marked span"))


def test_10_send_this_moment_to_the_channel(hand: Hand) -> None:
    said = hand.fact("alert.firing", "CheckoutErrorRatioHigh")
    hand.click(hand.page.locator(f"tr[data-fact='{said.id}'] .statement"))
    hand.click("#fact-panel .copies button:has-text('text')")
    hand.sees("#fact-panel .copies button:has-text('copied')")
    assert hand.clipboard() == (
        "INC-42, 14:15:30–14:15:45 UTC: Alert CheckoutErrorRatioHigh fired (service=checkout, severity=page)"
    )
