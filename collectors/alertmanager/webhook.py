"""Alertmanager's webhook: bearer token or basic auth; it gives Alertmanager a history."""

from __future__ import annotations

from collectors.kit.alert_webhook import alert_facts, begun, deliveries, opening, resolution
from collectors.kit.proof import bearer_or_basic, token_alone
from collectors.kit.webhooks import Webhook

WEBHOOK = Webhook(
    bearer_or_basic,
    deliveries,
    alert_facts,
    resolution,
    begun,
    basic=True,
    opening=opening,
    screen=token_alone,
)
