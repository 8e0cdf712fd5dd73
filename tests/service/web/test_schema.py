"""Whatever the API's own description allows is answered as the description says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings, strategies
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks as known

from service.review.notes import NotesFile
from tests.service.review.test_notes import ID, body
from tests.service.web.running import FACTS, INCIDENT, build_incident, start_serving

HOOK = """
[[serve.webhook]]
name = "am"
sender = "alertmanager"
secret = "env:AM_SECRET"
"""


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A running server's own description."""
    folder = tmp_path_factory.mktemp("schema")
    NotesFile(build_incident(folder / "postmortems")).append(ID, body(), (), "ada", 1)
    with start_serving(folder, HOOK, AM_SECRET="a-secret-of-some-length") as server:
        yield schemathesis.openapi.from_url(f"{server.url}/openapi.json")


OPERATIONS = [
    "GET /api/incidents", "GET /api/incidents/{incident}", "GET /api/incidents/{incident}/facts/{fact}",
    "GET /api/incidents/{incident}/evidence/{sha256}", "GET /api/incidents/{incident}/notes", "POST /api/incidents/{incident}/notes",
    "PUT /api/incidents/{incident}/notes/{note}", "DELETE /api/incidents/{incident}/notes/{note}",
    "GET /api/incidents/{incident}/notes/{note}/versions", "GET /api/incidents/{incident}/factors", "GET /api/incidents/{incident}/whys",
    "POST /api/incidents/{incident}/meeting",
    "GET /api/incidents/{incident}/agenda",
    "POST /api/incidents/{incident}/refresh",
    "GET /api/search", "GET /api/builds", "POST /api/incidents/{incident}/builds", "POST /hooks/{name}", "OPTIONS /hooks/{name}", "GET /healthz", "GET /livez", "GET /readyz", "GET /metrics",
]  # fmt: skip
#: Asked for half of the time: otherwise nearly all answers would be 404.
THERE = {"incident": INCIDENT, "note": ID, "fact": FACTS[0], "name": "am"}
CHECKS = [
    not_a_server_error, known.status_code_conformance, known.content_type_conformance, known.response_schema_conformance,
    known.response_headers_conformance, known.allow_header_conformance,
]  # fmt: skip


def test_every_operation_but_the_endless_stream_is_tried(api: Any) -> None:
    found = {f"{o.ok().method.upper()} {o.ok().path}" for o in api.get_all_operations()}
    assert found == {*OPERATIONS, "GET /api/incidents/{incident}/stream"}


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_one_that_is_documented(api: Any, label: str) -> None:
    method, path = label.split()
    operation = api[path][method]

    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(), there=strategies.booleans())
    def attempt(case: schemathesis.Case[Any], there: bool) -> None:
        if there:
            case.path_parameters = {k: THERE.get(k, v) for k, v in case.path_parameters.items()}
        case.validate_response(case.call(), checks=CHECKS)

    attempt()
