"""One issue as an incident's record, and what people call it; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit

from collectors.jira.facts import DONE, JiraFacts
from collectors.kit import fields
from collectors.kit.fields import Row
from collectors.kit.links import web
from collectors.kit.tracker import IncidentRecord, where
from timeline.model import Incident

KEY = re.compile(r"[A-Z][A-Z0-9_]{1,254}-[1-9][0-9]{0,18}")
_GATEWAY = "api.atlassian.com"


def key_of(address: str, host: str | None) -> str | None:
    """Return the key of the issue that an address leads to: its page, a board's, a queue's; None for others'.

    `host` is that of the source; the gateway of OAuth tokens does not tell which site it is of.
    """
    if not web(address):
        return None
    parts = urlsplit(address)
    if host not in (parts.hostname, _GATEWAY):
        return None
    chosen = parse_qs(parts.query).get("selectedIssue", [])
    last = parts.path.rstrip("/").rpartition("/")[2]
    return next((one for one in (*chosen, last) if KEY.fullmatch(one)), None)


def linked(links: Iterable[str], base: str) -> tuple[str, ...]:
    """Return the keys of the issues of one site that links lead to."""
    found = [key_of(one, urlsplit(base).hostname) for one in links]
    return tuple(dict.fromkeys(one for one in found if one))


def record(issue: Row, writer: JiraFacts, severity: str) -> IncidentRecord:
    """Return the incident that an issue is; raise UnreadableError where it is none.

    It is over since its status came to be one of those that are done, and where that is not told since it was resolved.
    """
    told, key = issue.data, fields.required(issue.data, "key")
    over = fields.required(told, "fields.status.statusCategory.key") == DONE
    ends = [
        p
        for p in ("statuscategorychangedate", "resolutiondate", "updated")
        if fields.text(told, f"fields.{p}")
    ]
    parts = [name for part in fields.many(told, "fields.components") if (name := fields.text(part, "name"))]
    who, link = writer.users.add(fields.at(told, "fields.assignee")), writer.page(key)
    level, title = writer.severity_of(told), fields.text(told, "fields.summary")
    start = fields.time(told, "fields.created").earliest
    end = fields.time(told, f"fields.{ends[0]}").earliest if over and ends else None
    incident = Incident(
        id=key, title=title or None, severity=level, start=start, end=end, services=tuple(dict.fromkeys(parts)),
        roles={"assignee": who} if who else {}, links=(link,) if link else (),
    )  # fmt: skip
    places = {
        "title": "summary" if title else "", "severity": severity if level else "", "start": "created",
        "end": ends[0] if end is not None else "", "services": "components" if parts else "",
        "roles": "assignee" if who else "",
    }  # fmt: skip
    found = where(places, issue.evidence, link, under="/fields")
    if link:
        found |= where({"links": "key"}, issue.evidence, link)
    return IncidentRecord(incident, found, tuple(writer.users.people))
