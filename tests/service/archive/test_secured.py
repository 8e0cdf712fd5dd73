"""A server behind TLS and passwords: who may not, is told so, and no credential is in what is said."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from archive.cases.opensearch.faults import ServerError
from service.archive.keeping import Update, search
from tests.archive.cases.opensearch.index import fresh
from tests.example import example_folder
from tests.servers.opensearch import OpenSearch
from tests.servers.opensearch_secure import ARCHIVIST, POWERLESS
from timeline.cases.query import Query, terms

Configured = Callable[[str], Path]


@pytest.fixture
def configured(opensearch_secure: OpenSearch, tmp_path: Path) -> Configured:
    """Write a configuration with options of the archive; return it."""
    index = fresh()

    def made(options: str) -> Path:
        path = tmp_path / "timeline.toml"
        path.write_text(
            f'[archive]\nurl = "{opensearch_secure.url}"\nname = "us"\nindex = "{index}"\n{options}'
        )
        return path

    shutil.copytree(example_folder(), tmp_path / "postmortems/INC-42")
    return made


def login(monkeypatch: pytest.MonkeyPatch, user: str | None, password: str | None) -> str:
    monkeypatch.setenv("LOGIN", f"{user}:{password}")
    return 'auth = { basic = "env:LOGIN" }\n'


def test_who_may_is_let_in_and_who_may_not_is_told(
    configured: Configured, opensearch_secure: OpenSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = f'tls = {{ ca = "{opensearch_secure.ca}" }}\n'

    def refused(options: str, told: str) -> None:
        with pytest.raises(ServerError, match=told) as failure:
            search(Query(), configured(options))
        for mine in (str(opensearch_secure.password), *POWERLESS, "not-the-Password-9"):
            assert mine not in str(failure.value)

    own = login(monkeypatch, opensearch_secure.user, opensearch_secure.password)
    refused(own, "cannot be reached: .*CERTIFICATE_VERIFY_FAILED.*tls = { ca")
    refused(trusted, r"refuses the credentials, or wants some \(401\)")
    refused(
        trusted + login(monkeypatch, opensearch_secure.user, "not-the-Password-9"), "refuses the credentials"
    )
    refused(trusted + login(monkeypatch, *POWERLESS), r"may not do that \(403: indices:admin/get")
    own = login(monkeypatch, *ARCHIVIST)
    found, done = search(Query(terms("pool connection")), configured(trusted + own))
    assert (found.total, done) == (1, Update(1, 0, ()))


def test_a_server_that_throws_back_what_it_was_sent_makes_nobody_say_it(
    httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def echo(request: Request) -> Response:
        told = {"error": {"type": "odd", "reason": f"got {request.headers['authorization']}"}}
        return Response(json.dumps(told), 400, content_type="application/json")

    httpserver.expect_request(re.compile(".*")).respond_with_handler(echo)
    monkeypatch.setenv("TOKEN", "kanarie-v0gel-geel-zingt-77")
    path = tmp_path / "timeline.toml"
    path.write_text(
        f'[archive]\nurl = "{httpserver.url_for("/")}"\nname = "us"\nauth = {{ bearer = "env:TOKEN" }}\n'
    )
    with pytest.raises(ServerError, match="it answered 400: odd got") as failure:
        search(Query(), path)
    assert "kanarie" not in str(failure.value)
