"""Acme's collector and webhook pass the suites that incident-timeline ships."""

import hashlib
import hmac
import json
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from acme_collector.collector import AcmeCollector
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from archive import database, events
from collectors.inbox.collector import InboxCollector
from collectors.kit import proof, webhooks
from collectors.kit.proof import Proof, RefusedError
from collectors.testing import FaultServer, check, check_faults
from timeline.instant import MINUTE, parse_instant
from timeline.model import Window

START = parse_instant("2026-11-01T10:00:00Z")
WINDOW = Window(start=START, end=START + 60 * MINUTE)
SECRET = "a-secret-of-some-length"
CALL = {
    "id": 7, "account": "shop.acme.example", "alert": "Down", "line": "checkout", "at": "2026-11-01T10:00:00Z",
    "answered": {"by": "u1", "name": "Ada Example", "at": "2026-11-01T10:01:00Z"},
}  # fmt: skip
STATEMENTS = [
    "A notification of alert `Down` was sent to `checkout` (`service=checkout`)",
    "Alert `Down` was acknowledged (`service=checkout`) by \ue000acme:u1\ue001",
]


def serve(server: HTTPServer, *pages: list[Any]) -> dict[str, Any]:
    """Serve the pages; return the options that read them."""

    def answer(request: Request) -> Response:
        number = int(request.args.get("cursor", "").removeprefix("page-") or 0)
        following = f"page-{number + 1}" if number + 1 < len(pages) else None
        body = json.dumps({"calls": pages[number], "next": following})
        return Response(body, content_type="application/json")

    server.expect_request("/calls").respond_with_handler(answer)
    return {"url": server.url_for("")}


def test_calls_are_facts(httpserver: HTTPServer) -> None:
    pages = [CALL], [{**CALL, "id": 8, "answered": None}, {"id": 9}]
    run = check(AcmeCollector, serve(httpserver, *pages), WINDOW)
    assert [f.statement for f in run.facts] == [*STATEMENTS, STATEMENTS[0]]
    assert [p.names for p in run.people] == [("Ada Example",)]
    assert [g.statement for g in run.gaps] == ["1 call could not be read: it has no alert"]


def test_failures_are_named(httpserver: HTTPServer) -> None:
    serve(httpserver, [CALL], [{**CALL, "id": 8}])
    with FaultServer(httpserver.url_for("")) as server:
        outcomes = check_faults(AcmeCollector, {}, server, WINDOW)
    assert {"repeated place", "endless pages"} <= {outcome.fault for outcome in outcomes}


def test_the_webhook_is_found_proven_and_tells_the_same_record(
    httpserver: HTTPServer, tmp_path: Path
) -> None:
    assert "acme" in entry_points(group=webhooks.GROUP).names
    webhook = webhooks.load("acme")
    body = json.dumps({"id": "d1", "type": "call", "call": CALL}).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    webhook.authenticate(proof.Request({"x-acme-signature": signature}, {}, body, START), Proof(SECRET))
    with pytest.raises(RefusedError):
        webhook.authenticate(
            proof.Request({"x-acme-signature": signature}, {}, body + b" ", START), Proof(SECRET)
        )
    connection = database.connect(tmp_path / "timeline.db")
    events.alive(connection, events.listen(connection, START), START + 60 * MINUTE)
    (one,) = webhook.receive(proof.Request({}, {}, body, START))
    events.store(
        connection, [events.Event("phone", "acme", one.id, one.type, START, one.body, one.repeat_after)]
    )
    told = check(InboxCollector, {"path": str(tmp_path / "timeline.db")}, WINDOW, grow=0)
    read = check(AcmeCollector, serve(httpserver, [CALL]), WINDOW)
    assert [f.id for f in told.facts] == [f.id for f in read.facts]
    assert [f.statement for f in told.facts] == STATEMENTS
