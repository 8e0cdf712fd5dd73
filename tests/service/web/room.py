"""People at a review meeting: each has a real browser of their own, and does what a hand can do."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect

from tests.service.web.running import INCIDENT, Serving

#: What a browser says of a server that is away, or of an edit that was refused: the page says it in words.
_EXPECTED = ("409", "ERR_", "Failed to load resource")


class Person:
    """Somebody in the meeting, by labels and roles alone."""

    def __init__(self, page: Page, server: Serving, incident: str = INCIDENT) -> None:
        self.page, self.home = page, f"{server.url}/incidents/{incident}"

    def opens(self, tab: str = "", **options: Any) -> Person:
        """Go to a page of the incident and wait until its notes are followed."""
        self.page.goto(f"{self.home}{tab}", **options)
        self.page.locator("body[data-ready]").wait_for()
        self.page.locator("#connection.on").wait_for()
        if not tab or tab.startswith("#"):
            self.chart.locator("html[data-ready]").wait_for()
        return self

    def signs_in(self, token: str) -> Person:
        """Sign in where the server asks for a token."""
        self.page.goto(self.home)
        self.page.get_by_label("Your token").fill(token)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.locator("#connection.on").wait_for()
        self.chart.locator("html[data-ready]").wait_for()
        return self

    def goes(self, name: str) -> Person:
        """Follow one of the links to the incident's pages."""
        self.page.get_by_role("navigation", name="Views").get_by_role("link", name=name).click()
        self.page.locator(f'nav a[aria-current="page"]:text-is("{name}")').wait_for()
        self.page.locator("#connection.on").wait_for()
        return self

    def tab(self, name: str) -> Locator:
        """Open a tab beside the chart; return its panel."""
        tab = self.page.get_by_role("tab", name=re.compile(f"^{name}"))
        tab.click()
        return self.page.locator(f"#{tab.get_attribute('aria-controls')}")

    @property
    def chart(self) -> FrameLocator:
        """The chart in its frame."""
        return self.page.frame_locator("#chart")

    def chooses(self, words: str) -> str:
        """Choose the first fact of the table that says `words`; return its id."""
        row = self.chart.locator("#table tr[data-fact]", has_text=words).first
        row.click()
        fact = str(row.get_attribute("data-fact"))
        self.chart.locator(f'#fact-panel[data-fact="{fact}"]').wait_for()
        # What a note cites follows once the page around the chart knows, which its address tells.
        expect(self.page).to_have_url(re.compile(fact))
        return fact

    def form(self, name: str = "New note") -> Locator:
        """Return a form by its name."""
        return self.page.get_by_role("form", name=name)

    def writes(self, kind: str, words: str, form: str = "New note", **fields: str) -> None:
        """Write a note and send it."""
        place = self.form(form)
        if kind:
            place.get_by_label("Kind of note").select_option(kind)
        place.get_by_label("Words").fill(words)
        fill(place, fields)
        place.get_by_role("button", name="Save").click()

    def note(self, words: str) -> Locator:
        """Return the cards that say `words`."""
        return self.page.locator(".note:visible", has_text=words)

    def sees(self, *words: str) -> None:
        """Wait until the page shows notes with these words."""
        for one in words:
            expect(self.note(one).first).to_be_visible()

    def item(self, words: str) -> Locator:
        """Return an item of the agenda."""
        return self.page.get_by_role("list", name="Agenda").locator("> li", has_text=words)

    def shot(self, name: str) -> None:
        """Keep a picture where the run wants them (`TIMELINE_SCREENSHOTS`)."""
        if folder := os.environ.get("TIMELINE_SCREENSHOTS"):
            self.page.screenshot(path=str(Path(folder) / f"meeting-{name}.png"))


def fill(place: Locator, fields: dict[str, str]) -> None:
    """Fill in fields by their labels (`_` for a space)."""
    for label, value in fields.items():
        field = place.get_by_label(label.replace("_", " "))
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)


class Room:
    """A server and whoever is in the meeting; nothing may go wrong in any browser."""

    def __init__(self, browser: Browser, server: Serving, incident: str = INCIDENT) -> None:
        self._browser, self.server, self.incident = browser, server, incident
        self.problems: list[str] = []

    def person(self, width: int = 1280, height: int = 720, **options: Any) -> Person:
        """Let somebody in, with a browser that knows nothing of them."""
        context = self._browser.new_context(viewport={"width": width, "height": height}, **options)
        page = context.new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda m: self._heard(m.type, m.text))
        page.on("dialog", lambda dialog: self.problems.append(f"a dialog: {dialog.message}"))
        return Person(page, self.server, self.incident)

    def named(self, name: str, **options: Any) -> Person:
        """Let somebody in who wrote here before: the browser kept the name."""
        person = self.person(**options)
        person.page.add_init_script(
            f"try {{ localStorage.setItem('timeline-author', {name!r}); }} catch {{ /* the chart keeps nothing */ }}"
        )
        return person

    def _heard(self, kind: str, text: str) -> None:
        if kind == "error" and not any(one in text for one in _EXPECTED):
            self.problems.append(text)
