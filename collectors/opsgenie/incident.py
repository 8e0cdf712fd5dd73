"""One incident of Opsgenie as a record; pure."""

from __future__ import annotations

from collectors.base import Payload
from collectors.kit import fields
from collectors.kit.links import web
from collectors.kit.tracker import IncidentRecord, where
from collectors.opsgenie.facts import moment
from timeline.model import Evidence, Incident

REFERENCES = (
    r"https?://[\w.-]+\.opsgenie\.com/incident/detail/([0-9a-f-]{36})(?:[/?#].*)?",
    r"(OG-[0-9]{1,12})",
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
)
_PLACES = {
    "title": ("message",), "severity": ("priority",), "start": ("impactStartDate", "createdAt"),
    "links": ("links.web",),
}  # fmt: skip


def record(answer: Payload, evidence: Evidence) -> IncidentRecord:
    """Return the incident of an answer; raise UnreadableError where it is none. People say when the impact began, and ended."""
    told = fields.member(answer.json(), "data")
    places = {name: next((p for p in paths if fields.text(told, p)), "") for name, paths in _PLACES.items()}
    over = fields.required(told, "status") in {"resolved", "closed"}
    places["end"] = (
        next((p for p in ("impactEndDate", "updatedAt") if fields.text(told, p)), "") if over else ""
    )
    link = fields.text(told, "links.web")
    start, end = (moment(told, places[n]) if places[n] else None for n in ("start", "end"))
    incident = Incident(
        id=f"OG-{fields.text(told, 'tinyId') or fields.required(told, 'id')}",
        title=fields.text(told, "message") or None, severity=fields.text(told, "priority") or None,
        start=start.earliest if start else None, end=end.earliest if end else None, links=(link,) if web(link) else (),
    )  # fmt: skip
    return IncidentRecord(incident, where(places, evidence, web(link), under="/data"))
