"""The review meeting by the API: ticks of many people, folded by the server, and heard by everybody."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.service.web.running import INCIDENT, SECRETS, TOKENS, Serving, Start, note

DAY = "2026-12-04"


def tick(server: Serving, **given: Any) -> dict[str, Any]:
    answer = httpx.post(f"{server.api}/meeting", json={"held": DAY, **given}, trust_env=False, timeout=30)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def lines(server: Serving) -> list[dict[str, Any]]:
    path = server.folder / "postmortems" / INCIDENT / "notes.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_two_browsers_tick_at_once_and_both_ticks_stay(start: Start) -> None:
    server = start()
    names = [f"person {number}" for number in range(20)]
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda one: tick(server, present={one: True}, author=one), names * 2))
    with server.client() as client:
        (one,) = client.get(f"{server.api}/notes").json()["notes"]
    (head,) = one["heads"]
    assert (head["body"]["kind"], head["body"]["held"], sorted(head["body"]["present"])) == (
        "meeting",
        DAY,
        sorted(names),
    )
    assert not one["conflict"]
    assert len(lines(server)) == len(names)


def test_a_tick_is_taken_back_and_what_was_gone_through_is_kept(start: Start) -> None:
    server = start()
    with server.client() as client:
        made = client.post(f"{server.api}/notes", json={"body": note()}).json()
        tick(server, discussed={made["id"]: True}, present={"Ada": True, "bo": True})
        found = tick(server, present={"bo": False})["heads"][0]["body"]
        assert (found["present"], found["discussed"]) == (["Ada"], [made["id"]])
        unknown = client.post(f"{server.api}/meeting", json={"discussed": {"n-" + "0" * 16: True}})
        assert unknown.status_code == 404
        assert "n-0000000000000000" in unknown.json()["detail"]
        for wrong in (
            {"held": "tomorrow"},
            {"present": {"": True}},
            {"present": {"x" * 201: True}},
            {"discussed": {"x": True}},
            {"kind": "x"},
        ):
            assert client.post(f"{server.api}/meeting", json=wrong).status_code == 422, wrong


def test_whoever_signs_in_ticks_in_their_own_name_and_a_reader_not_at_all(start: Start) -> None:
    server = start(TOKENS, **SECRETS)
    with server.client() as client:
        for name, status in (("ADA", 200), ("BO", 403)):
            headers = {"authorization": f"Bearer {SECRETS[name]}"}
            sent = {"present": {"cy": True}, "author": "somebody else"}
            assert client.post(f"{server.api}/meeting", json=sent, headers=headers).status_code == status
    assert [one["author"] for one in lines(server)] == ["ada"]


@pytest.mark.parametrize("setting", ["", 'ticket_url = "https://jira.example.org/browse/{ticket}"\n'])
def test_a_ticket_is_a_key_and_its_address_stands_beside_it(start: Start, setting: str) -> None:
    server = start(top=setting)
    with server.client() as client:
        body = note(kind="action", effect="prevent", ticket="SHOP-991", done="2026-12-03")
        made = client.post(f"{server.api}/notes", json={"body": body}).json()
    (head,) = made["heads"]
    assert (head["body"]["ticket"], head["body"]["done"]) == ("SHOP-991", "2026-12-03")
    assert made["links"] == (
        {head["id"]: {"ticket": "https://jira.example.org/browse/SHOP-991"}} if setting else {}
    )


def test_the_agenda_ends_with_what_the_draft_waits_for(start: Start) -> None:
    server = start()
    with server.client() as client:
        made = client.post(f"{server.api}/notes", json={"body": note(kind="question")}).json()
        other = client.post(f"{server.api}/notes", json={"body": note(kind="dispute")}).json()
        tick(server, discussed={other["id"]: True})
        told = client.get(f"{server.api}/agenda").json()
        assert [(one["note"], one["discussed"]) for one in told["items"]] == [
            (made["id"], False),
            (other["id"], True),
        ]
        waits = {one["section"]: one["count"] for one in told["draft"]}
        assert waits["Lessons"] == 1
        assert waits["Contributing factors"] > 1
        draft = (server.folder / "postmortems" / INCIDENT / "postmortem.md").read_text()
        for one in told["draft"]:
            assert "?" in draft.splitlines()[one["line"] - 1]
        (server.folder / "postmortems" / INCIDENT / "postmortem.md").write_text(
            draft.replace("*What would the next person on call want to know?*", "Pools have limits.")
        )
        assert "Lessons" not in {one["section"] for one in client.get(f"{server.api}/agenda").json()["draft"]}
