"""Grafana's webhook: Alertmanager's form, signed where a secret is set for it."""

from __future__ import annotations

from collectors.kit.alert_webhook import alert_facts, begun, deliveries, resolution
from collectors.kit.proof import Proof, Request, bearer_or_basic, require_fresh, require_signature
from collectors.kit.webhooks import Webhook

#: The name of the time's header is a setting; Grafana's examples use the first.
_STAMPS = ("x-grafana-alerting-timestamp", "x-grafana-alerting-signature-timestamp")


def verify(request: Request, proof: Proof) -> None:
    """Check the signature where there is one, else bearer token or basic auth; raise RefusedError."""
    signature = request.headers.get("x-grafana-alerting-signature", "").strip()
    if not signature or not proof.secret:
        bearer_or_basic(request, proof)
        return
    stamp = next((request.headers[name] for name in _STAMPS if request.headers.get(name)), "")
    if stamp:
        require_fresh(stamp, request.now)
    require_signature(proof, f"{stamp}:".encode() + request.body if stamp else request.body, signature)


WEBHOOK = Webhook(verify, deliveries, alert_facts, resolution, begun, basic=True)
