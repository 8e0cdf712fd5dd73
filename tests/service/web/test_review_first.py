"""The ten questions that were asked of the first page, of this one: at 1280 x 720, each action counted."""

from __future__ import annotations

import re

from tests.render.page_browser import needs_browser, until
from tests.service.web.hand import Hand
from timeline import terms

pytestmark = needs_browser


def timing(hand: Hand, name: str) -> str:
    """Return what the drawer says of a measure."""
    return hand.sees(hand.page.locator("#timings tr", has=hand.page.get_by_text(name, exact=True)))


def test_11_what_happened_in_what_order_and_where_is_it_uncertain(hand: Hand) -> None:
    hand.key("0")
    until(hand.page, "document.querySelectorAll('tr[data-fact]').length > 80")
    hand.sees("#table thead", f"{len(hand.timeline.facts)} facts")
    groups = hand.page.locator("#table td.undetermined.first").count()
    said = hand.sees("#table thead .order", "groups whose order is uncertain")
    counted = re.search(r"(\d+) groups", said)
    assert counted
    assert 0 < groups <= int(counted[1])  # those of folded records are not in sight
    rows = hand.page.eval_on_selector_all("tr[data-fact]", "rows => rows.map(row => row.dataset.fact)")
    # A record of the same event, by another source, is folded into its row.
    folded = {fact.id for fact in hand.timeline.facts} - set(rows)
    assert rows == [fact.id for fact in hand.timeline.facts if fact.id not in folded]
    assert all(fact.related for fact in hand.timeline.facts if fact.id in folded)


def test_12_what_was_the_first_sign_before_anybody_was_paged(hand: Hand) -> None:
    hand.click("button:has-text('timings')")
    said = hand.sees(hand.page.locator(".agreement", has_text=terms.SEVERAL[terms.EARLIER]))
    assert "checkout p99, early met its condition before the first alert" in said
    assert re.search(r"\dm\d\ds – \dm\d\ds", said)


def test_13_what_had_changed_before_it(hand: Hand) -> None:
    hand.click("button:has-text('timings')")
    assert "7m22s – 7m42s" in timing(hand, terms.SINCE_CHANGE)
    hand.click(
        hand.page.locator("#timings tr", has_text=terms.SINCE_CHANGE).get_by_role("button", name="from")
    )
    hand.sees("#fact-panel h2", "deploy-2026.11.12-1 finished to production of checkout")
    hand.sees("#fact-panel a.leave")


def test_14_how_long_until_somebody_knew(hand: Hand) -> None:
    hand.click("button:has-text('timings')")
    for name, range_ in (
        (terms.DETECT, "1m45s – 2m15s"),
        (terms.NOTIFY, "2m18s – 2m38s"),
        (terms.ACKNOWLEDGE, "3m01s – 3m21s"),
        (terms.RESPOND, "3m11s – 3m31s"),
    ):
        assert range_ in timing(hand, name)


def test_15_what_could_we_see_at_1415(hand: Hand) -> None:
    hand.key("p")
    handle = hand.page.locator(".playhead-handle").bounding_box()
    assert handle
    axis = hand.page.evaluate(
        "(() => { const b = document.querySelector('#plot .nsewdrag').getBoundingClientRect(), r = document.querySelector('#plot').layout.xaxis.range; return [b.left - r[0] * b.width / (r[1] - r[0]), b.width / (r[1] - r[0])]; })()"
    )
    start = hand.timeline.window.start // 10**9
    at = axis[0] + (1_794_492_930 - start) * axis[1]  # 14:15:30
    middle = handle["y"] + handle["height"] / 2
    hand.drag((handle["x"] + handle["width"] / 2, middle), (at, middle))
    said = hand.sees("#replay .sentence")
    # A pixel of the incident is eight seconds.
    assert re.fullmatch(
        r"At 14:15:[1-4]\d: 2 alerts firing, 1 pending, 1 acknowledged; last message 14:15:20\.", said
    )
    hand.sees("#replay .surfaced li", "p99 is at 1.4 s and climbing")


def test_16_how_do_we_know_that_the_error_ratio_was_over_its_limit(hand: Hand) -> None:
    fact = hand.fact("metric.crossed_above", "CheckoutErrorRatioHigh")
    hand.click(hand.page.locator(f"tr[data-fact='{fact.id}'] .statement"))
    hand.sees("#fact-panel .query", 'checkout_requests_total{code=~"5.."}')
    hand.sees("#fact-panel pre.excerpt mark")
    assert fact.evidence[0].payload
    assert fact.evidence[0].payload in hand.sees("#fact-panel code.digest")


def test_17_what_do_we_not_know_and_why(hand: Hand) -> None:
    gap = next(g for g in hand.timeline.gaps if g.source == "prod")
    hand.sees(".tile.more", "1 gap")
    hand.sees(hand.page.locator(".gap-words", has_text="partial data"))
    hand.click(hand.page.locator(f"tr[data-gap='{gap.id}'] .statement"))
    hand.sees("#fact-panel h2", "The server recorded nothing")
    assert "partial data" in hand.page.inner_text("#fact-panel dl")


def test_18_how_long_did_the_first_fix_stand(hand: Hand) -> None:
    hand.press(hand.fact("deploy.finished", "deploy-2026.11.12-2"))
    hand.press(hand.fact("deploy.rolled_back"), shift=True)
    assert hand.sees("#fact-panel .marked-words") in {"13m29s – 13m31s", "13m30s – 13m31s"}


def test_19_what_did_people_say_about_the_rollback(hand: Hand) -> None:
    hand.key("/")
    hand.type("kind:message roll")
    hand.sees("#table tr[data-fact] .quote", "Rolling back to the release before 14:01")
    assert hand.page.locator("#table tr[data-fact]:not(.lane-chat)").count() == 0


def test_20_did_alerts_and_thresholds_agree_and_which_flapped(hand: Hand) -> None:
    hand.sees(hand.page.locator(".flap-words", has_text="flapping 5×"))
    hand.sees(hand.page.locator(".flap-words", has_text="39–52 %"))
    hand.click("button:has-text('timings')")
    said = hand.sees(hand.page.locator(".agreement", has_text=terms.SEVERAL[terms.UNALERTED]))
    assert "was in breach 2 times while no alert" in said
