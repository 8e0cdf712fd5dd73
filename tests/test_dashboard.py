"""The dashboard of `examples/serve`: whole by Grafana's rules of form, and each query is of a metric that we give."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from service.web.metrics import _GAUGES, Metrics
from tests.servers.promtool import Promtool

DASHBOARD: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "examples/serve/grafana-dashboard.json").read_text()
)
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
#: What Grafana puts in a query before a server is asked.
EXPRESSIONS = [t["expr"].replace("$__rate_interval", "5m") for panel in PANELS for t in panel["targets"]]


def test_panels_are_whole_and_none_lies_over_another() -> None:
    assert DASHBOARD["schemaVersion"] >= 36
    assert DASHBOARD["uid"]
    assert [one["type"] for one in DASHBOARD["templating"]["list"]] == ["datasource"]
    assert len({panel["id"] for panel in PANELS}) == len(PANELS) > 0
    assert all(
        panel["title"] and panel["targets"] and panel["fieldConfig"]["defaults"]["unit"] for panel in PANELS
    )
    assert all(p["gridPos"]["x"] >= 0 and p["gridPos"]["x"] + p["gridPos"]["w"] <= 24 for p in PANELS)
    for panel in PANELS:
        letters = [target["refId"] for target in panel["targets"]]
        assert len(set(letters)) == len(letters)
        assert {panel["datasource"]["uid"], *(t["datasource"]["uid"] for t in panel["targets"])} == {
            "${datasource}"
        }
    for a, b in combinations((panel["gridPos"] for panel in PANELS), 2):
        beside = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
        assert beside or a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]


def test_each_query_is_of_metrics_that_the_server_gives() -> None:
    metrics = Metrics()
    metrics.watch(lambda: [(name, {"state": "x"}, 1.0) for name in _GAUGES])
    metrics.request("GET", "/", 200, 0.01)
    metrics.webhook("am", "stored")
    text = metrics.exposition("")[0].decode()
    given = {sample.name for family in text_string_to_metric_families(text) for sample in family.samples}
    for expression in EXPRESSIONS:
        named = set(re.findall(r"\btimeline_\w+", expression))
        assert named
        assert named <= given


def test_each_query_is_read_by_prometheus(promtool: Promtool) -> None:
    rules = [{"record": f"q:{n}", "expr": expression} for n, expression in enumerate(EXPRESSIONS)]
    assert promtool.check(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]})) is None
    assert promtool.check(json.dumps({"groups": [{"name": "d", "rules": [{"record": "q", "expr": "sum("}]}]}))
