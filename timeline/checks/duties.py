"""Duties to report to a regulator that an incident's file names, and until when each report is due; pure.

Directive (EU) 2022/2555 (NIS2) Art. 23(4); Regulation (EU) 2022/2554 (DORA) Art. 19(4) with Delegated Regulation (EU) 2025/301
Art. 5(1); Regulation (EU) 2024/2847 (CRA) Art. 14(2) and (4).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from timeline import present
from timeline.checks.completeness import moment
from timeline.errors import UndecodableTimeError
from timeline.instant import DAY, HOUR, NS, parse_instant
from timeline.model import Timeline

#: Labels of the incident file: which duties, when people became aware, when it was classified, when a remedy was there.
DUTIES, AWARE, CLASSIFIED, REMEDY = "duties", "aware", "classified", "remedy"


class _Rule(NamedTuple):
    """A report: what it is called, by which article, and what its time runs from; `span` in ns, 0: a month."""

    name: str
    article: str
    since: str  # a label, or the name of the report that it follows
    span: int
    also: tuple[str, int] | None = None  # another label, by which it is due earlier


_RULES: Mapping[str, tuple[_Rule, ...]] = {
    "nis2": (
        _Rule("early warning", "NIS2 Art. 23(4)(a)", AWARE, 24 * HOUR),
        _Rule("notification", "NIS2 Art. 23(4)(b)", AWARE, 72 * HOUR),
        _Rule("final report", "NIS2 Art. 23(4)(d)", "notification", 0),
    ),
    "dora": (
        _Rule("initial notification", "DORA Art. 19(4)(a), RTS 2025/301 Art. 5(1)(a)", AWARE, 24 * HOUR, (CLASSIFIED, 4 * HOUR)),
        _Rule("intermediate report", "DORA Art. 19(4)(b), RTS 2025/301 Art. 5(1)(b)", "initial notification", 72 * HOUR),
        _Rule("final report", "DORA Art. 19(4)(c), RTS 2025/301 Art. 5(1)(c)", "intermediate report", 0),
    ),
    "cra": (
        _Rule("early warning", "CRA Art. 14(4)(a)", AWARE, 24 * HOUR),
        _Rule("notification", "CRA Art. 14(4)(b)", AWARE, 72 * HOUR),
        _Rule("final report", "CRA Art. 14(4)(c)", "notification", 0),
    ),
    "cra-vulnerability": (
        _Rule("early warning", "CRA Art. 14(2)(a)", AWARE, 24 * HOUR),
        _Rule("notification", "CRA Art. 14(2)(b)", AWARE, 72 * HOUR),
        _Rule("final report", "CRA Art. 14(2)(c)", REMEDY, 14 * DAY),
    ),
}  # fmt: skip
KNOWN: tuple[str, ...] = tuple(_RULES)


class Report(NamedTuple):
    """A report that is due (ns), what that is told by, when it was sent; `problem` says why nothing tells until when it is due."""

    duty: str
    name: str
    article: str
    due: int | None
    told_by: str
    sent: int | None = None
    problem: str = ""

    def text(self, now: int) -> str:
        """Return it as a line: due, and the time left."""
        head = f"{self.duty} {self.name} ({self.article})"
        if self.sent is not None:
            late = "" if self.due is None else ", in time" if self.sent <= self.due else ", late"
            return f"{head}: sent {moment(self.sent)}{late}"
        if self.due is None:
            return f"{head}: {self.problem}"
        size = present.duration(abs(self.due - now) / NS, up=False)
        return f"{head}: due {moment(self.due)}, {size} {'left' if self.due >= now else 'overdue'} ({self.told_by})"


def reports(timeline: Timeline) -> tuple[Report, ...]:
    """Return the reports of the duties that the incident names, in the order in which each is due."""
    labels = {" ".join(name.casefold().split()): text for name, text in timeline.incident.labels.items()}
    named = [part.strip().casefold() for part in labels.get(DUTIES, "").split(",")]
    return tuple(one for duty in dict.fromkeys(filter(None, named)) for one in _of(duty, labels, timeline))


def _of(duty: str, labels: Mapping[str, str], timeline: Timeline) -> Iterator[Report]:
    if duty not in _RULES:
        known = present.listed(list(KNOWN), "or")
        yield Report(duty, "duty", "unknown", None, "", problem=f"no such duty is known; it is {known}")
        return
    before: dict[str, tuple[int, str]] = {}
    for rule in _RULES[duty]:
        sent, problem = _labelled(labels, f"{duty} {rule.name}")
        since, told = _since(rule, labels, before, timeline)
        due = None if since is None else since + rule.span if rule.span else _month_after(since)
        if rule.also:
            earlier, wrong = _labelled(labels, rule.also[0])
            problem = problem or wrong
            if earlier is not None and (due is None or earlier + rule.also[1] < due):
                due, told = earlier + rule.also[1], f"{rule.also[0]} {moment(earlier)}"
        if problem:
            due = None
        yield Report(
            duty, rule.name, rule.article, due, told if due is not None else "", sent, problem or told
        )
        if sent is not None or due is not None:
            at = sent if sent is not None else due
            assert at is not None
            before[rule.name] = (at, "sent" if sent is not None else "at the latest")


def _since(
    rule: _Rule, labels: Mapping[str, str], before: Mapping[str, tuple[int, str]], timeline: Timeline
) -> tuple[int | None, str]:
    """Return what a report's time runs from and what tells it; without a time, why there is none."""
    if rule.since in (AWARE, REMEDY):
        at, problem = _labelled(labels, rule.since)
        if at is not None:
            return at, f"{rule.since} {moment(at)}"
        if problem or rule.since == REMEDY:
            return None, problem or f"it runs from the day a remedy is there: label {REMEDY!r}"
        return _aware(timeline)
    if rule.since not in before:
        return None, f"nothing tells when the {rule.since} is due"
    at, how = before[rule.since]
    return at, f"{rule.since} {how} {moment(at)}"


def _aware(timeline: Timeline) -> tuple[int | None, str]:
    """Return when people knew as the incident file or the facts tell: the earliest, for a duty waits for nobody."""
    if timeline.incident.detected is not None:
        return timeline.incident.detected, f"detected {moment(timeline.incident.detected)}"
    kinds = ("incident.declared", "incident.detected", "alert.acknowledged")
    told = [one for one in timeline.facts if one.kind in kinds]
    if not told:
        return None, f"nothing tells when people became aware: label {AWARE!r}"
    first = min(told, key=lambda one: (one.latest, one.id))
    at = first.latest if first.earliest is None else first.earliest
    return at, f"aware by fact {first.id}, {moment(at)}"


def _labelled(labels: Mapping[str, str], name: str) -> tuple[int | None, str]:
    text = labels.get(name)
    if text is None:
        return None, ""
    try:
        return parse_instant(text), ""
    except UndecodableTimeError:
        return None, f"label {name!r} is no time with a zone, such as 2026-11-12T14:13:00Z"


def _month_after(at: int) -> int:
    """Return the same time of the same day a month later; of a day that month lacks, its last."""
    seconds, rest = divmod(at, NS)
    begun = datetime.fromtimestamp(seconds, UTC)
    year, month = (begun.year + 1, 1) if begun.month == 12 else (begun.year, begun.month + 1)
    later = begun.replace(year=year, month=month, day=min(begun.day, monthrange(year, month)[1]))
    return int(later.timestamp()) * NS + rest
