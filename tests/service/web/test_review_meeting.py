"""Ten questions that a review meeting asks of the bundled example, and how many actions each takes.

Every action a person would take goes through `Hand`, which counts it; what answers must be in sight of
somebody at a 1400 x 900 screen. docs/usability.md tells the counts, and this test holds it to them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page

from service.build.demo import demo
from tests.render.page_browser import needs_browser, new_context, rested
from tests.servers.browser import launched
from timeline.model import Fact, Timeline
from timeline.present import count

pytestmark = needs_browser
MOST = 3
TOLD = Path(__file__).parents[3] / "docs" / "usability.md"


class Hand:
    """A person at the page: each click, key, drag or typed word is one action."""

    def __init__(self, page: Page, timeline: Timeline) -> None:
        self.page, self.timeline, self.actions = page, timeline, 0

    def click(self, where: str | Locator, **options: object) -> None:
        """Click on what can be seen; whatever else it takes to see it counts as well."""
        self.actions += 1
        found = self.page.locator(where) if isinstance(where, str) else where
        found.click(**options)  # type: ignore[arg-type]

    def twice(self, where: str) -> None:
        self.actions += 1
        self.page.dblclick(where)

    def key(self, name: str) -> None:
        self.actions += 1
        self.page.keyboard.press(name)

    def type(self, words: str) -> None:
        self.actions += 1
        self.page.keyboard.type(words)

    def choose(self, where: str, value: str) -> None:
        self.actions += 1
        self.page.select_option(where, value)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.actions += 1
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=8)
        self.page.mouse.up()

    def fact(self, kind: str, words: str = "") -> Fact:
        return next(f for f in self.timeline.facts if f.kind == kind and words in f.statement)

    def mark(self, fact: Fact) -> tuple[float, float]:
        """Return where the fact's mark stands, in px of the screen, where it can be seen."""
        place = self.page.evaluate(
            """id => {
                const plot = document.querySelector('#plot');
                const box = document.querySelector('#plot .nsewdrag').getBoundingClientRect();
                const trace = plot.data.find(t => t.name === 'facts' && (t.yaxis ?? 'y') === 'y' && t.customdata.some(m => m.items.some(i => i.id === id)));
                const at = trace.customdata.findIndex(m => m.items.some(i => i.id === id));
                const [left, right] = plot.layout.xaxis.range, [low] = plot.layout.yaxis.range;
                return [box.left + (trace.x[at] - left) / (right - left) * box.width, box.top + trace.y[at] / low * box.height];
            }""",
            fact.id,
        )
        return float(place[0]), float(place[1])

    def press(self, fact: Fact, *, shift: bool = False) -> None:
        """Click on a fact's mark in the chart, as a person sees it."""
        self.actions += 1
        # Scrolling is no action.
        self.page.evaluate("y => window.scrollTo(0, y + scrollY - innerHeight / 2)", self.mark(fact)[1])
        # A hand presses what stands still: what opened a moment ago has moved the chart.
        rested(self.page)
        self.page.mouse.move(*self.mark(fact), steps=3)
        self.page.wait_for_selector("#tip:not([hidden])")
        if shift:
            self.page.keyboard.down("Shift")
        self.page.mouse.click(*self.mark(fact))
        if shift:
            self.page.keyboard.up("Shift")
        self.page.wait_for_selector("#fact-panel[data-fact]")

    def sees(self, where: str | Locator, words: str = "") -> str:
        """Assert that something is on the screen; return its text."""
        found = (self.page.locator(where) if isinstance(where, str) else where).first
        found.wait_for()
        box = found.bounding_box()
        assert box
        assert box["width"] > 0
        assert box["y"] < 900 * 2, "more than a screen away"
        text = found.inner_text()
        assert words in text
        return text


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Timeline]:
    out = tmp_path_factory.mktemp("meeting")
    result = demo(out, stills=False)
    return out / "INC-42" / "timeline.html", result.timeline


@pytest.fixture(scope="module")
def browser(chromium: Path, example: tuple[Path, Timeline]) -> Iterator[Browser]:
    # After the build: each has an event loop of its own.
    with launched(chromium) as running:
        yield running


