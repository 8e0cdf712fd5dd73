"""Who a draft is for: the same facts, less detail, stronger redaction.

What may be shown is listed, never what may not: a statement for people outside is made from the
fact's kind alone, so that no identifier can stand in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from timeline.alerts.states import begins_breach
from timeline.errors import UsageError
from timeline.invalid.nearest import among
from timeline.kinds import Kind
from timeline.model import Fact
from timeline.terms import REDACTED

Name = Literal["engineers", "executives", "customers", "public"]


@dataclass(frozen=True)
class Audience:
    """What one audience is shown; `rows` is the most that the timeline table has for it."""

    name: Name
    rows: int
    page: bool = True  # links to the interactive chart
    sources: bool = True  # links to the sources' own pages and to evidence; sources by name
    identifiers: bool = True  # names of alerts, series, deploys, services, hosts
    people: bool = True  # roles, and who did what
    scope: bool = True  # severity and services as the incident file says
    quotes: tuple[str, ...] = ("",)  # kinds whose own words are shown, by their beginning
    kinds: tuple[str, ...] = ("",)  # kinds that have rows, by their beginning; end points always have


#: Every audience by its name, from the most to the least detail.
AUDIENCES: dict[str, Audience] = {
    "engineers": Audience("engineers", 40),
    "executives": Audience(
        "executives", 15, sources=False, quotes=("status.", "incident."),
        kinds=("incident.", "status.", "deploy.", "change.flag", "change.config", "change.removed"),
    ),
    "customers": Audience(
        "customers", 12, page=False, sources=False, identifiers=False, people=False,
        quotes=("status.",), kinds=("incident.", "status.", "deploy."),
    ),
    "public": Audience(
        "public", 12, page=False, sources=False, identifiers=False, people=False, scope=False,
        quotes=("status.",), kinds=("incident.", "status.", "deploy."),
    ),
}  # fmt: skip
ENGINEERS = AUDIENCES["engineers"]

_PLAIN: dict[Kind, str] = {
    "alert.pending": "An alert became pending", "alert.pending_ended": "An alert stopped being pending without firing",
    "alert.firing": "An alert fired", "alert.resolved": "An alert stopped firing",
    "alert.acknowledged": "An alert was acknowledged", "alert.notified": "A notification of an alert was sent",
    "alert.silenced": "A silence of alerts began", "alert.unsilenced": "A silence of alerts ended",
    "alert.escalated": "An alert was escalated", "alert.unacknowledged": "An alert was unacknowledged",
    "alert.reassigned": "An alert was reassigned", "alert.no_data": "An alert had no data",
    "alert.data_returned": "An alert had data again",
    "metric.crossed_above": "A metric: condition cleared",
    "metric.crossed_below": "A metric: condition cleared",
    "metric.matched": "A metric: condition met", "metric.unmatched": "A metric: condition cleared",
    "metric.present": "A metric: series appeared", "metric.absent": "A metric: series went stale",
    "metric.undefined": "A metric became undefined", "metric.defined": "A metric became defined",
    "deploy.started": "A deploy started", "deploy.finished": "A deploy finished", "deploy.failed": "A deploy failed",
    "deploy.rolled_back": "A deploy was rolled back", "deploy.waiting": "A deploy began to wait for approval",
    "deploy.cancelled": "A deploy was cancelled",
    "change.merged": "A change was merged", "change.tagged": "A tag was made", "change.released": "A release was published",
    "change.flag": "A flag was changed", "change.config": "Configuration was changed", "change.scale": "Capacity was changed",
    "change.removed": "Something was removed",
    "chat.message": "A message was posted", "chat.edited": "A message was edited", "chat.deleted": "A message was deleted",
    "log.first_seen": "A log signature was seen", "log.rate_changed": "The rate of a log signature changed",
    "trace.first_error": "The first error in an operation was recorded", "status.posted": "A status was posted",
    "incident.declared": "The incident was declared", "incident.detected": "The incident was detected",
    "incident.mitigated": "The incident was mitigated", "incident.severity_changed": "The severity was changed",
    "incident.role_assigned": "A role was assigned", "incident.resolved": "The incident was resolved",
    "custom": "A record was made",
}  # fmt: skip
_STATES = {
    "investigating", "identified", "monitoring", "resolved", "update", "postmortem", "scheduled", "in_progress",
    "verifying", "completed", "maintenance", "degraded", "outage", "operational",
}  # fmt: skip
#: Addresses, mail addresses, host names, numbers of hosts and what looks like a path or an account.
INSIDE = re.compile(
    r"\w[\w+.-]{0,100}://\S+|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,20}|@[\w-]+|#[\w-]+"
    r"|\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b|\b[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){3,7}\b"
    r"|\b(?:[A-Za-z0-9-]{1,63}\.){1,20}[A-Za-z][A-Za-z0-9-]{1,63}(?::\d+)?\b(?:/\S*)?|(?<!\w)/\w+(?:/\S+)+|`[^`]*`"
    # What is no address by its form but names a thing inside all the same; rather too much than too little.
    r"|\barn:\S+|\b[A-Za-z]:\\\S+|\\\\\S+|\[?\b[0-9a-fA-F:]{0,40}::[0-9a-fA-F:]*\]?(?::\d+)?|\[::\S*|\b[A-Za-z][\w-]{0,100}:\d{2,5}\b"
    # Hosts of one label and pods (`web-17`, `DB-PROD-01`, `db01`), save words such as INC-42, ipv6, SHA256.
    r"|\b[A-Za-z]?[a-z][a-z0-9]{0,62}(?:-[a-z0-9]{1,63}){0,10}-(?=[a-z-]{0,63}\d)[a-z0-9-]+\b|\b[A-Z]\w{0,63}(?:-\w{1,63}){1,10}-\d+\b"
    r"|\b(?!(?i:ipv|http|oauth|sha|utf|base)\d)(?:[a-z]{2,}\d+|[A-Z]{2,}\d{2,})\b"
    # Branches and objects (`hotfix/pool-60`), names with underscores, commits.
    r"|\b(?!HTTP/)[A-Za-z][\w-]{0,100}/(?=[\w./-]{0,100}[-_.\d])\w[\w./-]*|\b[A-Za-z0-9]+(?:_[A-Za-z0-9]+)+\b"
    r"|\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b"
)
PEOPLE = re.compile(r"\b(?:responder|bot)-\d+\b", re.IGNORECASE)
LEFT_OUT = REDACTED


def audience(name: str) -> Audience:
    """Return the audience of that name; raise UsageError naming those there are."""
    if name not in AUDIENCES:
        raise UsageError(f"there is no audience {name!r}{among(name, list(AUDIENCES))}")
    return AUDIENCES[name]


def plain(fact: Fact) -> str:
    """Return a statement from the fact's kind alone, with the state where it is a status post."""
    state = str(fact.names.get("status", "")).lower()
    if fact.kind == "status.posted" and state in _STATES:
        return f"Status “{state}” was posted"
    if fact.kind.startswith("metric.crossed") and begins_breach(fact):
        return _PLAIN["metric.matched"]
    return _PLAIN[fact.kind]


def public(text: str) -> str:
    """Return words that were public already as they were, without who people are."""
    return PEOPLE.sub(LEFT_OUT, text)


def outside(text: str, names: tuple[str, ...] = ()) -> str:
    """Return published words without addresses, hosts, code, accounts and `names`."""
    text = INSIDE.sub(LEFT_OUT, text)  # first, since a host's name may begin with one of `names`
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", LEFT_OUT, text, flags=re.IGNORECASE)
    return PEOPLE.sub(LEFT_OUT, text)
