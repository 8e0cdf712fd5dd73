"""Grafana's webhook: Alertmanager's form, signed where a secret is set for it."""

from __future__ import annotations

from collectors.kit.alert_webhook import alert_facts, begun, deliveries, opening, resolution
from collectors.kit.proof import (
    Proof,
    Request,
    bearer_or_basic,
    require,
    require_form,
    require_fresh,
    require_signature,
)
from collectors.kit.webhooks import Webhook

#: The name of the time's header is a setting; Grafana's examples use the first.
_STAMPS = ("x-grafana-alerting-timestamp", "x-grafana-alerting-signature-timestamp")


def verify(request: Request, proof: Proof) -> None:
    """Check the signature where there is one, else bearer token or basic auth; raise RefusedError."""
    if screen(request, proof):
        return
    stamp, signature = _stamp(request), _signature(request)
    # What was signed with a time begins with it: without its header it is no notification.
    require(bool(stamp) or request.body.lstrip().startswith(b"{"))
    require_signature(proof, f"{stamp}:".encode() + request.body if stamp else request.body, signature)


def screen(request: Request, proof: Proof) -> bool:
    """Take a token or basic auth for proof; look for a signature's form and a time that is fresh; raise RefusedError."""
    signature, stamp = _signature(request), _stamp(request)
    if not signature or not proof.secret:
        bearer_or_basic(request, proof)
        return True
    if stamp:
        require_fresh(stamp, request.now)
    require_form("[0-9a-f]{64}", signature)
    return False


def _signature(request: Request) -> str:
    return request.headers.get("x-grafana-alerting-signature", "").strip()


def _stamp(request: Request) -> str:
    return next((request.headers[name] for name in _STAMPS if request.headers.get(name)), "")


WEBHOOK = Webhook(
    verify, deliveries, alert_facts, resolution, begun, basic=True, opening=opening, screen=screen
)
