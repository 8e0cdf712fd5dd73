"""`notes.jsonl`: appended under a lock, followed by a cursor, and never torn."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from service.review.notes import NotesFile
from tests.render.timeline_fixture import rich
from tests.servers.process import wait_until
from timeline.errors import TimelineError
from timeline.notes import journal as notes
from timeline.notes.bodies import Body, Meeting
from timeline.notes.journal import StaleError, UnknownNoteError
from timeline.notes.meeting import Tick

FACTS = {f.id: f for f in rich().timeline.facts}
ONE = next(iter(FACTS))
BODY: TypeAdapter[Body] = TypeAdapter(Body)
ID = "n-00000000000000aa"


def body(text: str = "t", **more: Any) -> Body:
    return BODY.validate_python({"kind": "observation", "text": text, "cites": [{"fact": ONE}], **more})


def name(number: int) -> str:
    return f"n-{number:016x}"


def test_a_note_is_one_line_that_carries_what_its_fact_said(tmp_path: Path) -> None:
    file = NotesFile(tmp_path)
    made = file.append(ID, body(), (), "ada", 5, FACTS)
    assert file.path.read_bytes() == notes.line(made)
    assert made.body is not None
    assert made.body.cites[0].content == FACTS[ONE].content_digest()  # type: ignore[union-attr]
    assert file.read().notes[0].head == made


def test_an_unknown_fact_writes_nothing(tmp_path: Path) -> None:
    file = NotesFile(tmp_path)
    with pytest.raises(TimelineError, match="no such fact"):
        file.append(ID, body(cites=[{"fact": "f-" + "0" * 16}]), (), "ada", 5, FACTS)
    assert not file.path.exists() or file.path.read_bytes() == b""


def test_a_repeated_request_writes_one_line(tmp_path: Path) -> None:
    file = NotesFile(tmp_path)
    assert file.append(ID, body(), (), "ada", 5, FACTS) == file.append(ID, body(), (), "ada", 9, FACTS)
    assert file.path.read_bytes().count(b"\n") == 1


def test_an_edit_on_an_older_version_writes_nothing_unless_beside(tmp_path: Path) -> None:
    file = NotesFile(tmp_path)
    first = file.append(ID, body("a"), (), "ada", 5)
    file.append(ID, body("b"), (first.id,), "bo", 6)
    with pytest.raises(StaleError):
        file.append(ID, body("c"), (first.id,), "cy", 7)
    assert file.path.read_bytes().count(b"\n") == 2
    file.append(ID, body("c"), (first.id,), "cy", 7, beside=True)
    assert file.read().notes[0].conflict


def test_a_clock_that_goes_back_keeps_the_order(tmp_path: Path) -> None:
    file = NotesFile(tmp_path)
    first = file.append(ID, body("a"), (), "ada", 100)
    second = file.append(ID, body("b"), (first.id,), "ada", 50)
    assert second.at == 100


def test_the_cursor_goes_on_where_it_was(tmp_path: Path) -> None:
    file = NotesFile(tmp_path)
    assert file.after("0-start") == ((), "0-start", False)
    made = [file.append(name(n), body(str(n)), (), "ada", n) for n in range(5)]
    tail = file.after("0-start")
    assert [v.id for _, v in tail.versions] == [v.id for v in made]
    for place, (cursor, _) in enumerate(tail.versions):
        assert [v.id for _, v in file.after(cursor).versions] == [v.id for v in made[place + 1 :]]
    assert file.after(tail.cursor).versions == ()
    assert tail.cursor == file.read().cursor


@pytest.mark.parametrize(
    "cursor", ["", "x", "-1-start", "99999-start", "3-v-0000000000000000", "999999-v-0000000000000000"]
)
def test_a_cursor_that_fits_no_longer_gives_everything(tmp_path: Path, cursor: str) -> None:
    file = NotesFile(tmp_path)
    file.append(ID, body(), (), "ada", 1)
    tail = file.after(cursor)
    assert tail.whole
    assert len(tail.versions) == 1


def test_a_merge_that_reorders_lines_is_seen(tmp_path: Path) -> None:
    file = NotesFile(tmp_path)
    for n in range(3):
        file.append(name(n), body(str(n)), (), "ada", n)
    cursor = file.read().cursor
    file.path.write_bytes(b"".join(reversed(file.path.read_bytes().splitlines(keepends=True))))
    assert file.after(cursor).whole


def test_the_notes_are_read_and_not_read_again_for_their_cursor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, read = NotesFile(tmp_path), list[int]()
    file.path.write_bytes(
        b"".join(notes.line(notes.version(name(n), body(str(n)), (), "ada", n)) for n in range(300))
    )
    real = notes.read

    def counted(data: bytes) -> notes.NotesRead:
        read.append(data.count(b"\n"))
        return real(data)

    monkeypatch.setattr(notes, "read", counted)
    assert len(file.read().notes) == 300
    assert sum(read) <= 302


def test_what_a_crash_left_of_a_line_spoils_no_other(tmp_path: Path) -> None:
    file = NotesFile(tmp_path)
    first = file.append(ID, body(), (), "ada", 1)
    with file.path.open("ab") as raw:
        raw.write(notes.line(first)[:30])
    assert file.read().problems == ()  # it may be on its way
    second = file.append(name(2), body(), (), "ada", 2)
    found = file.read()
    assert [n.head for n in found.notes] == [first, second]
    assert [p.line for p in found.problems] == [2]


DAY = date(2026, 12, 4)


def test_ticks_of_many_at_once_are_all_kept(tmp_path: Path) -> None:
    names = [f"person {number}" for number in range(40)]

    def tick(one: str) -> str:
        made = NotesFile(tmp_path).tick(Tick(present={one: True}), one, 5, DAY)
        assert isinstance(made.body, Meeting)
        assert one in made.body.present
        return made.note

    with ThreadPoolExecutor(8) as pool:
        (note,) = set(pool.map(tick, names * 2))  # each twice, as after an answer that was lost
    (found,) = NotesFile(tmp_path).read().notes
    assert isinstance(found.head.body, Meeting)
    assert (found.id, set(found.head.body.present), found.conflict) == (note, set(names), False)
    assert len(found.versions) == len(names)


def test_a_tick_of_a_note_that_is_not_there_writes_nothing(tmp_path: Path) -> None:
    file = NotesFile(tmp_path)
    with pytest.raises(UnknownNoteError):
        file.tick(Tick(discussed={ID: True}), "ada", 5, DAY)
    assert file.path.read_bytes() == b""
    file.append(ID, body(), (), "ada", 5)
    made = file.tick(Tick(discussed={ID: True}), "ada", 6, DAY)
    assert file.tick(Tick(discussed={ID: True}), "bo", 7, DAY) == made
    # What is gone by now can still be taken back.
    assert file.tick(Tick(discussed={ID: False, name(9): False}), "bo", 8, DAY).base == (made.id,)


def test_a_tick_folds_into_what_was_pulled_meanwhile(tmp_path: Path) -> None:
    file = NotesFile(tmp_path)
    file.tick(Tick(present={"ada": True}), "ada", 1, DAY)
    with ThreadPoolExecutor(1) as pool:
        with file.path.open("ab") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            later = pool.submit(file.tick, Tick(present={"cy": True}), "cy", 3, DAY)
            wait_until(lambda: waits_for_the_lock(file.path), 30, "nobody waits for the lock", str)
            elsewhere = tmp_path / "elsewhere"
            elsewhere.mkdir()
            pulled = NotesFile(elsewhere)
            pulled.path.write_bytes(file.path.read_bytes())
            pulled.tick(Tick(present={"bo": True}), "bo", 2, DAY)
            pulled.path.replace(file.path)
        later.result(30)
    (found,) = file.read().notes
    assert isinstance(found.head.body, Meeting)
    assert found.head.body.present == ("ada", "bo", "cy")


WRITER = """
import sys
from pathlib import Path
from tests.service.review.test_notes import body, name
from service.review.notes import NotesFile
file, start = NotesFile(Path(sys.argv[1])), int(sys.argv[2])
for number in range(start, start + 100000):
    print(file.append(name(number), body("x" * 3000), (), "w", number).id, flush=True)
