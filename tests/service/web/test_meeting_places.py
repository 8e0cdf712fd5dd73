"""Notes are written and settled where they stand, on every page: what is cited, who writes, two at once, a server that is away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from service.names import NOTES
from tests.hostile.strings import STRINGS
from tests.servers.browser import launched
from tests.service.web.room import Person, Room
from tests.service.web.running import FACTS, INCIDENT, SECRETS, TOKENS, Serving, Start, note

pytestmark = pytest.mark.browser
EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>"


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with launched(chromium) as running:
        yield running


@pytest.fixture
def room(start: Start, browser: Browser) -> Iterator[Room]:
    found = Room(browser, start())
    yield found
    assert found.problems == []


def wrote(room: Room, *, author: str = "Ada", **body: Any) -> str:
    """Write a note as somebody who is not in the room; return its id."""
    with room.server.client() as client:
        answer = client.post(f"{room.server.api}/notes", json={"body": note(**body), "author": author})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def notes(server: Serving) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = httpx.get(f"{server.api}/notes", trust_env=False).json()["notes"]
    return [one for one in answer if not one["removed"]]


def bodies(server: Serving) -> list[dict[str, Any]]:
    return [one["heads"][0]["body"] for one in notes(server)]


def cited(person: Person, form: str = "New note") -> str:
    return person.form(form).get_by_role("list", name="Cited").inner_text()


def test_an_unnamed_author_is_asked_once_and_can_change_the_name(room: Room) -> None:
    ada = room.person().opens()
    expect(ada.page.get_by_role("textbox", name="Your name")).to_have_count(0)
    ada.writes("observation", "First words")
    dialog = ada.page.get_by_role("dialog", name="Who writes")
    dialog.get_by_role("button", name="Cancel").click()
    # Nothing was written and no word is lost.
    expect(ada.form().get_by_role("alert")).to_contain_text("give one")
    expect(ada.form().get_by_label("Words")).to_have_value("First words")
    assert notes(room.server) == []
    ada.form().get_by_role("button", name="Save").click()
    dialog.get_by_label("Your name").fill("Ada L.")
    ada.page.keyboard.press("Enter")
    ada.sees("First words")
    ada.writes("question", "Second words")
    ada.sees("Second words")
    expect(dialog).to_have_count(0)
    ada.page.reload()
    ada.page.get_by_role("button", name="writing as Ada L.").click()
    dialog.get_by_label("Your name").fill("Ada B.")
    dialog.get_by_role("button", name="Use this name").click()
    ada.page.get_by_role("button", name="writing as Ada B.").wait_for()
    ada.page.locator("#connection.on").wait_for()
    ada.writes("lesson", "Third words")
    ada.sees("Third words")
    assert [one["created_by"] for one in notes(room.server)] == ["Ada L.", "Ada L.", "Ada B."]


def test_what_a_note_cites_is_shown_before_it_is_sent_and_follows_the_choice_until_pinned(room: Room) -> None:
    ada = room.named("Ada").opens("#view=window")
    # Nothing is chosen: what is shown.
    assert re.search(r"\d\d:\d\d:\d\d to .*UTC", cited(ada))
    rows = ada.chart.locator("#table tr[data-fact]")
    first, second = (str(rows.nth(n).get_attribute("data-fact")) for n in (2, 5))
    rows.nth(2).click()
    chip = ada.form().get_by_role("list", name="Cited").get_by_role("listitem")
    expect(chip).to_have_count(1)
    expect(chip).not_to_contain_text(" to ")
    before = cited(ada)
    rows.nth(5).click()
    expect(chip).not_to_have_text(before)
    ada.form().get_by_role("button", name="Pin what is cited").click()
    rows.nth(2).click()
    ada.page.wait_for_function("fact => location.hash.startsWith('#' + fact)", arg=first)
    expect(chip).to_have_count(1)
    pinned = cited(ada)
    ada.form().get_by_role("button", name="Cite chosen fact").click()
    expect(chip).to_have_count(2)
    ada.shot("cites")
    ada.writes("observation", "Stands on two")
    ada.sees("Stands on two")
    assert [one["fact"] for one in bodies(room.server)[0]["cites"]] == [second, first]
    # After that it follows again; and what is taken away is not cited, nor is nothing.
    expect(chip).to_have_count(1)
    assert cited(ada) != pinned
    ada.form().get_by_role("button", name="Do not cite this").click()
    expect(ada.form().get_by_role("list", name="Cited")).to_contain_text("Cites nothing yet")
    ada.writes("observation", "Stands on nothing")
    expect(ada.form().get_by_role("alert")).to_contain_text("cite one")
    rows.nth(5).click()
    expect(ada.form().get_by_role("list", name="Cited")).not_to_contain_text("Cites nothing")
    ada.form().get_by_role("button", name="Save").click()
    ada.sees("Stands on nothing")
    assert [one["fact"] for one in bodies(room.server)[1]["cites"]] == [second]


def test_citing_a_chosen_fact_before_one_is_chosen_opens_the_chart_and_says_so(room: Room) -> None:
    ada = room.named("Ada").opens("/factors")
    form = ada.form("New factor")
    form.get_by_role("button", name="Cite chosen fact").click()
    ada.chart.locator("html[data-ready]").wait_for()
    expect(form.get_by_role("alert")).to_contain_text("Choose a fact in the chart")
    fact = ada.chooses("Alert")
    expect(form.get_by_role("alert")).to_have_text("")
    ada.writes("", "The pool was too small", "New factor")
    ada.sees("The pool was too small")
    assert bodies(room.server)[0]["cites"][0]["fact"] == fact


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080)])
def test_chart_table_and_notes_stand_side_by_side_with_no_word_cut(
    room: Room, width: int, height: int
) -> None:
    for kind in ("question", "dispute", "observation"):
        wrote(room, text=f"A {kind} " + "of some length " * 6, kind=kind, fact=FACTS[3])
    ada = room.named("Ada", width=width, height=height).opens(f"#{FACTS[3]}")
    top = ada.chart.locator("#chart-pane").bounding_box()
    table = ada.chart.locator("#table").bounding_box()
    assert top
    assert table
    assert top["y"] <= 150
    assert table["x"] > top["x"] + top["width"] - 2
    assert ada.page.evaluate("[scrollX, scrollY, document.documentElement.scrollHeight <= innerHeight]") == [
        0,
        0,
        True,
    ]
    cut = "e => [...e.querySelectorAll('*')].filter(n => n.checkVisibility() && getComputedStyle(n).overflowX === 'hidden' && n.scrollWidth > n.clientWidth + 1).map(n => n.className)"
    for name in ("Notes", "Agenda"):
        panel = ada.tab(name)
        assert panel.evaluate("e => e.scrollWidth - e.clientWidth") <= 0, name
        assert panel.evaluate(cut) == []
    header = ada.page.locator(".top").bounding_box()
    assert header
    assert header["height"] <= 40


def test_notes_stand_at_their_rows_live_and_lead_to_where_they_are_edited(room: Room) -> None:
    wrote(room, text="Seen at the start", fact=FACTS[2])
    ada = room.named("Ada").opens("#view=window")
    row = ada.chart.locator(f'#table tr[data-fact="{FACTS[2]}"]')
    opened = row.locator(".row-note", has_text="Seen at the start")
    opened.locator("summary").click()
    expect(opened.get_by_role("button", name="go to note")).to_be_visible()
    # What others write comes to the row, and what is open and has the keyboard stays so.
    wrote(room, text="And doubted", kind="dispute", fact=FACTS[2], author="Bo")
    expect(row.locator(".row-note")).to_have_count(2)
    expect(row.locator(".row-note").first).to_contain_text("And doubted")
    expect(opened).to_have_attribute("open", "")
    assert opened.evaluate("e => e.contains(document.activeElement)")
    wrote(
        room,
        text="Of a whole range",
        cites=[{"start": "2026-11-21T14:00:00Z", "end": "2026-11-21T14:30:00Z"}],
    )
    expect(ada.chart.locator("#table tr[data-note]")).to_contain_text("Of a whole range")
    ada.shot("rows")
    ada.tab("Agenda")
    opened.get_by_role("button", name="go to note").click()
    expect(ada.page.locator("#panel-notes")).to_be_visible()
    focused = "document.activeElement.closest('.note')?.textContent ?? ''"
    ada.page.wait_for_function(f"({focused}).includes('Seen at the start')")
    with room.server.client() as client:
        for one in notes(room.server):
            client.delete(f"{room.server.api}/notes/{one['id']}", params={"base": one["heads"][0]["id"]})
    expect(ada.chart.locator("#table .row-note")).to_have_count(0)


def test_a_dispute_cites_the_one_fact_that_is_shown(room: Room) -> None:
    ada = room.named("Ada").opens()
    ada.form().get_by_label("Kind of note").select_option("dispute")
    assert "Choose the fact" in cited(ada)
    ada.writes("dispute", "It was down")
    expect(ada.form().get_by_role("alert")).to_contain_text("choose it in the chart")
    row = ada.chart.locator("#table tr[data-fact]").nth(1)
    fact = row.get_attribute("data-fact")
    row.click()
    expect(ada.form().get_by_role("list", name="Cited")).not_to_contain_text("Choose the fact")
    ada.form().get_by_role("button", name="Save").click()
    ada.sees("It was down")
    assert [one["fact"] for one in bodies(room.server)[0]["cites"]] == [fact]


def test_notes_on_the_chosen_fact_stand_first(room: Room) -> None:
    for n in range(6):
        wrote(room, text=f"On another {n}", fact=FACTS[n + 2])
    wrote(room, text="On the chosen one", fact=FACTS[1])
    for n in range(6):
        wrote(room, text=f"Later {n}", fact=FACTS[n + 2])
    ada = room.named("Ada").opens("#view=window")
    cards = ada.page.locator("#notes .note")
    expect(cards.first).to_contain_text("Later 5")
    ada.chart.locator(f'#table tr[data-fact="{FACTS[1]}"]').click()
    expect(cards.first).to_contain_text("On the chosen one")
    expect(ada.page.locator("#chosen")).to_contain_text("1 note")
    expect(cards).to_have_count(13)


@pytest.mark.parametrize("at", ["/agenda", ""])
def test_what_is_open_is_settled_where_it_stands(room: Room, at: str) -> None:
    wrote(room, text="Who sized the pool?", kind="question", fact=FACTS[2])
    wrote(room, text="The exporter was down", kind="dispute", fact=FACTS[5])
    wrote(room, text="Set a limit", kind="action", effect="prevent")
    twice = wrote(room, text="Seen twice")
    ada, bo = room.named("Ada").opens(at), room.named("Bo").opens(at)
    for one in (ada, bo):
        if not at:
            one.tab("Agenda")
    question = ada.item("Who sized the pool?")
    question.get_by_label("who finds out").fill("Chris")
    question.get_by_role("button", name="Save").click()
    expect(bo.item("Who sized the pool?")).to_contain_text("Chris")
    expect(bo.item("Who sized the pool?").get_by_label("who finds out")).to_have_count(0)
    bo.item("Who sized the pool?").get_by_label("answer").fill("Nobody since launch")
    bo.item("Who sized the pool?").get_by_role("button", name="Save").click()
    ada.item("The exporter was down").get_by_label("answer").fill("It was up: see its own log")
    ada.item("The exporter was down").get_by_role("button", name="Save").click()
    action = bo.item("Set a limit")
    for label, value in (
        ("owner", "Bo"), ("due", "2026-12-11"), ("definition of done", "30 connections"), ("how it is verified", "a load test"),
    ):  # fmt: skip
        action.get_by_label(label).fill(value)
    action.get_by_role("button", name="Save").click()
    # Two versions: both are there, one is kept.
    server = room.server
    base = [head["id"] for one in notes(server) if one["id"] == twice for head in one["heads"]]
    with server.client() as client:
        for words in ("What Ada says", "What Bo says"):
            sent = {"base": base, "body": note(text=words), "beside": True, "author": words.split()[1]}
            assert client.put(f"{server.api}/notes/{twice}", json=sent).status_code == 200
    conflict = ada.item("What Ada says")
    conflict.get_by_role("button", name="Keep this one").first.click()
    expect(bo.page.locator("#agenda .note.conflict")).to_have_count(0)
    for one in (ada, bo):
        expect(one.page.locator("#agenda > li:not(.settled)")).to_have_count(0)
    held = {one["text"]: one for one in bodies(server) if one["kind"] != "meeting"}
    assert (held["Who sized the pool?"]["owner"], held["Who sized the pool?"]["answer"]) == (
        "Chris",
        "Nobody since launch",
    )
    assert held["The exporter was down"]["answer"] == "It was up: see its own log"
    assert held["Set a limit"]["criterion"] == "30 connections"


def test_two_who_answer_at_once_lose_nothing(room: Room) -> None:
    wrote(room, text="Who sized the pool?", kind="question", owner="Chris")
    ada, bo = room.named("Ada").opens("/agenda"), room.named("Bo").opens("/agenda")
    bo.item("Who sized the pool?").get_by_label("answer").fill("Bo knows")
    ada.item("Who sized the pool?").get_by_label("answer").fill("Ada knows")
    ada.item("Who sized the pool?").get_by_role("button", name="Save").click()
    expect(ada.page.locator("#agenda > li:not(.settled)")).to_have_count(0)
    # What Bo typed still stands, though the question is open no more.
    expect(bo.page.get_by_role("progressbar")).to_be_visible()
    expect(bo.item("Who sized the pool?").get_by_label("answer")).to_have_value("Bo knows")
    bo.item("Who sized the pool?").get_by_role("button", name="Save").click()
    clash = bo.page.locator("#agenda .conflict")
    expect(clash.locator("[data-side=theirs]")).to_contain_text("Ada knows")
    expect(clash.locator("[data-side=mine]")).to_contain_text("Bo knows")
    bo.shot("clash")
    clash.get_by_role("button", name="Keep both for the meeting").click()
    expect(ada.page.locator("#agenda .note.conflict")).to_have_count(1)
    ada.page.locator("#agenda .note.conflict").get_by_role("button", name="Keep this one").last.click()
    expect(bo.page.locator("#agenda .note.conflict")).to_have_count(0)


def test_what_others_write_does_not_take_the_focus_from_who_types(room: Room) -> None:
    for n in range(3):
        wrote(room, text=f"Question {n}", kind="question", owner="Chris")
    ada = room.named("Ada").opens("/agenda")
    field = ada.item("Question 1").get_by_label("answer")
    field.press_sequentially("half an ans")
    wrote(room, text="Doubtful", kind="dispute", fact=FACTS[4])  # disputes stand above questions
    expect(ada.item("Doubtful")).to_be_visible()
    ada.page.keyboard.type("wer")
    expect(field).to_have_value("half an answer")


def test_factors_are_added_edited_and_removed_on_their_map(room: Room) -> None:
    ada, bo = room.named("Ada").opens("/factors"), room.named("Bo").opens("/factors")
    ada.writes("", "The pool had 20 connections", "New factor", category="process", it_was="a surprise")
    box = bo.page.locator(".map .surprise", has_text="The pool had 20")
    expect(box).to_be_visible()
    bo.note("The pool had 20").get_by_role("button", name="What contributed to it?").click()
    bo.writes("", "Retries without jitter", "What contributed to it?")
    ada.sees("Retries without jitter")
    expect(ada.page.locator(".map .known_risk")).to_contain_text("Retries")
    card = ada.page.locator("#factors .note", has_text="The pool had 20").first
    card.get_by_role("button", name="Edit").click()
    edit = ada.form("Edit note")
    edit.get_by_label("it was").select_option("known_risk")
    edit.get_by_label("Words").fill("The pool had 20 connections of 40")
    edit.get_by_role("button", name="Save").click()
    expect(bo.page.locator(".map .known_risk", has_text="of 40")).to_be_visible()
    bo.shot("factors")
    # Its box leads to it, and a fact's to the chart.
    bo.page.locator(".map a", has_text="Retries").click()
    assert "Retries" in bo.page.evaluate("document.activeElement.closest('.note').textContent")
    bo.page.locator("#factors .note", has_text="Retries").get_by_role("button", name="Remove").click()
    bo.page.get_by_role("button", name="Remove it").click()
    expect(ada.page.locator("#factors .note")).to_have_count(1)
    expect(ada.page.locator(".map .box")).to_have_count(2)
    first = notes(room.server)[0]["heads"][0]["body"]
    assert (first["category"], first["awareness"]) == ("process", "known_risk")


def test_each_why_has_why_below_it(room: Room) -> None:
    ada, bo = room.named("Ada").opens("/whys"), room.named("Bo").opens("/whys")
    ada.writes("", "Checkout failed", "New first step")
    bo.note("Checkout failed").get_by_role("button", name="Why?").click()
    bo.page.get_by_role("button", name="Show the chart").click()
    fact = bo.chooses("Alert")
    bo.writes("", "The pool was empty", "Why?")
    step = ada.page.locator("#whys .step", has_text="The pool was empty")
    expect(step).to_contain_text("Why? (1)")
    step.get_by_role("button", name="Why?").click()
    ada.writes("", "Nobody had sized it", "Why?")
    expect(bo.page.locator("#whys .step")).to_have_count(3)
    expect(bo.page.locator("#whys .step").last).to_contain_text("Why? (2)")
    bo.shot("whys")
    held = notes(room.server)
    assert [one["heads"][0]["body"].get("parent") for one in held] == [None, held[0]["id"], held[1]["id"]]
    assert held[1]["heads"][0]["body"]["cites"][0]["fact"] == fact
    # A step that goes lets those below it stand on.
    bo.page.locator("#whys .step", has_text="The pool was empty").get_by_role("button", name="Remove").click()
    bo.page.get_by_role("button", name="Remove it").click()
    expect(ada.page.locator("#whys .step")).to_have_count(2)
    expect(ada.page.locator("#whys .step").last).to_contain_text("What happened?")
    step = ada.page.locator("#whys .step").last
    step.get_by_role("button", name="Edit").click()
    ada.form("Edit note").get_by_label("Words").fill("Nobody had ever sized it")
    ada.form("Edit note").get_by_role("button", name="Save").click()
    expect(bo.page.locator("#whys")).to_contain_text("Nobody had ever sized it")


def test_the_agenda_says_what_settles_each_item_and_what_the_draft_waits_for(
    room: Room, tmp_path: Path
) -> None:
    wrote(room, text="Who sized the pool?", kind="question")
    wrote(room, text="The pool was empty", kind="why")
    ada = room.named("Ada").opens("/agenda")
    expect(ada.item("Who sized")).to_contain_text(
        "open question: nobody owns it · answer it, or say who finds out"
    )
    expect(ada.item("The pool was empty")).to_contain_text("why without an end")
    ada.item("The pool was empty").get_by_role("button", name="Why?").click()
    ada.writes("", "Nobody had sized it", "Why?")
    expect(ada.page.locator("#agenda > li")).to_have_count(1)
    waits = ada.page.locator(".waits")
    expect(waits).to_contain_text("Lessons · 1 question without an answer")
    draft = tmp_path / "postmortems" / INCIDENT / "postmortem.md"
    text = draft.read_text("utf-8")
    asked = "*What would the next person on call want to know?*"
    assert asked in text
    draft.write_text(text.replace(asked, "Pools have limits."), "utf-8")
    expect(waits).not_to_contain_text("Lessons", timeout=20_000)


def test_a_second_meeting_begins_with_its_own_ticks(room: Room) -> None:
    wrote(room, text="Who sized the pool?", kind="question", owner="Chris")
    with room.server.client() as client:
        past = {"held": "2026-01-05", "present": {"Chris": True}, "author": "Ada"}
        assert client.post(f"{room.server.api}/meeting", json=past).status_code == 200
    ada = room.named("Ada").opens("/agenda")
    expect(ada.page.get_by_role("heading", name="Meeting of 2026-01-05")).to_be_visible()
    present = ada.page.get_by_role("group", name="Present")
    expect(present.get_by_label("Chris")).to_be_checked()
    ada.item("Who sized").get_by_label("gone through").check()
    expect(ada.page.locator("#progress")).to_have_text("1 of 1 gone through")
    ada.page.get_by_role("button", name="Begin today").click()
    expect(ada.page.get_by_role("heading", name="Meeting of 2026-01-05")).to_be_hidden()
    expect(present.get_by_label("Ada")).to_be_checked()
    expect(present.get_by_label("Chris")).not_to_be_checked()
    expect(ada.page.locator("#progress")).to_have_text("0 of 1 gone through")


def test_an_item_shows_its_fact_in_the_chart_and_stays_in_sight(room: Room) -> None:
    for n in range(8):
        wrote(room, text=f"Question {n}", kind="question", fact=FACTS[n])
    ada = room.named("Ada").opens("/agenda")
    expect(ada.page.locator("#chart")).to_be_hidden()
    ada.item("Question 7").locator(".words").click()
    ada.chart.locator(f'#fact-panel[data-fact="{FACTS[7]}"]').wait_for()
    box = ada.item("Question 7").bounding_box()
    assert box
    assert 0 <= box["y"] < 720
    # By keyboard: what it cites are buttons.
    ada.item("Question 3").locator(".cites button").focus()
    ada.page.keyboard.press("Enter")
    ada.chart.locator(f'#fact-panel[data-fact="{FACTS[3]}"]').wait_for()
    ada.shot("agenda-chart")
    ada.page.get_by_role("button", name="Hide the chart").click()
    expect(ada.page.locator("#chart")).to_be_hidden()


def test_hostile_words_are_text_on_every_page(room: Room) -> None:
    words = [EVIL, *STRINGS[:12]]
    wrote(room, text=EVIL, kind="question", author=EVIL[:150], owner=EVIL[:150])
    wrote(room, text=EVIL, kind="dispute", fact=FACTS[5], answer=EVIL)
    wrote(room, text=EVIL, kind="action", effect="prevent", owner=EVIL[:150], criterion=EVIL)
    wrote(room, text=EVIL, kind="factor", category="technical", awareness="surprise")
    wrote(room, text=EVIL, kind="why")
    for text in words[1:]:
        with room.server.client() as client:
            client.post(
                f"{room.server.api}/notes", json={"body": note(text=text, kind="question"), "author": "x"}
            )
    ada = room.person()
    for at in ("", "/agenda", "/factors", "/whys"):
        ada.opens(at)
        expect(ada.page.locator(".note:visible", has_text="onerror=alert").first).to_be_visible()
        assert ada.page.locator("img, main script").count() == 0
        width = ada.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0, at


def test_a_server_that_is_away_takes_no_words_with_it(room: Room) -> None:
    wrote(room, text="Who sized the pool?", kind="question", owner="Chris")
    ada, bo = room.named("Ada").opens("/agenda"), room.named("Bo").opens()
    ada.item("Who sized").get_by_label("answer").fill("Nobody since launch")
    room.server.kill()
    expect(ada.page.locator("#connection")).to_have_text("connection lost, trying again")
    ada.item("Who sized").get_by_role("button", name="Save").click()
    expect(ada.item("Who sized").get_by_role("alert")).to_contain_text("cannot be reached")
    bo.writes("observation", "While it was away")
    expect(bo.form().get_by_role("alert")).to_contain_text("cannot be reached")
    room.server.restart()
    ada.page.locator("#connection.on").wait_for()
    ada.item("Who sized").get_by_role("button", name="Save").click()
    expect(ada.page.locator("#agenda > li:not(.settled)")).to_have_count(0)
    bo.page.locator("#connection.on").wait_for()
    bo.form().get_by_role("button", name="Save").click()
    bo.sees("While it was away", "Nobody since launch")
    assert len([one for one in bodies(room.server) if one["kind"] != "meeting"]) == 2


def test_a_reader_sees_all_of_it_and_has_no_button(start: Start, browser: Browser) -> None:
    server = start(TOKENS, **SECRETS)
    with server.client(headers={"authorization": f"Bearer {SECRETS['ADA']}"}) as client:
        for more in (
            {"kind": "question", "text": "Who sized the pool?"},
            {"kind": "factor", "text": "The pool", "category": "technical", "awareness": "surprise"},
            {"kind": "why", "text": "Checkout failed"},
            {"kind": "action", "text": "Set a limit", "effect": "prevent"},
        ):
            assert client.post(f"{server.api}/notes", json={"body": note(**more)}).status_code == 201
    room = Room(browser, server)
    bo = room.person().signs_in(SECRETS["BO"])
    for at in ("", "/agenda", "/factors", "/whys"):
        bo.opens(at)
        expect(bo.page.locator(".note:visible").first).to_be_visible()
        names = bo.page.locator("main button:visible, .top > button:visible").all_inner_texts()
        wrong = {"Save", "Edit", "Remove", "Refresh", "Build", "Why?", "Cite", "Dispute", "Add"}
        assert wrong.isdisjoint(names), names
        assert bo.page.locator("main form").count() == 0
        assert bo.page.locator("main input:not([disabled])").count() == 0
    assert room.problems == []


def test_the_file_of_notes_is_only_appended_to(room: Room, tmp_path: Path) -> None:
    (path,) = [tmp_path / "postmortems" / INCIDENT / NOTES]
    wrote(room, text="Who sized the pool?", kind="question", owner="Chris")
    before = path.read_bytes()
    ada = room.named("Ada").opens("/agenda")
    ada.item("Who sized").get_by_label("answer").fill("Nobody since launch")
    ada.item("Who sized").get_by_role("button", name="Save").click()
    expect(ada.page.locator("#agenda > li:not(.settled)")).to_have_count(0)
    assert path.read_bytes().startswith(before)
