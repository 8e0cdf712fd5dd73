"""A large file beside a server: our own work is not held against the source that is waited for."""

from __future__ import annotations

import json
import time
from pathlib import Path

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from service.build.build import build
from service.build.request import BuildRequest
from tests.service import status_posts
from timeline.document import load

CONFIG = """
[[source]]
name = "rows"
collector = "jsonl"
path = "rows.jsonl"
[source.map]
time = "ts"
quote = "message"

[[source]]
name = "silences"
collector = "alertmanager"
url = "{url}"
time_cap = "1500ms"
"""


def test_a_server_that_answers_is_not_late_because_of_a_large_file(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    def slow(_: Request) -> Response:
        time.sleep(0.5)
        return Response("[]", content_type="application/json")

    httpserver.expect_request("/api/v2/silences").respond_with_handler(slow)
    httpserver.expect_request("/api/v2/alerts").respond_with_json([])
    httpserver.expect_request("/api/v2/status").respond_with_json({"cluster": {"status": "ready"}})
    (tmp_path / "timeline.toml").write_text(CONFIG.format(url=httpserver.url_for("").rstrip("/")))
    (tmp_path / "incidents").mkdir()
    (tmp_path / "incidents" / "INC-1.toml").write_text(status_posts.INCIDENT)
    with (tmp_path / "rows.jsonl").open("w") as file:
        for n in range(15_000):  # 15 MiB in eleven-hundred byte rows
            row = {"ts": f"2026-11-01T10:{n % 60:02d}:00Z", "n": n, "message": f"{n} " + "words " * 170}
            file.write(json.dumps(row) + "\n")
    assert (tmp_path / "rows.jsonl").stat().st_size > 15 * 2**20

    build(BuildRequest(incident="INC-1", config=tmp_path / "timeline.toml", stills=False))

    document = load((tmp_path / "postmortems" / "INC-1" / "timeline.json").read_bytes())
    assert sum(fact.source == "rows" for fact in document.facts) == 15_000
    assert "timed_out" not in {gap.reason for gap in document.gaps}
    assert {request.path for request, _ in httpserver.log} >= {"/api/v2/silences", "/api/v2/status"}
