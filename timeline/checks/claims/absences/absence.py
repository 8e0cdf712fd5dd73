"""Absences: a record in the span refutes them, a gap or a kind that nobody collected leaves them open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from timeline.checks.claims.absences import spans
from timeline.checks.claims.absences.denials import Denial, denials
from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.phrases import english_denials as english
from timeline.checks.claims.plain import Span
from timeline.checks.claims.report import report
from timeline.checks.claims.words import counts
from timeline.checks.claims.words.actors import PROGRAM, actor_of
from timeline.checks.claims.words.collected import is_given
from timeline.checks.claims.words.patterns import any_of
from timeline.checks.claims.words.terms import Terms
from timeline.checks.findings import Finding
from timeline.model import Fact, Gap
from timeline.order import of_kind

RULE = "claim-absence"
#: `no deploy followed X`, `no alert preceded it`
_FOLLOWED = re.compile(
    r"\s{1,3}(?:was |ever |had )?(?:followed|came after|succeeded|(?P<before>preceded|came before|came ahead of))\b",
    re.IGNORECASE,
)
_ONLY = re.compile(
    rf"(?<![\w-])(?:the|our|its)\s(?:only|sole|one and only|single)\s(?P<noun>{any_of(english.DENIED)})(?![\w-])"
    r"(?=\s(?:of|in|during|throughout)\s(?:the|this|that)\s(?:incident|outage|day|night|whole incident|disruption)\b"
    r"|\s(?:was|were|came|went|happened|fired|took place|we|that we|that day|that night|made|sent|posted)\b|[,.;:]|\s{1,4}\()",
    re.IGNORECASE,
)
#: The kinds of each sort that is denied.
KINDS: Mapping[str, tuple[str, ...]] = {
    **counts.SORTS,
    "message": ("chat.message", "chat.deleted"),
    "release": ("change.released", *counts.SORTS["deploy"]),
    "change": (
        "deploy.started", "deploy.finished", "deploy.failed", "deploy.rolled_back", "change.merged", "change.tagged", "change.released",
        "change.flag", "change.config", "change.scale", "change.removed",
    ),
    "error": ("log.first_seen", "trace.first_error"),
    "log": ("log.first_seen", "log.rate_changed"),
    "flag": ("change.flag",),
    "config": ("change.config",),
    "resolution": ("alert.resolved",),
}  # fmt: skip
_CALLED = {
    "page": "notification", "status": "status post", "acknowledgement": "acknowledgement", "flag": "change of a flag", "config": "change of configuration",
    "error": "first error", "resolution": "end of an alert", "deletion": "deleted message", "edit": "edited message",
}  # fmt: skip


def read(claim: Claim, ground: Ground) -> Iterator[Finding]:
    """Find what a sentence says that there was none of, and was, or may have been."""
    if claim.quoted or claim.kind == "actions" or claim.asks:
        return
    yield from _alone(claim, ground)
    for denial in denials(claim, ground):
        clause = claim.clause_at(denial.span.start)
        span = spans.span_of(claim, clause, ground)
        if span and not span.narrow:
            follows = _FOLLOWED.match(claim.plain.text, denial.span.end)
            if denial.again or follows:
                span = spans.beside_cited(claim, ground, before=bool(follows and follows["before"]))
        elif span is None and denial.again:
            span = spans.after_own(claim, clause, denial.alerts or denial.names, ground)
        elif span and denial.again and (after := spans.beside_cited(claim, ground)):
            span = spans.later(span, after)
        if not is_given(ground, KINDS[denial.sort]):
            what = _CALLED.get(denial.sort, denial.sort)
            message = f"no source of this build records any {what}: whether there was one is not known"
            findings = [report(RULE, claim, denial.span, message)]
        elif span and (span.named or not denial.without):
            findings = list(_check(claim, denial, span, ground))
        else:
            continue
        if claim.citations or (span and span.narrow):
            yield from findings
        elif span and span.named:  # what cites nothing, and names no time, may speak of something else
            yield from (one._replace(severity="warning") for one in findings)


def _alone(claim: Claim, ground: Ground) -> Iterator[Finding]:
    """Find what is called the only one of its sort, and is not: `the only deploy of the incident (f-…)`."""
    for match in _ONLY.finditer(claim.plain.text, *claim.span):
        sort = english.DENIED[" ".join(match["noun"].lower().split())]
        if (
            sort not in counts.SORTS
            or claim.plain.is_code(match.start())
            or claim.plain.is_quoted(match.start())
        ):
            continue
        span = counts.scope(ground, window=False)
        facts = counts.within(of_kind(ground.facts, *KINDS[sort]), span)[0]
        cited = [fact for fact in ground.facts_of(claim.citations) if fact.kind in KINDS[sort]]
        mine = {key for fact in cited for key in _life(fact)}
        others = [fact for fact in facts if not mine & set(_life(fact))]
        lives = {fact.thread or fact.id for fact in others}
        if len(lives) >= (1 if cited else 2) and len(cited) < 2 and claim.own:
            what = _CALLED.get(sort, sort)
            message = f"it is not the only {what} of the incident: {others[0].id}, {others[0].statement}"
            yield report(RULE, claim, Span(*match.span()), message, about=others)


def _life(fact: Fact) -> Iterator[str]:
    """Yield by what two facts are of one thing: their life, or when their source has both."""
    yield fact.thread or fact.id
    yield f"{fact.source} {fact.earliest} {fact.latest}"


def _check(claim: Claim, denial: Denial, span: spans.Denied, ground: Ground) -> Iterator[Finding]:
    kinds = KINDS[denial.sort]
    facts = list(_meant(claim, denial, kinds, ground))
    sure, _ = counts.within(facts, span.sure)
    if denial.nth > 1 and len(sure) < denial.nth:
        return
    what = _CALLED.get(denial.sort, denial.sort)
    if sure:
        more = f" and {len(sure) - 1} more" if len(sure) > 1 else ""
        message = f"a record says otherwise of {span.words}: {sure[0].id}, {sure[0].statement}{more}"
        yield report(RULE, claim, denial.span, message, about=sure)
    elif hidden := counts.gaps(ground, kinds, span.sure):
        yield _gap(claim, denial, hidden, span, what, ground)
    elif open_ones := _unsure(claim, facts, span, ground):
        message = (
            f"whether {open_ones[0].id} lies in {span.words} is not determined: {open_ones[0].statement}"
        )
        yield report(RULE, claim, denial.span, message, about=open_ones, severity="warning")


def _unsure(claim: Claim, facts: Sequence[Fact], span: spans.Denied, ground: Ground) -> list[Fact]:
    """Return the facts that may lie in a span; what is cited, or came together with it, is its edge."""
    cited = ground.facts_of(claim.citations)
    edges = {fact.id for fact in cited} | {(fact.source, fact.earliest, fact.latest) for fact in cited}
    may = counts.within(facts, span.wide)[1]
    return [one for one in may if not {one.id, (one.source, one.earliest, one.latest)} & edges]


def _gap(
    claim: Claim, denial: Denial, hidden: Sequence[Gap], span: spans.Denied, what: str, ground: Ground
) -> Finding:
    placed = [gap for gap in hidden if not _is_counted(gap, ground)]
    gap = (placed or hidden)[0]
    message = f"whether there was any {what} in {span.words} is not known: gap {gap.id} of {gap.source}, {gap.statement}"
    return report(RULE, claim, denial.span, message, about=hidden, severity=None if placed else "warning")


def _is_counted(gap: Gap, ground: Ground) -> bool:
    """Tell whether rows are missing that cannot be placed: they were counted over the whole window."""
    window = ground.timeline.window
    return gap.reason == "undecodable" and gap.start <= window.start and gap.end >= window.end


def _meant(claim: Claim, denial: Denial, kinds: Sequence[str], ground: Ground) -> Iterator[Fact]:
    terms = ground.once(Terms)
    aside = {fact.id for fact in ground.facts_of(claim.citations)} if denial.other else frozenset[str]()
    for fact in of_kind(ground.facts, *kinds):
        if denial.alerts and str(fact.names.get("alert", "")).casefold() not in denial.alerts:
            continue
        if denial.people and actor_of(fact).startswith(PROGRAM):
            continue  # nobody wrote, and a bot did
        if fact.id not in aside and denial.names <= terms.of(fact):
            yield fact
