"""An open incident under `serve`: a real source grows, builds follow, and two pages that are open take the facts in."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from service import names
from service.evidence.document import load
from tests.servers.browser import launched
from tests.servers.process import wait_until
from tests.service.web.ongoing import INCIDENT, Ongoing
from tests.service.web.running import Serving, Start
from timeline.instant import NS

SECONDS = 2  # from the end of a build to the page


@pytest.fixture
def problems() -> Iterator[list[str]]:
    found: list[str] = []
    yield found
    assert found == []


def opened(browser: Any, server: Serving, problems: list[str]) -> Any:
    page = browser.new_context(viewport={"width": 1600, "height": 900}).new_page()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.goto(f"{server.url}/incidents/{INCIDENT}")
    chart(page).locator("html[data-ready]").wait_for()
    page.locator("#connection.on").wait_for()
    # Neither the review nor the chart in it may be loaded again.
    for one in page.frames:
        one.evaluate("() => { window.unbroken = true; }")
    return page


def chart(page: Any) -> Any:
    return page.frame_locator("#chart")


def row(page: Any, text: str) -> Any:
    return chart(page).locator("#table tr[data-fact]", has_text=text)


def place(page: Any, text: str) -> float:
    return float(row(page, text).bounding_box()["y"])


class Idle:
    """A blank page whose timer tells for how long (s) the machine let nothing run: what a page waits for besides us."""

    def __init__(self, browser: Any) -> None:
        self.page = browser.new_page()
        self.page.evaluate("""() => {
          window.late = [];
          let due = Date.now() + 20;
          setInterval(() => { const now = Date.now(); window.late.push([now, Math.max(0, now - due)]); due = now + 20; }, 20);
        }""")

    def late(self, since: float, until: float) -> float:
        """Return for how long of `[since, until]` (s) it was not run."""
        told: list[tuple[float, float]] = self.page.evaluate("() => window.late")
        return sum((ms / 1000 for at, ms in told if since <= at / 1000 <= until + 0.02), 0.0)


def watch(page: Any, text: str) -> None:
    """Have the chart write down when its notice says something."""
    chart(page).locator("html").evaluate(
        """(html, text) => {
          const look = () => {
            const news = document.getElementById('news');
            if (news && !news.hidden && news.textContent.includes(text)) window.told ??= Date.now();
          };
          new MutationObserver(look).observe(html, { subtree: true, childList: true, attributes: true, characterData: true });
        }""",
        text,
    )


@pytest.mark.browser
def test_two_pages_take_new_facts_in_and_keep_their_place(
    tmp_path: Path, start: Start, chromium: Path, problems: list[str]
) -> None:
    ongoing = Ongoing(tmp_path, start, "3s")
    with launched(chromium) as browser:
        ada, bo = (opened(browser, ongoing.server, problems) for _ in range(2))
        row(ada, "earlier 25").click()
        ada.wait_for_function("() => location.hash.startsWith('#f-')")
        row(ada, "earlier 25").scroll_into_view_if_needed()
        hash_, before = ada.evaluate("location.hash"), place(ada, "earlier 25")
        chart(bo).locator("#find").fill("earlier")
        idle = Idle(browser)
        for page in (ada, bo):
            watch(page, "p99 is 1.4 s")
        ongoing.say("p99 is 1.4 s")
        for page in (ada, bo):
            expect(chart(page).locator("#news")).to_contain_text("1 new fact", timeout=240_000)
            expect(chart(page).locator("#news")).to_contain_text("p99 is 1.4 s")
            told = chart(page).locator("html").evaluate("() => window.told") / 1000
            ended = ongoing.ended(31)
            assert told - ended - idle.late(ended, told) < SECONDS
        expect(row(ada, "p99 is 1.4 s")).to_have_class(re.compile(r"\bfresh\b"))
        assert (ada.evaluate("location.hash"), place(ada, "earlier 25")) == (hash_, before)
        assert row(ada, "earlier 25").get_attribute("aria-selected") == "true"
        assert "31 facts" in chart(ada).locator("#table thead").inner_text()
        assert chart(bo).locator("#find").input_value() == "earlier"
        assert row(bo, "p99 is 1.4 s").count() == 0, "who looks for something goes on seeing that"
        if folder := os.environ.get("TIMELINE_SCREENSHOTS"):
            ada.screenshot(path=str(Path(folder) / "live.png"))
        # What was not read stays new; a click leads there.
        ongoing.say("rolling back")
        expect(chart(ada).locator("#news")).to_contain_text("2 new facts", timeout=240_000)
        chart(ada).locator("#news button", has_text="show").click()
        expect(row(ada, "p99 is 1.4 s")).to_have_attribute("aria-selected", "true")
        expect(chart(ada).locator("#news")).to_be_hidden()
        for page in (ada, bo):
            assert [one.evaluate("() => window.unbroken") for one in page.frames] == [True, True]
            assert page.locator("#notice").text_content() == ""


def test_an_incident_with_a_file_and_one_that_a_sender_begins_are_built_by_themselves(
    tmp_path: Path, start: Start
) -> None:
    ongoing = Ongoing(tmp_path, start, "1h", rows=3, built=False)
    wait_until(ongoing.is_built, 240, "what has a file was not built", ongoing.server.log)
    assert [one.cause for one in ongoing.builds()] == ["live"]
    ongoing.deliver(incident="INC-78")
    other = ongoing.out.with_name("INC-78") / names.TIMELINE
    wait_until(other.is_file, 240, "what a sender began was not built", ongoing.server.log)
    begun = load(other).incident
    assert (begun.start is not None, begun.end) == (True, None)


def test_a_delivery_has_it_built_soon_and_the_end_ends_it(tmp_path: Path, start: Start) -> None:
    ongoing = Ongoing(tmp_path, start, "1h", rows=3)
    ongoing.say("one more")
    ongoing.deliver()
    wait_until(lambda: ongoing.facts() == 4, 240, "a delivery did not build it", ongoing.server.log)
    assert [(one.cause, one.state) for one in ongoing.builds()] in ([("live", "done")], [("live", "running")])
    ongoing.end()
    ongoing.deliver()
    wait_until(
        lambda: load(ongoing.out / names.TIMELINE).incident.end is not None,
        60,
        "the end was not read",
        ongoing.server.log,
    )
    wait_until(lambda: ongoing.builds()[0].state != "running", 120, "it runs still", ongoing.server.log)
    count = ongoing.done()
    ongoing.deliver()
    with ongoing.server.client() as client:
        wait_until(
            lambda: 'state="worked",webhook="am"} 3' in client.get("/metrics").text.replace('webhook="am",state="worked"', 'state="worked",webhook="am"'),
            30, "the delivery was not worked", ongoing.server.log,
        )  # fmt: skip
    assert ongoing.done() == count
    assert [
        one for one in ongoing.builds() if one.cause == "live" and one.state in {"queued", "running"}
    ] == []


def test_one_that_nobody_ends_is_left_alone_without_news(tmp_path: Path, start: Start) -> None:
    ongoing = Ongoing(tmp_path, start, "1s", idle="90s", rows=3)
    wait_until(lambda: ongoing.done() > 0, 80, "it was not built again", ongoing.server.log)
    idle = ongoing.began + 600 * NS + 90 * NS  # the last fact is of just before
    wait_until(lambda: time.time_ns() > idle + 2 * NS, 120, "the clock does not go on")
    wait_until(
        lambda: ongoing.builds()[0].state == "done", 120, "it is built without end", ongoing.server.log
    )
    count = ongoing.done()
    ongoing.deliver()  # else a build is five seconds away at most
    wait_until(
        lambda: time.time_ns() > (ongoing.builds()[0].finished_at or 0) + 15 * NS,
        60,
        "the clock does not go on",
    )
    assert (ongoing.done(), ongoing.builds()[0].state) == (count, "done")
