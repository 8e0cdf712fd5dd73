"""One incident of PagerDuty as a record: what it is, from when to when, whose it is; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from collectors.base import Payload
from collectors.kit import fields
from collectors.kit.links import host_of, web
from collectors.kit.people import People
from collectors.kit.tracker import IncidentRecord, where
from collectors.pagerduty.facts import NUMBER, agent
from timeline.instant import NS
from timeline.model import Evidence, Incident

#: What people call an incident; `PD-1234` is what builds of webhooks are called, too.
REFERENCES = (
    r"https?://[\w.-]+\.pagerduty\.com/(?:v2/)?incidents/([A-Z0-9]{5,20})(?:[/?#].*)?",
    r"(?:PD-|#)([0-9]{1,12})",
    r"PD-([A-Z0-9]{5,20})",
    r"[PQ][A-Z0-9]{5,19}",
)
_LINKED = re.compile(r"/incidents/([A-Z0-9]{5,20})(?:[/?#]|$)")
#: Where each member stands, the first that says something.
_PLACES = {
    "title": ("title", "summary"), "severity": ("priority.summary", "urgency"), "start": ("created_at",),
    "services": ("service.summary",), "links": ("html_url",),
}  # fmt: skip


def linked(links: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of the incidents that links lead to."""
    found = [_LINKED.search(one) for one in links if (host_of(one) or "").endswith(".pagerduty.com")]
    return tuple(dict.fromkeys(match[1] for match in found if match))


def record(answer: Payload, evidence: Evidence) -> IncidentRecord:
    """Return the incident of an answer; raise UnreadableError where it is none.

    `evidence` is that of the answer as a whole. Who is assigned now is a role, and nobody once it is resolved.
    """
    told = fields.member(answer.json(), "incident")
    places = {name: next((p for p in paths if fields.text(told, p)), "") for name, paths in _PLACES.items()}
    start = fields.time(told, "created_at", precision=NS).earliest
    ended = _ended(told)
    end = fields.time(told, ended, precision=NS).earliest if ended else None
    if end is not None and start is not None:
        end = max(end, start + NS)  # over in the second that it began in
    people = People()
    roles = _roles(told, people)
    places |= {"end": ended, "roles": "assignments" if roles else ""}
    links = (fields.text(told, "html_url"), fields.text(told, "conference_bridge.conference_url"))
    number = fields.text(told, "incident_number") or fields.required(told, "id")
    called = NUMBER.sub("", fields.text(told, places["title"])).strip() if places["title"] else ""
    incident = Incident(
        id=f"PD-{number}", title=called or None, start=start, end=end,
        severity=fields.text(told, places["severity"]) if places["severity"] else None, roles=roles,
        services=(fields.text(told, "service.summary"),) if places["services"] else (),
        links=tuple(one for one in links if web(one)),
    )  # fmt: skip
    found = where(places, evidence, web(links[0]), under="/incident")
    return IncidentRecord(incident, found, tuple(people))


def _ended(told: Any) -> str:
    """Return where the end stands: an older account has only when its status changed last."""
    if fields.required(told, "status") != "resolved":
        return ""
    return "resolved_at" if fields.text(told, "resolved_at") else "last_status_change_at"


def _roles(told: Any, people: People) -> dict[str, str]:
    given = fields.at(told, "assignments")
    found = [agent(people, fields.at(one, "assignee")) for one in given] if isinstance(given, list) else []
    named = enumerate([one for one in found if one], 1)
    return {"assignee" if number == 1 else f"assignee {number}": who for number, who in named}
