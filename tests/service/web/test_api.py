"""The API of a running server: notes, conflicts, roles, other sites, limits, and what is never shown."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.render.timeline_fixture import rich
from tests.service.web.running import CONFIG, FACTS, INCIDENT, SECRETS, TOKENS, Serving, Start, note

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def write(server: Serving, **more: Any) -> dict[str, Any]:
    answer = httpx.post(f"{server.api}/notes", json={"body": note(**more), "author": "ada"}, trust_env=False)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def heads(found: dict[str, Any]) -> list[str]:
    return [head["id"] for head in found["heads"]]


def test_a_note_is_written_changed_and_removed_and_its_history_stays(start: Start) -> None:
    server = start()
    made = write(server)
    with server.client() as client:
        path = f"{server.api}/notes/{made['id']}"
        changed = client.put(path, json={"base": heads(made), "body": note("B"), "author": "bo"}).json()
        assert (changed["versions"], changed["created_by"], changed["heads"][0]["author"]) == (2, "ada", "bo")
        gone = client.delete(path, params={"base": heads(changed), "author": "bo"})
        assert gone.json()["removed"]
        texts = [v["body"] and v["body"]["text"] for v in client.get(f"{path}/versions").json()]
        assert texts == ["The pool was empty", "B", None]
    lines = (server.folder / "postmortems" / INCIDENT / "notes.jsonl").read_text().splitlines()
    assert [json.loads(line)["author"] for line in lines] == ["ada", "bo", "bo"]


def test_references_in_notes_are_shown_as_values_and_stored_as_they_were_typed(start: Start) -> None:
    server = start()
    text = f"It was at {{{FACTS[0]}:time}}"
    made = write(server, text=text)
    with server.client() as client:
        (one,) = client.get(f"{server.api}/notes").json()["notes"]
    assert one["heads"][0]["body"]["text"] == text
    (shown,) = one["shown"].values()
    assert re.fullmatch(r"It was at (?:by )?\d\d:\d\d:\d\d.* UTC", shown["text"])
    assert made["shown"] == one["shown"]
    assert text in (server.folder / "postmortems" / INCIDENT / "notes.jsonl").read_text()


def test_two_edits_of_one_version_are_answered_with_both(start: Start) -> None:
    server = start()
    made = write(server)
    path = f"{server.api}/notes/{made['id']}"
    with server.client() as client:
        client.put(path, json={"base": heads(made), "body": note("theirs"), "author": "bo"})
        refused = client.put(path, json={"base": heads(made), "body": note("mine"), "author": "cy"})
        assert refused.status_code == 409
        assert refused.json()["note"]["heads"][0]["body"]["text"] == "theirs"
        assert refused.json()["yours"]["text"] == "mine"
        kept = client.put(
            path, json={"base": heads(made), "body": note("mine"), "author": "cy", "beside": True}
        ).json()
        assert kept["conflict"]
        agenda = client.get(f"{server.api}/notes").json()["agenda"]
        assert [item["reason"] for item in agenda] == ["two versions"]
        settled = client.put(path, json={"base": heads(kept), "body": note("both"), "author": "ada"}).json()
        assert not settled["conflict"]
        assert "notes_conflicts_total" in client.get("/metrics").text


def test_the_same_request_again_writes_nothing_twice(start: Start) -> None:
    server = start()
    sent = {"id": "n-00000000000000aa", "body": note(), "author": "ada"}
    with server.client() as client:
        first, again = (client.post(f"{server.api}/notes", json=sent).json() for _ in range(2))
    assert first == again
    assert first["versions"] == 1


def test_a_dispute_marks_its_fact_until_it_is_answered(start: Start) -> None:
    server = start()
    made = write(server, kind="dispute", fact=FACTS[3])
    with server.client() as client:
        fact = f"{server.api}/facts/{FACTS[3]}"
        assert client.get(fact).json()["disputed"] == [made["id"]]
        body = note(kind="dispute", fact=FACTS[3], answer="It holds")
        client.put(f"{server.api}/notes/{made['id']}", json={"base": heads(made), "body": body})
        assert client.get(fact).json()["disputed"] == []


@pytest.mark.parametrize(
    "body",
    [
        note(fact="f-0000000000000000"), note(kind="opinion"), note(text=""), {**note(), "cites": []}, {**note(), "extra": 1},
        note(text="x" * 10_001), note(kind="action", effect="prevent", ticket="javascript:alert(1)"), None, [],
    ],
)  # fmt: skip
def test_what_is_no_note_is_refused_and_written_nowhere(serving: Serving, body: Any) -> None:
    answer = httpx.post(f"{serving.api}/notes", json={"body": body}, trust_env=False)
    assert answer.status_code in {400, 422}
    assert not (serving.folder / "postmortems" / INCIDENT / "notes.jsonl").exists()


@pytest.mark.parametrize("path", ["../../etc", "..%2f..%2fetc", "nothing", ".hidden", "INC-42%00"])
def test_no_path_leads_out_of_the_folder(serving: Serving, path: str) -> None:
    for end in ("", "/timeline.html", "/charts/..%2ftimeline.svg", "/agenda"):
        assert httpx.get(f"{serving.url}/incidents/{path}{end}", trust_env=False).status_code in {404, 422}


def test_a_payload_is_given_whole_and_checked(serving: Serving) -> None:
    digest, data = next(iter(rich().payloads.items()))
    answer = httpx.get(f"{serving.api}/evidence/{digest}", trust_env=False)
    assert answer.content == data
    assert answer.headers["content-type"].startswith("text/plain")
    absent = httpx.get(f"{serving.api}/evidence/{'0' * 64}", trust_env=False)
    assert absent.status_code == 404
    assert str(serving.folder) not in absent.text


def test_what_people_write_is_text_on_every_page(start: Start) -> None:
    server = start()
    step = write(server, text=EVIL, kind="why")
    write(server, text=EVIL, kind="why", parent=step["id"])
    write(server, text=EVIL, kind="factor", category="human", awareness="surprise")
    write(server, text=EVIL, kind="question", owner=EVIL)
    draft = server.folder / "postmortems" / INCIDENT / "postmortem.md"
    draft.write_text(
        draft.read_text() + f"\n{EVIL}\n\n[a](javascript:alert(1)) ![p](https://elsewhere.example/p.png)\n"
    )
    with server.client() as client:
        for page in ("", "/agenda", "/factors", "/whys"):
            answer = client.get(f"/incidents/{INCIDENT}{page}")
            assert "<script>alert" not in answer.text
            assert "<img src=x" not in answer.text
            assert 'href="javascript' not in answer.text
            assert "elsewhere.example/p.png" not in answer.text
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy


def test_other_sites_can_neither_write_nor_frame_nor_rename_us(serving: Serving) -> None:
    sent = {"body": note()}
    with serving.client() as client:
        for headers in (
            {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}, {"origin": "null"},
        ):  # fmt: skip
            assert client.post(f"{serving.api}/notes", json=sent, headers=headers).status_code == 403
        assert client.get("/", headers={"host": "evil.example"}).status_code == 421
        assert (
            client.post(
                f"{serving.api}/notes", content=json.dumps(sent), headers={"content-type": "text/plain"}
            ).status_code
            == 422
        )
        chart = client.get(f"/incidents/{INCIDENT}/timeline.html")
        assert "frame-ancestors 'self'" in chart.headers["content-security-policy"]
        assert chart.headers["x-content-type-options"] == "nosniff"


def test_tokens_readers_and_editors(start: Start) -> None:
    server = start(TOKENS, **SECRETS)
    sent = {"body": note(), "author": "somebody else"}
    with server.client() as client:
        assert client.get(f"{server.api}/notes").status_code == 401
        assert client.get("/metrics").status_code == 401
        assert client.get("/healthz").status_code == 200
        page = client.get("/", headers={"accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (303, "/login?next=/")
        reader = {"authorization": f"Bearer {SECRETS['BO']}"}
        editor = {"authorization": f"Bearer {SECRETS['ADA']}"}
        assert client.get(f"{server.api}/notes", headers=reader).status_code == 200
        assert client.post(f"{server.api}/notes", json=sent, headers=reader).status_code == 403
        made = client.post(f"{server.api}/notes", json=sent, headers=editor).json()
        assert made["created_by"] == "ada"
        assert client.get("/", headers={"authorization": "Bearer wrong"}).status_code == 401


def test_signing_in_by_the_page_and_out_again(start: Start) -> None:
    server = start(TOKENS, **SECRETS)
    with server.client() as client:
        assert client.post("/login", data={"token": "wrong", "next": "/"}).status_code == 403
        entered = client.post("/login", data={"token": SECRETS["ADA"], "next": "//evil.example/"})
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        cookie = entered.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert SECRETS["ADA"] not in cookie
        assert client.get("/").status_code == 200
        client.cookies.set("timeline_session", client.cookies["timeline_session"].replace("ada", "bo"))
        assert client.get("/").status_code == 401
        codes = [client.post("/login", data={"token": "guess"}).status_code for _ in range(15)]
        assert codes[-1] == 429
    assert not any(secret in server.log() for secret in SECRETS.values())


def test_a_proxy_names_people_and_nobody_else_can(start: Start) -> None:
    proxy = '[serve.proxy]\nheader = "X-Remote-User"\ntrusted = ["{}"]\neditors = ["ada"]'
    server = start(proxy.format("127.0.0.1"))
    with server.client() as client:
        assert client.get("/api/incidents").status_code == 401
        assert client.get("/api/incidents", headers={"x-remote-user": "bo"}).status_code == 200
        assert (
            client.post(
                f"{server.api}/notes", json={"body": note()}, headers={"x-remote-user": "bo"}
            ).status_code
            == 403
        )
        made = client.post(f"{server.api}/notes", json={"body": note()}, headers={"x-remote-user": "ada"})
        assert made.json()["created_by"] == "ada"
    other = start(proxy.format("10.0.0.1"))
    assert (
        httpx.get(f"{other.url}/api/incidents", headers={"x-remote-user": "ada"}, trust_env=False).status_code
        == 401
    )


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('host = "0.0.0.0"', "nobody would have to sign in"),
        ('host = "::"', "nobody would have to sign in"),
        ('[[serve.token]]\nname = "a"\ntoken = "env:SHORT"', "shorter than 20 characters"),
        ('[[serve.token]]\nname = "a"\ntoken = "the-secret-itself"', "serve.token"),
        ('[[serve.webhook]]\nname = "a"\nsender = "github"', "`secret` is missing"),
        ('[[serve.webhook]]\nname = "a"\nsender = "github"\nsecret = "env:ABSENT"', "env:ABSENT is missing"),
        (
            '[[serve.webhook]]\nname = "a"\nsender = "githbu"\nsecret = "env:SHORT"',
            "'serve.webhook.1.sender': there is no webhook sender 'githbu'; did you mean 'github'?",
        ),
        (
            '[[serve.webhook]]\nname = "a"\nsender = "github"\nbasic = "env:SHORT"',
            "github proves itself by `secret`, not by `basic`",
        ),
        ("prot = 1", "did you mean 'port'"),
    ],
)
def test_a_server_that_would_be_open_or_is_set_up_wrong_does_not_start(
    tmp_path: Path, more: str, told: str
) -> None:
    (tmp_path / "timeline.toml").write_text(CONFIG.format(more=more))
    env = {**os.environ, "PYTHONPATH": str(Path.cwd()), "SHORT": "short"}
    command = [sys.executable, "-m", "cli.main", "serve", "--config", str(tmp_path / "timeline.toml")]
    ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert told in ended.stderr
    assert "the-secret-itself" not in ended.stderr
    assert not (tmp_path / "postmortems").exists()


def test_too_many_requests_are_told_when_to_come_back(start: Start) -> None:
    server = start()
    config = server.folder / "timeline.toml"
    config.write_text(config.read_text().replace("= 100000", "= 60"))
    server.restart()
    with server.client() as client:
        answers = [client.get("/api/incidents") for _ in range(70)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_figures_and_logs_say_what_was_done_and_no_secret(start: Start) -> None:
    server = start(
        '[[serve.webhook]]\nname = "sp"\nsender = "statuspage"\nsecret = "env:SP"', SP="a-very-secret-token"
    )
    with server.client() as client:
        write(server)
        assert client.post("/hooks/sp?token=a-very-secret-token", json={}).status_code == 202
        assert client.post("/hooks/sp?token=wrong", json={}).status_code == 401
        assert client.post("/hooks/none", json={}).status_code == 404
        figures = client.get("/metrics").text
    assert 'timeline_webhooks_total{outcome="stored",webhook="sp"} 1' in figures
    assert 'timeline_webhooks_total{outcome="refused",webhook="sp"} 1' in figures
    assert "timeline_notes_written_total 1.0" in figures
    assert 'route="/api/incidents/{incident}/notes"' in figures
    assert "a-very-secret-token" not in server.log() + figures
    server.stop()
    assert server.lines("stopped")
    assert {row["path"] for row in server.lines("request")} >= {"/hooks/sp", "/metrics"}
