"""An open incident under `serve`: a real source grows, builds follow, and two pages that are open take the facts in."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from archive import builds, database
from service import names
from service.evidence.document import load
from tests.servers.browser import launched
from tests.servers.process import wait_until
from tests.service.web.running import Serving, Start
from timeline.instant import NS, format_instant

INCIDENT = "INC-77"
SOURCE = """
[[source]]
name = "desk"
collector = "jsonl"
path = "desk.jsonl"
[source.map]
time = "at"
kind = "chat.message"
quote = "text"
names = { channel = "room" }
key = ["id"]
"""
HOOK = """
live = "{live}"
{more}
[[serve.webhook]]
name = "am"
sender = "alertmanager"
secret = "env:AM_SECRET"
"""
SECRET = "a-secret-of-some-length"
SECONDS = 2  # from the end of a build to the page


class Drill:
    """An incident that goes on: its source, its file, and the server over it."""

    def __init__(self, folder: Path, start: Start, live: str, idle: str = "", rows: int = 30) -> None:
        self.folder, self.began = folder, time.time_ns() - 600 * NS
        self.out = folder / "postmortems" / INCIDENT
        self.source, self.file = folder / "desk.jsonl", folder / "incidents" / f"{INCIDENT}.toml"
        self.said = 0
        for number in range(rows):
            self.say(f"earlier {number}", self.began + number * 10 * NS)
        if idle:
            self.say("just now")
        self.file.parent.mkdir()
        self.file.write_text(f'title = "Checkout is slow"\nstart = {format_instant(self.began)}\n')
        (folder / "timeline.toml").write_text(SOURCE)
        command = [
            sys.executable,
            "-m",
            "cli.main",
            "build",
            INCIDENT,
            "--no-stills",
            "--config",
            str(folder / "timeline.toml"),
        ]
        env = {**os.environ, "PYTHONPATH": str(Path.cwd())}
        made = subprocess.run(command, cwd=folder, check=False, env=env, capture_output=True, text=True)
        assert made.returncode in {0, 3}, made.stderr  # 3: what is ahead is a gap
        self.server = start(
            HOOK.format(live=live, more=f'live_idle = "{idle}"' if idle else ""), top=SOURCE, AM_SECRET=SECRET
        )

    def say(self, text: str, at: int | None = None) -> None:
        """Let the source record one message more."""
        self.said += 1
        row = {"id": self.said, "at": format_instant(at or time.time_ns()), "text": text, "room": "#inc-77"}
        with self.source.open("a") as file:
            file.write(json.dumps(row) + "\n")

    def end(self) -> None:
        """Write down that it is over."""
        with self.file.open("a") as file:
            file.write(f"end = {format_instant(time.time_ns())}\n")

    def builds(self) -> list[builds.Build]:
        """Return the builds that the server has, the newest first."""
        with database.connect(self.folder / "postmortems" / "timeline.db") as connection:
            return [one for one in builds.latest(connection) if one.incident == INCIDENT]

    def done(self) -> int:
        """Return how many builds ended well."""
        return len([row for row in self.server.lines("build_done") if row["incident"] == INCIDENT])

    def facts(self) -> int:
        """Return how many facts the built timeline has."""
        return len(load(self.out / names.TIMELINE).facts)

    def deliver(self) -> None:
        """Send what an Alertmanager sends of an alert that fires."""
        alert = {
            "status": "firing",
            "labels": {"alertname": "Slow"},
            "annotations": {},
            "startsAt": format_instant(time.time_ns()),
        }
        body = {
            "version": "4",
            "groupKey": "{}",
            "status": "firing",
            "receiver": "timeline",
            "groupLabels": {},
            "commonLabels": {"alertname": "Slow"},
            "commonAnnotations": {},
            "externalURL": "http://am.example",
            "alerts": [alert],
        }
        with self.server.client() as client:
            client.post(
                "/hooks/am", json=body, headers={"authorization": f"Bearer {SECRET}"}
            ).raise_for_status()


@pytest.fixture
def problems() -> Iterator[list[str]]:
    found: list[str] = []
    yield found
    assert found == []


def opened(browser: Any, server: Serving, problems: list[str]) -> Any:
    page = browser.new_context(viewport={"width": 1600, "height": 900}).new_page()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.goto(f"{server.url}/incidents/{INCIDENT}")
    chart(page).locator("html[data-ready]").wait_for()
    page.locator("#connection.on").wait_for()
    # Neither the review nor the chart in it may be loaded again.
    for one in page.frames:
        one.evaluate("() => { window.unbroken = true; }")
    return page


def chart(page: Any) -> Any:
    return page.frame_locator("#chart")


def row(page: Any, text: str) -> Any:
    return chart(page).locator("#table tr[data-fact]", has_text=text)


def place(page: Any, text: str) -> float:
    return float(row(page, text).bounding_box()["y"])


@pytest.mark.browser
def test_two_pages_take_new_facts_in_and_keep_their_place(
    tmp_path: Path, start: Start, chromium: Path, problems: list[str]
) -> None:
    drill = Drill(tmp_path, start, "3s")
    with launched(chromium) as browser:
        ada, bo = (opened(browser, drill.server, problems) for _ in range(2))
        row(ada, "earlier 25").click()
        ada.wait_for_function("() => location.hash.startsWith('#f-')")
        row(ada, "earlier 25").scroll_into_view_if_needed()
        hash_, before = ada.evaluate("location.hash"), place(ada, "earlier 25")
        chart(bo).locator("#find").fill("earlier")
        drill.say("p99 is 1.4 s")
        wait_until(lambda: drill.facts() == 31, 240, "it was not built again", drill.server.log)
        written = time.monotonic()
        for page in (ada, bo):
            expect(chart(page).locator("#news")).to_contain_text("1 new fact", timeout=20_000)
            expect(chart(page).locator("#news")).to_contain_text("p99 is 1.4 s")
        assert time.monotonic() - written < SECONDS + 1.5, (
            "two seconds, and what a busy machine takes to look"
        )
        expect(row(ada, "p99 is 1.4 s")).to_have_class(re.compile(r"\bfresh\b"))
        assert (ada.evaluate("location.hash"), place(ada, "earlier 25")) == (hash_, before)
        assert row(ada, "earlier 25").get_attribute("aria-selected") == "true"
        assert "31 facts" in chart(ada).locator("#table thead").inner_text()
        assert chart(bo).locator("#find").input_value() == "earlier"
        assert row(bo, "p99 is 1.4 s").count() == 0, "who looks for something goes on seeing that"
        if folder := os.environ.get("TIMELINE_SCREENSHOTS"):
            ada.screenshot(path=str(Path(folder) / "live.png"))
        # What was not read stays new; a click leads there.
        drill.say("rolling back")
        expect(chart(ada).locator("#news")).to_contain_text("2 new facts", timeout=240_000)
        chart(ada).locator("#news button", has_text="show").click()
        expect(row(ada, "p99 is 1.4 s")).to_have_attribute("aria-selected", "true")
        expect(chart(ada).locator("#news")).to_be_hidden()
        for page in (ada, bo):
            assert [one.evaluate("() => window.unbroken") for one in page.frames] == [True, True]
            assert page.locator("#notice").text_content() == ""


def test_a_delivery_has_it_built_soon_and_the_end_ends_it(tmp_path: Path, start: Start) -> None:
    drill = Drill(tmp_path, start, "1h", rows=3)
    drill.say("one more")
    drill.deliver()
    wait_until(lambda: drill.facts() == 4, 240, "a delivery did not build it", drill.server.log)
    assert [(one.cause, one.state) for one in drill.builds()] in ([("live", "done")], [("live", "running")])
    drill.end()
    drill.deliver()
    wait_until(
        lambda: load(drill.out / names.TIMELINE).incident.end is not None,
        60,
        "the end was not read",
        drill.server.log,
    )
    wait_until(lambda: drill.builds()[0].state != "running", 120, "it runs still", drill.server.log)
    count = drill.done()
    drill.deliver()
    with drill.server.client() as client:
        wait_until(
            lambda: 'state="worked",webhook="am"} 3' in client.get("/metrics").text.replace('webhook="am",state="worked"', 'state="worked",webhook="am"'),
            30, "the delivery was not worked", drill.server.log,
        )  # fmt: skip
    assert drill.done() == count
    assert [one for one in drill.builds() if one.cause == "live" and one.state in {"queued", "running"}] == []


def test_one_that_nobody_ends_is_left_alone_without_news(tmp_path: Path, start: Start) -> None:
    drill = Drill(tmp_path, start, "1s", idle="90s", rows=3)
    wait_until(lambda: drill.done() > 0, 80, "it was not built again", drill.server.log)
    idle = drill.began + 600 * NS + 90 * NS  # the last fact is of when the drill began, to the second
    wait_until(lambda: time.time_ns() > idle + 2 * NS, 120, "the clock does not go on")
    wait_until(lambda: drill.builds()[0].state == "done", 120, "it is built without end", drill.server.log)
    count = drill.done()
    drill.deliver()  # else a build is five seconds away at most
    wait_until(
        lambda: time.time_ns() > (drill.builds()[0].finished_at or 0) + 15 * NS,
        60,
        "the clock does not go on",
    )
    assert (drill.done(), drill.builds()[0].state) == (count, "done")
