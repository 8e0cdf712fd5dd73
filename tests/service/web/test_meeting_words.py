"""The meeting's own words are edited where they stand, live, by two people at once; versions of one meeting are joined."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.servers.browser import launched
from tests.service.web.room import Person, Room
from tests.service.web.running import Serving, Start, note

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


def meeting(server: Serving) -> dict[str, Any]:
    answer = httpx.get(f"{server.api}/notes", trust_env=False).json()["notes"]
    (found,) = [one for one in answer if one["heads"][0]["body"]["kind"] == "meeting"]
    return dict(found)


def body(server: Serving) -> dict[str, Any]:
    return dict(meeting(server)["heads"][0]["body"])


def writes(person: Person, what: str, words: str) -> None:
    """Edit words where they stand, by keyboard alone."""
    person.page.get_by_role("button", name=f"{what}").first.focus()
    person.page.keyboard.press("Enter")
    person.page.keyboard.press("ControlOrMeta+A")
    person.page.keyboard.insert_text(words)
    person.page.keyboard.press("ControlOrMeta+Enter")


def test_its_words_are_edited_where_they_stand_for_all_to_see(room: Room) -> None:
    ada, bo = room.named("Ada").opens("/agenda"), room.named("Bo").opens("/agenda")
    writes(ada, "Add title", "Review of the pool")
    expect(bo.page.get_by_role("heading", name="Review of the pool")).to_be_visible()
    writes(bo, "Add time and place", "15:00 UTC, room 4")
    expect(ada.page.locator("[data-field=time]")).to_contain_text("room 4")
    writes(ada, "Add invited", "Chris from payments, Dora,  Dora")
    expect(bo.page.get_by_role("group", name="Present").get_by_label("Dora (invited)")).not_to_be_checked()
    bo.page.get_by_role("group", name="Present").get_by_label("Dora (invited)").check()
    writes(bo, "Edit invited", "Dora")
    expect(ada.page.get_by_label("Chris from payments")).to_have_count(0)
    writes(ada, "Add summary", f"We look at pools first.\n{EVIL}")
    expect(bo.page.locator("[data-field=text]")).to_contain_text("We look at pools first.")
    assert bo.page.locator("main img, main script").count() == 0
    bo.page.get_by_role("button", name="Edit day").click()
    bo.page.get_by_role("form", name="Edit day").get_by_label("day").fill("2026-12-09")
    bo.page.keyboard.press("Enter")
    expect(ada.page.locator("[data-field=day]")).to_contain_text("2026-12-09")
    held = body(room.server)
    assert (held["title"], held["time"], held["invited"], held["present"], held["held"]) == (
        "Review of the pool", "15:00 UTC, room 4", ["Dora"], ["Dora"], "2026-12-09",
    )  # fmt: skip
    ada.shot("words")


def test_points_of_their_own_are_added_edited_ticked_and_taken_out(room: Room) -> None:
    ada, bo = room.named("Ada").opens("/agenda"), room.named("Bo").opens("/agenda")
    points = [one.page.get_by_role("list", name="Points of our own") for one in (ada, bo)]
    for words in ("Talk to the vendor", "Who tells customers"):
        ada.page.get_by_label("Another point of the agenda").fill(words)
        ada.page.keyboard.press("Enter")
        expect(points[1]).to_contain_text(words)
    points[1].get_by_label("gone through: Talk to the vendor").check()
    expect(ada.page.locator("#progress")).to_have_text("1 of 2 gone through")
    writes(ada, "Edit Talk to the vendor", "Talk to the pool's vendor")
    expect(points[1]).to_contain_text("pool's vendor")
    expect(points[1].get_by_label("gone through: Talk to the pool's vendor")).to_be_checked()
    assert [one["text"] for one in body(room.server)["items"]] == [
        "Talk to the pool's vendor",
        "Who tells customers",
    ]
    points[1].get_by_role("button", name="Remove Who tells").click()
    expect(points[0].locator("li")).to_have_count(1)


def test_two_who_write_at_once_lose_nothing_and_ticks_refuse_nobody(room: Room) -> None:
    ada, bo = room.named("Ada").opens("/agenda"), room.named("Bo").opens("/agenda")
    writes(ada, "Add summary", "First")
    expect(bo.page.locator("[data-field=text]")).to_contain_text("First")
    bo.page.get_by_role("button", name="Edit summary").click()
    bo.page.get_by_role("form", name="Edit summary").get_by_label("summary").fill("What Bo says")
    # Somebody ticks meanwhile: that is no reason to refuse words. Somebody writes: that is.
    ada.page.get_by_label("Name of somebody who is there").fill("Chris")
    ada.page.keyboard.press("Enter")
    expect(bo.page.get_by_label("Chris", exact=True)).to_be_checked()
    writes(ada, "Edit summary", "What Ada says")
    expect(ada.page.locator("[data-field=text]")).to_contain_text("What Ada says")
    bo.page.get_by_role("form", name="Edit summary").get_by_role("button", name="Save").click()
    clash = bo.page.locator("[data-field=text] .versions")
    expect(clash.locator("[data-side=theirs]")).to_contain_text("What Ada says")
    expect(clash.locator("[data-side=mine]")).to_contain_text("What Bo says")
    bo.shot("words-clash")
    clash.get_by_role("button", name="Go on with both").click()
    bo.page.keyboard.press("ControlOrMeta+Enter")
    expect(ada.page.locator("[data-field=text]")).to_contain_text("What Bo says")
    assert body(room.server)["text"] == "What Ada says\n\nWhat Bo says"


def test_a_server_that_restarts_takes_no_words_with_it(room: Room) -> None:
    ada = room.named("Ada").opens("/agenda")
    ada.page.get_by_role("button", name="Add title").click()
    form = ada.page.get_by_role("form", name="Edit title")
    form.get_by_label("title").fill("Review")
    room.server.kill()
    expect(ada.page.locator("#connection")).to_have_text("connection lost, trying again")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_contain_text("cannot be reached")
    room.server.restart()
    ada.page.locator("#connection.on").wait_for()
    expect(form.get_by_label("title")).to_have_value("Review")
    form.get_by_role("button", name="Save").click()
    expect(ada.page.get_by_role("heading", name="Review")).to_be_visible()
    # On a phone all of it is there, and nothing is wider than the screen.
    phone = room.named("Bo", width=390, height=800).opens("/agenda")
    phone.page.get_by_role("button", name="Edit title").click()
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.shot("words-phone")


def test_two_versions_of_a_meeting_are_joined_by_a_button_that_shows_what_it_will_do(room: Room) -> None:
    server = room.server
    with server.client() as client:
        asked = client.post(
            f"{server.api}/notes", json={"body": note(kind="question", text="Who?", owner="Chris")}
        ).json()
        first = client.post(
            f"{server.api}/meeting",
            json={"held": "2026-12-04", "present": {"Ada": True, "Chris": True}, "author": "Ada"},
        ).json()
        (base,) = [head["id"] for head in first["heads"]]
        there = first["heads"][0]["body"]
        client.post(
            f"{server.api}/meeting",
            json={
                "held": "2026-12-04",
                "present": {"Bo": True},
                "words": {"text": {"now": "Pools first"}},
                "author": "Bo",
            },
        )
        # A branch that did not know of it: Chris had to leave, the question was gone through.
        mine = {
            **{k: v for k, v in there.items() if v is not None},
            "present": ["Ada", "Dora"],
            "discussed": [asked["id"]],
            "text": "Then the vendor",
        }
        sent = {"base": [base], "body": mine, "beside": True, "author": "Dora"}
        assert client.put(f"{server.api}/notes/{first['id']}", json=sent).status_code == 200
    assert meeting(server)["conflict"]
    ada, bo = room.named("Ada").opens("/agenda"), room.named("Bo").opens("/agenda")
    item = ada.page.locator("#agenda .note.conflict")
    shown = item.locator("[data-side=joined]")
    expect(shown).to_contain_text("Ada, Bo, Dora")
    expect(shown).not_to_contain_text("Chris")
    expect(shown).to_contain_text("Pools first")
    expect(shown).to_contain_text("Then the vendor")
    ada.shot("join")
    shown.get_by_role("button", name="Join both").click()
    expect(bo.page.locator("#agenda .note.conflict")).to_have_count(0)
    held = body(server)
    assert not meeting(server)["conflict"]
    assert (held["present"], held["discussed"], held["text"]) == (
        ["Ada", "Bo", "Dora"], [asked["id"]], "Pools first\n\nThen the vendor",
    )  # fmt: skip
