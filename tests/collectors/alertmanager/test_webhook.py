"""Alertmanager's notifications: a history, told once, and what they left out."""

from __future__ import annotations

import pytest

from collectors.alertmanager.webhook import WEBHOOK
from collectors.kit.proof import Proof, Request
from tests.collectors.alert_cases import LABELS, alert, group
from tests.collectors.webhook_cases import (
    SECRET,
    START,
    Inbox,
    basic,
    kinds,
    proves,
    received,
    request,
    resolved,
)
from timeline.facts import alert_thread
from timeline.instant import MINUTE, NS, Bounds, parse_instant, precise

ENDED = "2026-11-21T14:20:00Z"


@pytest.mark.parametrize(
    ("given", "proof"),
    [
        (request(authorization=f"Bearer {SECRET}"), Proof(SECRET)),
        (request(authorization=basic("am:pw")), Proof(basic="am:pw")),
    ],
)
def test_a_token_or_a_password_proves_it(given: Request, proof: Proof) -> None:
    assert WEBHOOK.basic
    proves(WEBHOOK, given, proof)


def test_its_events_have_a_type_and_no_id() -> None:
    assert received(WEBHOOK, {"status": "firing"})[:2] == (None, "firing")
    assert received(WEBHOOK, {}).type == "unknown"


def test_alertmanager_gets_a_history(inbox: Inbox) -> None:
    inbox.take("alertmanager", group(alert()), START + 3 * MINUTE)
    inbox.take("alertmanager", group(alert()), START + 13 * MINUTE)
    inbox.take("alertmanager", group(alert("resolved", ends=ENDED), status="resolved"), START + 21 * MINUTE)
    run = inbox.read()
    assert kinds(run) == [
        "alert.firing",
        "alert.notified",
        "alert.notified",
        "alert.resolved",
        "alert.notified",
    ]
    by_kind = {f.kind: f for f in run.facts}
    firing = by_kind["alert.firing"]
    assert Bounds(firing.earliest, firing.latest) == precise(
        parse_instant("2026-11-21T14:02:03.456Z"), NS // 1000
    )
    assert firing.clock == "prometheus.example"
    assert firing.time_means == "startsAt"
    assert firing.quote is None
    assert by_kind["alert.resolved"].latest == parse_instant(ENDED) + NS - 1
    notified = by_kind["alert.notified"]
    assert (
        notified.statement
        == "A notification of alert `CheckoutErrors` was sent to `timeline` (`service=checkout`)"
    )
    assert notified.quote is not None
    assert notified.quote.text == "Errors above 2 %"
    assert {f.thread for f in run.facts} == {alert_thread("inbox", "CheckoutErrors", LABELS)}
    assert run.gaps == []
    assert firing.evidence[0].link == "http://prometheus.example:9090/graph?g0.expr=up"


def test_a_repeat_while_it_is_tried_again_is_one_delivery(inbox: Inbox) -> None:
    for second in (0, 10, 40):
        inbox.take("alertmanager", group(alert()), START + second * NS)
    assert kinds(inbox.read()) == ["alert.notified", "alert.firing"]


def test_what_a_notification_left_out_is_a_gap(inbox: Inbox) -> None:
    inbox.take("alertmanager", group(alert(), truncatedAlerts=7))
    (gap,) = inbox.read().gaps
    assert (gap.reason, gap.missing) == ("truncated", "7 alerts")


def test_what_is_resolved_names_its_incident_by_label_else_by_alert_and_start() -> None:
    over = group(alert("resolved", ends=ENDED), status="resolved")
    bounds = ("2026-11-21T14:02:03.456999999Z", "2026-11-21T14:20:00.999999999Z")
    assert resolved(WEBHOOK, over) == ("CheckoutErrors-20261121T140203Z", *bounds)
    assert resolved(WEBHOOK, {**over, "commonLabels": {"incident": "INC/7"}}) == ("INC-7", *bounds)
    assert resolved(WEBHOOK, {**over, "commonAnnotations": {"a.b": "INC-8"}}, "a.b") == ("INC-8", *bounds)
    assert resolved(WEBHOOK, group(alert())) is None
    assert resolved(WEBHOOK, group(alert("resolved", ends="yesterday"), status="resolved")) is None
    assert resolved(WEBHOOK, {"status": "resolved", "alerts": 3}) is None
