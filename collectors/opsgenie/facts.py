"""What Opsgenie says of alerts and incidents as facts: records, logs and timelines of its API, and its webhook; pure.

A log is prose. Its beginnings that are known are told by their kinds, the rest under their own type, quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from collectors.kit import fields
from collectors.kit.fields import UnreadableError
from collectors.kit.links import host_of, web
from collectors.kit.lives import ALERT, INCIDENT, Life, State, alert_names, incident_life
from collectors.kit.people import People
from collectors.kit.webhooks import Seen
from timeline.facts import quote, thread_key
from timeline.instant import NS, Bounds
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Subject

#: Alerts have ids of their own everywhere, and name no account.
ORIGIN = "opsgenie.com"
_MS = 1_000_000  # ns
_CUT = re.compile(r":\d\d(?:\.\d{1,2})?Z$")
_LOGS: tuple[tuple[re.Pattern[str], State], ...] = (
    (re.compile(r"(?:alert )?(?:is )?un-?acknowledged\b", re.IGNORECASE), "unacknowledged"),
    (re.compile(r"(?:alert )?(?:is )?acknowledged\b", re.IGNORECASE), "acknowledged"),
    (re.compile(r"(?:alert )?(?:is )?closed\b", re.IGNORECASE), "closed"),
    (re.compile(r"(?:alert )?(?:is )?escalated\b", re.IGNORECASE), "escalated"),
    (re.compile(r"(?:alert )?(?:is )?assigned\b|(?:alert )?ownership\b", re.IGNORECASE), "reassigned"),
    (re.compile(r"(?:alert )?(?:is )?created\b", re.IGNORECASE), "opened"),
)
_SENT = re.compile(r"(?:sent|notified|notification)\b", re.IGNORECASE)
_ENTRIES: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (
        re.compile(r"(?:incident)?(?:resolved?|closed?)(?:incident)?(?:entry)?", re.IGNORECASE),
        INCIDENT["closed"],
    ),
    (
        re.compile(r"(?:incident)?(?:reopen(?:ed)?)(?:incident)?(?:entry)?", re.IGNORECASE),
        INCIDENT["reopened"],
    ),
)
_REPORTS: tuple[tuple[State, str, str], ...] = (
    ("acknowledged", "ackTime", "acknowledgedBy"), ("closed", "closeTime", "closedBy"),
)  # fmt: skip
_OVER = frozenset({"resolved", "closed"})


def moment(value: Any, path: str, unit: str = "ms") -> Bounds:
    """Return the time at a path as bounds; raise UnreadableError. Of milliseconds the trailing zeros are not printed."""
    at = fields.time(value, path, unit=unit)
    if at.earliest is not None and _CUT.search(fields.text(value, path)):
        return Bounds(at.earliest, at.earliest + _MS - 1)
    return at


def agent(people: People, name: str) -> str | None:
    """Note who is named, by mail or as the system; None for nobody."""
    return people.add(f"opsgenie:{name}", name, bot="@" not in name) if name else None


def alert_life(told: Any, own: str, source: str, origin: str | None) -> Life:
    """Return the life of an alert."""
    labels = {"alertname": fields.text(told, "message") or own}
    if priority := fields.text(told, "priority"):
        labels["priority"] = priority
    account = origin or ORIGIN
    return Life(
        origin=account, source=source, clock=account, names=alert_names(labels), subject=Subject(labels=labels),
        thread=thread_key("opsgenie alert", account, own),
    )  # fmt: skip


def opened(life: Life, own: str, told: Any, evidence: Evidence) -> Fact:
    """Return when an alert was created; raise UnreadableError."""
    at = moment(told, "createdAt")
    return life.fact(ALERT["opened"], [own, "opened"], at, "createdAt", evidence=[evidence])


def happened(
    life: Life, own: str, state: State, at: Bounds, means: str, record: str, seen: Seen, *, actor: str | None, evidence: Evidence,
    text: str = "",
) -> Fact:  # fmt: skip
    """Return what became of an alert: one record, however it is told, by what it is, of which alert, in which second."""
    key = [own, state, None if at.earliest is None else at.earliest // NS]
    more = [] if seen.holds(key, record) else [record]
    return life.fact(
        ALERT[state], [*key, *more], at, means, actor=actor, evidence=[evidence], quote=quote(text)
    )


def log(life: Life, own: str, told: Any, evidence: Evidence, seen: Seen) -> Iterator[Fact]:
    """Yield what a log says; nothing of the creation, which the alert itself tells. Raise UnreadableError."""
    text, sort = fields.required(told, "log"), fields.required(told, "type")
    at, place = moment(told, "createdAt"), fields.required(told, "offset")
    actor = agent(seen.people, fields.text(told, "owner"))
    state = state_of(told)
    if state == "opened":
        return
    if state:
        yield happened(
            life, own, state, at, "createdAt", place, seen, actor=actor, evidence=evidence, text=text
        )
        return
    kind: Kind = "alert.notified" if _SENT.match(text) else "custom"
    names = {"label": f"{sort} log of {life.names['alert']}", "source": "Opsgenie"}
    yield life.fact(
        kind,
        ["log", own, place],
        at,
        "createdAt",
        actor=actor,
        names=names,
        quote=quote(text),
        evidence=[evidence],
    )


def state_of(told: Any) -> State | None:
    """Return what a log says became of its alert."""
    text = fields.text(told, "log")
    return next((state for pattern, state in _LOGS if pattern.match(text)), None)


def reported(
    life: Life, own: str, told: Any, evidence: Evidence, seen: Seen, logged: set[State | None]
) -> Iterator[Fact]:
    """Yield what an alert's report says that no log told: after how many ms it was acknowledged, and closed."""
    for state, after, by in _REPORTS:
        took = fields.at(told, f"report.{after}")
        if state in logged or not isinstance(took, int):
            continue
        begin = moment(told, "createdAt")
        at = Bounds(
            None if begin.earliest is None else begin.earliest + took * _MS, begin.latest + took * _MS
        )
        actor = agent(seen.people, fields.text(told, f"report.{by}"))
        yield happened(
            life,
            own,
            state,
            at,
            f"createdAt + report.{after}",
            "report",
            seen,
            actor=actor,
            evidence=evidence,
        )


