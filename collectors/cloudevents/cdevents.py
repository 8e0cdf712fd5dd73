"""CDEvents by their meaning: deploys, changes and incidents of a delivery chain; what has no kind stays under its type.

The type is matched without its version. `chainId` and `links` are labels, by which `timeline.linked` ties a deploy to
its change; nothing is merged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from collectors.kit import fields
from collectors.kit.webhooks import Event, Seen
from timeline import facts
from timeline.kinds import Kind
from timeline.model import Fact, Subject
from timeline.statements import Name
from timeline.text import code

TYPE = re.compile(r"dev\.cdevents\.(?P<subject>[a-z]+)\.(?P<predicate>[a-z]+)(?:\.[0-9].*)?")
#: What a type means; a ticket only where it is one of an incident.
KINDS: Mapping[str, Kind] = {
    "service.deployed": "deploy.finished", "service.upgraded": "deploy.finished", "service.published": "deploy.finished",
    "service.rolledback": "deploy.rolled_back", "service.removed": "change.removed",
    "environment.created": "change.config", "environment.modified": "change.config", "environment.deleted": "change.removed",
    "change.merged": "change.merged",
    "incident.detected": "incident.detected", "incident.reported": "incident.declared", "incident.resolved": "incident.resolved",
    "ticket.created": "incident.declared", "ticket.closed": "incident.resolved",
}  # fmt: skip
#: A service and an environment live on: what happens to one is no step of one life.
_LASTING = ("service", "environment")
_PAGES = ("ticketURI", "uri")


def meaning(kind: str) -> str:
    """Return the subject and predicate of a CDEvent's type, `service.deployed`; empty where it is none."""
    found = TYPE.fullmatch(kind)
    return f"{found['subject']}.{found['predicate']}" if found else ""


def envelope(body: Any) -> Any:
    """Return the CloudEvent of a CDEvent that came without one; anything else as it is."""
    if fields.text(body, "type") or not meaning(fields.text(body, "context.type")):
        return body
    context = {name: fields.text(body, f"context.{name}") for name in ("id", "source", "type", "timestamp")}
    return {**context, "time": context.pop("timestamp"), "data": body}


def told(event: Event, seen: Seen) -> Iterator[Fact]:
    """Yield what a CDEvent says, at its own time, else at its envelope's, else when it arrived."""
    body = event.object
    data = body.get("data")
    word, content = meaning(fields.required(body, "type")), fields.at(data, "subject.content")
    origin, identity = fields.required(body, "source"), fields.required(body, "id")
    kind = _kind(word, content)
    place, path = (data, "context.timestamp") if fields.text(data, "context.timestamp") else (body, "time")
    timed = bool(fields.text(place, path))
    yield event.fact(
        kind, ["event", identity], fields.time(place, path) if timed else event.arrived,
        path.rpartition(".")[2] if timed else "received_at", _names(word, origin, data), origin=origin,
        clock=origin if timed else event.origin, thread=_thread(word, origin, data), subject=_subject(word, identity, data),
        actor=_person(content, origin, seen), link=_page(content),
        text=fields.text(content, "description") or fields.text(content, "summary"),
    )  # fmt: skip


def _kind(word: str, content: Any) -> Kind:
    if word.startswith("ticket.") and fields.text(content, "ticketType") != "incident":
        return "custom"
    return KINDS.get(word, "custom")


def _names(word: str, origin: str, data: Any) -> Mapping[str, Name]:
    content, own = fields.at(data, "subject.content"), fields.text(data, "subject.id")
    called = fields.text(content, "name") or own
    environment = fields.text(content, "environment.id") or None
    what = next((name for path in ("pipelineName", "taskName") if (name := fields.text(content, path))), own)
    outcome = fields.text(content, "outcome")
    return {
        "deploy": own, "service": own if word.startswith("service.") else None, "environment": environment,
        "revision": fields.text(content, "artifactId") or None, "repository": fields.text(content, "repository.id") or None,
        "change": f"environment {called}" if word.startswith("environment.") else called,
        "incident": own, "severity": fields.text(content, "priority") or None, "claimant": code(origin),
        "label": f"{word}{f' ({outcome})' if outcome else ''}{f' of {what}' if what else ''}", "source": origin,
    }  # fmt: skip


def _thread(word: str, origin: str, data: Any) -> str | None:
    subject, own = word.partition(".")[0], fields.text(data, "subject.id")
    if not own or subject in _LASTING:
        return None
    return facts.thread_key("cdevents", fields.text(data, "subject.source") or origin, subject, own)


def _subject(word: str, identity: str, data: Any) -> Subject:
    """Return what it is about, with the labels that links are made by."""
    content, own = fields.at(data, "subject.content"), fields.text(data, "subject.id")
    follows = fields.at(data, "context.links")
    targets = [
        target
        for link in (follows if isinstance(follows, list) else ())
        for path in ("target.contextId", "from.contextId")
        if (target := fields.text(link, path))
    ]
    labels = {
        "chain": fields.text(data, "context.chainId"), "event": identity, "links": " ".join(sorted(set(targets))),
    }  # fmt: skip
    place = own if word.startswith("environment.") else fields.text(content, "environment.id")
    return Subject(
        service=(own if word.startswith("service.") else fields.text(content, "service.id")) or None,
        component=own or None, environment=place or None,
        labels={name: value for name, value in sorted(labels.items()) if value},
    )  # fmt: skip


def _person(content: Any, origin: str, seen: Seen) -> str | None:
    """Note everybody that a ticket names; return who did what it tells."""
    named = [fields.text(content, name) for name in ("updatedBy", "creator")]
    given = fields.at(content, "assignees")
    for name in [*named, *(given if isinstance(given, list) else ())]:
        if isinstance(name, str) and name:
            seen.people.add(f"{origin}:{name}", name)
    who = next((name for name in named if name), "")
    return f"{origin}:{who}" if who else None


def _page(content: Any) -> str:
    return next((page for name in _PAGES if (page := fields.text(content, name))), "")
