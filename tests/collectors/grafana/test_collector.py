"""Grafana's own records: states of its rules with bounds, annotations by tag, and what is cut off without a word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from collectors.grafana.collector import GrafanaCollector
from collectors.grafana.states import kind_of
from collectors.testing import Run, check, run
from tests.collectors.probing import probe
from tests.fakes.grafana import FakeGrafana
from timeline.facts import alert_thread
from timeline.instant import NS, parse_instant
from timeline.model import Window

START = parse_instant("2026-11-21T14:00:00Z")
WINDOW = Window(start=START, end=START + 3600 * NS)
SECRETS = {"env:T": "annotator"}
LABELS = {"alertname": "Checkout errors", "grafana_folder": "Shop", "service": "checkout"}
GROUP = {
    "name": "every-10s",
    "folderUid": "f1",
    "interval": 10,
    "rules": [{"name": "Checkout errors", "uid": "r1"}],
}


def state(second: float, previous: str, current: str, **more: Any) -> tuple[int, dict[str, Any]]:
    line = {
        "schemaVersion": 1, "previous": previous, "current": current, "values": {"A": 1}, "condition": "A",
        "fingerprint": "f00", "ruleTitle": "Checkout errors", "ruleID": 1, "ruleUID": "r1", "labels": LABELS, **more,
    }  # fmt: skip
    return START + int(second * NS), line


def note(number: int, second: float, *tags: str, **more: Any) -> dict[str, Any]:
    ms = (START + int(second * NS)) // 10**6
    return {
        "id": number,
        "time": ms,
        "timeEnd": ms,
        "tags": list(tags),
        "text": f"note {number}",
        "login": "",
        **more,
    }


@pytest.fixture
def grafana() -> Iterator[FakeGrafana]:
    with FakeGrafana() as server:
        server.groups = [GROUP]
        server.states = [
            state(100, "Normal", "Pending"), state(160, "Pending", "Alerting"),
            state(400, "Alerting", "Normal"), state(500, "Normal", "NoData"),
            state(600, "NoData", "Normal (MissingSeries)"), state(700, "Normal", "Error"),
        ]  # fmt: skip
        server.annotations = [
            note(1, 30, "deploy", "service:checkout", "env:production", text="checkout v7\nby the pipeline", login="ada"),
            note(2, 45, "config", text="pool size 20"), note(3, 50, "else"),
        ]  # fmt: skip
        yield server


def options(grafana: FakeGrafana, **given: Any) -> dict[str, Any]:
    kinds = {"deploy": "deploy.finished", "config": "change.config"}
    return {"url": grafana.url, "auth": {"bearer": "env:T"}, "kinds": kinds, **given}


def statements(result: Run) -> list[tuple[str, str]]:
    return [(fact.kind, fact.statement) for fact in sorted(result.facts, key=lambda fact: fact.latest)]


def test_states_lie_between_two_evaluations(grafana: FakeGrafana) -> None:
    result = check(GrafanaCollector, options(grafana, annotations=False), WINDOW, secrets=SECRETS)
    assert [fact.kind for fact in sorted(result.facts, key=lambda fact: fact.latest)] == [
        "alert.pending", "alert.firing", "alert.resolved", "alert.no_data", "alert.data_returned", "custom"
    ]  # fmt: skip
    firing = next(fact for fact in result.facts if fact.kind == "alert.firing")
    assert (firing.earliest, firing.latest) == (START + 150 * NS + 1, START + 160 * NS)
    assert firing.thread == alert_thread("test", "Checkout errors", LABELS)
    assert firing.evidence[0].link == f"{grafana.url}/alerting/grafana/r1/view"
    assert "Checkout errors: Normal to Error" in next(f.statement for f in result.facts if f.kind == "custom")
    assert result.gaps == []


def test_without_an_interval_a_state_is_at_its_evaluation(grafana: FakeGrafana) -> None:
    grafana.groups = []
    result = run(GrafanaCollector, options(grafana, annotations=False), WINDOW, secrets=SECRETS)
    firing = next(fact for fact in result.facts if fact.kind == "alert.firing")
    assert (firing.earliest, firing.latest) == (START + 160 * NS, START + 160 * NS)
    assert [(gap.reason, gap.missing) for gap in result.gaps] == [("partial", "evaluation intervals")]


def test_annotations_are_told_by_their_tags(grafana: FakeGrafana) -> None:
    result = check(GrafanaCollector, options(grafana, history=False), WINDOW, secrets=SECRETS)
    assert statements(result) == [
        ("deploy.finished", "Deploy `checkout v7` finished to `production` of `checkout`"),
        ("change.config", "Configuration `pool size 20` was changed"),
        ("custom", "`note 3` was recorded by `Grafana`"),
    ]
    deploy = next(fact for fact in result.facts if fact.kind == "deploy.finished")
    assert (deploy.actor, deploy.subject.service) == ("grafana:test:ada", "checkout")
    assert (deploy.earliest, deploy.latest) == (START + 30 * NS, START + 30 * NS + 999_999)


def test_a_region_begins_and_ends(grafana: FakeGrafana) -> None:
    end = (START + 90 * NS) // 10**6
    grafana.annotations = [
        note(4, 60, "deploy", timeEnd=end, text="v8"),
        note(5, 70, timeEnd=end, text="drill"),
    ]
    result = check(GrafanaCollector, options(grafana, history=False), WINDOW, secrets=SECRETS)
    assert sorted((fact.kind, fact.latest // NS - START // NS) for fact in result.facts) == [
        ("custom", 70), ("custom", 90), ("deploy.finished", 90), ("deploy.started", 60)
    ]  # fmt: skip
    late = Window(start=START + 80 * NS, end=WINDOW.end)
    assert len(run(GrafanaCollector, options(grafana, history=False), late, secrets=SECRETS).facts) == 2


def test_what_the_limit_cuts_off_is_asked_for_by_halves(grafana: FakeGrafana) -> None:
    grafana.annotations = [note(n, n / 10) for n in range(230)]
    grafana.states = [state(n, "Normal", "Alerting", fingerprint=f"p{n}") for n in range(230)]
    result = run(GrafanaCollector, options(grafana, page=20), WINDOW, secrets=SECRETS)
    assert (result.gaps, len(result.facts)) == ([], 460)


def test_more_than_the_limit_of_one_time_is_a_gap(grafana: FakeGrafana) -> None:
    grafana.annotations = [note(n, 7) for n in range(30)]
    grafana.states = [state(9, "Normal", "Alerting", fingerprint=f"p{n}") for n in range(30)]
    result = run(GrafanaCollector, options(grafana, page=20), WINDOW, secrets=SECRETS)
    assert len(result.facts) == 40
    assert sorted((gap.reason, (gap.start - START) // NS, gap.end - gap.start) for gap in result.gaps) == [
        ("truncated", 7, 10**6), ("truncated", 9, NS)
    ]  # fmt: skip


def test_a_history_in_annotations_is_read_from_there(grafana: FakeGrafana) -> None:
    grafana.history = "annotations"
    text = "Checkout errors {alertname=Checkout errors, service=checkout} - A=1.000000"
    rule = {"alertUID": "r1", "alertId": 4, "text": text}
    grafana.annotations += [
        note(8, 160, prevState="Pending", newState="Alerting", **rule),
        note(9, 400, prevState="Alerting", newState="Normal", **rule),
    ]
    result = check(GrafanaCollector, options(grafana), WINDOW, secrets=SECRETS)
    alerts = [fact for fact in result.facts if fact.kind.startswith("alert.")]
    assert [fact.statement for fact in sorted(alerts, key=lambda fact: fact.latest)] == [
        "Alert `Checkout errors` fired", "Alert `Checkout errors` stopped firing"
    ]  # fmt: skip
    assert len({fact.thread for fact in alerts}) == 1
    only = run(GrafanaCollector, options(grafana, annotations=False), WINDOW, secrets=SECRETS)
    assert len(only.facts) == 2


@pytest.mark.parametrize(
    ("previous", "current", "kind"),
    [
        ("Normal", "Alerting", "alert.firing"),
        ("Normal", "Alerting (NoData)", "alert.firing"),
        ("Pending", "Normal", "alert.pending_ended"),
        ("Alerting", "Recovering", None),
        ("Recovering", "Alerting", None),
        ("Recovering", "Normal", "alert.resolved"),
        ("Normal (MissingSeries)", "Normal", None),
        ("Error", "Normal", None),
        ("Alerting", "NoData", "alert.no_data"),
        ("Normal", "Something", None),
    ],
)
def test_a_change_of_state_has_its_kind(previous: str, current: str, kind: str | None) -> None:
    assert kind_of(previous, current) == kind


def test_one_part_that_is_refused_is_a_gap(grafana: FakeGrafana) -> None:
    broken = run(
        GrafanaCollector, {**options(grafana), "auth": {"bearer": "env:W"}}, WINDOW, secrets={"env:W": "no"}
    )
    assert broken.failure
    assert broken.failure.reason == "unauthorised"


def test_doctor_says_what_may_be_read(grafana: FakeGrafana) -> None:
    lines = probe(GrafanaCollector, options(grafana), SECRETS, now=WINDOW.end)
    assert {name: line.ok for name, line in lines.items()} == dict.fromkeys(
        ("reachable", "authorised", "clock", "history"), True
    )
    grafana.history = "annotations"
    assert (
        "read from annotations"
        in probe(GrafanaCollector, options(grafana), SECRETS, now=WINDOW.end)["history"].detail
    )
