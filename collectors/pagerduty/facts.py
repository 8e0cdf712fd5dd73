"""What PagerDuty says of incidents as facts: log entries of its API, and what its webhooks share with them; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from collectors.kit import fields
from collectors.kit.links import host_of, web
from collectors.kit.lives import INCIDENT, Life, incident_life
from collectors.kit.people import People
from timeline.facts import quote
from timeline.instant import NS
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Subject
from timeline.statements import Name

_KINDS: dict[str, Kind] = {
    "trigger": INCIDENT["opened"], "acknowledge": INCIDENT["acknowledged"], "resolve": INCIDENT["closed"],
    "reopen": INCIDENT["reopened"], "notify": "alert.notified", "annotate": "chat.message",
    "assign": "incident.role_assigned", "escalate": "incident.role_assigned", "delegate": "incident.role_assigned",
    "priority_change": "incident.severity_changed", "urgency_change": "incident.severity_changed",
}  # fmt: skip
#: Where an entry's own words stand, the best first.
_WORDS = ("note", "channel.content", "channel.summary", "event_details.description", "summary")
#: Begins an incident's summary.
NUMBER = re.compile(r"\[#([0-9]+)\]")


def agent(people: People, reference: Any) -> str | None:
    """Note who a reference names, a person or a service; None where it names nobody."""
    if not (identity := fields.text(reference, "id")):
        return None
    is_bot = fields.text(reference, "type").startswith(("service", "integration"))
    return people.add(f"pagerduty:{identity}", fields.text(reference, "summary"), bot=is_bot)


def life(
    number: str, identity: str, page: str, source: str, *, service: str = "", origin: str | None = None
) -> Life:
    """Return the life of an incident: its `page` names the account."""
    account = origin or host_of(page) or "pagerduty.com"
    subject = Subject(service=service or None)
    return incident_life("PagerDuty", account, source, number or identity, identity, subject=subject)


def log_entry(
    entry: Any, evidence: Evidence, people: People, source: str, origin: str | None
) -> Iterator[Fact]:
    """Yield what a log entry says, once for each who was assigned; raise UnreadableError."""
    text = fields.text
    number = NUMBER.match(text(entry, "incident.summary"))
    own, identity = fields.required(entry, "id"), fields.required(entry, "incident.id")
    incident = life(
        number[1] if number else "", identity, text(entry, "incident.html_url"), source,
        service=text(entry, "service.summary"), origin=origin,
    )  # fmt: skip
    at = fields.time(entry, "created_at", precision=NS)  # whole seconds, printed with six zeros
    word = fields.required(entry, "type").removesuffix("_log_entry")
    changed = _changed(entry) if word == "field_value_change" else set()
    kind, called = _KINDS.get(word, "custom"), incident.names["incident"]
    kind = "incident.severity_changed" if changed & {"priority", "urgency"} else kind
    names: dict[str, Name] = {
        "label": f"{word} of {called}", "channel": called, "role": f"assignee of {called}",
        "severity": text(entry, "channel.new_priority.summary") or None,
    }  # fmt: skip
    words = quote(next((said for path in _WORDS if (said := text(entry, path))), ""))
    for actor, more in _actors(entry, kind, people):
        yield incident.fact(
            kind, ["log_entry", own, *more], at, "created_at", names=names, actor=actor, quote=words,
            evidence=[evidence.replace(link=_link(entry))],
        )  # fmt: skip


def _changed(entry: Any) -> set[str]:
    """Return the names of the incident's own fields that a log entry says were changed."""
    given = fields.at(entry, "channel.changeset.application_fields")
    return {fields.text(item, "name") for item in given} if isinstance(given, list) else set()


def _actors(entry: Any, kind: Kind, people: People) -> list[tuple[str | None, list[str]]]:
    """Return who acted, or was assigned; and what tells the facts of several apart."""
    by = agent(people, fields.at(entry, "agent"))
    for path in ("user", "channel.user", "channel.notification.user"):
        agent(people, fields.at(entry, path))
    if kind != "incident.role_assigned":
        return [(by, [])]
    given = fields.at(entry, "assignees")
    assigned = [agent(people, item) for item in given] if isinstance(given, list) else []
    return [(identity, [identity]) for identity in assigned if identity] or [(None, [])]


def _link(entry: Any) -> str | None:
    """Return an entry's own page, which some have; else where it would be."""
    page = web(fields.text(entry, "incident.html_url"))
    below = f"{page}/log_entries/{fields.text(entry, 'id')}" if page else None
    return web(fields.text(entry, "html_url")) or below
