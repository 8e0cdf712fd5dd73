"""The server's own metrics: read by Prometheus' parsers, and no request makes a series of its own."""

from __future__ import annotations

from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from service.web.metrics import Metrics
from tests.service.web.running import Start


def labels(text: str, name: str) -> list[dict[str, str]]:
    return [
        sample.labels
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    ]


def test_both_forms_are_read_by_their_parsers() -> None:
    metrics = Metrics()
    metrics.watch(lambda: [("builds", {"state": 'a"b\\c\nd'}, 2.0), ("builds", {"state": "done"}, 1.0)])
    metrics.request("GET", "/", 200, 0.01)
    metrics.webhook("sp", "stored")
    text, plain = metrics.exposition("")
    assert plain.startswith("text/plain")
    assert {"state": 'a"b\\c\nd'} in labels(text.decode(), "timeline_builds")
    asked = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
    openly, content_type = metrics.exposition(asked)
    assert content_type.startswith("application/openmetrics-text")
    read = openmetrics.text_string_to_metric_families(openly.decode())  # type: ignore[no-untyped-call]
    names = {family.name for family in read}
    assert {"timeline_http_requests", "timeline_webhooks", "timeline_builds"} <= names
    assert not [name for name in names if name.endswith("_created")]


def test_what_somebody_sends_makes_no_series_of_its_own(start: Start) -> None:
    server = start()
    with server.client() as client:
        for number in range(3):
            client.request(f"BREW{number}", "/api/incidents")
            client.get(f"/nowhere/{number}")
            client.get(f"/static/{number}.css")
            client.get("/", headers={"host": f"elsewhere{number}"})
        text = client.get("/metrics").text
    seen = labels(text, "timeline_http_requests_total")
    assert {row["method"] for row in seen} == {"GET", "other"}
    ours = {"/healthz", "/api/incidents", "/metrics"}
    assert {row["route"] for row in seen} - ours == {"unmatched", "/static/{path}", "refused"}
