"""Tokens and webhook secrets that the server knows are in no answer, log, metric or file of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.service.build.test_canary import CANARY, PASSWORD, encodings, everything_left
from tests.service.web.running import INCIDENT, Serving, note, start_serving

SETTINGS = """
[[serve.token]]
name = "editor"
token = "env:CANARY"
role = "editor"
[[serve.webhook]]
name = "am"
sender = "alertmanager"
secret = "env:HOOK"
"""
PATHS = (
    "/", "/healthz", "/livez", "/readyz", "/metrics", "/openapi.json", "/nowhere", "/api/incidents", f"/api/incidents/{INCIDENT}", "/hooks/am",
    f"/api/incidents/{INCIDENT}/notes", "/api/builds", f"/incidents/{INCIDENT}", "/login", "/hooks/none",
)  # fmt: skip
SENT: tuple[dict[str, str], ...] = (
    {"authorization": f"Bearer {CANARY}"}, {"authorization": f"Bearer {PASSWORD}"}, {"authorization": f"Basic {CANARY}"},
    {"x-gitlab-token": PASSWORD}, {"cookie": f"timeline_session={quote(CANARY, safe='')}"}, {"x-request-id": CANARY},
)  # fmt: skip
BODIES = (note(), {"token": CANARY, "password": PASSWORD}, [PASSWORD], CANARY)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with start_serving(tmp_path_factory.mktemp("canary"), SETTINGS, CANARY=CANARY, HOOK=PASSWORD) as found:
        yield found


def answers(client: httpx.Client) -> Iterator[tuple[str, bytes]]:
    """Yield what the server answers to everything, with the secrets where they belong and where they do not."""
    for path in PATHS:
        for headers in SENT:
            for method in ("GET", "POST", "PUT"):
                body = None if method == "GET" else json.dumps(BODIES[len(path) % len(BODIES)])
                answer = client.request(method, path, headers=headers, content=body)
                yield f"{method} {path} {next(iter(headers))}", answer.content + repr(answer.headers).encode()
    for name in ("token", "access_token", "key", "next"):
        client.get(f"/?{name}={quote(CANARY, safe='')}")  # its answer may hold what was asked; no log does
    client.post("/login", data={"token": CANARY, "password": PASSWORD, "next": "/"})


def test_secrets_are_in_no_answer_log_or_file(server: Serving) -> None:
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client:
        said = [(name, body) for name, body in answers(client) if "x-request-id" not in name]
    left = [*said, ("log", server.log().encode())]
    left += [(name, data) for name, data in everything_left(Path(server.folder))]
    assert len(said) > 100
    leaks = {(name, form) for name, data in left for form, secret in encodings().items() if secret in data}
    assert not leaks


def test_data_of_persons_in_a_delivery_is_in_no_file(tmp_path: Path) -> None:
    """`redact_personal` holds for what `serve` receives, too: database, its journal, logs."""
    with start_serving(
        tmp_path, SETTINGS, CANARY=CANARY, HOOK=PASSWORD, top="redact_personal = true\n"
    ) as server:
        alert = {
            "status": "firing", "labels": {"alertname": "Slow"}, "startsAt": "2026-11-10T10:00:00Z", "fingerprint": "a1",
            "annotations": {"summary": "bob@client.example.com waits, call +49 30 901820"},
        }  # fmt: skip
        body = {"version": "4", "status": "firing", "receiver": "x", "groupKey": "g", "alerts": [alert]}
        answer = httpx.post(
            f"{server.url}/hooks/am",
            json=body,
            headers={"authorization": f"Bearer {PASSWORD}"},
            trust_env=False,
        )
        assert answer.status_code < 300, answer.text
    left = list(everything_left(tmp_path))
    assert any(b"[redacted:email] waits, call [redacted:phone]" in data for _, data in left)
    assert [name for name, data in left if b"bob@client" in data or b"901820" in data] == []
