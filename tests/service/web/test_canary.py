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
    "/", "/healthz", "/metrics", "/openapi.json", "/nowhere", "/api/incidents", f"/api/incidents/{INCIDENT}", "/hooks/am",
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
