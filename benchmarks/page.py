"""Measure the page against plain Plotly pages: bytes, time until it can be used, time of a zoom.

python benchmarks/page.py [--rounds 5] [--series 40] [--samples 25000] [--facts 10000] [--rows 100000] [--keep FOLDER]

The same samples in a page as `plotly.express` writes it, an empty page as it writes it, and ours with
10,000 facts on top; ours with the whole of Plotly (as from the `plotly` package) and with the basic
bundle that a wheel carries (fetched by `tools/bundle-plotly --fetch`), in turn. And the page of `--rows`
rows as a build makes it: when its first rows are seen, and how long finds take (aims: a second, 0.2 s).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks.measure import keep
from benchmarks.page_pages import CASES, write_pages
from benchmarks.page_rows import WATCH as WATCH_ROWS
from benchmarks.page_rows import Find, show_rows, time_finds, write_rows

ZOOMS = 5
#: Milliseconds: until it can be used, of its main thread until then, of a zoom, of the main thread in a zoom.
Figures = tuple[float, float, float, float]
#: Set before any script of a page: the first frame after the first drawing, when nothing else is due.
WATCH = """
  window.usable = new Promise((resolve) => {
    const drawn = () => document.documentElement?.dataset.ready || document.querySelector('.js-plotly-plot')?.calcdata && document.querySelector('.main-svg');
    const look = () => (drawn() ? requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now()))) : setTimeout(look, 5));
    look();
  });
"""
ZOOM_OURS = """async () => {
  const begun = performance.now();
  const plot = document.querySelector('#plot');
  const done = new Promise((resolve) => plot.once('plotly_afterplot', resolve));
  document.dispatchEvent(new KeyboardEvent('keydown', { key: 'w' }));
  await done;
  await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)));
  return performance.now() - begun;
}"""
ZOOM_PLAIN = """async () => {
  const plot = document.querySelector('.js-plotly-plot');
  const [from, to] = plot._fullLayout.xaxis.range.map((text) => Date.parse(text + 'Z'));
  const begun = performance.now();
  await Plotly.relayout(plot, { 'xaxis.range': [from + (to - from) / 4, to - (to - from) / 4] });
  await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)));
  return performance.now() - begun;
}"""


def main() -> None:
    """Write the pages, open each in turn, print medians and ratios."""
    asked = _arguments()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        pages = write_pages(folder, asked.series, asked.samples, asked.facts)
        pages[CASES.rows] = write_rows(folder, asked.rows)
        times: dict[str, list[Figures]] = {name: [] for name in pages}
        firsts: list[float] = []
        finds: list[dict[str, Find]] = []
        for name, figures, page, clock in _measured(pages, asked.rounds):
            times[name].append(figures)
            if name == CASES.rows:
                firsts.append(float(page.evaluate("window.firstRows")))
                finds.append(time_finds(page, clock))
        _show(pages, times)
        show_rows(firsts, finds, statistics.median(figures[0] for figures in times[CASES.empty]))


def _arguments() -> Any:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--series", type=int, default=40)
    parser.add_argument("--samples", type=int, default=25_000)
    parser.add_argument("--facts", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="write the pages here and leave them")
    return parser.parse_args()


def _measured(pages: dict[str, Path], rounds: int) -> Iterator[tuple[str, Figures, Any, Callable[[], float]]]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        for _ in range(rounds):
            for name, path in pages.items():
                # A browser of its own: nothing compiled or cached before helps any page.
                browser = playwright.chromium.launch(
                    executable_path="/usr/bin/chromium", args=["--no-sandbox"]
                )
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                page.set_default_timeout(240_000)
                page.add_init_script(WATCH + WATCH_ROWS)
                clock = _clock(page)
                page.goto(path.resolve().as_uri(), wait_until="commit", timeout=240_000)
                usable = float(page.evaluate("window.usable"))
                busy = clock()
                zoom = _zoom(page, name)
                yield name, (usable, busy, zoom, (clock() - busy) / ZOOMS), page, clock
                browser.close()


def _clock(page: Any) -> Callable[[], float]:
    """Return what tells the page's main thread's own milliseconds: a busy machine does not move it."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def told() -> float:
        found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        return float(found["TaskDuration"]) * 1000

    return told


def _zoom(page: Any, name: str) -> float:
    """Return the median of the zooms, in ms, each to the second frame after it is drawn."""
    if name == CASES.empty:
        return 0.0
    script = ZOOM_PLAIN if name == CASES.plain else ZOOM_OURS
    return statistics.median(float(page.evaluate(script)) for _ in range(ZOOMS))


def _show(pages: dict[str, Path], times: dict[str, list[Figures]]) -> None:
    size = {name: path.stat().st_size for name, path in pages.items()}
    middle = {
        name: [statistics.median(column) for column in zip(*found, strict=True)]
        for name, found in times.items()
    }
    print(
        "| page | bytes | of plain | usable, ms | of plain | of empty | main thread, ms | of plain | zoom, ms | zoom, main thread, ms |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    plain, empty = middle[CASES.plain], middle[CASES.empty]
    for name, (usable, busy, zoom, zoomed) in middle.items():
        ready = [one[0] for one in times[name]]
        print(
            f"| {name} | {size[name]:,} | {size[name] / size[CASES.plain]:.3f} | {usable:,.0f} ({min(ready):,.0f} to {max(ready):,.0f}) "
            f"| {usable / plain[0]:.2f} | {usable / empty[0]:.2f} | {busy:,.0f} | {busy / plain[1]:.2f} | {zoom:,.0f} | {zoomed:,.0f} |"
        )
    print(f"numpy {np.__version__}, {len(next(iter(times.values())))} rounds, medians")
    _leave(middle, size)


def _leave(middle: dict[str, list[float]], size: dict[str, int]) -> None:
    """Keep the ratios to the plain page for the pictures."""
    ours = [name for name in middle if name in {CASES.whole, CASES.basic}]
    names = {name: name.replace("ours,", "timeline:") for name in middle}
    title = "A page with 1 M samples and 10,000 facts"
    usable = {
        names[name]: figures[0] / middle[CASES.plain][0]
        for name, figures in middle.items()
        if name != CASES.rows
    }
    small = {names[name]: number / size[CASES.plain] for name, number in size.items() if name != CASES.rows}
    aims = {"page-usable": 0.25, "page-bytes": 0.05}
    for kind, bars, what in (
        ("page-usable", usable, "time until it can be used"),
        ("page-bytes", small, "bytes"),
    ):
        aim = {names[name]: aims[kind] for name in ours}
        keep(
            kind, f"{title}: {what}", "of a plain Plotly page with the samples alone (logarithmic)", bars, aim
        )


if __name__ == "__main__":
    main()
