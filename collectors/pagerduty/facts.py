"""What PagerDuty says of incidents as facts: log entries of its API, and what its webhooks share with them; pure.

A webhook's event names no log entry. Both tell what happened (`word`), to which incident, in which second, by
whom: that is the key of the one record that they are of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from collectors.kit import fields
from collectors.kit.links import host_of, web
from collectors.kit.lives import INCIDENT, Life, incident_life
from collectors.kit.people import People
from timeline.facts import quote
from timeline.instant import NS
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Quote, Subject
from timeline.statements import Name

KINDS: dict[str, Kind] = {
    "trigger": INCIDENT["opened"], "acknowledge": INCIDENT["acknowledged"], "resolve": INCIDENT["closed"],
    "reopen": INCIDENT["reopened"], "notify": "alert.notified", "annotate": "chat.message",
    "unacknowledge": INCIDENT["unacknowledged"], "escalate": INCIDENT["escalated"], "delegate": INCIDENT["reassigned"],
    "assign": "incident.role_assigned",
    "priority_change": "incident.severity_changed", "urgency_change": "incident.severity_changed",
}  # fmt: skip
#: What webhooks tell too.
SHARED = frozenset(
    [
        "trigger",
        "acknowledge",
        "unacknowledge",
        "resolve",
        "reopen",
        "annotate",
        "assign",
        "escalate",
        "delegate",
        "priority_change",
    ]
)
# Their entries' summaries say no more than that: `Acknowledged by Ada.`
_OF_THE_INCIDENT = SHARED - {"annotate"}
#: Kinds with a fact for each who is assigned.
_HANDED = frozenset({"incident.role_assigned", INCIDENT["escalated"], INCIDENT["reassigned"]})
# Changed fields that are told by a word of their own elsewhere.
_SEVERITIES = {"priority": "priority_change", "urgency": "urgency_change"}
#: Where an entry's own words stand, the best first.
_WORDS = ("note", "channel.content", "channel.summary", "event_details.description")
#: Tells whether of the records of a key this is the first one.
Holds = Callable[[Any, str], bool]
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


def record(
    incident: Life, identity: str, word: str, own: str, value: Any, time: str, *, holds: Holds, evidence: Evidence,
    people: People, actor: str | None, assigned: Iterable[str] = (), names: Mapping[str, Name], quote: Quote | None,
) -> Iterator[Fact]:  # fmt: skip
    """Yield what happened to an incident, once for each who was `assigned`.

    `own` is the record's id, of which the key holds nothing where webhooks tell it too, but for what else the same
    agent did alike in the same second. Raise UnreadableError.
    """
    at = fields.time(value, time, precision=NS)  # the log's are whole seconds, printed with six zeros
    second = None if at.earliest is None else at.earliest // NS
    kind = KINDS.get(word, "custom")
    if word == "assign" and actor and not people.is_bot(actor):
        kind = INCIDENT["reassigned"]  # the first assignment is the service's own
    called: dict[str, Name] = {
        "label": f"{word} of {incident.names['incident']}", "channel": incident.names["incident"],
        "role": f"assignee of {incident.names['incident']}", **names,
    }  # fmt: skip
    to: list[str | None] = [*sorted(assigned)] or [None]
    for who in to if kind in _HANDED else [actor]:
        key = [identity, word, second, actor, who]
        more = [] if holds(key, own) else [own]
        is_role = kind == "incident.role_assigned"
        by = who if is_role else actor
        yield incident.fact(
            kind, [*key, *more] if word in SHARED else ["log_entry", own], at, time, actor=by, evidence=[evidence],
            names=called if is_role or kind not in _HANDED else {**called, "assignee": who},
            quote=None if kind in _HANDED and who else quote,
        )  # fmt: skip


def log_entry(
    entry: Any, evidence: Evidence, people: People, source: str, origin: str | None, holds: Holds
) -> Iterator[Fact]:
    """Yield what a log entry says, once for each who was assigned; raise UnreadableError."""
    text = fields.text
    summary = text(entry, "incident.summary")
    number = NUMBER.match(summary)
    own, identity = fields.required(entry, "id"), fields.required(entry, "incident.id")
    incident = life(
        number[1] if number else "", identity, text(entry, "incident.html_url"), source,
        service=text(entry, "service.summary"), origin=origin,
    )  # fmt: skip
    word = fields.required(entry, "type").removesuffix("_log_entry")
    if word == "field_value_change" and (changed := _changed(entry) & _SEVERITIES.keys()):
        word = _SEVERITIES[min(changed)]
    title = NUMBER.sub("", summary).strip()
    last = title if word in _OF_THE_INCIDENT else text(entry, "summary")
    words = next((said for path in _WORDS if (said := text(entry, path))), last)
    by = agent(people, fields.at(entry, "agent"))
    for path in ("user", "channel.user", "channel.notification.user"):
        agent(people, fields.at(entry, path))
    yield from record(
        incident, identity, word, own, entry, "created_at", holds=holds, people=people, quote=quote(words), actor=by,
        assigned=assignees(people, entry), evidence=evidence.replace(link=_link(entry)),
        names={"severity": text(entry, "channel.new_priority.summary") or None},
    )  # fmt: skip


def assignees(people: People, value: Any) -> list[str]:
    """Note who an incident is assigned to."""
    given = fields.at(value, "assignees")
    found = [agent(people, item) for item in given] if isinstance(given, list) else []
    return [identity for identity in found if identity]


def _changed(entry: Any) -> set[str]:
    """Return the names of the incident's own fields that a log entry says were changed."""
    given = fields.at(entry, "channel.changeset.application_fields")
    return {fields.text(item, "name") for item in given} if isinstance(given, list) else set()


def _link(entry: Any) -> str | None:
    """Return an entry's own page, which some have; else where it would be."""
    page = web(fields.text(entry, "incident.html_url"))
    below = f"{page}/log_entries/{fields.text(entry, 'id')}" if page else None
    return web(fields.text(entry, "html_url")) or below
