"""Who sends webhooks, how each proves itself, and what tells one delivery from another; pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import orjson

from service.settings.serve import Sender
from timeline.canonical import sha256
from timeline.instant import MINUTE, NS

_FRESH = 5 * MINUTE  # how old a signed time may be, as Slack and Standard Webhooks advise
#: Alertmanager and Grafana give deliveries no id: an equal body within their default group interval,
#: in which they try again, is the same delivery; later it is a repeated notification.
_RETRYING = 5 * MINUTE


class RefusedError(Exception):
    """A delivery that did not prove who sent it; the message names no secret and no expectation."""


class Request(NamedTuple):
    """A delivery as it came: header names in lower case, the query's last values, the body's bytes."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    now: int


class Delivery(NamedTuple):
    """One event to store. `repeat_after`: see `archive.events.Event`."""

    id: str | None
    type: str
    body: bytes
    repeat_after: int | None = None


class Proof(NamedTuple):
    """What the configuration says the sender knows."""

    secret: str | None = None
    basic: str | None = None


def authenticate(sender: Sender, request: Request, proof: Proof) -> None:
    """Return when the delivery proves itself by its sender's scheme; raise RefusedError."""
    _require(bool(proof.secret or proof.basic))
    _SCHEMES[sender](request, proof)


def deliveries(sender: Sender, request: Request) -> Sequence[Delivery]:
    """Return the events of a delivery (a CloudEvents batch holds several); never raises."""
    body = _unwrapped(request)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        if sender == "cloudevents" and "ce-id" in request.headers:  # data of any other form
            return _cloudevents(request, body.decode("utf-8", "replace"))
        # What cannot be read today is stored all the same: a later version may.
        return [Delivery(None, "unreadable", body, _RETRYING)]
    if sender == "cloudevents":
        return _cloudevents(request, value)
    data = value if isinstance(value, dict) else {}
    return [_READ[sender](request, data, body)]


def challenge(sender: Sender, request: Request) -> str | None:
    """Return what Slack wants back when an address is set up; None for everything else."""
    if sender != "slack":
        return None
    try:
        value = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        return None
    asked = isinstance(value, dict) and value.get("type") == "url_verification"
    return str(value.get("challenge", ""))[:1000] if asked else None


def _unwrapped(request: Request) -> bytes:
    # GitHub can be set to send a form; the JSON is its field `payload`.
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        found = parse_qs(request.body.decode("utf-8", "replace")).get("payload")
        return found[0].encode() if found else request.body
    return request.body


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())


def _hmac(secret: str | bytes, data: bytes) -> bytes:
    key = secret.encode() if isinstance(secret, str) else secret
    return hmac.new(key, data, hashlib.sha256).digest()


def _bearer_or_basic(request: Request, proof: Proof, *, parameter: str = "") -> None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if proof.secret and scheme.lower() == "bearer" and _same(given.strip(), proof.secret):
        return
    if proof.basic and scheme.lower() == "basic" and _same(_decoded(given), proof.basic):
        return
    if proof.secret and parameter and _same(request.query.get(parameter, ""), proof.secret):
        return
    raise RefusedError("the credentials are missing or wrong")


