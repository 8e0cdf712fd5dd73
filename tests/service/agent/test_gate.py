"""`/mcp` passes the gate that everything passes: sign-in, host, origin, limits; and is there where it can be."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.agent import stdio
from service.web.app import make_app
from service.web.server import make_state
from tests.service.web import running
from tests.service.web.running import SECRETS, TOKENS, Serving, Start, start_serving
from timeline.errors import UsageError

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
HEADERS = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
READER = {**HEADERS, "authorization": f"Bearer {SECRETS['BO']}"}


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with start_serving(tmp_path_factory.mktemp("gate"), TOKENS, **SECRETS) as found:
        yield found


@pytest.fixture(scope="module")
def open_serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with start_serving(tmp_path_factory.mktemp("open")) as found:
        yield found


def post(serving: Serving, headers: dict[str, str], **given: Any) -> httpx.Response:
    with serving.client() as client:
        return client.post("/mcp", headers=headers, **({"json": LIST} | given))


def test_nobody_is_answered_who_is_not_signed_in(serving: Serving) -> None:
    assert post(serving, READER).status_code == 200
    for proof in (
        {},
        {"authorization": "Bearer no-such-token-at-all-here"},
        {"authorization": f"Basic {SECRETS['BO']}"},
    ):
        answer = post(serving, {**HEADERS, **proof})
        assert answer.status_code == 401
        assert "tools" not in answer.text


@pytest.mark.parametrize(
    "foreign", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_no_other_site_asks(serving: Serving, open_serving: Serving, foreign: dict[str, str]) -> None:
    assert post(serving, {**READER, **foreign}).status_code == 403
    assert post(open_serving, {**HEADERS, **foreign}).status_code == 403


def test_an_open_server_is_called_by_its_own_name_alone(open_serving: Serving) -> None:
    assert post(open_serving, HEADERS).status_code == 200
    assert post(open_serving, {**HEADERS, "host": "evil.example"}).status_code == 421


def test_there_is_no_stream_to_hold_and_no_session_to_end(serving: Serving) -> None:
    with serving.client() as client:
        for method in ("GET", "PUT", "DELETE"):
            assert client.request(method, "/mcp", headers=READER).status_code in {403, 405}
        assert "mcp-session-id" not in client.post("/mcp", headers=READER, json=LIST).headers


def test_a_message_has_a_size_and_a_form(serving: Serving) -> None:
    assert post(serving, READER, json=None, content=b"x" * (2**20 + 1)).status_code == 413
    for body in (b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"jsonrpc": "2.0"}', b"[" * 10_000):
        answer = post(serving, READER, json=None, content=body)
        assert answer.status_code in {400, 202}, (body[:20], answer.status_code)
        assert "Traceback" not in answer.text
    assert post(serving, READER).status_code == 200


def test_requests_are_counted_with_all_others(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = running.CONFIG.replace("requests_per_minute = 100000", "requests_per_minute = 60")
    monkeypatch.setattr(running, "CONFIG", slow)
    serving = start(TOKENS, **SECRETS)
    assert 429 in [post(serving, READER).status_code for _ in range(80)]


def routes(folder: Path) -> set[str]:
    return {
        getattr(route, "path", "")
        for route in make_app(make_state(folder / "timeline.toml", None, None, None)).routes
    }


def test_it_is_off_where_it_is_turned_off(tmp_path: Path) -> None:
    (tmp_path / "timeline.toml").write_text('[serve]\nagents = "off"\n')
    (tmp_path / "postmortems").mkdir()
    assert "/mcp" not in routes(tmp_path)
    (tmp_path / "timeline.toml").write_text("[serve]\n")
    assert "/mcp" in routes(tmp_path)


def test_without_the_extra_its_name_is_told_and_the_server_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in [name for name in sys.modules if name == "mcp" or name.startswith(("mcp.", "mcp_types"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "mcp", None)
    with pytest.raises(UsageError, match=r"pip install 'incident-timeline\[mcp\]'"):
        stdio.serve((), propose_as=None)
    (tmp_path / "postmortems").mkdir()
    (tmp_path / "timeline.toml").write_text('[serve]\nagents = "read"\n')
    with pytest.raises(UsageError, match=r"incident-timeline\[mcp\]"):
        make_state(tmp_path / "timeline.toml", None, None, None)
    (tmp_path / "timeline.toml").write_text("[serve]\n")
    monkeypatch.setattr("service.web.agents.mount.find_spec", lambda _: None)
    assert "/mcp" not in routes(tmp_path)


@pytest.mark.parametrize("name", ["", " x", "x" * 61, "a\nb", "\u202ex"])
def test_an_agent_has_a_name_that_people_can_read(name: str) -> None:
    with pytest.raises(UsageError, match="visible characters"):
        stdio.serve((), propose_as=name)