@pytest.fixture
def hand(browser: Browser, example: tuple[Path, Timeline], request: pytest.FixtureRequest) -> Iterator[Hand]:
    context, page, troubles = new_context(browser, {"viewport": {"width": 1400, "height": 900}})
    page.goto(example[0].as_uri())
    page.wait_for_selector("html[data-ready]")
    person = Hand(page, example[1])
    yield person
    if folder := os.environ.get("TIMELINE_SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"meeting-{request.node.name}.png"))
    context.close()
    assert troubles == []
    assert person.actions <= MOST
    assert person.actions == told(int(request.node.name.split("_")[1]))


def told(number: int) -> int:
    """Return how many actions the documentation says question `number` takes."""
    row = re.search(rf"^\| {number} \|.*\| (\d) \|$", TOLD.read_text("utf-8"), re.MULTILINE)
    assert row, f"docs/usability.md has no row {number}"
    return int(row[1])


def test_1_what_happened_in_what_order_and_where_is_it_not_known(hand: Hand) -> None:
    hand.sees("#header .counts", "whose order is uncertain")
    hand.sees("#table thead")
    groups = hand.page.locator("#table td.undetermined.first").count()
    assert f"{groups} groups whose order is uncertain" in hand.page.inner_text("#header .counts")
    rows = hand.page.eval_on_selector_all("tr[data-fact]", "rows => rows.map(row => row.dataset.fact)")
    assert rows == [fact.id for fact in hand.timeline.facts]


def test_2_what_was_the_first_sign_before_anybody_was_paged(hand: Hand) -> None:
    hand.click("summary:has-text('early signal')")
    said = hand.sees(".agreement[open]")
    assert "checkout p99, early met its condition before the first alert" in said
    assert re.search(r"\dm\d\ds – \dm\d\ds", said)


def test_3_what_had_changed_before_it(hand: Hand) -> None:
    tile = hand.page.locator(".tile", has_text="time since last change")
    hand.sees(tile, "7m22s – 7m42s")
    hand.click(tile.get_by_role("button", name="from"))
    hand.sees("#fact-panel h2", "deploy-2026.11.12-1 finished to production of checkout")
    hand.sees("#fact-panel a.leave")


def test_4_how_long_until_somebody_knew(hand: Hand) -> None:
    for name, range_ in (
        ("time to detect", "1m45s – 2m15s"),
        ("time to notify", "2m18s – 2m38s"),
        ("time to acknowledge", "3m01s – 3m21s"),
        ("time to first response", "3m11s – 3m31s"),
    ):
        hand.sees(hand.page.locator(".tile", has_text=name), range_)


def test_5_what_could_we_see_at_1415(hand: Hand) -> None:
    hand.key("p")
    handle = hand.page.locator(".playhead-handle").bounding_box()
    assert handle
    axis = hand.page.evaluate(
        "(() => { const b = document.querySelector('#plot .nsewdrag').getBoundingClientRect(), r = document.querySelector('#plot').layout.xaxis.range; return [b.left, b.width / (r[1] - r[0])]; })()"
    )
    start = hand.timeline.window.start // 10**9
    at = axis[0] + (1_794_492_930 - start) * axis[1]  # 14:15:30
    middle = handle["y"] + handle["height"] / 2
    hand.drag((handle["x"] + handle["width"] / 2, middle), (at, middle))
    said = hand.sees("#replay .sentence")
    # A pixel of the whole window is fourteen seconds.
    assert re.fullmatch(r"At 14:15:[1-4]\d: 2 alerts firing, 1 pending; last message 14:15:20\.", said)
    hand.sees("#replay .surfaced li", "p99 is at 1.4 s and climbing")


def test_6_how_do_we_know_that_the_error_ratio_was_over_its_limit(hand: Hand) -> None:
    fact = hand.fact("metric.crossed_above", "CheckoutErrorRatioHigh")
    hand.click(hand.page.locator(f"tr[data-fact='{fact.id}'] .statement"))
    hand.sees("#fact-panel .query", 'checkout_requests_total{code=~"5.."}')
    hand.sees("#fact-panel pre.excerpt mark")
    assert fact.evidence[0].payload
    assert fact.evidence[0].payload in hand.sees("#fact-panel code.digest")


def test_7_what_do_we_not_know_and_why(hand: Hand) -> None:
    gap = next(g for g in hand.timeline.gaps if g.source == "prod")
    hand.sees("#header .counts", count(len(hand.timeline.gaps), "gap"))
    hand.sees(hand.page.locator(".gap-words", has_text="partial data"))
    hand.click(hand.page.locator(f"tr[data-gap='{gap.id}'] .statement"))
    hand.sees("#fact-panel h2", "The server recorded nothing")
    assert "partial data" in hand.page.inner_text("#fact-panel dl")


def test_8_how_long_did_the_first_fix_stand(hand: Hand) -> None:
    hand.press(hand.fact("deploy.finished", "deploy-2026.11.12-2"))
    hand.press(hand.fact("deploy.rolled_back"), shift=True)
    assert hand.sees("#fact-panel .marked-words") in {"13m29s – 13m31s", "13m30s – 13m31s"}


def test_9_what_did_people_say_about_the_rollback(hand: Hand) -> None:
    hand.twice(".chip[data-lane=chat]")
    hand.key("/")
    hand.type("roll")
    assert hand.page.inner_text("output.shown").endswith(" shown")
    hand.sees("#table tr[data-fact] .quote", "Rolling back to the release before 14:01")


def test_10_did_alerts_and_thresholds_agree_and_which_flapped(hand: Hand) -> None:
    hand.sees(hand.page.locator(".flap-words", has_text="flapping 5×, active 39–52 % of the time"))
    hand.click("summary:has-text('breach with no alert')")
    hand.sees(".agreement[open]", "was in breach 2 times while no alert")
