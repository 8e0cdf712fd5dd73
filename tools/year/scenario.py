"""What happens to a made-up team in 2026: sixty incidents, what each system records of them, and what people write and do.

All of it follows from a seed. Times are instants in ns, UTC.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

NS = 1_000_000_000
MINUTE, HOUR, DAY = 60 * NS, 3600 * NS, 86_400 * NS
YEAR = 2026
FIRST = int(datetime(YEAR, 1, 5, tzinfo=UTC).timestamp()) * NS
#: When the year is looked back on.
LAST = int(datetime(YEAR + 1, 1, 4, 9, tzinfo=UTC).timestamp()) * NS
COUNT = 60
ACTIONS = 150


@dataclass(frozen=True)
class Family:
    """Incidents of one kind: service, team, alert, line of the log, what ends it, what took part, and what is done about it."""

    service: str
    team: str
    title: str
    alert: str
    line: str
    mode: str
    end: str  # kind of the change that ends it; empty: none is recorded
    category: str
    factor: str
    helped: str
    fixes: tuple[tuple[str, str], ...]  # words and kind of each action


FAMILIES = (
    Family(
        "checkout", "shop", "Checkouts wait for a connection", "CheckoutLatencyHigh", "pool: no connection within 2000 ms",
        "pool exhaustion", "rolled_back", "technical", "The pool of connections has no limit for a caller", "The last release was kept and could be taken back at once",
        (("Limit the pool to 40 connections for each caller", "prevent"), ("Alert when 80 % of the pool is taken for 2 minutes", "detect"), ("Shed requests that wait over 2 s", "reduce")),
    ),
    Family(
        "payments", "money", "Card payments fail", "PaymentErrorsHigh", "tls: certificate of the acquirer has expired",
        "certificate expiry", "config", "process", "Nobody is told before a certificate ends", "A second acquirer took over half of the payments",
        (("Alert 21 days before a certificate ends", "detect"), ("Renew certificates by ACME every 60 days", "prevent"), ("Send payments to the second acquirer when 5 % fail", "reduce")),
    ),
    Family(
        "search", "find", "Search answers nothing", "SearchDiskFull", "index: no space left on device",
        "disk full", "scaled", "technical", "Old segments are kept without a limit", "Queries were answered from the replica",
        (("Delete segments older than 14 days each night", "prevent"), ("Alert when a disk will be full within 24 h", "detect"), ("Keep a node with 200 GB free in reserve", "reduce")),
    ),
    Family(
        "catalogue", "shop", "Product pages show old prices", "CatalogueStale", "cache: refresh failed, keeping version",
        "bad release", "rolled_back", "process", "The release was tested without the price feed", "The page said how old its prices were",
        (("Test each release against a copy of the price feed", "prevent"), ("Stop a release when prices are older than 5 minutes", "reduce"), ("Alert when prices are older than 3 minutes", "detect")),
    ),
    Family(
        "payments", "money", "Refunds are late", "RefundQueueDeep", "queue: oldest message is 900 s old",
        "backlog", "scaled", "environmental", "The month's end brings four times the refunds", "Refunds were delayed and none was lost",
        (("Scale refund workers at 5,000 messages", "reduce"), ("Load the queue with 20,000 refunds each quarter", "detect"), ("Tell support when refunds wait over 30 minutes", "reduce")),
    ),
    Family(
        "search", "find", "Search is slow", "SearchLatencyHigh", "ranker: model answered after 3100 ms",
        "slow dependency", "flag", "technical", "Ranking is waited for without a time-out", "Ranking could be switched off by a flag",
        (("Give the ranker a time-out of 300 ms", "prevent"), ("Show the unranked page when the ranker fails", "reduce"), ("Alert when 5 % of rankings take over 250 ms", "detect")),
    ),
    Family(
        "catalogue", "shop", "Product pages fail", "CatalogueErrorsHigh", "config: unknown currency",
        "bad configuration", "config", "organisational", "Configuration is changed without a second person", "Pages of other countries were not touched",
        (("Check configuration by its schema before it is merged", "prevent"), ("Roll configuration out to one country for 10 minutes first", "reduce"), ("Alert when 1 % of product pages fail for 1 minute", "detect")),
    ),
    Family(
        "checkout", "shop", "Customers cannot sign in", "LoginErrorsHigh", "resolver: no such host id.internal",
        "name resolution", "", "environmental", "One resolver answers for all hosts", "Customers who were signed in stayed so",
        (("Ask two resolvers in two zones", "prevent"), ("Keep names for 10 minutes when no resolver answers", "reduce"), ("Alert when a resolver answers nothing for 30 s", "detect")),
    ),
)  # fmt: skip
SEVERITIES = ("SEV1", "SEV2", "SEV2", "SEV3", "SEV3")
#: Kinds whose records the deploy system names by another word than it would for a deploy.
CHANGES = {"rolled_back": "deploy.rolled_back", "config": "change.config", "scaled": "change.scale", "flag": "change.flag"}  # fmt: skip


@dataclass
class Act:
    """An action: its words, where they stand (`note`, else the draft), what people do about it, and when."""

    title: str
    effect: str
    owner: str
    due: str
    noted: bool
    closed: int | None  # the ticket
    verified: int | None
    failed_first: bool = False
    quick: bool = False  # done at once: its ticket is made when it is noted


@dataclass
class Event:
    """An incident: what it is, when it was, what each system records, and what people write of it and when."""

    id: str
    family: Family
    severity: str
    start: int
    end: int
    records: dict[str, list[dict[str, Any]]]
    log: list[str]
    written: int | None  # when the draft is complete
    meeting: int | None
    noted: int  # observations before the meeting
    actions: list[Act] = field(default_factory=list)

    @property
    def built(self) -> int:
        """When it is built for the first time: an hour after it is over."""
        return self.end + HOUR


def text(at: int) -> str:
    """Return an instant as records have it."""
    return datetime.fromtimestamp(at // NS, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(at: int) -> str:
    """Return its day."""
    return text(at)[:10]


def year(count: int = COUNT, actions: int = ACTIONS, seed: int = 2026) -> list[Event]:
    """Return the incidents by their begin, with `actions` actions among them; the same for the same seed."""
    chance = random.Random(seed)
    kinds = list(_kinds(chance, count))
    events = [_event(chance, number, kind, count) for number, kind in enumerate(kinds)]
    for number, event in enumerate(events):
        share = actions * (number + 1) // count - actions * number // count
        event.actions = [_action(chance, event, place) for place in range(share)]
    return events


def _kinds(chance: random.Random, count: int) -> Iterator[Family]:
    """Yield a family for each incident: now and then the same one comes back two incidents later."""
    given = list[Family]()
    while len(given) < count:
        comes_back = len(given) > 2 and len(given) % 6 == 5
        given.append(given[-2] if comes_back else FAMILIES[chance.randrange(len(FAMILIES))])
    yield from given


def _event(chance: random.Random, number: int, kind: Family, count: int) -> Event:
    begun = FIRST + number * 350 // count * DAY
    start = begun + chance.choice((2, 9, 10, 11, 13, 14, 15, 16, 17)) * HOUR + chance.randrange(3600) * NS
    severity = chance.choice(SEVERITIES)
    fired = start + chance.randrange(40, 600) * NS
    end = max(start + int(chance.lognormvariate(3.6, 0.7) * MINUTE), fired + 4 * MINUTE) // NS * NS
    end = min(end, start + 6 * HOUR)
    name = f"INC-{101 + number}"
    silent = number % 12 == 7  # people saw it, and no alert did
    alerts = [{"at": text(start), "event": "above"}, {"at": text(end - 30 * NS), "event": "below"}]
    pager = list[dict[str, Any]]()
    if not silent:
        alerts += [{"at": text(fired), "event": "firing"}, {"at": text(end), "event": "resolved"}]
        pager = [
            {"time": text(fired + 20 * NS), "event": "notified"},
            {"time": text(fired + chance.randrange(40, 900) * NS), "event": "acknowledged"},
        ]
    changes = list[dict[str, Any]]()
    if kind.end in ("rolled_back", "flag") or chance.random() < 0.5:
        changes.append(
            {
                "at": text(start - chance.randrange(60, 5000) * NS),
                "event": "deploy.finished",
                "what": f"{kind.service}-{number + 300}",
            }
        )
    if kind.end:
        changes.append(
            {
                "at": text(end - chance.randrange(90, 200) * NS),
                "event": CHANGES[kind.end],
                "what": f"{kind.service}-{number + 300}",
            }
        )
    posts = list[dict[str, Any]]()
    if severity == "SEV1":
        posts = [
            {
                "id": f"{name}-1",
                "at": text(fired + chance.randrange(400, 1500) * NS),
                "status": "investigating",
                "words": f"{kind.title}. We are looking into it.",
            },
            {
                "id": f"{name}-2",
                "at": text(end + 5 * MINUTE),
                "status": "resolved",
                "words": "All works as usual.",
            },
        ]
    for rows in (alerts, pager, changes, posts):
        for row in rows:
            row.update(service=kind.service, rule=kind.alert, incident=name)
        rows.sort(key=lambda row: row.get("at") or row["time"])
    log = [
        f"{text(start + step)} ERROR {kind.service} {kind.line}"
        for step in range(20 * NS, end - start, 97 * NS)
    ]
    calm = [
        f"{text(at)} INFO {kind.service} served" for at in range(start - 3 * HOUR, end + 2 * HOUR, 600 * NS)
    ]
    reviewed = severity != "SEV3" or chance.random() < 0.4
    soon = chance.random()
    written = end + chance.randrange(5, 40) * HOUR if soon < 0.7 else end + chance.randrange(60, 200) * HOUR
    return Event(
        name, kind, severity, start, end, {"alerts": alerts, "pager": pager, "changes": changes, "posts": posts},
        sorted([*log, *calm]), written if soon < 0.9 else None,
        end + chance.randrange(4, 9) * DAY if reviewed else None, chance.randrange(1, 6),
    )  # fmt: skip


def _action(chance: random.Random, event: Event, place: int) -> Act:
    words, effect = event.family.fixes[place % len(event.family.fixes)]
    due = date.fromisoformat(day(event.end)) + timedelta(days=chance.choice((35, 45, 60, 90)))
    ends = int(datetime(due.year, due.month, due.day, 12, tzinfo=UTC).timestamp()) * NS
    opened, luck = event.end + 25 * DAY, chance.random()  # its ticket is made by then
    if luck < 0.12:
        closed = event.end + 10 * DAY + chance.randrange(1, 24) * HOUR
    elif luck < 0.62:
        closed = opened + (ends - opened) * chance.randrange(30, 95) // 100
    elif luck < 0.8:
        closed = ends + chance.randrange(3, 60) * DAY
    else:
        closed = None
    closed = closed // NS * NS if closed and closed < LAST - DAY else None
    check = closed + chance.randrange(4, 40) * HOUR // 2 if closed and chance.random() < 0.85 else None
    return Act(
        words, effect, event.family.team, due.isoformat(), noted=place % 3 == 2, closed=closed, verified=check,
        failed_first=check is not None and chance.random() < 0.1, quick=luck < 0.12,
    )  # fmt: skip
