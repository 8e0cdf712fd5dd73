"""The model: facts, gaps, measures, panels and the timeline, as the JSON Schema publishes them.

Every record is a frozen msgspec Struct: instants are nanoseconds, mappings are never written to. How a
record looks in JSON is in `timeline.record`, many facts at once in `timeline.wire`.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import field

from timeline.canonical import canonical, sha256, short_id
from timeline.kinds import Category, Kind
from timeline.record import Instant as Instant
from timeline.record import Labels as Labels
from timeline.record import Names as Names
from timeline.record import Number as Number
from timeline.record import Record as Record
from timeline.record import plain
from timeline.text import line

SCHEMA_VERSION = "2.0"

GapReason = Literal[
    "unreachable", "unauthorised", "rate_limited", "timed_out", "truncated", "partial", "past_retention",
    "never_recorded", "not_yet", "restricted", "encrypted", "undecodable", "not_refreshed", "conflict",
]  # fmt: skip


#: Rules that link what several records tell of one event (`timeline.linked`).
LINKS = frozenset({
    "same commit", "same change", "same deploy", "same run", "same alert", "alert by its key", "end by its key", "alert by its name",
    "message of a deploy", "same chain", "named by its sender", "rollout of a sync",
})  # fmt: skip
#: Begins what a gap lacks where a source did not tell who people are: their names stay in quotes.
NAMES_OF = "names of "


class Subject(Record, frozen=True, kw_only=True):
    """What a fact is about."""

    service: str | None = None
    component: str | None = None
    environment: str | None = None
    labels: Labels = field(default_factory=dict)


class Quote(Record, frozen=True, kw_only=True):
    """A person's or a system's own words, at most 4,000 characters; the whole is in the payload."""

    text: str
    truncated: bool = False
    edited_at: Instant | None = None


class Quantity(Record, frozen=True, kw_only=True):
    """A measured value with its unit, and the threshold and operator it was compared with."""

    value: Number | None = None
    unit: str | None = None
    threshold: Number | None = None
    op: str | None = None


class Related(Record, frozen=True, kw_only=True):
    """Another fact, and the named rule that ties it to this one."""

    fact: str
    rule: str


class Evidence(Record, frozen=True, kw_only=True):
    """Where a fact can be opened: payload (SHA-256), pointer in it, the query, the source's page."""

    source: str
    payload: str | None = None
    pointer: str | None = None
    query: str | None = None
    link: str | None = None


class Content(Record, frozen=True, kw_only=True):
    """What a fact says; the part that citations, diffs and sign-off compare.

    `statement` is the view of `kind` and `names` (`timeline.statements`): it is kept for readers and never parsed.
    """

    kind: Kind
    category: Category
    earliest: Instant | None
    latest: Instant
    time_means: str
    clock: str
    surfaced: Instant | None
    subject: Subject = Subject()
    statement: str
    names: Names = field(default_factory=dict)
    quote: Quote | None = None
    quantity: Quantity | None = None
    actor: str | None = None
    thread: str | None = None
    related: tuple[Related, ...] = ()


class Fact(Content, frozen=True, kw_only=True):
    """Something a machine or a person recorded at a time; never says why."""

    id: str
    source: str
    evidence: tuple[Evidence, ...] = ()
    panel: str | None = None  # the panel that draws it
    variants: tuple[Content, ...] = ()
    last_seen: int | None = None  # collection that last saw a record its source no longer gives

    def content(self) -> Content:
        """Return what the fact says, without id, source, evidence and variants."""
        return Content(**{name: getattr(self, name) for name in Content.__struct_fields__})

    def content_digest(self) -> str:
        """Return the SHA-256 over the canonical content.

        `names` are no part of it, for `statement` says them: what was cited before facts had names still holds. Nor are
        links: what other records tell of the same event changes nothing of what this one says.
        """
        content = self.content()
        if any(tie.rule in LINKS for tie in content.related):
            content = content.replace(related=tuple(tie for tie in content.related if tie.rule not in LINKS))
        return sha256(canonical({name: value for name, value in plain(content).items() if name != "names"}))


class Gap(Record, frozen=True, kw_only=True):
    """What a source could not give, for `[start, end)`, and why."""

    id: str
    source: str
    start: Instant
    end: Instant
    reason: GapReason
    statement: str
    missing: str | None = None
    evidence: tuple[Evidence, ...] = ()


