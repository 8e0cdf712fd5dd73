"""The stream of notes: what is written is sent once, a lost connection goes on, a server ends politely."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx

from service.review.notes import NotesFile
from tests.service.review.test_notes import body
from tests.service.web.running import INCIDENT, Serving, Start, note


def events(server: Serving, last: str | None = None, after: str | None = None) -> Iterator[dict[str, Any]]:
    """Follow the stream as a browser does; ends with the connection."""
    headers = {"last-event-id": last} if last else {}
    params = {"after": after} if after else {}
    one: dict[str, Any] = {}
    with httpx.stream(
        "GET", f"{server.api}/stream", headers=headers, params=params, timeout=20, trust_env=False
    ) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if not line and one:
                yield one
                one = {}
            name, _, value = line.partition(": ")
            if name in {"id", "event", "data"}:
                one[name] = json.loads(value) if name == "data" else value


def write(server: Serving, text: str) -> None:
    httpx.post(f"{server.api}/notes", json={"body": note(text)}, trust_env=False).raise_for_status()


def test_a_tick_of_the_meeting_is_heard(start: Start) -> None:
    server = start()
    write(server, "x")
    heard = events(server)
    next(heard)
    httpx.post(f"{server.api}/meeting", json={"present": {"Ada": True}}, trust_env=False).raise_for_status()
    assert next(heard)["data"]["notes"][0]["heads"][0]["body"]["present"] == ["Ada"]


def words(event: dict[str, Any]) -> str:
    return str(event["data"]["notes"][0]["heads"][0]["body"]["text"])


def test_a_lost_connection_goes_on_without_loss_or_doubles(start: Start) -> None:
    server = start()
    wanted: list[str] = []
    seen: list[str] = []
    last = None
    for cut in (1, 2, 1, 3, 2, 1):  # how many are read before the connection is lost
        for text in (f"a{len(wanted)}", f"b{len(wanted)}"):
            write(server, text)
            wanted.append(text)
        for number, event in enumerate(events(server, last), 1):
            assert event["event"] == "version"
            seen.append(words(event))
            last = event["id"]
            if number == cut or len(seen) == len(wanted):
                break
    while len(seen) < len(wanted):
        event = next(events(server, last))
        seen.append(words(event))
        last = event["id"]
    assert seen == wanted


def test_what_others_append_to_the_file_is_sent_as_well(start: Start) -> None:
    server = start()
    file = NotesFile(server.folder / "postmortems" / INCIDENT)
    stream = events(server)
    write(server, "here")
    assert words(next(stream)) == "here"
    file.append("n-00000000000000bb", body("from git"), (), "bo", time.time_ns())
    assert words(next(stream)) == "from git"


def test_a_cursor_outlives_the_server_even_a_killed_one(start: Start) -> None:
    server = start()
    write(server, "one")
    last = next(events(server))["id"]
    write(server, "two")
    server.kill()
    server.restart()
    assert words(next(events(server, last))) == "two"


def test_a_file_that_was_merged_is_sent_whole(start: Start) -> None:
    server = start()
    for text in ("one", "two"):
        write(server, text)
    path = server.folder / "postmortems" / INCIDENT / "notes.jsonl"
    cursor = httpx.get(f"{server.api}/notes", trust_env=False).json()["cursor"]
    path.write_bytes(b"".join(reversed(path.read_bytes().splitlines(keepends=True))))
    event = next(events(server, cursor))
    assert event["event"] == "all"
    assert len(event["data"]["notes"]) == 2


def test_the_page_learns_that_the_timeline_was_built_again(start: Start) -> None:
    server = start()
    stream = events(server)
    write(server, "one")
    next(stream)
    path = server.folder / "postmortems" / INCIDENT / "timeline.json"
    path.write_bytes(path.read_bytes())
    assert next(stream)["event"] == "timeline"


def test_a_server_that_is_told_to_stop_ends_streams_and_leaves_in_time(start: Start) -> None:
    server = start()
    stream = events(server)
    write(server, "one")
    next(stream)
    server.stop()  # who does not leave in time is killed, and says nothing any more
    assert list(stream) == []
    assert server.lines("stopped")
