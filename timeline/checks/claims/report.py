"""A finding about words of a claim: where they stand, what the facts say, and the reference that says it right."""

from __future__ import annotations

from collections.abc import Iterable

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Cited
from timeline.checks.claims.plain import Span
from timeline.checks.findings import Finding, Fix, finding
from timeline.checks.rules import Severity
from timeline.model import Fact, Gap, Impact, Measure
from timeline.present import bounds, date, duration_range
from timeline.text import number

_MOST = 5  # facts that a finding lists
_LONGEST = 200  # characters of a statement


def report(
    rule: str, claim: Claim, span: Span, message: str, *, about: Iterable[Cited] = (), expected: str = "",
    reference: str = "", severity: Severity | None = None,
) -> Finding:  # fmt: skip
    """Make a finding about the words at a span of a claim.

    `about` are the facts and numbers that say otherwise; `reference` (timeline.references) stands for what would be
    right, and is offered where the words stand on one line and in no note.
    """
    begin, end = claim.position(span.start), claim.position(span.end)
    fix = None
    if reference and begin.line == end.line and not claim.note:
        fix = Fix(begin.line, begin.column, end.column, reference)
    made = finding(
        rule, begin.line, message, column=begin.column, end_line=end.line, end_column=end.column, claim=claim.shown,
        mark=claim.plain.raw[span.start : span.end], bounds=[said(one) for one in list(about)[:_MOST]],
        expected=expected, fix=fix,
    )  # fmt: skip
    return made if severity is None else made._replace(severity=severity)


def said(one: Cited) -> str:
    """Return what a fact, a gap, a measure or a number says, with its id and bounds, on one line."""
    match one:
        case Fact():
            return (
                f"{one.id}: {_cut(one.statement)}, {date(one.latest)} {bounds(one.earliest, one.latest)} UTC"
            )
        case Gap():
            return f"{one.id}: {one.source}: {_cut(one.statement)}, {date(one.start)} {bounds(one.start, one.end)} UTC"
        case Measure():
            if one.min_s is None or one.max_s is None:
                return f"{one.name}: {_cut(one.reason or 'not known')}"
            return f"{one.name}: {duration_range(one.min_s, one.max_s)}"
        case Impact():
            amount = "not known" if one.value is None else f"{number(one.value)} {one.unit}"
            return f"{one.id}: {one.name}: {amount}, over the {one.span}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
