"""A page of many rows, as a build makes it: when its first rows are seen, and how long finds take in it."""

from __future__ import annotations

import re
import statistics
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.measure import run
from benchmarks.page_pages import BUNDLE
from benchmarks.rows import BEGIN, CONFIG, rows
from render.page.packing import pack

#: What is looked for, from no hit at all to every row: words, beginnings, fields, several words.
FINDS = ("nothing such", "h7", "777", "kind:alert", "failed after 7", "request")
_TURNS = 3  # of the finds, in turn: each from another one's result
_PLOTLY = re.compile(rb'(?<=id="plotly">)[^<]*')
#: Set before any script of a page: `firstRows` is when rows with their words are on the screen, in ms.
WATCH = """
  window.firstRows = new Promise((resolve) => {
    const look = () => document.querySelector('#table tr[data-fact]:not([data-unread])') && (watch.disconnect(), afterFrame().then(resolve));
    const watch = new MutationObserver(look);
    watch.observe(document, { subtree: true, childList: true });
  });
  // A message that a frame's last callback sends comes when the frame has been drawn, before any timer.
  const afterFrame = () => new Promise((then) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => then(performance.now());
    port2.postMessage(null);
  }));
  window.timeFind = async (words) => {
    const [find, shown, begun] = [document.querySelector('#find'), document.querySelector('output.shown'), performance.now()];
    find.value = words;
    find.dispatchEvent(new Event('input'));
    let seen = await afterFrame();
    while (shown.hasAttribute('data-reading')) seen = await afterFrame();
    const hits = shown.textContent;
    // Until nothing is drawn any more, so that no find pays for the one before it.
    const plot = document.querySelector('#plot');
    for (let [still, before] = [0, null]; still < 8; ) [still, before] = [plot.innerHTML.length === before ? still + 1 : 0, (await afterFrame(), plot.innerHTML.length)];
    return [seen - begun, hits];
  };
"""


def write_rows(folder: Path, count: int) -> Path:
    """Build so many rows of JSON Lines; return the page, with the script for lines that a wheel carries where that is here."""
    (folder / "timeline.toml").write_text(CONFIG)
    (folder / "rows.jsonl").write_text("\n".join(rows(count)) + "\n")
    window = ("--start", BEGIN.isoformat(), "--end", (BEGIN + timedelta(days=1)).isoformat())
    command = (Path(sys.executable).with_name("timeline"), "build", "--incident", "ROWS", *window)
    run([*command, "--no-stills", "--out", folder / "out"], folder)
    page = folder / "out" / "ROWS" / "timeline.html"
    if BUNDLE.is_file():
        packed = pack(BUNDLE.read_bytes())
        page.write_bytes(_PLOTLY.sub(lambda _: packed, page.read_bytes(), count=1))
    return page


class Find(NamedTuple):
    """What the page says of a find's hits; ms from the key to its rows on the screen, and of the main thread with the chart."""

    hits: str
    seen: float
    busy: float


def time_finds(page: Any, clock: Callable[[], float]) -> dict[str, Find]:
    """Return medians of each find, in all of the window; `clock` tells the main thread's own ms."""
    page.wait_for_selector("html[data-read]", state="attached")
    page.evaluate("location.hash = 'view=window'")
    held: dict[str, list[Find]] = {words: [] for words in FINDS}
    for _ in range(_TURNS):
        for words in FINDS:
            begun = clock()
            seen, hits = page.evaluate("words => window.timeFind(words)", words)
            held[words].append(Find(hits, float(seen), clock() - begun))
    return {words: _middle(found) for words, found in held.items()}


def _middle(found: list[Find]) -> Find:
    seen, busy = (
        statistics.median(column) for column in ([one.seen for one in found], [one.busy for one in found])
    )
    return Find(found[-1].hits, seen, busy)


def show_rows(firsts: list[float], finds: list[dict[str, Find]], empty: float) -> None:
    """Print when first rows were seen and how long finds took: ms, and as shares of an empty page's time in this run."""
    print("\n| page of many rows | ms | of empty | main thread, with the chart, ms |\n|---|---|---|---|")
    first = statistics.median(firsts)
    print(f"| first rows ({min(firsts):,.0f} to {max(firsts):,.0f}) | {first:,.0f} | {first / empty:.2f} | |")
    for words in FINDS:
        found = [each[words] for each in finds]
        took, middle = [one.seen for one in found], _middle(found)
        print(
            f"| find `{words}`: {middle.hits} ({min(took):,.0f} to {max(took):,.0f}) | {middle.seen:,.0f} | {middle.seen / empty:.2f} | {middle.busy:,.0f} |"
        )
