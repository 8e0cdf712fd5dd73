"""Any API by configuration alone: every paging, the window, spans that are cut, and what is said of a wrong mapping."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from collectors.http_json.asking import pointer
from collectors.http_json.collector import HttpJsonCollector
from collectors.http_json.options import HttpJsonOptions
from collectors.testing import FaultServer, Run, check, check_faults, run
from tests.collectors.fault_matrix import keep
from tests.collectors.http_json.events_api import COUNT, MAP, WINDOW, serve
from tests.collectors.probing import probe
from tests.golden_files import Golden

SPAN = {"start": "since", "end": "until"}
PAGINGS: dict[str, dict[str, Any]] = {
    "link": {"path": "link", "paging": {"by": "link"}},
    "next": {"path": "next", "rows": "data.items", "paging": {"by": "next", "member": "next"}},
    "cursor": {"path": "cursor", "rows": "items", "paging": {"by": "cursor", "member": "meta.next", "parameter": "after"}},
    "header": {"path": "cursor", "rows": "items", "paging": {"by": "cursor", "header": "X-Next", "parameter": "after"}},
    "post": {
        "path": "cursor", "method": "POST", "body": {"kind": "all"}, "rows": "items",
        "paging": {"by": "cursor", "member": "meta.next", "parameter": "after", "size_parameter": "limit", "size": 2},
    },
    "offset": {"path": "offset", "rows": "items", "paging": {"by": "offset", "size_parameter": "limit", "size": 3, "more": "more"}},
    "offset to the end": {"path": "offset", "rows": "items", "paging": {"by": "offset", "size_parameter": "limit", "size": 2}},
    "page": {"path": "page", "rows": "items", "paging": {"by": "page"}},
    "spans": {"path": "cut", "window": {**SPAN, "full": 3}},
}  # fmt: skip


def given(httpserver: HTTPServer, **options: Any) -> dict[str, Any]:
    return {"url": serve(httpserver), "map": MAP, "window": SPAN, **options}


def attempt(options: dict[str, Any]) -> Run:
    return run(HttpJsonCollector, options, WINDOW)


@pytest.mark.parametrize("way", PAGINGS)
def test_every_page_is_read_and_each_row_is_one_fact(httpserver: HTTPServer, way: str) -> None:
    found = check(HttpJsonCollector, given(httpserver, **PAGINGS[way]), WINDOW)
    assert found.failure is None
    assert found.gaps == []
    assert len(found.facts) == len({fact.id for fact in found.facts}) == COUNT
    first = min(found.facts, key=lambda fact: fact.latest)
    assert (first.kind, first.statement, first.time_means) == ("deploy.started", "Deploy `v0` started", "at")
    assert first.subject.service == "shop"
    assert first.subject.labels == {"commit": "0" * 40}
    assert first.evidence[0].link == "https://ci.example/0"
    assert [person.names for person in found.people] == [("Ada Example",)]
    assert len({fact.thread for fact in found.facts}) == 4


def test_a_span_that_is_cut_and_can_be_halved_no_further_is_a_gap(httpserver: HTTPServer) -> None:
    found = attempt(given(httpserver, path="cut", window={**SPAN, "full": 1, "format": "date"}))
    assert [(gap.reason, gap.statement) for gap in found.gaps] == [
        ("truncated", "A span holds more rows than the source gives at once (1)")
    ]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"path": "cursor", "rows": "itms"}, "`rows = 'itms'` names a member that the answer does not have; the nearest is `items`"),
    ({"path": "cursor"}, "`rows`, which is not set, leads to no array of rows in the answer; arrays in it are `items`"),
    ({"path": "next", "rows": "data"}, "`rows = 'data'` leads to no array of rows in the answer; arrays in it are `data.items`"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "said"), WRONG)
def test_rows_that_lead_nowhere_are_named_with_what_is_there(
    httpserver: HTTPServer, options: dict[str, Any], said: str
) -> None:
    failure = attempt(given(httpserver, **options)).failure
    assert failure is not None
    assert (failure.reason, str(failure)) == ("undecodable", said)


def test_a_member_that_no_row_has_is_named_with_the_nearest_one(httpserver: HTTPServer) -> None:
    wrong = {**MAP, "quote": "notes", "subject": {"service": "servce"}, "actor": "by.nam"}
    found = attempt(given(httpserver, path="page", rows="items", paging={"by": "page"}, map=wrong))
    assert len(found.facts) == COUNT
    assert sorted(gap.statement for gap in found.gaps) == [
        "`map.actor = 'by.nam'` names a member that none of the 7 rows has; the nearest is `by.name`",
        "`map.quote = 'notes'` names a member that none of the 7 rows has; the nearest is `note`",
        "`map.subject.service = 'servce'` names a member that none of the 7 rows has; the nearest is `service`",
    ]


@pytest.mark.parametrize(
    ("paging", "said"),
    [
        (
            {"by": "cursor", "member": "meta.nxt"},
            "The answer has no `meta.nxt` (`paging.member`), and may not be the last one; the nearest member is `meta.next`",
        ),
        (
            {"by": "cursor", "header": "X-Nxt"},
            "The answer has no `X-Nxt` (`paging.header`), and may not be the last one",
        ),
    ],
)
def test_pages_whose_next_is_nowhere_may_not_be_all(
    httpserver: HTTPServer, paging: dict[str, Any], said: str
) -> None:
    found = attempt(given(httpserver, path="cursor", rows="items", paging=paging))
    assert [(gap.reason, gap.statement) for gap in found.gaps] == [("partial", said)]
    # An answer that has fewer rows than a page holds is the last one.
    short = {**paging, "size_parameter": "limit", "size": 50}
    assert attempt(given(httpserver, path="cursor", rows="items", paging=short)).gaps == []


def test_a_row_that_comes_twice_is_one_and_a_key_of_two_kinds_is_two(httpserver: HTTPServer) -> None:
    rows = [{"at": "2026-11-21T14:01:00Z", "id": 1, "state": state} for state in ("begun", "ok")]
    httpserver.expect_request("/twice").respond_with_json([*rows, *rows])
    kinds = {"time": "at", "label": "id", "kind": MAP["kind"]}
    for key, amount in ((("id",), 2), ((), 2)):
        options = {"url": httpserver.url_for("/twice"), "map": {**kinds, "key": key}}
        assert len({fact.id for fact in run(HttpJsonCollector, options, WINDOW).facts}) == amount


def test_rows_that_cannot_be_read_are_one_counted_gap(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/odd").respond_with_json(
        [{"at": "2026-11-21T14:01:00Z"}, {"at": "soon"}, 5, None]
    )
    found = run(HttpJsonCollector, {"url": httpserver.url_for("/odd"), "map": {"time": "at"}}, WINDOW)
    assert len(found.facts) == 1
    assert [gap.reason for gap in found.gaps] == ["undecodable"]
    assert "3 rows" in found.gaps[0].statement


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("rfc3339", "2026-11-21T14:00:00Z"),
        ("s", "1795269600"),
        ("ms", "1795269600000"),
        ("ns", "1795269600000000000"),
        ("date", "2026-11-21"),
    ],
)
def test_the_window_is_said_as_the_source_reads_it(httpserver: HTTPServer, form: str, start: str) -> None:
    seen: list[str] = []

    def answer(request: Request) -> Response:
        seen.append(request.args["a"])
        return Response("[]", content_type="application/json")

    httpserver.expect_request("/any").respond_with_handler(answer)
    options = {"url": httpserver.url_for("/any"), "window": {"start": "a", "end": "b", "format": form}}
    assert run(HttpJsonCollector, options, WINDOW).failure is None
    assert seen == [start]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"paging": {"by": "cursor"}}, "needs `member` or `header`"),
        ({"method": "GET", "body": {"a": 1}}, "`body` is sent by"),
        ({"window": {"start": "a", "full": 5}}, "needs `window.start` and `window.end`"),
        ({"method": "POST", "paging": {"by": "link"}}, "follows addresses"),
        ({"zone": "Mars"}, "Mars"),
    ],
)
def test_options_that_do_not_fit_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        HttpJsonOptions(url="http://a.example", **options)


def test_pointers_lead_through_names_with_dots_and_lists() -> None:
    assert pointer({"a.b": {"c/d": []}}, "a.b.c/d") == "/a.b/c~1d"
    assert pointer({"a": [{"b": []}]}, "a.0.b") == "/a/0/b"
    assert pointer([], "") == ""


def test_doctor_says_how_rows_are_read_and_what_is_mapped_wrongly(httpserver: HTTPServer) -> None:
    wrong = {**MAP, "quote": "notes"}
    found = probe(
        HttpJsonCollector, {"url": serve(httpserver), "path": "page", "rows": "items", "map": wrong}, {}
    )
    assert found["reachable"].ok
    assert found["rows"].ok
    assert "`map.quote = 'notes'`" in found["mapping"].detail


def test_every_fault_is_named_or_changes_nothing(httpserver: HTTPServer, golden: Golden) -> None:
    options = given(httpserver, **PAGINGS["cursor"])
    with FaultServer(options["url"]) as faulty:
        outcomes = check_faults(HttpJsonCollector, options, faulty, WINDOW)
    keep(golden, "http_json", outcomes)
    assert {"repeated place", "endless pages"} <= {one.fault for one in outcomes}
