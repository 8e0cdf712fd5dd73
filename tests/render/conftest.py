"""The page's browser: one Chromium a module, each test with a page of its own, and no network."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.render.page_browser import Contexts, new_page, written
from tests.render.timeline_fixture import Built
from tests.servers.browser import launched
from timeline.notes.journal import Note


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    # One process for the pages of a context: the next test's page finds its scripts compiled.
    with launched(chromium, "--renderer-process-limit=1") as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def contexts(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Contexts:
    return Contexts(browser, tmp_path_factory.mktemp("contexts"))


@pytest.fixture
def show(contexts: Contexts, folder: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Open a case in a page of its own; at the end it must have run without trouble or request.

    How it looked at the end is kept where the run wants pictures (`TIMELINE_SCREENSHOTS`).
    """
    opened: list[tuple[BrowserContext, dict[str, object], Page, list[str]]] = []

    def make(
        case: str | Built = "rich",
        fragment: str = "",
        *,
        home: bool = False,
        drill: bool = False,
        notes: Sequence[Note] = (),
        **options: object,
    ) -> Page:
        context = contexts.take(options)
        page, troubles = new_page(context)
        opened.append((context, options, page, troubles))
        # All of the window, but where a test is of what a page opens on: a link says what it shows.
        if not home and "from=" not in fragment and "view=" not in fragment:
            fragment = "&".join(filter(None, (fragment, "view=window")))
        page.goto(
            written(folder, case, drill=drill, notes=notes).as_uri() + (f"#{fragment}" if fragment else "")
        )
        page.wait_for_selector("html[data-ready]", timeout=60_000)
        return page

    yield make
    for number, (context, options, page, _) in enumerate(opened):
        if pictures := os.environ.get("TIMELINE_SCREENSHOTS"):
            name = re.sub(r"\W+", "-", f"{request.node.name} {number}").strip("-")
            page.screenshot(path=str(Path(pictures) / f"page-{name}.png"))
        contexts.give_back(context, options)
    assert [troubles for *_, troubles in opened if troubles] == []
