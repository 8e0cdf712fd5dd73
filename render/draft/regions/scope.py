"""What the incident file and the record say of the incident: its scope, and the record's box."""

from __future__ import annotations

from render.draft.parts import Parts
from render.draft.regions.shown import moment
from render.text import markdown
from timeline import present
from timeline.alerts.states import alerting_services
from timeline.order import of_kind
from timeline.relative import inside
from timeline.text import line

_NAME = 160  # characters


def scope(parts: Parts) -> str:
    """Return severity, services and times as the incident file says, and what was recorded of each service."""
    if not parts.audience.scope:
        return "Severity and services are not part of this version.\n"
    incident = parts.timeline.incident
    rows = [("severity", markdown.escape(incident.severity or "not said"))]
    rows.append(("services", _listed(incident.services) or "not said"))
    if parts.audience.identifiers and (found := alerting_services(parts.timeline.facts, incident)):
        rows.append(("services with an alert that fired", _listed(found)))
    rows += _times(parts)
    return markdown.table(("scope", "as given, and as the alerts say"), rows)


def record(parts: Parts) -> str:
    """Return the box of an incident report: id, severity, services, times, how many were paged and responded, who coordinated."""
    incident, audience = parts.timeline.incident, parts.audience
    rows = [("Incident ID", markdown.escape(incident.id))]
    if audience.scope:
        rows.append(("Severity", markdown.escape(incident.severity or "not said")))
        rows.append(("Services", _listed(incident.services) or "not said"))
    rows += [(name[0].upper() + name[1:], said) for name, said in _times(parts)]
    notified = [f for f in of_kind(parts.timeline.facts, "alert.notified") if inside(f, incident)]
    rows.append(("Notifications sent", f"{len(notified):,}" if notified else "none recorded"))
    rows.append(("Responders", f"{len(parts.course.joined):,}" if parts.course.joined else "none recorded"))
    if audience.people:
        roles = [
            f"{role} ({who})" if role.lower().replace(" ", "-") != who else role
            for role, who in incident.roles.items()
        ]
        rows.append(("Coordinators", ", ".join(markdown.escape(one) for one in roles) or "not said"))
    return markdown.table(("field", "as recorded"), rows)


def _times(parts: Parts) -> list[tuple[str, str]]:
    begun, ended = parts.timeline.incident.start, parts.timeline.incident.end
    return [
        ("start (UTC)", moment(begun) if begun is not None else "not said"),
        ("end (UTC)", moment(ended) if ended is not None else "not said"),
    ]


def _listed(names: list[str] | tuple[str, ...]) -> str:
    """Return identifiers in code form, as long as statements have them."""
    return present.listed(present.some([markdown.code(line(name, _NAME)) for name in names]))
