"""Webhooks are told what is due by a real server's account: once each, after failures, kills and with two processes at once."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from service import names
from service.publish.remind import FILE, Reminded, remind
from service.settings.config import settings_only
from tests.example import example_folder
from tests.servers.process import wait_until
from timeline.errors import TimelineError, UsageError
from timeline.instant import NS, parse_instant

SECRET = "T0000/B0000/aVerySecretPartOfTheAddress"
NOW = parse_instant("2025-12-20T12:00:00Z")
CONFIG = """
[[remind]]
name = "chat"
url = "env:HOOK"
"""
ROWS = """

| follow-up | answer |
| --- | --- |
| review held | 2025-11-14 |

## Action items

| action | owner | due |
| --- | --- | --- |
| Give pool & cache a time-out | payments | 2025-12-01 |
| Alert on the pool | platform | 2125-12-20 |
"""


class Receiver:
    """A webhook on this machine; `answer` is its status, 0: it goes away without a word."""

    def __init__(self) -> None:
        self.answer = 200
        self.got = list[dict[str, Any]]()
        self.paths = list[str]()
        self.arrived, self.go_on = Event(), Event()
        self.go_on.set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                receiver.arrived.set()
                receiver.go_on.wait(60)
                receiver.paths.append(self.path)
                receiver.got.append(body)
                if receiver.answer:
                    self.send_response(receiver.answer)
                    self.send_header("content-length", "2")
                    self.end_headers()
                    self.wfile.write(b"ok")
                else:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/services/{SECRET}?v=1"

    def stop(self) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()

    def items(self) -> list[tuple[str, str]]:
        return [(one["kind"], one["due"]) for body in self.got for one in body["items"]]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A webhook that takes everything."""
    made = Receiver()
    yield made
    made.stop()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> Path:
    """An incident whose follow-up review and one of whose actions are overdue."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOOK", receiver.url)
    (tmp_path / "timeline.toml").write_text(CONFIG)
    shutil.copytree(example_folder(), tmp_path / "postmortems/INC-42")
    with (tmp_path / "postmortems/INC-42" / names.DRAFT).open("a") as draft:
        draft.write(ROWS)
    return tmp_path


def reminded(now: int = NOW, **how: bool) -> Reminded:
    return remind(settings_only(None), now=now, **how)


DUE = [("action", "2025-12-01"), ("follow-up", "2025-12-14")]


def test_what_is_due_is_told_once_with_words_for_a_chat_and_fields(home: Path, receiver: Receiver) -> None:
    config = home / "timeline.toml"
    config.write_text(f'[serve]\npublic_url = "https://timeline.example"\n{CONFIG}')
    done = reminded()
    assert done.complete
    assert receiver.items() == DUE
    assert receiver.paths == [f"/services/{SECRET}?v=1"]
    [body] = receiver.got
    first, *lines = body["text"].splitlines()
    assert first == "2 things of incidents are due:"
    assert "<https://timeline.example/incidents/INC-42|INC-42>" in lines[0]
    assert "action: Give pool &amp; cache a time-out, due 2025-12-01, overdue" in lines[0]
    assert lines[1].endswith("follow-up review, due 2025-12-14, 6 days overdue")
    assert body["items"][1]["link"] == "https://timeline.example/incidents/INC-42"
    for later in (NOW, NOW + 40 * 86400 * NS):
        assert reminded(later).told == ()
    assert len(receiver.got) == 1
    assert SECRET not in (home / "postmortems" / FILE).read_text()


def test_another_date_is_told_anew_and_a_review_that_was_held_is_not(home: Path, receiver: Receiver) -> None:
    reminded()
    draft = home / "postmortems/INC-42" / names.DRAFT
    row = "| review held | 2025-11-14 |\n"
    draft.write_text(draft.read_text().replace(row, f"{row}| follow-up review | 2025-12-18 |\n"))
    assert [one.due for _, one in reminded().told] == ["2025-12-18"]
    (home / "postmortems" / FILE).unlink()
    draft.write_text(draft.read_text().replace("2025-12-18 |", "2025-12-18, held 2025-12-19 |"))
    assert [one.kind for _, one in reminded().told] == ["action"]


@pytest.mark.parametrize("status", [301, 403, 404, 410, 429, 500, 503])
def test_what_is_refused_is_told_by_the_next_run(status: int, home: Path, receiver: Receiver) -> None:
    receiver.answer = status
    done = reminded()
    assert (done.told, done.unsure) == ((), ())
    assert done.failed == (f"webhook chat: it answered {status}; the next run tells it again",)
    assert len(receiver.got) == 1  # once a run
    receiver.answer = 204
    assert len(reminded().told) == 2
    assert reminded().told == ()


def test_a_server_that_is_away_is_asked_again_and_its_address_is_not_told(
    home: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = Receiver()
    away.stop()
    monkeypatch.setenv("HOOK", away.url)
    assert reminded().failed == ("webhook chat: it cannot be reached; the next run tells it again",)
    monkeypatch.setenv("HOOK", receiver.url)
    assert len(reminded().told) == 2


@pytest.mark.parametrize("status", [0, 502, 504])
def test_what_may_have_arrived_is_never_told_twice_unless_somebody_asks(
    status: int, home: Path, receiver: Receiver
) -> None:
    receiver.answer = status
    assert "may have arrived" in reminded().unsure[0]
    receiver.answer = 200
    second = reminded()
    assert second.told == ()
    assert not second.complete  # and that is said until somebody looked
    assert len(receiver.got) == 1
    assert len(reminded(again=True).told) == 2
    assert reminded().complete


def test_nobody_is_told_by_a_dry_run(home: Path, receiver: Receiver) -> None:
    assert len(reminded(dry_run=True).told) == 2
    assert receiver.got == []
    assert not (home / "postmortems" / FILE).exists()


def command(home: Path, *more: str) -> subprocess.Popen[str]:
    line = [sys.executable, "-m", "cli.main", "remind", *more]
    return subprocess.Popen(line, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_processes_at_once_tell_a_thing_once(home: Path, receiver: Receiver) -> None:
    receiver.go_on.clear()
    both = [command(home), command(home)]
    assert receiver.arrived.wait(60)
    receiver.go_on.set()
    said = [one.communicate(timeout=60) for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    assert len(receiver.got) == 1
    assert SECRET not in str(said)
    assert sorted("timeline: 2 reminders told" in err for _, err in said) == [False, True]


def test_a_run_that_is_killed_while_it_tells_tells_nothing_twice(home: Path, receiver: Receiver) -> None:
    receiver.go_on.clear()
    one = command(home)
    assert receiver.arrived.wait(60)
    one.kill()
    one.communicate()
    receiver.go_on.set()
    wait_until(lambda: len(receiver.got) == 1, 30, "the receiver did not get it")
    assert "may have arrived" in reminded().unsure[0]
    assert len(receiver.got) == 1


def test_days_are_those_of_the_configured_zone(home: Path, receiver: Receiver) -> None:
    late = parse_instant("2025-12-13T23:30:00Z")
    assert [one.kind for _, one in reminded(late).told] == ["action"]  # in UTC it is the day before
    zoned = '[review]\nzone = "Pacific/Kiritimati"\n'
    (home / "timeline.toml").write_text(zoned + CONFIG)
    assert [(one.kind, one.late) for _, one in reminded(late).told] == [("follow-up", "today")]


def test_reports_to_regulators_are_told_ahead(home: Path, receiver: Receiver) -> None:
    timeline = home / "postmortems/INC-42" / names.TIMELINE
    made = json.loads(timeline.read_text())
    made["incident"]["labels"] |= {"aware": "2026-11-12T14:00:00Z", "duties": "nis2"}
    timeline.write_text(json.dumps(made))
    (home / "timeline.toml").write_text(CONFIG + 'of = ["duty"]\nahead = "2h"\n')
    assert reminded(parse_instant("2026-11-13T11:59:59Z")).told == ()
    [(_, one)] = reminded(parse_instant("2026-11-13T12:00:00Z")).told
    assert (one.what, one.late) == ("nis2 early warning (NIS2 Art. 23(4)(a))", "2h left")
    assert reminded(parse_instant("2026-11-13T20:00:00Z")).told == ()


@pytest.mark.parametrize(
    "address", [f"ftp://x/{SECRET}", SECRET, f"http://u:p@x/{SECRET}", f"http://x/{SECRET}#a"]
)
def test_what_is_no_address_is_refused_without_a_word_of_it(
    address: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", address)
    with pytest.raises(UsageError, match="no http") as refused:
        reminded()
    assert SECRET not in str(refused.value)


def test_a_configuration_does_not_say_by_a_file_beside_it_where_things_are_sent(
    home: Path, receiver: Receiver
) -> None:
    (home / "hook.txt").write_text(receiver.url)
    (home / "timeline.toml").write_text(CONFIG.replace("env:HOOK", "file:hook.txt"))
    with pytest.raises(UsageError, match="lies beside the configuration"):
        reminded()
    assert receiver.got == []


def test_a_broken_record_of_what_was_told_is_not_taken_for_an_empty_one(
    home: Path, receiver: Receiver
) -> None:
    (home / "postmortems" / FILE).write_text("{")
    with pytest.raises(TimelineError, match="cannot be read"):
        reminded()
    assert receiver.got == []
