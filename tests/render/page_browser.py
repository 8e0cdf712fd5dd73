"""What the page's tests share: contexts that record trouble, built pages, and what is chosen in them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from render.page.page import render_page
from tests.render.page.page_cases import CASES
from tests.render.timeline_fixture import Built, rich
from timeline.notes.journal import Note

needs_browser = pytest.mark.browser
FIRING = "alert.firing"


def new_context(browser: Browser, options: dict[str, object]) -> tuple[BrowserContext, Page, list[str]]:
    """Open a context and a page in it; return them and the list of what troubles the page."""
    context = opened_context(browser, options)
    return context, *new_page(context)


def opened_context(browser: Browser, options: dict[str, object]) -> BrowserContext:
    """Open a context that reaches no network."""
    settings = {"viewport": {"width": 1280, "height": 900}, "timezone_id": "Europe/Berlin", **options}
    context = browser.new_context(**settings)  # type: ignore[arg-type]
    context.route("http*://**", lambda route: route.abort())
    return context


def new_page(context: BrowserContext) -> tuple[Page, list[str]]:
    """Open a page; return it and the list of what troubles it."""
    troubles: list[str] = []
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on(
        "console",
        lambda message: troubles.append(message.text) if message.type in {"error", "warning"} else None,
    )
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("dialog", lambda dialog: troubles.append(dialog.message))
    page.on(
        "request",
        lambda request: None if request.url.startswith(("file:", "blob:")) else troubles.append(request.url),
    )
    return page, troubles


class Contexts:
    """Contexts that are used again: a page in a process that runs already costs a third less.

    What a test leaves in one (what pages keep, permissions) is cleared when it is given back.
    """

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser, self._empty = browser, folder / "empty.html"
        self._free: dict[str, list[BrowserContext]] = {}
        self._empty.write_text("<!doctype html><title>Nothing</title>")

    def take(self, options: dict[str, object]) -> BrowserContext:
        """Return a context that nobody has; its first page is empty and keeps its process."""
        if free := self._free.get(repr(sorted(options.items()))):
            return free.pop()
        context = opened_context(self._browser, options)
        context.new_page().goto(self._empty.as_uri())
        return context

    def give_back(self, context: BrowserContext, options: dict[str, object]) -> None:
        """Close what was opened in a context, and forget what was kept."""
        first, *others = context.pages
        for page in others:
            page.close()
        context.clear_permissions()
        context.clear_cookies()
        first.evaluate("localStorage.clear()")
        self._free.setdefault(repr(sorted(options.items())), []).append(context)


#: Where pages without notes stand, by what they were made of (which is kept, so that its identity stays its own).
_WRITTEN: dict[tuple[Path, str | int, bool], tuple[Path, str | Built]] = {}


def written(folder: Path, case: str | Built, *, drill: bool = False, notes: Sequence[Note] = ()) -> Path:
    """Write the page of a case into `folder`, once where it has no notes: many facts take seconds to write."""
    key = (folder, case if isinstance(case, str) else id(case), drill)
    if not notes and key in _WRITTEN:
        return _WRITTEN[key][0]
    built = CASES[case]() if isinstance(case, str) else case
    path = folder / f"{case if isinstance(case, str) else 'case'}-{len(list(folder.iterdir()))}.html"
    path.write_bytes(render_page(built.timeline, built.read, drill=drill, notes=notes))
    if not notes:
        _WRITTEN[key] = path, case
    return path


def the(kind: str, text: str = "") -> str:
    """Return the id of the first fact of a kind whose statement holds `text`."""
    return next(f.id for f in rich().timeline.facts if f.kind == kind and text in f.statement)


def chosen(page: Page) -> tuple[str | None, str | None]:
    """Return the ids that the panel and the table's chosen row name."""
    row = page.locator("tr[aria-selected='true']")
    return page.get_attribute("#fact-panel", "data-fact"), row.get_attribute(
        "data-fact"
    ) if row.count() else None


# A change of width is drawn 120 ms later: a page that is still for so many frames draws nothing more.
_FRAMES = 12
_RESTED = """async frames => {
    const chart = document.querySelector('#chart');
    for (let still = 0, before = ''; still < frames;) {
        await new Promise(then => requestAnimationFrame(then));
        const now = chart.innerHTML;
        still = now === before ? still + 1 : 0;
        before = now;
    }
}"""


def rested(page: Page) -> None:
    """Wait until the chart has drawn all that was asked of it: its own frames are counted, not the clock's time."""
    page.evaluate(_RESTED, _FRAMES)


def until(page: Page, expression: str, seconds: float = 60) -> None:
    """Wait until an expression holds: asked from here, for the page's policy forbids it to evaluate text later."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"never true: {expression}"
        page.wait_for_timeout(50)
