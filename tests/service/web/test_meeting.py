"""A whole hour of a review meeting, in two real browsers over a freshly built example: from ten notes to a draft that `check` passes.

Everything is done as hands do it, by labels and roles; the draft's prose is written in the file, as in an editor.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from service.build.demo import demo
from service.evidence.document import load
from service.names import DRAFT, TIMELINE
from tests import preloaded
from tests.servers.browser import launched
from tests.service.web.room import Person, Room
from tests.service.web.running import INCIDENT, SECRETS, TOKENS, Start
from timeline.model import Fact

pytestmark = pytest.mark.browser
ADA, BO = SECRETS["ADA"], SECRETS["BO"]
#: Both write.
EDITORS = TOKENS + 'role = "editor"\n'
TOP = 'ticket_url = "https://tracker.example/browse/{ticket}"\n'
#: What people write where the draft asks, by a part of its question, with the fact it rests on by words of its statement.
ANSWERS = {
    "tell somebody outside": (
        "Many checkouts failed for a while, because the database pool was too small.",
        "",
    ),
    "Who was affected": ("Customers of every shop that pay by card saw an error page or waited.", ""),
    "told us earlier": ("An alert on the use of the pool: it was full early.", "DatabasePoolSaturated"),
    "held the response up": ("The first change that was tried did not help.", "deploy-2026.11.12-2"),
    "What helped": ("The roll-back was one command, and everybody knew where it stands", "was rolled back"),
    "made detection": ("Nobody watched the pool, and its saturation is no page", "DatabasePoolSaturated"),
    "gone the other way": (
        "It was a working day: at the weekend fewer would have been there",
        "was detected",
    ),
    "next person on call": ("Look at the pool before you scale out", "DatabasePoolSaturated"),
}
#: Cells of rows that are kept; a row that asks something else is deleted, and its table with the last of them.
CELLS = {
    "Low, medium or high?": "medium",
    "A workaround, or permanent?": "permanent",
    "On which day?": "2026-11-30",
    "Who?": "incident commander",
    "When, and by whom?": "2027-01-15, by the owners",
}


@pytest.fixture
def room(tmp_path: Path, start: Start, chromium: Path) -> Iterator[Room]:
    """Build the example, serve it, and let two editors sign in."""
    demo(tmp_path / "postmortems", stills=False)
    server = start(EDITORS, top=TOP, **SECRETS)
    with launched(chromium) as browser:
        found = Room(browser, server)
        yield found
    assert found.problems == []


def test_an_hour(room: Room, tmp_path: Path) -> None:
    ada, bo = room.person().signs_in(ADA), room.person().signs_in(BO)
    folder = tmp_path / "postmortems" / INCIDENT
    _arrive(ada, bo)
    _write_down(ada, bo)
    _ask_why(ada, bo)
    _settle(ada, bo)
    _refresh(ada, bo)
    _do(ada, bo)
    _finish(ada, bo, folder / DRAFT)
    said = check(tmp_path, folder)
    assert said.returncode == 0, said.stdout + said.stderr
    notes = httpx.get(f"{room.server.api}/notes", headers={"authorization": f"Bearer {ADA}"}, trust_env=False)
    kinds = [one["heads"][0]["body"]["kind"] for one in notes.json()["notes"] if not one["removed"]]
    assert sorted(kinds) == sorted([
        "observation", "hypothesis", "decision", "lesson", "question", "dispute", "factor", "why", "why", "action", "meeting",
    ])  # fmt: skip
    assert {item["reason"] for item in notes.json()["agenda"]} == {"gone through"}


def _arrive(ada: Person, bo: Person) -> None:
    """Who is there is ticked, by both, each for the other to see."""
    ada.goes("Agenda")
    bo.goes("Agenda")
    expect(ada.page.locator(".clock")).to_have_text(re.compile(r"^\d\d:\d\d "))
    for name in ("ada", "Chris from payments"):
        place = ada.page.get_by_role("group", name="Present")
        if place.get_by_label(name, exact=True).count():
            place.get_by_label(name, exact=True).check()
        else:
            place.get_by_role("combobox", name="Name of somebody who is there").fill(name)
            place.get_by_role("button", name="Add").click()
        expect(place.get_by_label(name, exact=True)).to_be_checked()
        expect(bo.page.get_by_role("group", name="Present").get_by_label(name, exact=True)).to_be_checked()
    bo.page.get_by_role("group", name="Present").get_by_label("bo", exact=True).check()
    expect(ada.page.get_by_role("group", name="Present").get_by_label("bo", exact=True)).to_be_checked()
    # The meeting's own words are written where they stand.
    says(ada, "title", "Review of the pool")
    expect(bo.page.get_by_role("heading", name="Review of the pool")).to_be_visible()
    says(bo, "time and place", "15:00 UTC, room 4")
    expect(ada.page.locator("[data-field=time]")).to_contain_text("room 4")


def says(person: Person, what: str, words: str) -> None:
    """Write words of the meeting where they stand."""
    person.page.get_by_role("button", name=re.compile(f"^(Add|Edit) {what}$")).click()
    form = person.page.get_by_role("form", name=f"Edit {what}")
    form.get_by_label(what).fill(words)
    form.get_by_role("button", name="Save").click()


def _write_down(ada: Person, bo: Person) -> None:
    """Seven notes beside the table, each on the fact that its writer chose."""
    for person in (ada, bo):
        person.goes("Review")
        person.chart.locator("html[data-ready]").wait_for()
    ada.chooses("CheckoutLatencyHigh fired")
    ada.writes("observation", "The page came two minutes after customers saw it")
    bo.sees("The page came two minutes")
    bo.chooses("DatabasePoolSaturated")
    bo.writes("hypothesis", "Two instances share a pool that was sized for one")
    ada.sees("Two instances share a pool")
    ada.chooses("was rolled back")
    ada.writes("decision", "We roll back first and look later")
    bo.chooses("was detected")
    bo.writes("question", "Who sized the pool, and when?", who_finds_out="Chris from payments")
    ada.sees("Who sized the pool")
    ada.chooses("CaptureQueueDeep")
    ada.writes("lesson", "A queue that flaps is a symptom")
    row = bo.chart.locator("#table tr[data-fact]", has_text="CheckoutErrorRatioHigh").first
    row.click()
    bo.page.get_by_role("button", name="Dispute").click()
    bo.form().get_by_label("Words").fill("The exporter was restarted just then")
    bo.form().get_by_role("button", name="Save").click()
    ada.sees("The exporter was restarted")
    # It is marked where it stands, for both, and its words open there.
    expect(ada.chart.locator("#table tr[data-disputed]").first).to_be_attached()
    doubt = ada.chart.locator("#table tr[data-disputed] .row-note", has_text="The exporter was restarted")
    doubt.locator("summary").click()
    expect(doubt.locator(".rest")).to_contain_text("not answered · bo")
    ada.chooses("Tag deploy-2026.11.12-3")
    ada.writes("action", "Alert when the pool is in use by 80 %", it_will="detect", owner="Bo")
    for person in (ada, bo):
        expect(person.page.get_by_role("tab", name=re.compile("^Notes 7"))).to_be_visible()
        expect(person.page.get_by_role("tab", name=re.compile("^Agenda 4"))).to_be_visible()
        person.shot(f"notes-{'ada' if person is ada else 'bo'}")


def _ask_why(ada: Person, bo: Person) -> None:
    """A factor on the map, and two whys, each below what it explains."""
    ada.goes("Factor map")
    bo.goes("Five whys")
    ada.page.get_by_role("button", name="Show the chart").click()
    ada.chart.locator("html[data-ready]").wait_for()
    ada.chooses("DatabasePoolSaturated")
    ada.writes(
        "",
        "The pool held 40 connections for two instances",
        "New factor",
        category="technical",
        it_was="a known risk",
    )
    expect(ada.page.locator(".map .known_risk")).to_contain_text("The pool held 40")
    bo.page.get_by_role("button", name="Show the chart").click()
    bo.chart.locator("html[data-ready]").wait_for()
    bo.chooses("checkouts fail")
    bo.writes("", "Many checkouts failed", "New first step")
    bo.note("Many checkouts").get_by_role("button", name="Why?").click()
    bo.chooses("DatabasePoolSaturated")
    bo.writes("", "No connection was free", "Why?")
    expect(bo.page.locator("#whys .step")).to_have_count(2)
    ada.goes("Five whys")
    ada.sees("Many checkouts failed", "No connection was free")
    ada.shot("whys")


def _settle(ada: Person, bo: Person) -> None:
    """The agenda is gone through: a dispute, a question and a hypothesis answered, an action made ready with its ticket."""
    ada.goes("Agenda")
    bo.goes("Agenda")
    for person in (ada, bo):
        expect(person.page.get_by_role("list", name="Agenda").locator("> li")).to_have_count(4)
    expect(ada.page.locator("#progress")).to_have_text("0 of 4 gone through")
    dispute = ada.item("The exporter was restarted")
    dispute.locator(".words").click()  # its fact, in the chart
    ada.chart.locator("#fact-panel[data-fact]").wait_for()
    dispute.get_by_label("answer").fill("Its own log says it was up")
    ada.shot("agenda")
    dispute.get_by_role("button", name="Save").click()
    expect(bo.page.locator("#progress")).to_have_text("1 of 4 gone through")
    question = bo.item("Who sized the pool")
    question.get_by_label("answer").fill("Nobody since launch")
    question.get_by_role("button", name="Save").click()
    expect(ada.page.locator("#progress")).to_have_text("2 of 4 gone through")
    hypothesis = ada.item("Two instances share a pool")
    hypothesis.get_by_label("what confirmed or refuted it").fill("The pool's own log shows both")
    hypothesis.get_by_role("button", name="Save").click()
    expect(bo.page.locator("#progress")).to_have_text("3 of 4 gone through")
    action = bo.item("Alert when the pool")
    for label, value in (
        ("due", "2026-12-11"), ("definition of done", "it fires in a load test"), ("how it is verified", "a game day"), ("ticket", "SHOP-991"),
    ):  # fmt: skip
        action.get_by_label(label).fill(value)
    action.get_by_role("button", name="Save").click()
    ada.page.get_by_role("list", name="Actions").get_by_role("link", name="SHOP-991").wait_for()
    expect(ada.page.get_by_role("link", name="SHOP-991").first).to_have_attribute(
        "href", "https://tracker.example/browse/SHOP-991"
    )
    for person in (ada, bo):
        expect(person.page.locator("#progress")).to_have_text("4 of 4 gone through")
        expect(person.page.locator("#agenda > li:not(.settled)")).to_have_count(0)
    says(ada, "summary", "We watch pools from now on.")
    expect(bo.page.locator("[data-field=text]")).to_contain_text("We watch pools")


def _refresh(ada: Person, bo: Person) -> None:
    """Notes come into the draft by a button; both see it without a reload."""
    for person in (ada, bo):
        person.goes("Review")
        person.chart.locator("html[data-ready]").wait_for()
        person.tab("Draft")
        person.page.evaluate("window.unbroken = true")
    ada.page.get_by_role("button", name="Refresh").click()
    for person in (ada, bo):
        panel = person.page.get_by_role("tabpanel", name="Draft")
        expect(panel).to_contain_text("SHOP-991", timeout=60_000)
        expect(panel).to_contain_text("The pool held 40 connections")
        # When it was held is said once: in the row that asked for it.
        expect(panel).to_contain_text("Review of the pool, ")
        expect(panel).not_to_contain_text("On which day?")
        expect(panel).to_contain_text("We watch pools from now on.")
    expect(ada.page.locator("#build-state")).to_contain_text("refreshed")


def _do(ada: Person, bo: Person) -> None:
    """An action that is done is ticked, and not where it was not."""
    for person in (ada, bo):
        person.tab("Agenda")
    done = [p.page.get_by_role("list", name="Actions").get_by_label("done") for p in (ada, bo)]
    done[1].check()
    expect(done[0]).to_be_checked()
    expect(ada.page.get_by_role("list", name="Actions")).to_contain_text(re.compile(r"done \d{4}-\d\d-\d\d"))
    done[0].uncheck()
    expect(done[1]).not_to_be_checked()
    ada.shot("actions")
    for person in (ada, bo):
        person.tab("Draft")


def _finish(ada: Person, bo: Person, draft: Path) -> None:
    """The prose is written in an editor; the pages that are open follow the file, and a refresh fills in the rest."""
    wrong = ada.page.locator("#count-draft").inner_text()
    draft.write_text(finished(draft.read_text("utf-8"), load(draft.with_name(TIMELINE)).facts), "utf-8")
    for person in (ada, bo):
        expect(person.page.get_by_role("tabpanel", name="Draft")).to_contain_text(
            "Look at the pool before you scale out", timeout=30_000
        )
        expect(person.page.locator("#count-draft")).not_to_have_text(wrong)
    bo.page.get_by_role("button", name="Refresh").click()
    expect(bo.page.locator("#build-state")).to_contain_text("refreshed", timeout=60_000)
    left = ada.page.get_by_role("tabpanel", name="Draft").locator(".finding.error")
    expect(left).to_have_count(0)
    assert [person.page.evaluate("window.unbroken") for person in (ada, bo)] == [True, True]
    ada.shot("draft")


def finished(text: str, facts: Sequence[Fact]) -> str:
    """Return the draft as people finish it: every question answered below its heading, rows filled in or deleted."""
    lines: list[str] = []
    for line in text.split("\n"):
        if re.fullmatch(r"\*[^*]+\?\*", line):
            lines += [] if line.startswith("*Optional") else [_answer(line, facts)]
        elif re.search(r"\| \*[^*]+\?\* \|", line):
            for question, answer in CELLS.items():
                line = line.replace(f"*{question}*", answer)
            lines += [] if re.search(r"\*[^*]+\?\*", line) else [line]
        else:
            lines.append(line)
    # A table of which no row is left.
    return re.sub(r"(?m)^\|.*\|\n\|[ :|-]+\|\n(?!\|)", "", "\n".join(lines))


def _answer(question: str, facts: Sequence[Fact]) -> str:
    words, about = next(answer for part, answer in ANSWERS.items() if part in question)
    fact = next((fact.id for fact in facts if about and about in fact.statement), "")
    return f"{words} ({fact})" if fact else words


def check(home: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [
        *preloaded.command(),
        "check",
        "--config",
        str(home / "timeline.toml"),
        str(folder),
    ]
    env = {**os.environ, "PYTHONPATH": str(Path.cwd()), **SECRETS}
    return subprocess.run(command, cwd=home, check=False, env=env, capture_output=True, text=True)
