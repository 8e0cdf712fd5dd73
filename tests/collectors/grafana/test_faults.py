"""Grafana under every fault: complete data, or a gap that says what is missing."""

from __future__ import annotations

from collectors.grafana.collector import GrafanaCollector
from collectors.testing import FaultServer, check_faults
from tests.collectors import clock_cases
from tests.collectors.fault_matrix import keep
from tests.collectors.grafana.test_collector import GROUP, SECRETS, WINDOW, note, state
from tests.fakes.grafana import FakeGrafana
from tests.golden_files import Golden


def test_every_fault_is_named_or_changes_nothing(golden: Golden) -> None:
    given = {"auth": {"bearer": "env:T"}, "kinds": {"deploy": "deploy.finished"}, "origin": "grafana"}
    with FakeGrafana() as grafana:
        grafana.groups = [GROUP]
        grafana.states = [state(100, "Normal", "Alerting"), state(200, "Alerting", "Normal")]
        grafana.annotations = [note(1, 30, "deploy", text="v7"), note(2, 40, "else")]
        optional = ("folderUid", "uid", "fingerprint", "folderUID", "group", "labels", "tags", "text")
        with FaultServer(grafana.url) as server:
            outcomes = check_faults(
                GrafanaCollector, given, server, WINDOW, secrets=SECRETS, optional=optional
            )
        assert clock_cases.hold(GrafanaCollector, given, grafana.url, WINDOW, secrets=SECRETS) == 4
    keep(golden, "grafana", outcomes)
