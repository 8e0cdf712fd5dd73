"""Two people in two real browsers: they see each other's notes, their conflicts, and the same facts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.servers.browser import launched
from tests.service.web.running import FACTS, INCIDENT, Serving, Start, note

pytestmark = pytest.mark.browser
EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>"


class People:
    """Browsers over one server; each person has one of their own, and nothing may go wrong in any."""

    def __init__(self, browser: Any, server: Serving) -> None:
        self._browser, self.server = browser, server
        self.problems: list[str] = []

    def page(self, name: str, width: int = 1600, **options: Any) -> Any:
        """Open the review as somebody."""
        context = self._browser.new_context(viewport={"width": width, "height": 900}, **options)
        # Somebody who wrote here before: the name is kept.
        context.add_init_script(
            f"try {{ localStorage.setItem('timeline-author', {name!r}); }} catch {{ /* the chart keeps nothing */ }}"
        )
        page = context.new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on(
            "console",
            lambda m: self.problems.append(m.text) if m.type == "error" and "409" not in m.text else None,
        )
        page.on("dialog", lambda dialog: self.problems.append(dialog.message))
        # The whole window: some of what is noted is of before the incident.
        page.goto(f"{self.server.url}/incidents/{INCIDENT}#view=window")
        page.frame_locator("#chart").locator("html[data-ready]").wait_for()
        page.locator("#connection.on").wait_for()
        return page


@pytest.fixture
def people(start: Start, chromium: Path) -> Iterator[People]:
    with launched(chromium) as browser:
        found = People(browser, start())
        yield found
    assert found.problems == []


def shot(page: Any, name: str) -> None:
    """Keep a picture where the run wants them (`TIMELINE_SCREENSHOTS`)."""
    if folder := os.environ.get("TIMELINE_SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"serve-{name}.png"))


def write(page: Any, text: str, kind: str = "observation") -> None:
    form = page.locator("#new")
    form.locator("select").first.select_option(kind)
    form.locator("textarea").first.fill(text)
    form.locator("button.main").click()


def choose(page: Any, fact: str) -> None:
    page.frame_locator("#chart").locator(f'tr[data-fact="{fact}"]').click()
    page.wait_for_function("fact => location.hash.startsWith('#' + fact)", arg=fact)
    page.locator("#chosen .words").wait_for(state="attached")
    assert not re.search("undefined|false|null", page.inner_text("#chosen"))


def card(page: Any, text: str) -> Any:
    return page.locator("#notes .note", has_text=text)


def test_two_people_see_each_others_notes_at_once(people: People) -> None:
    ada, bo = people.page("Ada"), people.page("Bo")
    choose(ada, FACTS[3])
    write(ada, "The pool was empty")
    card(bo, "The pool was empty").wait_for()
    assert "Ada" in card(bo, "The pool was empty").inner_text()
    write(bo, EVIL, "hypothesis")
    card(ada, EVIL).wait_for()
    expect(ada.locator("#count-notes")).to_have_text("2")
    # A note leads to its fact, in the chart of whoever reads it.
    card(bo, "The pool was empty").locator(".cites button").click()
    bo.wait_for_function("fact => location.hash.startsWith('#' + fact)", arg=FACTS[3])
    panel = bo.frame_locator("#chart").locator(f'#fact-panel[data-fact="{FACTS[3]}"]')
    panel.wait_for()
    assert panel.get_attribute("data-noted") == "1 note"
    assert "The pool was empty" in panel.locator("#fact-notes").inner_text()
    shot(bo, "notes")


def test_two_edits_of_one_note_end_in_a_conflict_that_both_see(people: People) -> None:
    ada, bo = people.page("Ada"), people.page("Bo")
    write(ada, "First words")
    for page in (ada, bo):
        card(page, "First words").wait_for()
        card(page, "First words").get_by_role("button", name="Edit").click()
    for page, words in ((ada, "What Ada says"), (bo, "What Bo says")):
        form = page.locator("#notes form")
        form.locator("textarea").first.fill(words)
        form.locator("button.main").click()
        if page is ada:
            card(ada, "What Ada says").get_by_role("button", name="Edit").wait_for()
    clash = bo.locator("#notes .note.conflict")
    clash.wait_for()
    assert "What Ada says" in clash.locator("[data-side=theirs]").inner_text()
    assert "What Bo says" in clash.locator("[data-side=mine]").inner_text()
    shot(bo, "conflict")
    clash.get_by_role("button", name="Keep both for the meeting").click()
    conflict = ada.locator("#notes .note.conflict")
    conflict.wait_for()
    expect(ada.locator("#count-agenda")).to_have_text("1")
    conflict.get_by_role("button", name="Keep this one").last.click()
    bo.locator("#notes .note.conflict").wait_for(state="detached")
    expect(ada.locator("#count-agenda")).to_have_text("0")


def test_a_dispute_marks_the_fact_everywhere_until_it_is_answered(people: People) -> None:
    ada, bo = people.page("Ada"), people.page("Bo")
    choose(ada, FACTS[5])
    ada.get_by_role("button", name="Dispute").click()
    ada.locator("#new textarea").first.fill("The exporter was down")
    ada.locator("#new button.main").click()
    row = bo.frame_locator("#chart").locator(f'tr[data-fact="{FACTS[5]}"]')
    row.and_(bo.frame_locator("#chart").locator("[data-disputed]")).wait_for()
    bo.click("#tab-agenda")
    bo.locator("#agenda .note.dispute").wait_for()
    shot(bo, "dispute")
    bo.click("#tab-notes")
    card(bo, "The exporter was down").get_by_role("button", name="Edit").click()
    bo.locator("#notes form textarea[name=answer]").fill("It was up: see its own log")
    bo.locator("#notes form button.main").click()
    row = ada.frame_locator("#chart").locator(f'tr[data-fact="{FACTS[5]}"]:not([data-disputed])')
    row.wait_for()


def test_a_lost_connection_is_said_and_nothing_is_lost(people: People) -> None:
    ada, bo = people.page("Ada"), people.page("Bo")
    write(ada, "before")
    card(bo, "before").wait_for()
    bo.context.set_offline(True)
    people.server.kill()
    people.server.restart()
    write(ada, "while away")
    card(ada, "while away").wait_for()
    bo.context.set_offline(False)
    card(bo, "while away").wait_for()
    expect(bo.locator("#notes .note")).to_have_count(2)
    people.problems[:] = [p for p in people.problems if "ERR_" not in p and "Failed to load" not in p]


def test_draft_and_chart_lead_to_each_other(people: People) -> None:
    page = people.page("Ada")
    page.click("#tab-draft")
    row = page.locator("#panel-draft tr[data-fact]").first
    fact = row.get_attribute("data-fact")
    row.locator("a[data-fact]").first.click()
    page.frame_locator("#chart").locator(f'#fact-panel[data-fact="{fact}"]').wait_for()
    other = page.locator("#panel-draft tr[data-fact]").nth(3).get_attribute("data-fact")
    choose(page, other)
    page.locator(f'#panel-draft tr[data-fact="{other}"][aria-selected="true"]').first.wait_for()
    shot(page, "draft")


def test_the_whole_payload_is_one_click_away_and_a_link_comes_back(people: People) -> None:
    page = people.page("Ada")
    choose(page, FACTS[6])
    link = page.frame_locator("#chart").locator("#fact-panel a", has_text="whole payload").first
    assert httpx.get(people.server.url + link.get_attribute("href"), trust_env=False).status_code == 200
    again = people.page("Bo")
    again.goto(page.url)
    again.frame_locator("#chart").locator(f'#fact-panel[data-fact="{FACTS[6]}"]').wait_for()


def test_factors_whys_and_agenda_are_pages_of_their_own(people: People) -> None:
    with people.server.client() as client:

        def add(**more: Any) -> str:
            return str(
                client.post(
                    f"{people.server.api}/notes", json={"body": note(**more), "author": "Ada"}
                ).json()["id"]
            )

        first = add(
            text="The pool had 20 connections", kind="factor", category="technical", awareness="known_risk"
        )
        add(
            text="Retries without jitter",
            kind="factor",
            category="technical",
            awareness="surprise",
            parent=first,
            fact=FACTS[4],
        )
        top = add(text="Checkout failed", kind="why")
        add(text="The pool was empty", kind="why", parent=top, fact=FACTS[2])
        add(text="Who sized the pool?", kind="question")
    page = people.page("Ada")
    for name, seen in (
        ("Factor map", ".map .surprise"),
        ("Five whys", "#whys .step:has-text('The pool was empty')"),
        ("Agenda", "#agenda .note.question"),
    ):
        page.get_by_role("link", name=name).click()
        page.locator(seen).first.wait_for()
        shot(page, name.split()[-1].lower())
    page.locator("#agenda .cites button").first.click()
    page.frame_locator("#chart").locator(f'#fact-panel[data-fact="{FACTS[0]}"]').wait_for()


def test_readers_see_everything_and_can_write_nothing(start: Start, chromium: Path) -> None:
    server = start('[[serve.token]]\nname = "bo"\ntoken = "env:BO"', BO="bo-secret-that-is-long-enough")
    with launched(chromium) as browser:
        page = browser.new_page()
        page.goto(f"{server.url}/incidents/{INCIDENT}")
        page.fill("#token", "bo-secret-that-is-long-enough")
        page.get_by_role("button", name="Sign in").click()
        page.locator("#connection.on").wait_for()
        assert page.url == f"{server.url}/incidents/{INCIDENT}"
        assert page.locator("#new").count() == 0
        assert "bo · reader" in page.locator(".who").inner_text()
        page.locator(".menu-of .who").click()
        page.get_by_role("button", name="Sign out").click()
        page.locator("#token").wait_for()
