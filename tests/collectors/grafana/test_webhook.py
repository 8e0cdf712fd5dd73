"""Grafana's notifications: signed, with or without a time, and read as Alertmanager's."""

from __future__ import annotations

import pytest

from collectors.grafana.webhook import WEBHOOK
from collectors.kit.proof import Proof, Request
from tests.collectors.alert_cases import alert, group
from tests.collectors.webhook_cases import (
    BODY,
    ODD_STAMPS,
    SECRET,
    STAMP,
    START,
    Inbox,
    is_refused,
    kinds,
    mac,
    proves,
    request,
    resolved,
)
from timeline.instant import MINUTE

STAMPED = mac(f"{STAMP}:".encode() + BODY)


@pytest.mark.parametrize(
    "given",
    [
        request(authorization=f"Bearer {SECRET}"),
        request(x_grafana_alerting_signature=mac(BODY)),
        request(x_grafana_alerting_signature=STAMPED, x_grafana_alerting_timestamp=STAMP),
        request(x_grafana_alerting_signature=STAMPED, x_grafana_alerting_signature_timestamp=STAMP),
    ],
)
def test_a_token_or_a_signature_proves_it(given: Request) -> None:
    proves(WEBHOOK, given, Proof(SECRET))


@pytest.mark.parametrize("stamp", [stamp for stamp in ODD_STAMPS if stamp])
def test_a_signed_time_that_is_none_or_old_is_refused(stamp: str) -> None:
    signature = mac(f"{stamp}:".encode() + BODY)
    given = request(x_grafana_alerting_signature=signature, x_grafana_alerting_timestamp=stamp)
    assert is_refused(WEBHOOK, given, Proof(SECRET))


def test_one_broken_alert_hides_no_other(inbox: Inbox) -> None:
    inbox.take("grafana", group(alert(starts="yesterday"), alert(instance="b"), {"labels": 3}))
    run = inbox.read()
    assert kinds(run).count("alert.firing") == 1
    (gap,) = run.gaps
    assert gap.statement == "1 delivery could not be read: grafana firing: an alert has no labels"
    assert "custom" in kinds(run)


def test_what_was_left_out_of_an_unreadable_notification_is_a_gap_too(inbox: Inbox) -> None:
    inbox.take("grafana", {"status": "firing", "alerts": None, "truncatedAlerts": 2})
    assert sorted(gap.reason for gap in inbox.read().gaps) == ["truncated", "undecodable"]


RISEN, FALLEN = "2026-11-21T14:02:00Z", "2026-11-21T14:09:00Z"


def test_an_end_that_is_told_as_the_beginning_too_is_no_firing(inbox: Inbox) -> None:
    inbox.take("grafana", group(alert(starts=RISEN)), START + 3 * MINUTE)
    over = group(alert("resolved", starts=FALLEN, ends=FALLEN), status="resolved")
    inbox.take("grafana", over, START + 10 * MINUTE)
    run = inbox.read()
    assert [kind for kind in kinds(run) if kind != "alert.notified"] == ["alert.firing", "alert.resolved"]
    assert run.gaps == []


def test_an_incident_whose_end_is_told_as_its_beginning_began_as_told_before() -> None:
    over = group(alert("resolved", starts=FALLEN, ends=FALLEN), status="resolved")
    told = resolved(WEBHOOK, over)
    assert told is not None
    assert told[1:] == (None, "2026-11-21T14:09:00.999999999Z")
    assert WEBHOOK.begun is not None
    other, fired = group(alert(starts=FALLEN, service="other")), group(alert(starts=RISEN))
    assert WEBHOOK.begun(over, [other, fired, fired]) == "2026-11-21T14:02:00.999999999Z"
    assert WEBHOOK.begun(over, [fired, over]) is None, "that firing had ended"
    assert WEBHOOK.begun(over, [{}, {"alerts": 3}]) is None
