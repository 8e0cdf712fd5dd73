"""The documentation site is built as CI builds it: strictly, whole, and asking no other host for anything."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.servers.browser import launched

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HOME = Path(__file__).resolve().parent.parent
TOOL = Path(sys.executable).with_name("zensical")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site: `pages` is what it was made of, `html` what it is."""
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "tools/site/build.py", "--out", str(out)]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return out


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(site / "html"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with launched(chromium) as running:
        yield running


def test_every_page_is_in_the_site(site: Path) -> None:
    for path in (HOME / "docs").rglob("*.md"):
        page = path.relative_to(HOME / "docs").with_suffix(".html")
        assert (site / "html" / page).exists(), page
    decisions = (site / "html/decisions/index.html").read_text()
    for page in (HOME / "docs/decisions").glob("*.md"):
        assert f'href="{page.stem}.html"' in decisions


def test_the_example_on_the_front_is_todays(site: Path) -> None:
    front = (site / "html/index.html").read_text()
    assert 'src="demo/timeline.html"' in front
    built = next((site / "example").glob("*/timeline.html"))
    assert (site / "html/demo/timeline.html").read_bytes() == built.read_bytes()
    draft = (site / "html/demo/postmortem.md.txt").read_bytes()
    assert draft == built.with_name("postmortem.md").read_bytes()


@pytest.mark.parametrize("wrong", ["[gone](nowhere.md)", "[gone](reference/outcome.md#nothing-is-called-so)"])
def test_a_link_that_leads_nowhere_ends_the_build(site: Path, tmp_path: Path, wrong: str) -> None:
    (tmp_path / "pages/reference").mkdir(parents=True)
    (tmp_path / "pages/index.md").write_text(f"# Front\n\n{wrong}\n")
    (tmp_path / "pages/reference/outcome.md").write_text("# Outcome\n")
    text = (HOME / "docs/zensical.toml").read_text()
    before, after = text.split("nav = [", 1)
    (tmp_path / "zensical.toml").write_text(before + after.split("\n]\n", 1)[1])
    (tmp_path / "overrides").mkdir()
    command = [str(TOOL), "build", "--strict"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "does not exist" in done.stdout + done.stderr


def test_every_page_says_that_no_other_host_may_be_asked(site: Path) -> None:
    # Pages that the product made have a stricter policy of their own.
    made = {"demo", "year"}
    pages = [path for path in (site / "html").rglob("*.html") if not made.intersection(path.parts)]
    assert len(pages) > 60
    fetched = re.compile(r'<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href)="?(https?:)?//')
    for path in pages:
        text = path.read_text()
        assert "default-src 'self'" in text, path.name
        assert not fetched.search(text), path.name


def _open(browser: Browser, address: str, page: str, width: int, height: int) -> tuple[Page, list[str]]:
    """Open a page; return it with everything that it asked for, and what its console complained of."""
    opened = browser.new_page(viewport={"width": width, "height": height})
    heard: list[str] = []
    opened.on("request", lambda request: heard.append(request.url))
    opened.on("console", lambda m: heard.append(f"console: {m.text}") if m.type == "error" else None)
    opened.on("pageerror", lambda error: heard.append(f"error: {error}"))
    opened.goto(address + page)
    # Not `networkidle`: where the example stands in its frame it is at times never told. What the page asks
    # for by itself was asked for once it, its frame and its letters are there and it has nothing left to do.
    for frame in opened.locator("iframe.demo").all():
        frame.content_frame.locator("html[data-read]").wait_for()
    opened.evaluate("document.fonts.ready.then(() => new Promise((idle) => requestIdleCallback(idle)))")
    return opened, heard


@pytest.mark.browser
@pytest.mark.parametrize("size", [(1280, 720), (390, 844)], ids=["desktop", "phone"])
@pytest.mark.parametrize("page", ["index.html", "reference/collectors.html", "how-to/serve.html"])
def test_pages_ask_this_host_alone_and_fit(
    browser: Browser, address: str, page: str, size: tuple[int, int]
) -> None:
    opened, heard = _open(browser, address, page, *size)
    own = (address, "data:", f"blob:{address}")
    assert [one for one in heard if not one.startswith(own)] == []
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if folder := os.environ.get("TIMELINE_SCREENSHOTS"):
        opened.screenshot(path=Path(folder) / f"site-{page.replace('/', '-')}-{size[0]}.png")
    opened.close()


@pytest.mark.browser
def test_the_example_on_the_front_answers(browser: Browser, address: str) -> None:
    opened, _ = _open(browser, address, "index.html", 1280, 720)
    frame = opened.frame_locator("iframe.demo")
    frame.locator("body").wait_for()
    assert "INC-42" in frame.locator("body").inner_text()
    assert frame.locator("svg").count() > 0
    opened.close()


@pytest.mark.browser
def test_what_is_searched_is_found(browser: Browser, address: str) -> None:
    opened, heard = _open(browser, address, "index.html", 1280, 720)
    opened.keyboard.press("Control+k")
    opened.keyboard.type("sigv4")
    opened.get_by_role("link", name=re.compile("collectors|reach a source", re.IGNORECASE)).first.wait_for()
    assert [one for one in heard if one.startswith(("error:", "console:"))] == []
    opened.close()
