"""Fifty people who write at once: nothing is lost, nothing is there twice, one edit of a version wins."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from tests.service.web.running import INCIDENT, Start, note


def test_fifty_writers_at_once_lose_nothing_and_write_nothing_twice(start: Start) -> None:
    server, writers, each = start(), 50, 4
    wanted = {f"n-{writer:08x}{number:08x}" for writer in range(writers) for number in range(each)}
    told: set[str] = set()

    def write(writer: int) -> None:
        with server.client() as client:
            for number in range(each):
                name = f"n-{writer:08x}{number:08x}"
                new = {"id": name, "body": note(f"by {writer}, {number}"), "author": f"writer {writer}"}
                for _ in range(2):  # the same request again, as after an answer that was lost
                    answer = client.post(f"{server.api}/notes", json=new)
                    assert answer.status_code == 201, answer.text
                told.add(answer.json()["id"])

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))
    assert told == wanted
    kept = [
        json.loads(line)
        for line in (server.folder / "postmortems" / INCIDENT / "notes.jsonl").read_text().splitlines()
    ]
    assert sorted(one["note"] for one in kept) == sorted(wanted)
    with server.client() as client:
        assert {one["id"] for one in client.get(f"{server.api}/notes").json()["notes"]} == wanted


def test_fifty_edits_of_one_version_are_one_edit_and_forty_nine_conflicts(start: Start) -> None:
    server = start()
    with server.client() as client:
        made = client.post(f"{server.api}/notes", json={"body": note("first")}).json()
    base = [made["heads"][0]["id"]]

    def edit(writer: int) -> int:
        with server.client() as client:
            sent = {"body": note(f"by {writer}"), "base": base, "author": f"writer {writer}"}
            return client.put(f"{server.api}/notes/{made['id']}", json=sent).status_code

    with ThreadPoolExecutor(50) as pool:
        codes = sorted(pool.map(edit, range(50)))
    assert codes == [200] + [409] * 49
