"""Statuspage's webhook: each update of an incident, and what became of components."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from collectors.kit import fields
from collectors.kit.links import web
from collectors.kit.proof import Request, bearer_or_basic, token_alone
from collectors.kit.webhooks import (
    Delivery,
    Event,
    Resolution,
    Seen,
    Webhook,
    ended,
    instants,
    own_text,
)
from collectors.statuspage.facts import life_of, post
from timeline.model import Fact
from timeline.statements import Name

_STATUSES = ("incident.status", "component_update.new_status")


def deliveries(request: Request) -> list[Delivery]:
    """Return the one event; Statuspage gives it no id."""
    body = request.value
    parts = ("incident", "component_update")
    kind = next((part for part in parts if isinstance(fields.at(body, part), dict)), "unknown")
    status = next((text for path in _STATUSES if (text := own_text(body, path))), "")
    return [Delivery(None, f"{kind}.{status}" if status else kind, request.content, 0)]


def facts(event: Event, seen: Seen) -> Iterator[Fact]:
    """Yield each update of an incident once, at the time it was made; components at their change."""
    page = fields.text(event.object, "page.id") or event.origin
    incident, component = event.object.get("incident"), event.object.get("component_update")
    if isinstance(incident, dict):
        updates = incident.get("incident_updates")
        for index, update in enumerate(updates if isinstance(updates, list) else []):
            if seen.first(["statuspage", page, fields.text(update, "id")]):
                life = life_of(page, page, event.source, incident)
                place = f"/body/incident/incident_updates/{index}"
                yield post(life, update, event.evidence(place, web(fields.text(incident, "shortlink"))))
    elif isinstance(component, dict):
        name = fields.text(event.object, "component.name") or page
        names: dict[str, Name] = {"status": fields.required(component, "new_status"), "page": name}
        key = ["component", fields.required(component, "id")]
        at = fields.time(component, "created_at")
        yield event.fact(
            "status.posted", key, at, "created_at", names, origin=page, pointer="/body/component_update"
        )
    else:
        yield event.arrival()


#: Of an incident that is not over; others are of maintenance, or its end.
_GOES_ON = frozenset({"incident.investigating", "incident.identified", "incident.monitoring"})


def resolution(kind: str, body: Mapping[str, Any], _label: str) -> Resolution | None:
    """Return the incident of a post that says it is resolved."""
    incident = body.get("incident")
    if kind != "incident.resolved" or not isinstance(incident, dict):
        return None
    starts = instants([incident], "started_at", "created_at")
    ends = instants([incident], "resolved_at", "updated_at")
    return ended(f"SP-{own_text(incident, 'id')}", starts[0], ends[0]) if starts and ends else None


def opening(kind: str, body: Mapping[str, Any], _label: str) -> Resolution | None:
    """Return the incident of a post that says it goes on; maintenance is none."""
    incident = body.get("incident")
    if kind not in _GOES_ON or not isinstance(incident, dict):
        return None
    starts = instants([incident], "started_at", "created_at")
    return ended(f"SP-{own_text(incident, 'id')}", starts[0], None) if starts else None


WEBHOOK = Webhook(
    partial(bearer_or_basic, parameter="token"), deliveries, facts, resolution, basic=True, opening=opening,
    screen=partial(token_alone, parameter="token"),
)  # fmt: skip
