"""Make the pictures of the documentation from a built page: tools/screenshot.py build/demo/*/timeline.html."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
#: name, colour scheme, width, height: what the README and the how-to pages show.
SHOTS = (
    ("checkout-outage", "light", 1440, 1180),
    ("checkout-outage-dark", "dark", 1440, 1180),
    ("checkout-outage-phone", "light", 390, 844),
)


def main() -> int:
    """Take each picture; return an exit code."""
    arguments = _arguments()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("screenshot: needs Chromium (apt-get install chromium)", file=sys.stderr)
        return 2
    arguments.out.mkdir(parents=True, exist_ok=True)
    for path in _take(chromium, arguments.page, arguments.out, arguments.fragment):
        print(path)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path, help="a built timeline.html")
    parser.add_argument("--out", type=Path, default=PICTURES, help="folder of the pictures")
    parser.add_argument(
        "--fragment", default="", help="what to open at: f-ID[&key=value...]; else the first firing"
    )
    return parser.parse_args()


def _take(chromium: str, page: Path, out: Path, fragment: str) -> list[Path]:
    from playwright.sync_api import sync_playwright

    made = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, scheme, width, height in SHOTS:
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
            tab.wait_for_timeout(300)
            made.append(out / f"{name}.png")
            tab.screenshot(path=str(made[-1]))
            context.close()
        browser.close()
    return made


if __name__ == "__main__":
    raise SystemExit(main())