def incident(told: Any, source: str, origin: str | None) -> Life:
    """Return the life of an incident; raise UnreadableError."""
    own, number = fields.required(told, "id"), fields.text(told, "tinyId")
    account = origin or host_of(fields.text(told, "links.web")) or ORIGIN
    return incident_life("Opsgenie", account, source, number or own, own)


def declared(life: Life, told: Any, evidence: Evidence) -> Fact:
    """Return when an incident was declared; raise UnreadableError."""
    own, names = fields.required(told, "id"), {"severity": fields.text(told, "priority") or None}
    at = moment(told, "createdAt")
    link = evidence.replace(link=web(fields.text(told, "links.web")))
    return life.fact(
        INCIDENT["opened"],
        ["incident", own, "opened"],
        at,
        "createdAt",
        names=names,
        quote=quote(fields.text(told, "message")),
        evidence=[link],
    )


def entry(life: Life, told: Any, evidence: Evidence, people: People) -> Fact:
    """Return an entry of an incident's timeline, whose time people may have set; raise UnreadableError."""
    sort, own = fields.required(told, "type"), fields.required(told, "id")
    kind: Kind = next((kind for pattern, kind in _ENTRIES if pattern.fullmatch(sort)), "custom")
    if sort == "CustomUserEntry" or "note" in sort.lower():
        kind = "chat.message"
    names = {"label": f"{sort} of {life.names['incident']}", "channel": life.names["incident"]}
    return life.fact(
        kind, ["entry", own], moment(told, "eventTime"), "eventTime", names=names, actor=agent(people, fields.text(told, "actor.name")),
        quote=quote(fields.text(told, "description.content") or fields.text(told, "description.name")), evidence=[evidence],
    )  # fmt: skip


def resolved(life: Life, told: Any, evidence: Evidence) -> Iterator[Fact]:
    """Yield that an incident is over, where no entry tells when: since it began, and by its last change."""
    if fields.required(told, "status") not in _OVER:
        return
    own, begin, last = (
        fields.required(told, "id"),
        moment(told, "createdAt"),
        moment(told, "updatedAt"),
    )
    if begin.earliest is None or last.latest < begin.earliest:
        raise UnreadableError("its updatedAt is before its createdAt")
    at = Bounds(begin.earliest, last.latest)
    yield life.fact(
        INCIDENT["closed"], ["incident", own, "closed"], at, "status, by updatedAt", evidence=[evidence]
    )
