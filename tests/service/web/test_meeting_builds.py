"""The buttons that have an incident built again or refreshed, and the draft that follows without a reload."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from service.names import DRAFT
from tests.servers.browser import launched
from tests.service.web.ongoing import INCIDENT as ONGOING
from tests.service.web.ongoing import Ongoing
from tests.service.web.room import Room
from tests.service.web.running import INCIDENT, Start
from timeline.instant import NS

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with launched(chromium) as running:
        yield running


def test_a_build_by_button_is_told_to_all_and_comes_in_where_they_are(
    tmp_path: Path, start: Start, browser: Browser
) -> None:
    ongoing = Ongoing(tmp_path, start, "0s")
    room = Room(browser, ongoing.server, ONGOING)
    ada, bo = room.named("Ada").opens(), room.named("Bo").opens("/agenda")
    bo.page.get_by_role("button", name="Show the chart").click()
    bo.chart.locator("html[data-ready]").wait_for()
    # A build reads until the second that it begins in.
    ongoing.say("p99 is 1.4 s", time.time_ns() - 2 * NS)
    build = ada.page.get_by_role("button", name="Build", exact=True)
    build.click()
    build.click(force=True)  # a second press starts nothing
    for person in (ada, bo):
        expect(person.page.locator("#build-state")).to_have_text(
            re.compile(r"^built \d\d:\d\d:\d\d$"), timeout=120_000
        )
        expect(person.chart.locator("#news")).to_contain_text("p99 is 1.4 s", timeout=30_000)
    assert ongoing.done() == 1
    ada.page.locator("#build-state").click()
    expect(ada.page.locator("#build-more")).to_contain_text("31 facts")
    ada.shot("built")
    expect(build).to_have_attribute("aria-disabled", "false")
    # Whoever comes later is told, too.
    expect(room.named("Chris").opens().page.locator("#build-state")).to_contain_text("built")
    assert room.problems == []


def test_a_build_that_fails_says_why_in_its_words(start: Start, browser: Browser) -> None:
    room = Room(browser, start())  # its timeline.toml names no source
    ada = room.named("Ada").opens()
    ada.page.get_by_role("button", name="Build", exact=True).click()
    expect(ada.page.locator("#build-state")).to_have_text("build failed", timeout=120_000)
    ada.page.locator("#build-state").click()
    expect(ada.page.locator("#build-more")).to_contain_text("timeline.toml names no source")
    expect(ada.page.locator("#build-more")).to_contain_text("tried again at")
    ada.shot("build-failed")
    # It can be asked for anew, at once.
    expect(ada.page.get_by_role("button", name="Build", exact=True)).to_have_attribute(
        "aria-disabled", "false"
    )
    assert room.problems == []


def test_a_refresh_says_what_it_did_and_why_it_could_not(
    tmp_path: Path, start: Start, browser: Browser
) -> None:
    room = Room(browser, start())
    ada = room.named("Ada").opens()
    ada.writes("lesson", "Look at the pool first")
    ada.sees("Look at the pool first")
    refresh, state = ada.page.get_by_role("button", name="Refresh"), ada.page.locator("#build-state")
    refresh.click()
    expect(state).to_have_text(re.compile("^refreshed "), timeout=60_000)
    state.click()
    expect(ada.page.locator("#build-more")).to_contain_text(DRAFT)
    expect(ada.tab("Draft")).to_contain_text("Look at the pool first")
    draft = tmp_path / "postmortems" / INCIDENT / DRAFT
    draft.write_text(draft.read_text("utf-8").replace("<!-- timeline:end", "<!-- timeline:stop", 1), "utf-8")
    refresh.click()
    expect(ada.page.locator("#notice")).to_contain_text("Refresh: ", timeout=60_000)
    expect(state).to_have_text("Refresh failed")
    assert room.problems == []


def test_the_draft_follows_the_file_and_stays_where_it_is_read(
    tmp_path: Path, start: Start, browser: Browser
) -> None:
    room = Room(browser, start())
    ada, bo = room.named("Ada").opens(), room.named("Bo").opens()
    panel = ada.tab("Draft")
    heading = panel.get_by_role("heading", name="Lessons")
    heading.evaluate("e => e.scrollIntoView()")
    before = heading.bounding_box()
    draft = tmp_path / "postmortems" / INCIDENT / DRAFT
    text = draft.read_text("utf-8")
    at = text.index("\n## ", text.index("\n## ") + 1)
    draft.write_text(f"{text[:at]}\n{'New words above. ' * 60}\n{text[at:]}", "utf-8")
    expect(panel).to_contain_text("New words above", timeout=20_000)
    after = heading.bounding_box()
    assert before
    assert after
    assert abs(after["y"] - before["y"]) <= 2
    # Who had it closed finds it new.
    expect(bo.tab("Draft")).to_contain_text("New words above")
    assert room.problems == []
