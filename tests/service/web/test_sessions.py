"""Sessions end when they should, and the audit log tells who signed in, who was refused and whose role changed."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.web.audit import Audit
from tests import preloaded
from tests.servers.process import wait_until
from tests.service.web.running import SECRETS, TOKENS, Serving, Start, note

ADA, BO = SECRETS["ADA"], SECRETS["BO"]
HOOK = """
[[serve.webhook]]
name = "am"
sender = "alertmanager"
secret = "env:ADA"
"""


@pytest.fixture
def server(start: Start) -> Serving:
    return start(TOKENS + HOOK, **SECRETS)


def signed_in(server: Serving, token: str = ADA) -> httpx.Client:
    client = server.client()
    assert client.post("/login", data={"token": token}).status_code == 303
    assert client.get("/").status_code == 200
    return client


def copied(server: Serving, client: httpx.Client) -> httpx.Client:
    return server.client(cookies=dict(client.cookies))


def log_of(server: Serving) -> Path:
    return server.folder / "postmortems" / "timeline.db.audit.jsonl"


def audited(server: Serving, event: str = "") -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in log_of(server).read_text().splitlines()]
    return [
        {k: v for k, v in row.items() if k != "time"} for row in rows if not event or row["event"] == event
    ]


def test_a_copy_of_a_cookie_is_good_for_nothing_after_signing_out(server: Serving) -> None:
    first, second, other = signed_in(server), signed_in(server), signed_in(server, BO)
    copy = copied(server, first)
    assert copy.get("/").status_code == 200
    first.post("/logout")
    assert copy.get("/").status_code == 401
    assert second.get("/").status_code == 200
    third = copied(server, second)
    second.post("/logout?everywhere=true")
    assert third.get("/").status_code == 401
    assert other.get("/").status_code == 200
    assert [row["others"] for row in audited(server, "sign_out")] == [0, 0]


def test_sessions_outlive_the_server_but_not_their_token(server: Serving) -> None:
    ada = signed_in(server)
    server.restart()
    assert ada.get("/").status_code == 200
    server._options["env"]["ADA"] = "another-secret-that-is-long-enough"
    server.restart()
    assert ada.get("/").status_code == 401


def test_sessions_are_ended_from_outside_and_the_pages_that_follow_with_them(server: Serving) -> None:
    ada, bo = signed_in(server), signed_in(server, BO)
    with ada.stream("GET", f"{server.api}/stream", timeout=60) as stream:
        lines = stream.iter_lines()
        assert next(lines)
        command = [
            *preloaded.command(),
            "serve",
            "--config",
            str(server.folder / "timeline.toml"),
            "--sign-out",
        ]
        done = subprocess.run(
            [*command, "ada"],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            env={"PYTHONPATH": str(Path.cwd())},
        )
        assert done.stdout == "1 session ended\n"
        list(lines)  # it ends, and is not followed for ever
    assert ada.get("/").status_code == 401
    assert bo.get("/").status_code == 200
    assert audited(server, "sessions_ended") == [{"event": "sessions_ended", "user": "ada", "count": 1}]


def test_the_audit_log_tells_who_was_let_in_and_who_was_refused_and_no_secret(server: Serving) -> None:
    peer = {"peer": "127.0.0.1"}
    ada = signed_in(server)
    with server.client() as client:
        for _ in range(5):
            client.post("/login", data={"token": "a-wrong-token-of-somebody"})
            client.get("/api/builds", headers={"authorization": "Bearer a-wrong-bearer-of-somebody"})
            client.post("/hooks/am", json={}, headers={"authorization": "Bearer a-wrong-proof-of-somebody"})
            client.post(
                f"{server.api}/notes", json={"body": note()}, headers={"authorization": f"Bearer {BO}"}
            )
    with server.client(cookies={"timeline_session": "ada.forged-session"}) as client:
        client.get("/")
    ada.post("/logout")
    once = [row for row in audited(server) if row.get("count", 1) == 1]
    assert once == [
        {"event": "role_changed", "user": "ada", "before": None, "role": "editor"},
        {"event": "role_changed", "user": "bo", "before": None, "role": "reader"},
        {"event": "sign_in", "user": "ada", "role": "editor", **peer, "by": "page"},
        {"event": "sign_in_refused", **peer, "count": 1},
        {"event": "token_refused", **peer, "count": 1},
        {"event": "proof_refused", "webhook": "am", **peer, "count": 1},
        {"event": "sign_in", "user": "bo", "role": "reader", **peer, "by": "token"},
        {"event": "right_refused", "user": "bo", "role": "reader", "method": "POST", **peer, "count": 1},
        {"event": "session_refused", **peer, "count": 1},
        {"event": "sign_out", "user": "ada", **peer, "others": 0},
    ]
    server.stop()  # what was counted is told at the end
    assert {
        row["event"]: row["count"] for row in audited(server) if row.get("count", 1) > 1
    } == dict.fromkeys(("sign_in_refused", "token_refused", "proof_refused", "right_refused"), 4)
    text = log_of(server).read_text()
    assert not re.search("somebody|forged-session", text)
    assert ADA not in text
    assert BO not in text
    assert stat.S_IMODE(log_of(server).stat().st_mode) == 0o600
    rows = [json.loads(line)["time"] for line in text.splitlines()]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time) for time in rows)


def test_a_change_of_roles_is_told_at_the_next_start(server: Serving) -> None:
    config = server.folder / "timeline.toml"
    config.write_text(
        config.read_text().replace('role = "editor"\n', "").replace('name = "bo"', 'name = "cy"')
    )
    server.restart()
    wait_until(lambda: len(audited(server, "role_changed")) == 5, 10, "they are not told", server.log)
    assert [(r["user"], r["before"], r["role"]) for r in audited(server, "role_changed")[2:]] == [
        ("ada", "editor", "reader"), ("bo", "reader", None), ("cy", None, "reader"),
    ]  # fmt: skip
    server.restart()
    assert len(audited(server, "role_changed")) == 5


def test_refusals_that_repeat_are_counted(tmp_path: Path) -> None:
    now = 0.0
    audit = Audit(tmp_path / "a.jsonl", lambda: now)
    for second in range(130):
        now = float(second)
        audit.refuse("proof_refused", webhook="am", peer="192.0.2.1")
    audit.refuse("proof_refused", webhook="am", peer="192.0.2.2")
    audit.close()
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert [(row["peer"][-1], row["count"]) for row in rows] == [
        ("1", 1),
        ("1", 60),
        ("1", 60),
        ("2", 1),
        ("1", 9),
    ]


def test_who_signs_in_with_each_request_is_told_twice_a_day(tmp_path: Path) -> None:
    now = 0.0
    audit = Audit(tmp_path / "a.jsonl", lambda: now)
    for minute in range(24 * 60):
        now = minute * 60.0
        audit.visit(user="ada", role="editor", peer="192.0.2.1", by="proxy")
    audit.visit(user="ada", role="editor", peer="192.0.2.2", by="proxy")
    audit.close()
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert [(row["event"], row["peer"]) for row in rows] == [("sign_in", f"192.0.2.{n}") for n in (1, 1, 2)]


def test_many_addresses_fill_neither_memory_nor_disk(tmp_path: Path) -> None:
    audit = Audit(tmp_path / "a.jsonl")
    for number in range(5000):
        audit.refuse("proof_refused", webhook="am", peer=f"2001:db8:{number:x}::/64")
    assert len(audit._refused) <= 1000
    audit.close()


_WRITER = """
import sys
from pathlib import Path
from service.web import audit
audit._SIZE, audit._KEPT = 4000, 30
log = audit.Audit(Path(sys.argv[1]))
for number in range(400):
    log.write("sign_in", user=f"{sys.argv[2]}-{number}")
"""


def test_two_servers_may_write_one_audit_log_and_turn_it_over(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    writers = [subprocess.Popen([sys.executable, "-c", _WRITER, path, name], env=env) for name in "ab"]
    assert [writer.wait(120) for writer in writers] == [0, 0]
    files = [file for file in tmp_path.iterdir() if not file.name.endswith(".lock")]
    told = [json.loads(line)["user"] for file in files for line in file.read_text().splitlines()]
    assert sorted(told) == sorted(f"{name}-{number}" for name in "ab" for number in range(400))
    assert [file.name for file in files if file != path and file.stat().st_size < 3900] == []
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