"""


def writer(folder: Path, start: int) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, folder, str(start)], stdout=subprocess.PIPE, env=env, text=True
    )


def test_two_writers_that_are_killed_lose_nothing_they_told(tmp_path: Path) -> None:
    writers = [writer(tmp_path, 10**6 * n) for n in (1, 2)]
    told: list[str] = []
    for one in writers:
        assert one.stdout is not None
        told += [one.stdout.readline().strip() for _ in range(20)]
    for one in writers:
        one.send_signal(signal.SIGKILL)
        assert one.stdout is not None
        told += [line.strip() for line in one.stdout.readlines() if line.endswith("\n")]
        one.wait()
    found = NotesFile(tmp_path).read()
    kept = [v.id for n in found.notes for v in n.versions]
    assert set(told) <= set(kept)
    assert len(kept) == len(set(kept))
    assert len(found.problems) <= 2


def replaced(path: Path) -> None:
    """Put a copy in the file's place, as `git pull` does: it takes no lock."""
    copy = path.with_name("pulled")
    copy.write_bytes(path.read_bytes())
    copy.replace(path)


def waits_for_the_lock(path: Path) -> bool:
    inode = str(path.stat().st_ino)
    return any(
        " -> " in line and f":{inode} " in line for line in Path("/proc/locks").read_text().splitlines()
    )


def test_a_note_is_not_lost_when_the_file_is_replaced_while_its_writer_waits(tmp_path: Path) -> None:
    file = NotesFile(tmp_path)
    first = file.append(ID, body(), (), "ada", 1)
    with ThreadPoolExecutor(1) as pool:
        with file.path.open("ab") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            second = pool.submit(file.append, name(2), body(), (), "ada", 2)
            wait_until(lambda: waits_for_the_lock(file.path), 30, "nobody waits for the lock", str)
            replaced(file.path)
        told = second.result(30)
    assert [v.id for n in file.read().notes for v in n.versions] == [first.id, told.id]


def test_a_note_is_not_lost_when_the_file_is_replaced_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = NotesFile(tmp_path)
    first, fsync, left = file.append(ID, body(), (), "ada", 1), os.fsync, [True]

    def pull(handle: int) -> None:
        fsync(handle)
        if left and left.pop():
            file.path.with_name("pulled").write_bytes(notes.line(first))
            file.path.with_name("pulled").replace(file.path)

    monkeypatch.setattr("service.review.notes.os.fsync", pull)
    told = file.append(name(2), body(), (), "ada", 2)
    assert [v.id for n in file.read().notes for v in n.versions] == [first.id, told.id]


def test_an_edit_of_what_the_replaced_file_lacks_is_refused(tmp_path: Path) -> None:
    file = NotesFile(tmp_path)
    first = file.append(ID, body(), (), "ada", 1)
    with ThreadPoolExecutor(1) as pool:
        with file.path.open("ab") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            edit = pool.submit(file.append, ID, body("new"), (first.id,), "ada", 2)
            wait_until(lambda: waits_for_the_lock(file.path), 30, "nobody waits for the lock", str)
            file.path.with_name("pulled").write_bytes(b"")
            file.path.with_name("pulled").replace(file.path)
        with pytest.raises(TimelineError):
            edit.result(30)