class Measure(Record, frozen=True, kw_only=True):
    """A duration in seconds as a range between two facts, or the reason why there is none.

    `formula` names the two points, the later minus the earlier.
    """

    name: str
    from_: str | None = field(default=None, name="from")
    to: str | None = None
    min_s: Number | None = None
    max_s: Number | None = None
    reason: str | None = None
    formula: str | None = None


class Impact(Record, frozen=True, kw_only=True):
    """A number over `[start, end)` that a configured query gave: what could not be read is no part of it.

    `take` is `integral` (the query's value summed over time, `per` seconds each), `max` (its highest
    value) or `budget` (what of an objective's error budget was burnt, in per cent). `span` says what `[start, end)` is: the `window`, or the unpadded `incident`.
    """

    id: str
    source: str
    name: str
    unit: str
    query: str
    take: str
    span: str
    labels: Labels = field(default_factory=dict)
    start: Instant
    end: Instant
    value: Number | None
    read_s: Number
    missing_s: Number
    evidence: tuple[Evidence, ...] = ()


class Reconciled(Record, frozen=True, kw_only=True):
    """What thresholds and alerts say of each other: stated, not judged.

    `from_` is the first of `count` facts it is about; `to`, where there is one, the alert it is
    compared with, `min_s` to `max_s` seconds later.
    """

    name: str
    from_: str = field(name="from")
    to: str | None = None
    count: int
    min_s: Number | None = None
    max_s: Number | None = None
    statement: str


class Threshold(Record, frozen=True, kw_only=True):
    """A named limit drawn in a panel."""

    name: str
    op: str
    value: Number | None


class Series(Record, frozen=True, kw_only=True):
    """One drawn series: labels, the payload with its drawing data, and pointers into it.

    `high` and `low` are RFC 6901 pointers to the `values` arrays ([[seconds, "value"], ...])
    of the maximum and the minimum of each step.
    """

    labels: Labels
    payload: str
    high: str
    low: str


class Panel(Record, frozen=True, kw_only=True):
    """What the chart draws: one query, its thresholds, and `shown` of `of` series."""

    id: str
    source: str
    title: str
    unit: str | None
    query: str
    thresholds: tuple[Threshold, ...] = ()
    series: tuple[Series, ...] = ()
    shown: int = 0
    of: int = 0


class Person(Record, frozen=True, kw_only=True):
    """An identity that records mention: its names are replaced by a pseudonym in every output."""

    identity: str
    names: tuple[str, ...] = ()
    bot: bool = False


class Window(Record, frozen=True, kw_only=True):
    """A half-open interval `[start, end)` of UTC instants."""

    start: Instant
    end: Instant


class Incident(Record, frozen=True, kw_only=True):
    """The incident as its file or the flags tell it; times in it are a person's claims."""

    id: str
    title: str | None = None
    severity: str | None = None
    start: Instant | None = None
    end: Instant | None = None
    services: tuple[str, ...] = ()
    alert: str | None = None
    detected: Instant | None = None
    mitigated: Instant | None = None
    resolved: Instant | None = None
    roles: Labels = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    labels: Labels = field(default_factory=dict)


class Timeline(Record, frozen=True, kw_only=True):
    """Incident, window, facts, gaps, measures, panels, impact, reconciliation, and how it was built."""

    schema_version: str = SCHEMA_VERSION
    incident: Incident
    window: Window
    facts: tuple[Fact, ...]
    gaps: tuple[Gap, ...]
    measures: tuple[Measure, ...]
    panels: tuple[Panel, ...]
    impact: tuple[Impact, ...] = ()
    reconciliation: tuple[Reconciled, ...] = ()
    digest: str = ""
    provenance: Any = None


def gap(
    source: str, reason: GapReason, start: int, end: int, statement: str, *,
    missing: str | None = None, evidence: tuple[Evidence, ...] = (),
) -> Gap:  # fmt: skip
    """Make a gap with its id: the same gap read again has the same id."""
    statement = line(statement)  # it may quote what a source answered
    identity = short_id("g", [1, source, reason, start, end, statement])
    return Gap(
        id=identity, source=source, start=start, end=end, reason=reason, statement=statement,
        missing=missing, evidence=evidence,
    )  # fmt: skip