def _decoded(given: str) -> str:
    try:
        return base64.b64decode(given, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _grafana(request: Request, proof: Proof) -> None:
    signature = request.headers.get("x-grafana-alerting-signature", "").strip()
    if not signature or not proof.secret:
        _bearer_or_basic(request, proof)
        return
    # The name of the time's header is a setting; Grafana's examples use the first.
    names = ("x-grafana-alerting-timestamp", "x-grafana-alerting-signature-timestamp")
    stamp = next((request.headers[n] for n in names if request.headers.get(n)), "")
    if stamp:
        _require_fresh(stamp, request.now)
    signed = f"{stamp}:".encode() + request.body if stamp else request.body
    _require(_same(signature, _hmac(proof.secret, signed).hex()))


def _github(request: Request, proof: Proof) -> None:
    _require(bool(proof.secret))  # anybody can sign with an empty key
    given = request.headers.get("x-hub-signature-256", "")
    _require(_same(given, f"sha256={_hmac(proof.secret or '', request.body).hex()}"))


def _gitlab(request: Request, proof: Proof) -> None:
    secret = proof.secret or ""
    _require(bool(secret))
    if not secret.startswith("whsec_"):
        _require(_same(request.headers.get("x-gitlab-token", ""), secret))
        return
    identity, stamp = (request.headers.get(n, "") for n in ("webhook-id", "webhook-timestamp"))
    _require_fresh(stamp, request.now)
    signed = f"{identity}.{stamp}.".encode() + request.body
    try:
        wanted = base64.b64encode(_hmac(base64.b64decode(secret.removeprefix("whsec_")), signed)).decode()
    except (binascii.Error, ValueError) as err:
        raise RefusedError("the configured signing token is none") from err
    given = request.headers.get("webhook-signature", "").split()
    _require(any(_same(one, f"v1,{wanted}") for one in given))


def _pagerduty(request: Request, proof: Proof) -> None:
    _require(bool(proof.secret))
    wanted = f"v1={_hmac(proof.secret or '', request.body).hex()}"
    given = request.headers.get("x-pagerduty-signature", "").split(",")
    _require(any(_same(one.strip(), wanted) for one in given))


def _slack(request: Request, proof: Proof) -> None:
    stamp = request.headers.get("x-slack-request-timestamp", "")
    _require(bool(proof.secret))
    _require_fresh(stamp, request.now)
    signed = f"v0:{stamp}:".encode() + request.body
    wanted = f"v0={_hmac(proof.secret or '', signed).hex()}"
    _require(_same(request.headers.get("x-slack-signature", ""), wanted))


def _require_fresh(stamp: str, now: int) -> None:
    # Whoever sends letters, or a thousand digits, is refused and raises nothing else.
    known = stamp.isascii() and stamp.isdigit() and len(stamp) <= 13
    seconds = int(stamp) // (1000 if len(stamp) == 13 else 1) if known else 0
    _require(known and abs(now - seconds * NS) <= _FRESH)


def _require(proven: bool) -> None:
    if not proven:
        raise RefusedError("the signature is missing, wrong or too old")


_SCHEMES: dict[Sender, Callable[[Request, Proof], None]] = {
    "alertmanager": _bearer_or_basic,
    "grafana": _grafana,
    "github": _github,
    "gitlab": _gitlab,
    "pagerduty": _pagerduty,
    "slack": _slack,
    "statuspage": lambda request, proof: _bearer_or_basic(request, proof, parameter="token"),
    "cloudevents": lambda request, proof: _bearer_or_basic(request, proof, parameter="access_token"),
}


def _text(value: Any, *path: str) -> str:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value[:200] if isinstance(value, str) else ""


def _alerts_delivery(_: Request, data: Any, body: bytes) -> Delivery:
    return Delivery(None, _text(data, "status") or "unknown", body, _RETRYING)


def _github_delivery(request: Request, data: Any, body: bytes) -> Delivery:
    event, action = request.headers.get("x-github-event", "unknown")[:200], _text(data, "action")
    # The signature covers the body alone: an equal body under another id is a replay as well.
    return Delivery(
        request.headers.get("x-github-delivery"), f"{event}.{action}" if action else event, body, 0
    )


def _gitlab_delivery(request: Request, data: Any, body: bytes) -> Delivery:
    given = request.headers.get("webhook-id") or request.headers.get("idempotency-key")
    event = request.headers.get("x-gitlab-event-uuid")
    # One event's id is shared by the events it set off; with the body it names one delivery.
    own = given or (f"{event} {sha256(body)}" if event else None)
    return Delivery(own, _text(data, "object_kind") or "unknown", body, None if own else _RETRYING)


def _pagerduty_delivery(request: Request, data: Any, body: bytes) -> Delivery:
    return Delivery(
        request.headers.get("x-webhook-id"), _text(data, "event", "event_type") or "unknown", body, 0
    )


def _slack_delivery(_: Request, data: Any, body: bytes) -> Delivery:
    kind = _text(data, "event", "type") or _text(data, "type") or "unknown"
    return Delivery(_text(data, "event_id") or None, kind, body, _RETRYING)


def _statuspage_delivery(_: Request, data: Any, body: bytes) -> Delivery:
    kind = next((k for k in ("incident", "component_update") if isinstance(data.get(k), dict)), "unknown")
    status = _text(data, "incident", "status") or _text(data, "component_update", "new_status")
    return Delivery(None, f"{kind}.{status}" if status else kind, body, 0)


_READ: dict[Sender, Callable[[Request, Any, bytes], Delivery]] = {
    "alertmanager": _alerts_delivery,
    "grafana": _alerts_delivery,
    "github": _github_delivery,
    "gitlab": _gitlab_delivery,
    "pagerduty": _pagerduty_delivery,
    "slack": _slack_delivery,
    "statuspage": _statuspage_delivery,
}


def _cloudevents(request: Request, value: Any) -> list[Delivery]:
    """Read the binary, the structured and the batched form; each is stored as a structured event."""
    form = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if form == "application/cloudevents-batch+json" and isinstance(value, list):
        return [_cloudevent(one) for one in value]
    if form == "application/cloudevents+json" or "ce-id" not in request.headers:
        return [_cloudevent(value)]
    attributes = {k.removeprefix("ce-"): v for k, v in request.headers.items() if k.startswith("ce-")}
    return [_cloudevent({**attributes, "datacontenttype": form, "data": value})]


def _cloudevent(value: Any) -> Delivery:
    own = f"{_text(value, 'source')} {_text(value, 'id')}".strip() or None
    body = orjson.dumps(value)
    return Delivery(own, _text(value, "type") or "unknown", body, None if own else _RETRYING)
