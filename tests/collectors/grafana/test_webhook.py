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
    Inbox,
    is_refused,
    kinds,
    mac,
    proves,
    request,
)

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
