"""What PagerDuty, Slack, Statuspage and CloudEvents say in their webhooks; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from collectors.inbox_changes import github, gitlab
from collectors.kit.alert_webhook import alert_facts
from collectors.kit.webhooks import Delivered, Told, UnreadableError, other, required, text_in, time_in
from collectors.slack.messages import Channel, Reader
from collectors.slack.messages import Item as SlackItem
from collectors.slack.people import Directory
from timeline import facts
from timeline.instant import precise
from timeline.kinds import Kind
from timeline.model import Fact, Subject
from timeline.statements import Name

_PAGERDUTY: dict[str, Kind] = {
    "incident.triggered": "incident.declared", "incident.acknowledged": "alert.acknowledged",
    "incident.priority_updated": "incident.severity_changed",
}  # fmt: skip


def pagerduty(one: Delivered, told: Told) -> Iterator[Fact]:
    """Yield a PagerDuty event: declared, acknowledged, priority changed; the rest under its own name."""
    event = one.body.get("event") if isinstance(one.body, dict) else None
    if not isinstance(event, dict):
        raise UnreadableError("it has no event")
    kind = _PAGERDUTY.get(one.type, "custom")
    identity, data, agent = required(event, "id"), event.get("data"), event.get("agent")
    incident = text_in(data, "number") or text_in(data, "incident", "id") or text_in(data, "id")
    name = f"PagerDuty #{incident}"
    subdomain = urlsplit(text_in(data, "html_url")).hostname or "pagerduty.com"
    actor = (
        told.person(f"pagerduty:{text_in(agent, 'id')}", text_in(agent, "summary"))
        if text_in(agent, "id")
        else None
    )
    yield one.fact(
        kind, ["event", identity], time_in(event, "occurred_at"), "occurred_at",
        {"incident": name, "alert": name, "label": f"{one.type} {incident}".strip(), "source": "PagerDuty",
         "severity": text_in(data, "priority", "summary") or None},
        origin=subdomain, pointer="/body/event", text=text_in(data, "title") or text_in(data, "content"), actor=actor,
        link=text_in(data, "html_url"), subject=Subject(service=text_in(data, "service", "summary") or None),
        thread=facts.thread_key("pagerduty", subdomain, text_in(data, "incident", "id") or text_in(data, "id")),
    )  # fmt: skip


def slack(one: Delivered, told: Told) -> Iterator[Fact]:
    """Yield messages as the `slack` collector does; other events under their own name."""
    body = one.body if isinstance(one.body, dict) else {}
    event, team = body.get("event"), text_in(body, "team_id")
    if not isinstance(event, dict) or event.get("type") != "message" or not team:
        yield from other(one)
        return
    reader = Reader(team, one.source, Directory())
    evidence = one.evidence("/body/event")
    parsed = reader.read(Channel(required(event, "channel")), [SlackItem(event, evidence)])
    if parsed.undecodable:
        raise UnreadableError(parsed.undecodable[0][1])
    for person in reader.directory.people(parsed.facts, team):
        told.person(person.identity, *person.names, bot=person.bot)
    yield from parsed.facts


def statuspage(one: Delivered, told: Told) -> Iterator[Fact]:
    """Yield each update of an incident once, at the time it was made; components at their change."""
    body = one.body if isinstance(one.body, dict) else {}
    page, incident, component = (
        text_in(body, "page", "id") or one.origin,
        body.get("incident"),
        body.get("component_update"),
    )
    if isinstance(incident, dict):
        updates = incident.get("incident_updates")
        for index, update in enumerate(updates if isinstance(updates, list) else []):
            if told.first(["statuspage", page, text_in(update, "id")]):
                pointer = f"/body/incident/incident_updates/{index}"
                yield _post(
                    one,
                    update,
                    page,
                    pointer,
                    text_in(update, "body"),
                    required(incident, "id"),
                    text_in(incident, "shortlink"),
                )
    elif isinstance(component, dict):
        names: dict[str, Name] = {
            "status": required(component, "new_status"),
            "page": text_in(body, "component", "name") or page,
        }
        key = ["component", required(component, "id")]
        yield one.fact(
            "status.posted",
            key,
            time_in(component, "created_at"),
            "created_at",
            names,
            origin=page,
            pointer="/body/component_update",
        )
    else:
        yield from other(one)


def _post(one: Delivered, update: Any, page: str, pointer: str, text: str, incident: str, link: str) -> Fact:
    names: dict[str, Name] = {"status": required(update, "status"), "page": page}
    return one.fact(
        "status.posted", ["update", required(update, "id")], time_in(update, "created_at"), "created_at", names,
        origin=page, pointer=pointer, text=text, link=link, thread=facts.thread_key("statuspage", page, incident),
    )  # fmt: skip


def cloudevents(one: Delivered, _told: Told) -> Iterator[Fact]:
    """Yield an event under its own type, at the time it carries, else when it arrived."""
    body = one.body if isinstance(one.body, dict) else {}
    origin, identity = required(body, "source"), required(body, "id")
    timed = bool(text_in(body, "time"))
    at = time_in(body, "time") if timed else precise(one.received, 1)
    subject = Subject(component=text_in(body, "subject") or None)
    names: dict[str, Name] = {"label": required(body, "type"), "source": origin}
    clock = origin if timed else one.origin
    means = "time" if timed else "received_at"
    yield one.fact(
        "custom", ["event", identity], at, means, names, origin=origin, clock=clock, subject=subject
    )


READERS: dict[str, Callable[[Delivered, Told], Iterator[Fact]]] = {
    "alertmanager": alert_facts, "grafana": alert_facts, "pagerduty": pagerduty, "github": github, "gitlab": gitlab, "slack": slack, "statuspage": statuspage,
    "cloudevents": cloudevents,
}  # fmt: skip
