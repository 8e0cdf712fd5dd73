"""Absences as a Prometheus that scrapes writes them: a target that fails, and one that is found no more."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from collectors.prometheus.metrics import PrometheusMetricsCollector
from collectors.testing import check
from tests.servers.process import wait_until
from tests.servers.prometheus import Prometheus
from timeline.instant import NS
from timeline.model import Window

_CONFIG = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
- job_name: app
  file_sd_configs: [{{files: ["{targets}"], refresh_interval: 1s}}]
"""
_WITHIN = 90  # seconds that a condition may take on a busy machine


class _Target:
    """A program that is scraped; `status` is what it answers."""

    def __init__(self, folder: Path) -> None:
        self.status, self.file, target = 200, folder / "targets.json", self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = b"app_load 9\n"
                self.send_response(target.status)
                self.send_header("content-type", "text/plain; version=0.0.4")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Be silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.tell(found=True)

    def tell(self, *, found: bool) -> None:
        """Write what service discovery finds."""
        targets = [f"127.0.0.1:{self.server.server_port}"] if found else []
        partial = self.file.with_suffix(".new")
        partial.write_text(json.dumps([{"targets": targets}]))
        partial.replace(self.file)


@pytest.fixture
def target(tmp_path: Path) -> Iterator[_Target]:
    made = _Target(tmp_path)
    yield made
    made.server.shutdown()
    made.server.server_close()


def wait_for(server: Prometheus, expression: str) -> None:
    """Wait until an expression gives something."""
    wait_until(
        lambda: bool(server.query(expression, at=time.time())), _WITHIN, f"no {expression}", server.log
    )


@pytest.mark.parametrize("way", ["500", "not found"])
def test_a_target_that_is_away_for_less_than_the_look_back(
    start_prometheus: Callable[..., Prometheus], prometheus_version: str, target: _Target, way: str
) -> None:
    server = start_prometheus(version=prometheus_version, config=_CONFIG.format(targets=target.file))
    wait_for(server, "count_over_time(app_load[1m]) > 6")
    start = int(time.time()) * NS
    if way == "500":
        target.status = 500
    else:
        target.tell(found=False)
    wait_for(server, "absent(app_load) and on() absent_over_time(app_load[9s])")
    target.status = 200
    target.tell(found=True)
    wait_for(server, "count_over_time(app_load[4s]) > 2")
    now = int(time.time() * 1000) * 1_000_000
    seen = Window(start=start - NS, end=now)
    found = {}
    for query, reading in [
        ("app_load", "samples"), ("app_load", "remote_read"), ("app_load", "auto"), ("sum(app_load)", "samples")
    ]:  # fmt: skip
        options = {"url": server.url, "rules": False, "step": "1s", "reading": reading}
        threshold = [{"name": "load", "query": query, "above": 3}]
        result = check(PrometheusMetricsCollector, {**options, "threshold": threshold}, seen, now=now)
        assert not [gap for gap in result.gaps if gap.reason != "past_retention"]
        facts = sorted(result.facts, key=lambda fact: fact.latest)
        found[query, reading] = [(f.kind, f.earliest, f.latest) for f in facts if f.earliest is not None]
    plain, expression = found["app_load", "samples"], found["sum(app_load)", "samples"]
    assert [kind for kind, _, _ in plain] == ["metric.absent", "metric.present"]
    assert plain == found["app_load", "remote_read"] == found["app_load", "auto"]
    assert [kind for kind, _, _ in expression] == ["metric.absent", "metric.present"]
    for one, other in zip(plain, expression, strict=True):
        assert abs(one[2] - other[2]) <= 1 * NS  # a step of the grid
    (gone, _, last) = plain[0]
    assert not server.query("app_load", at=last / NS), gone
    assert server.query("app_load", at=(last - 1_000_000) / NS), gone
