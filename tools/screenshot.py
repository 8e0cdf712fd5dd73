"""Make the pictures of the documentation from a built page: tools/screenshot.py build/demo/*/timeline.html.

With --cases, instead: every case that the page's tests draw, in every look, into build/looks, to be
looked at by a person: tools/screenshot.py --cases [NAME...]. With --patterns, the picture of a page of patterns:
tools/year/play.py && tools/screenshot.py --patterns build/year/patterns.html.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
#: name, colour scheme, width, height, and what is behind the fact in the link: what the docs show.
SHOTS = (
    ("checkout-outage", "light", 1440, 900, ""),
    ("checkout-outage-dark", "dark", 1440, 900, ""),
    ("checkout-outage-replay", "light", 1440, 900, "&at=2026-11-12T14:15:30Z"),
)
#: name, colour scheme, width, height, greyscale: each case in each, and as a sheet.
LOOKS = (
    ("desk", "light", 1280, 720, False), ("dark", "dark", 1280, 1400, False), ("grey", "light", 1280, 1400, True),
    ("4k", "light", 3840, 2160, False), ("phone", "light", 390, 844, False),
)  # fmt: skip
LOOKED = Path(__file__).parent.parent / "build" / "looks"


def main() -> int:
    """Take each picture; return an exit code."""
    arguments = _arguments()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("screenshot: needs Chromium (apt-get install chromium)", file=sys.stderr)
        return 2
    if arguments.cases is not None:
        for path in _cases(chromium, arguments.cases):
            print(path, flush=True)
        return 0
    if arguments.patterns is not None:
        print(_patterns(chromium, arguments.patterns, arguments.out))
        return 0
    if arguments.page is None:
        print("screenshot: give a built timeline.html, or --cases", file=sys.stderr)
        return 2
    arguments.out.mkdir(parents=True, exist_ok=True)
    for path in _take(chromium, arguments.page, arguments.out, arguments.fragment):
        print(path)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("page", type=Path, nargs="?", help="a built timeline.html")
    parser.add_argument(
        "--cases", nargs="*", metavar="NAME", help="the cases of the page's tests, all or these"
    )
    parser.add_argument("--patterns", type=Path, metavar="PAGE", help="a page of patterns")
    parser.add_argument("--out", type=Path, default=PICTURES, help="folder of the pictures")
    parser.add_argument(
        "--fragment", default="", help="what to open at: f-ID[&key=value...]; else the first firing"
    )
    return parser.parse_args()


def _cases(chromium: str, names: list[str]) -> Iterator[Path]:
    from playwright.sync_api import sync_playwright

    sys.path.insert(0, str(Path(__file__).parent.parent))
    from render.page.page import render_page
    from tests.render.page.page_cases import CASES

    LOOKED.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name in names or CASES:
            built = CASES[name]()
            page = LOOKED / f"{name}.html"
            page.write_bytes(render_page(built.timeline, built.read))
            for look in LOOKS:
                yield _look(browser, page, LOOKED / f"{name}-{look[0]}.png", look)
        browser.close()


def _look(browser: Any, page: Path, path: Path, look: tuple[str, str, int, int, bool]) -> Path:
    name, scheme, width, height, grey = look
    narrow = width < 1000
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, is_mobile=narrow, has_touch=narrow
    )
    tab = context.new_page()
    tab.goto(page.as_uri())
    tab.wait_for_selector("html[data-ready]")
    if grey:
        tab.add_style_tag(content="html { filter: grayscale(1) }")
    tab.wait_for_timeout(300)
    tab.screenshot(path=str(path))
    if name == "desk":
        tab.pdf(path=str(path.with_suffix(".pdf")), format="A4", print_background=True)
    context.close()
    return path


def _patterns(chromium: str, page: Path, out: Path) -> Path:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 860}, color_scheme="light")
        tab.goto(page.resolve().as_uri())
        tab.wait_for_selector(".main-svg")
        tab.wait_for_timeout(300)
        tab.screenshot(path=str(out / "year-patterns.png"))
        browser.close()
    return out / "year-patterns.png"


def _take(chromium: str, page: Path, out: Path, fragment: str) -> list[Path]:
    from playwright.sync_api import sync_playwright

    made = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, scheme, width, height, behind in SHOTS:
            # More pixels than points, so that it is sharp where a forge scales it down.
            context = browser.new_context(
                viewport={"width": width, "height": height}, device_scale_factor=1.5 if width > 1000 else 2,
                color_scheme="dark" if scheme == "dark" else "light", is_mobile=width < 1000, has_touch=width < 1000,
            )  # fmt: skip
            tab = context.new_page()
            tab.goto(page.resolve().as_uri() + (f"#{fragment}" if fragment else ""))
            tab.wait_for_selector("html[data-ready]")
            if not fragment and tab.locator("tr[data-fact]", has_text=" fired ").count():
                tab.evaluate(
                    "location.hash = [...document.querySelectorAll('tr[data-fact]')].find(row => / fired /.test(row.textContent)).dataset.fact"
                )
                tab.wait_for_selector("#fact-panel[data-fact]")
            if behind:
                tab.evaluate("behind => { location.hash += behind; }", behind)
            tab.wait_for_timeout(300)
            made.append(out / f"{name}.png")
            tab.screenshot(path=str(made[-1]))
            context.close()
        browser.close()
    return made


if __name__ == "__main__":
    raise SystemExit(main())
