"""The model: facts, gaps, measures, panels and the timeline, as the JSON Schema publishes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from timeline.canonical import canonical, sha256, short_id
from timeline.instant import Instant
from timeline.kinds import Category, Kind
from timeline.text import line

SCHEMA_VERSION = "1.1"

GapReason = Literal[
    "unreachable", "unauthorised", "rate_limited", "timed_out", "truncated", "partial", "past_retention",
    "not_yet", "restricted", "encrypted", "undecodable", "not_refreshed", "conflict",
]  # fmt: skip


def _pairs(value: Any) -> Any:
    return tuple(sorted((str(k), str(v)) for k, v in value.items())) if isinstance(value, dict) else value


#: A frozen mapping of strings: sorted pairs inside, an object in JSON.
Labels = Annotated[
    tuple[tuple[str, str], ...],
    BeforeValidator(_pairs),
    PlainSerializer(dict, return_type=dict[str, str]),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "string"}}),
]


def _number(value: Any) -> Any:
    return float(value.replace("Inf", "inf")) if isinstance(value, str) else value


#: A float whose non-finite values are the strings "+Inf", "-Inf" and "NaN" in JSON.
Number = Annotated[
    float,
    BeforeValidator(_number),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"enum": ["+Inf", "-Inf", "NaN"]}]}),
]


class Frozen(BaseModel):
    """Base of every record: frozen; unknown members from newer minor versions are kept."""

    model_config = ConfigDict(
        frozen=True, extra="allow", validate_by_name=True, ser_json_inf_nan="constants", defer_build=True
    )


class Subject(Frozen):
    """What a fact is about."""

    service: str | None = None
    component: str | None = None
    environment: str | None = None
    labels: Labels = ()


class Quote(Frozen):
    """A person's or a system's own words, at most 4,000 characters; the whole is in the payload."""

    text: str
    truncated: bool = False
    edited_at: Instant | None = None


class Quantity(Frozen):
    """A measured value with its unit, and the threshold and operator it was compared with."""

    value: Number | None = None
    unit: str | None = None
    threshold: Number | None = None
    op: str | None = None


class Related(Frozen):
    """Another fact, and the named rule that ties it to this one."""

    fact: str
    rule: str


class Evidence(Frozen):
    """Where a fact can be opened: payload (SHA-256), pointer in it, the query, the source's page."""

    source: str
    payload: str | None = None
    pointer: str | None = None
    query: str | None = None
    link: str | None = None


class Content(Frozen):
    """What a fact says; the part that citations, diffs and sign-off compare."""

    kind: Kind
    category: Category
    earliest: Instant | None
    latest: Instant
    time_means: str
    clock: str
    surfaced: Instant | None
    subject: Subject = Subject()
    statement: str
    quote: Quote | None = None
    quantity: Quantity | None = None
    actor: str | None = None
    thread: str | None = None
    related: tuple[Related, ...] = ()


class Fact(Content):
    """Something a machine or a person recorded at a time; never says why."""

    id: str
    source: str
    evidence: tuple[Evidence, ...] = ()
    variants: tuple[Content, ...] = ()
    last_seen: int | None = None  # collection that last saw a record its source no longer gives

    def content(self) -> Content:
        """Return what the fact says, without id, source, evidence and variants."""
        return Content.model_construct(**{name: getattr(self, name) for name in Content.model_fields})

    def content_digest(self) -> str:
        """Return the SHA-256 over the canonical content."""
        return sha256(canonical(self.content().model_dump(mode="json")))


class Gap(Frozen):
    """What a source could not give, for `[start, end)`, and why."""

    id: str
    source: str
    start: Instant
    end: Instant
    reason: GapReason
    statement: str
    missing: str | None = None
    evidence: tuple[Evidence, ...] = ()


class Measure(Frozen):
    """A duration in seconds as a range between two facts, or the reason why there is none.

    `formula` names the two points, the later minus the earlier.
    """

    name: str
    from_: str | None = Field(default=None, alias="from")
    to: str | None = None
    min_s: Number | None = None
    max_s: Number | None = None
    reason: str | None = None
    formula: str | None = None


class Impact(Frozen):
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
    labels: Labels = ()
    start: Instant
    end: Instant
    value: Number | None
    read_s: Number
    missing_s: Number
    evidence: tuple[Evidence, ...] = ()


class Reconciled(Frozen):
    """What thresholds and alerts say of each other: stated, not judged.

    `from_` is the first of `count` facts it is about; `to`, where there is one, the alert it is
    compared with, `min_s` to `max_s` seconds later.
    """

    name: str
    from_: str = Field(alias="from")
    to: str | None = None
    count: int
    min_s: Number | None = None
    max_s: Number | None = None
    statement: str


class Threshold(Frozen):
    """A named limit drawn in a panel."""

    name: str
    op: str
    value: Number | None


class Series(Frozen):
    """One drawn series: labels, the payload with its drawing data, and pointers into it.

    `high` and `low` are RFC 6901 pointers to the `values` arrays ([[seconds, "value"], ...])
    of the maximum and the minimum of each step.
    """

    labels: Labels
    payload: str
    high: str
    low: str


class Panel(Frozen):
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


class Person(Frozen):
    """An identity that records mention: its names are replaced by a pseudonym in every output."""

    identity: str
    names: tuple[str, ...] = ()
    bot: bool = False


class Window(Frozen):
    """A half-open interval `[start, end)` of UTC instants."""

    start: Instant
    end: Instant


class Incident(Frozen):
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
    roles: Labels = ()
    channels: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    labels: Labels = ()


class Timeline(Frozen):
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
