"""Lives: what opens, is acknowledged, closes and opens again is one thread, under the field's own kinds."""

from __future__ import annotations

import pytest

from collectors.kit.lives import ALERT, INCIDENT, SILENCE, State, alert_life, incident_life
from timeline.facts import alert_thread, thread_key
from timeline.instant import NS, precise
from timeline.model import Evidence

LABELS = {"alertname": "Down", "severity": "page", "service": "checkout"}


def test_an_alert_is_one_thread_with_its_rule_and_names_its_own_labels() -> None:
    life = alert_life("am", "src", LABELS, receiver="pager")
    entry = Evidence(source="src")
    states: list[State] = ["opened", "closed", "reopened"]
    made = [
        life.fact(ALERT[state], ["a", n], precise(n * NS, 1), "at", evidence=[entry])
        for n, state in enumerate(states)
    ]
    assert [f.statement for f in made] == [
        "Alert `Down` fired (`service=checkout, severity=page`)",
        "Alert `Down` stopped firing (`service=checkout, severity=page`)",
        "Alert `Down` fired (`service=checkout, severity=page`)",
    ]
    assert {f.thread for f in made} == {alert_thread("am", "Down", LABELS)}
    assert len({f.id for f in made}) == 3
    assert {f.subject.service for f in made} == {"checkout"}
    assert {f.clock for f in made} == {"am"}
    assert life.names["receiver"] == "pager"


def test_an_incident_says_who_acknowledged_it() -> None:
    life = incident_life("PagerDuty", "shop.pagerduty.com", "pd", "12", "Q1")
    at, entry = precise(NS, NS), Evidence(source="pd")
    made = life.fact(INCIDENT["acknowledged"], ["e"], at, "at", evidence=[entry], actor="pagerduty:P1")
    assert made.statement.startswith("Alert `PagerDuty #12` was acknowledged by ")
    assert made.actor == "pagerduty:P1"
    assert made.thread == thread_key("pagerduty", "shop.pagerduty.com", "Q1")
    assert life.fact(INCIDENT["closed"], ["r"], at, "at", evidence=[entry]).kind == "incident.resolved"


@pytest.mark.parametrize("state", ["opened", "closed", "reopened"])
def test_every_life_opens_closes_and_opens_again(state: State) -> None:
    for kinds in (ALERT, INCIDENT, SILENCE):
        assert kinds[state]
