"""Who may do what: everybody by every operation. Both lists are the server's own, so that none can be forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.routing import Mount, Route

from service.web.app import make_app
from service.web.server import make_state
from tests.service.web.running import FACTS, INCIDENT, Serving, note, start_serving

TOKENS = {"reader": "reader-secret-that-is-long-enough", "editor": "editor-secret-that-is-long-enough"}
HOOK = "hook-secret-that-is-long-enough"
SETTINGS = """
forwarded_by = []
[serve.proxy]
header = "X-Remote-User"
trusted = ["127.0.0.1"]
editors = ["editor"]
[[serve.token]]
name = "reader"
token = "env:READER"
[[serve.token]]
name = "editor"
token = "env:EDITOR"
role = "editor"
[[serve.webhook]]
name = "am"
sender = "alertmanager"
secret = "env:HOOK"
"""
READ, WRITE, OPEN, PROVEN = "who reads", "who writes", "anybody", "a sender"
#: What each operation asks for. One that is new stands in no line here, and the first test fails.
MATRIX = {
    "GET /api/incidents": READ,
    "GET /api/incidents/{incident}": READ,
    "GET /api/incidents/{incident}/facts/{fact}": READ,
    "GET /api/incidents/{incident}/evidence/{sha256}": READ,
    "GET /api/incidents/{incident}/notes": READ,
    "POST /api/incidents/{incident}/notes": WRITE,
    "PUT /api/incidents/{incident}/notes/{note}": WRITE,
    "DELETE /api/incidents/{incident}/notes/{note}": WRITE,
    "GET /api/incidents/{incident}/notes/{note}/versions": READ,
    "GET /api/incidents/{incident}/factors": READ,
    "GET /api/incidents/{incident}/whys": READ,
    "GET /api/incidents/{incident}/stream": READ,
    "GET /api/incidents/{incident}/agenda": READ,
    "POST /api/incidents/{incident}/meeting": WRITE,
    "POST /api/incidents/{incident}/refresh": WRITE,
    "GET /api/builds": READ,
    "GET /api/search": READ,
    "POST /api/incidents/{incident}/builds": WRITE,
    "POST /hooks/{name}": PROVEN,
    "OPTIONS /hooks/{name}": OPEN,
    "GET /healthz": OPEN,
    "GET /livez": OPEN,
    "GET /readyz": OPEN,
    "GET /metrics": READ,
}
PAGES = {
    "GET /": READ,
    "GET /incidents/{incident}": READ,
    "GET /incidents/{incident}/draft": READ,
    "GET /incidents/{incident}/timeline.data": READ,
    "GET /incidents/{incident}/timeline.html": READ,
    "GET /incidents/{incident}/charts/{name}": READ,
    "GET /incidents/{incident}/factors": READ,
    "GET /incidents/{incident}/factors/map": READ,
    "GET /incidents/{incident}/whys": READ,
    "GET /incidents/{incident}/agenda": READ,
    "GET /patterns": READ,
    "GET /login": OPEN,
    "POST /login": OPEN,
    "POST /logout": READ,
    "GET /openapi.json": READ,
    "GET /static": OPEN,
    "POST /mcp": READ,
}
THERE = {
    "incident": INCIDENT, "fact": FACTS[0], "sha256": "0" * 64, "note": "n-00000000000000aa", "name": "am",
}  # fmt: skip
BODIES: dict[str, Any] = {
    "POST /api/incidents/{incident}/notes": {"body": note()},
    "PUT /api/incidents/{incident}/notes/{note}": {"body": note(), "base": ["v-00000000000000aa"]},
    "POST /api/incidents/{incident}/meeting": {"present": {"ada": True}},
    "POST /mcp": {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}},
}
QUERIES = {"DELETE /api/incidents/{incident}/notes/{note}": {"base": "v-00000000000000aa"}}
#: Each way to be somebody, or nobody.
PEOPLE: dict[str, tuple[str, dict[str, str]]] = {
    "nobody": ("nobody", {}),
    "a wrong token": ("nobody", {"authorization": "Bearer wrong-and-long-enough-for-one"}),
    "an empty token": ("nobody", {"authorization": "Bearer"}),
    "a token as basic auth": ("nobody", {"authorization": f"Basic {TOKENS['editor']}"}),
    "the webhook's secret": ("nobody", {"authorization": f"Bearer {HOOK}"}),
    "a forged session": ("nobody", {"cookie": "timeline_session=editor.x"}),
    "another header's name": ("nobody", {"x-forwarded-user": "editor"}),
    "an empty name by the proxy": ("nobody", {"x-remote-user": ""}),
    "reader by token": ("reader", {"authorization": f"Bearer {TOKENS['reader']}"}),
    "reader by proxy": ("reader", {"x-remote-user": "somebody"}),
    "editor by token": ("editor", {"authorization": f"Bearer {TOKENS['editor']}"}),
    "editor by proxy": ("editor", {"x-remote-user": "editor"}),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    env = {"READER": TOKENS["reader"], "EDITOR": TOKENS["editor"], "HOOK": HOOK}
    with start_serving(tmp_path_factory.mktemp("matrix"), SETTINGS, **env) as found:
        yield found


@pytest.fixture(scope="module")
def client(server: Serving) -> Iterator[httpx.Client]:
    with server.client() as found:
        yield found


def documented(client: httpx.Client) -> set[str]:
    paths = client.get("/openapi.json", headers=PEOPLE["reader by token"][1]).json()["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


def test_every_operation_that_is_documented_has_its_line(client: httpx.Client) -> None:
    assert documented(client) == set(MATRIX)


def test_every_other_route_has_its_line(server: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("READER", TOKENS["reader"]), ("EDITOR", TOKENS["editor"]), ("HOOK", HOOK)):
        monkeypatch.setenv(name, value)
    app = make_app(make_state(server.folder / "timeline.toml", None, None, None))
    found = set()
    for route in _flat(app.routes):
        if isinstance(route, Mount):
            found.add(f"GET {route.path}")
        elif isinstance(route, Route):
            found |= {f"{method} {route.path}" for method in (route.methods or ()) if method != "HEAD"}
    assert found == {*MATRIX, *PAGES}


def _flat(routes: Any) -> Iterator[Any]:
    for route in routes:
        # FastAPI keeps a router that was included whole, or copies its routes: by its version.
        inner = getattr(getattr(route, "original_router", route), "routes", None)
        if isinstance(route, Mount) or inner is None:
            yield route
        else:
            yield from _flat(inner)


def answered(client: httpx.Client, operation: str, headers: dict[str, str]) -> int:
    method, path = operation.split()
    url = re.sub(r"\{(\w+)\}", lambda name: THERE[name[1]], path)
    url = url.replace("/charts/am", "/charts/none.svg").replace("/static", "/static/api.js")
    with client.stream(
        method, url, headers=headers, json=BODIES.get(operation), params=QUERIES.get(operation)
    ) as answer:
        return answer.status_code


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("operation", [*MATRIX, *PAGES])
def test_everybody_may_what_the_matrix_says(client: httpx.Client, operation: str, person: str) -> None:
    role, headers = PEOPLE[person]
    # Each has an address, and so limits, of their own.
    headers = {**headers, "x-forwarded-for": f"198.51.100.{list(PEOPLE).index(person)}"}
    code, asked = answered(client, operation, headers), {**MATRIX, **PAGES}[operation]
    if asked == PROVEN:
        assert (code == 202) is (person == "the webhook's secret")
        assert code in {202, 401}
    elif asked == OPEN:
        assert code not in {401, 429, 500}
    elif role == "nobody":
        assert code == 401
    elif asked == WRITE and role == "reader":
        assert code == 403
    else:
        assert code not in {401, 403, 405, 429, 500}


@pytest.mark.parametrize("operation", [one for one, asked in {**MATRIX, **PAGES}.items() if asked == WRITE])
@pytest.mark.parametrize(
    "foreign", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "null"}, {"origin": "https://evil.example"}]
)  # fmt: skip
def test_no_other_site_writes_in_an_editors_name(
    client: httpx.Client, operation: str, foreign: dict[str, str]
) -> None:
    for person in ("editor by token", "editor by proxy"):
        assert answered(client, operation, {**PEOPLE[person][1], **foreign}) == 403


@pytest.mark.parametrize(
    "operation", [one for one, asked in {**MATRIX, **PAGES}.items() if asked in {READ, WRITE}]
)
def test_no_method_and_no_spelling_of_a_path_gets_around_it(client: httpx.Client, operation: str) -> None:
    path = re.sub(r"\{(\w+)\}", lambda name: THERE[name[1]], operation.split()[1])
    spellings = [
        path,
        f"/{path}",
        f"{path}/",
        f"/static/..{path}",
        f"/healthz/..{path}",
        f"/login/..{path}",
        path.upper(),
        f"{path}%00",
        f"{path};/login",
    ]
    for method in ("HEAD", "OPTIONS", "GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"):
        for spelling in spellings:
            url = httpx.URL(str(client.base_url).rstrip("/")).copy_with(raw_path=spelling.encode())
            code = client.request(method, url).status_code
            assert code in {401, 404, 405}, (method, spelling, code)


def test_a_name_that_is_given_twice_is_nobodys(client: httpx.Client) -> None:
    for twice in (("somebody", "editor"), ("editor", "editor")):
        assert client.get("/api/builds", headers=[("x-remote-user", one) for one in twice]).status_code == 401
    token = ("authorization", f"Bearer {TOKENS['editor']}")
    assert client.get("/api/builds", headers=[token, token]).status_code == 401
