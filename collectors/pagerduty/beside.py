"""What PagerDuty has beside log entries as facts: alerts and notes of an incident, change events; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from collectors.kit import fields
from collectors.kit.changes import revisions
from collectors.kit.fields import UNREADABLE
from collectors.kit.links import host_of, web
from collectors.kit.lives import ALERT, Life, alert_names
from collectors.kit.people import People
from collectors.pagerduty.facts import Holds, agent, life, record
from timeline import facts
from timeline.instant import NS, Bounds
from timeline.model import Evidence, Fact, Subject

_REVISIONS = ("custom_details.revision", "custom_details.version", "custom_details.commit")
Rows = Iterable[tuple[Any, Evidence]]


def alert(
    told: Any, evidence: Evidence, source: str, origin: str | None, ended: Mapping[str, int], now: int
) -> Iterator[Fact]:
    """Yield when an alert was triggered, and that it is resolved: which is known no closer than its incident (ns by id).

    Raise UnreadableError.
    """
    page = web(fields.text(told, "html_url"))
    own, account = fields.required(told, "id"), origin or host_of(page) or "pagerduty.com"
    text = fields.text(told, "severity")
    labels = {"alertname": fields.text(told, "summary") or own, **({"severity": text} if text else {})}
    about = Life(
        origin=account, source=source, clock=account, names=alert_names(labels),
        thread=facts.thread_key("pagerduty alert", account, own),
        subject=Subject(service=fields.text(told, "service.summary") or None, labels=labels),
    )  # fmt: skip
    at = fields.time(told, "created_at", precision=NS)
    proof = [evidence.replace(link=page)]
    yield about.fact(ALERT["opened"], ["alert", own, "triggered"], at, "created_at", evidence=proof)
    if fields.required(told, "status") == "resolved":
        # Alerts end at the latest with their incident, which cannot be resolved while one is open.
        latest = ended.get(fields.text(told, "incident.id"), now)
        until = Bounds(at.earliest, max(latest, at.latest))
        yield about.fact(ALERT["closed"], ["alert", own, "resolved"], until, "status", evidence=proof)


def endings(entries: Rows) -> dict[str, int]:
    """Return when each incident was resolved last (ns), by its id."""
    found: dict[str, int] = {}
    for entry, _ in entries:
        if fields.text(entry, "type").startswith("resolve_") and (
            identity := fields.text(entry, "incident.id")
        ):
            try:
                at = fields.time(entry, "created_at", precision=NS).latest
            except UNREADABLE:
                continue
            found[identity] = max(at, found.get(identity, at))
    return found


def unlogged(notes: Rows, entries: Rows, incident: str) -> Iterator[tuple[Any, Evidence]]:
    """Yield the notes of an incident that no log entry tells: by whom, and in which second, tells them apart."""
    told = Counter(
        _written(entry, "agent.id") for entry, _ in entries
        if fields.text(entry, "type").startswith("annotate_") and fields.text(entry, "incident.id") == incident
    )  # fmt: skip
    for note, evidence in notes:
        key = _written(note, "user.id")
        if told[key] > 0:
            told[key] -= 1
        else:
            yield note, evidence


def _written(value: Any, by: str) -> tuple[str, int | None]:
    try:
        return fields.text(value, by), fields.time(value, "created_at", precision=NS).earliest
    except UNREADABLE:
        return fields.text(value, by), None


def note(
    told: Any, evidence: Evidence, people: People, incident: tuple[str, str, str], source: str, origin: str | None, holds: Holds
) -> Iterator[Fact]:  # fmt: skip
    """Yield a note of an incident (its number, id and page); raise UnreadableError."""
    number, identity, page = incident
    yield from record(
        life(number, identity, page, source, origin=origin), identity, "annotate", fields.required(told, "id"), told, "created_at",
        holds=holds, people=people, evidence=evidence.replace(link=web(page)), actor=agent(people, fields.at(told, "user")), names={},
        quote=facts.quote(fields.text(told, "content")),
    )  # fmt: skip


def change(
    told: Any, evidence: Evidence, source: str, origin: str | None, deploys: Iterable[str]
) -> Iterator[Fact]:
    """Yield a change event: a deploy where its summary fits one of the patterns; raise UnreadableError."""
    summary, services = fields.text(told, "summary"), fields.at(told, "services.0")
    account = (
        origin
        or host_of(fields.text(services, "html_url"))
        or host_of(fields.text(told, "html_url"))
        or "pagerduty.com"
    )
    is_deploy = any(fnmatchcase(summary, pattern) for pattern in deploys)
    given = [text for path in _REVISIONS if (text := fields.text(told, path))]
    service = fields.text(services, "summary") or None
    yield facts.fact(
        "deploy.finished" if is_deploy else "custom", origin=account, key=["change_event", fields.required(told, "id")],
        at=fields.time(told, "timestamp", precision=NS), time_means="timestamp", clock=account, source=source,
        names={
            "label": "change event", "source": fields.text(told, "source") or "PagerDuty", "deploy": summary or "unnamed",
            "environment": fields.text(told, "custom_details.environment") or None, "revision": next(iter(given), None),
            "service": service,
        },
        subject=Subject(service=service, labels=revisions.labels(given)), quote=facts.quote(summary), category="change", surfaced=True,
        evidence=[evidence.replace(link=web(fields.text(told, "html_url")) or web(fields.text(told, "links.0.href")))],
    )  # fmt: skip
