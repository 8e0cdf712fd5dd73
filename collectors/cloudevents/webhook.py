"""CloudEvents in their binary, structured and batched form, over the CloudEvents webhook binding."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import orjson

from collectors.cloudevents import cdevents
from collectors.kit import fields
from collectors.kit.proof import Request, bearer_or_basic, token_alone
from collectors.kit.webhooks import (
    RETRYING,
    Delivery,
    Event,
    Resolution,
    Seen,
    Webhook,
    described,
    ended,
    instants,
    own_text,
)
from timeline.model import Fact, Subject
from timeline.statements import Name


def deliveries(request: Request) -> list[Delivery]:
    """Return the events, each as a structured one; data that is no JSON is text."""
    form = request.headers.get("content-type", "").split(";")[0].strip().lower()
    try:
        value = request.value
    except ValueError:
        if "ce-id" not in request.headers:
            raise
        value = request.content.decode("utf-8", "replace")
    if form == "application/cloudevents-batch+json" and isinstance(value, list):
        return [_delivery(item) for item in value]
    if form == "application/cloudevents+json" or "ce-id" not in request.headers:
        return [_delivery(value)]
    attributes = {k.removeprefix("ce-"): v for k, v in request.headers.items() if k.startswith("ce-")}
    return [_delivery({**attributes, "datacontenttype": form, "data": value})]


def _delivery(value: Any) -> Delivery:
    value = cdevents.envelope(value)
    own = f"{own_text(value, 'source')} {own_text(value, 'id')}".strip() or None
    return Delivery(own, described(value, "type"), orjson.dumps(value), None if own else RETRYING)


def facts(event: Event, seen: Seen) -> Iterator[Fact]:
    """Yield what a CDEvent means; any other event under its own type, at the time it carries, else when it arrived."""
    body = event.object
    if cdevents.meaning(fields.text(body, "type")):
        yield from cdevents.told(event, seen)
        return
    origin, identity = fields.required(body, "source"), fields.required(body, "id")
    timed = bool(fields.text(body, "time"))
    at = fields.time(body, "time") if timed else event.arrived
    names: dict[str, Name] = {"label": fields.required(body, "type"), "source": origin}
    yield event.fact(
        "custom", ["event", identity], at, "time" if timed else "received_at", names, origin=origin,
        clock=origin if timed else event.origin, subject=Subject(component=fields.text(body, "subject") or None),
    )  # fmt: skip


def resolution(kind: str, body: Mapping[str, Any], _label: str) -> Resolution | None:
    """Return the incident of an event whose type ends in `incident.resolved`."""
    data = body.get("data")
    if not re.search(r"incident\.resolved(\.|$)", kind) or not isinstance(data, dict):
        return None
    name = (
        own_text(data, "incident")
        or own_text(data, "id")
        or own_text(data, "subject.id")
        or own_text(body, "subject")
    )
    starts, ends = instants([data], "start"), [*instants([data], "end"), *instants([body], "time")]
    return ended(name, starts[0] if starts else None, ends[0] if ends else None)


def opening(kind: str, body: Mapping[str, Any], _label: str) -> Resolution | None:
    """Return the incident of an event whose type ends in `incident.declared`."""
    data = body.get("data")
    if not re.search(r"incident\.declared(\.|$)", kind) or not isinstance(data, dict):
        return None
    name = own_text(data, "incident") or own_text(data, "id") or own_text(body, "subject")
    starts = [*instants([data], "start"), *instants([body], "time")]
    return ended(name, starts[0], None) if starts else None


def handshake(origin: str, per_minute: int) -> dict[str, str]:
    """Agree to deliveries, as the CloudEvents webhook specification asks; each proves itself."""
    return {"WebHook-Allowed-Origin": origin[:200], "WebHook-Allowed-Rate": str(per_minute)}


WEBHOOK = Webhook(
    partial(bearer_or_basic, parameter="access_token"), deliveries, facts, resolution, opening=opening,
    handshake=handshake,
    screen=partial(token_alone, parameter="access_token"), types=("*/*",),
)  # fmt: skip
