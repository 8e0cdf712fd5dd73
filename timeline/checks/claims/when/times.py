"""Times and dates in prose against the bounds of the facts that they are said of: rule `claim-time`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Cited, Ground
from timeline.checks.claims.phrases import english_context as english
from timeline.checks.claims.plain import Span
from timeline.checks.claims.report import report
from timeline.checks.claims.when import amounts, cited, context, elsewhen, mentions
from timeline.checks.claims.when.cited import Bounds
from timeline.checks.claims.when.lives import begins, ends, repeats
from timeline.checks.claims.when.naming import is_of_several, meant, ordinal
from timeline.checks.claims.when.relation import Relation, relation
from timeline.checks.claims.when.retold import is_told
from timeline.checks.claims.when.written import Written
from timeline.checks.findings import Finding
from timeline.instant import DAY, MINUTE, NS
from timeline.model import Fact
from timeline.written.wallclock import WallClock, zone

RULE = "claim-time"
#: `2 pm` is half past one to three; as a bound it is ten minutes around the hour.
_EARLY, _LATE = 20 * MINUTE, 50 * MINUTE
_ZONED = re.compile(r"[\s(]{0,3}(?:UTC|GMT|Z\b|[+−-]\d|[A-Z][a-z]{1,20}[/ ]|[A-Z]{2,5}\b)")
_ENDING, _BEGINNING, _GOING_ON = (
    re.compile(phrase, re.IGNORECASE) for phrase in (english.ENDING, english.BEGINNING, english.GOING_ON)
)
_LATER = re.compile(english.LATER, re.IGNORECASE)
_WAY = re.compile(r"\s(?:(?P<before>before|ahead of|prior to)|after)\s", re.IGNORECASE)
_DISTANCE = re.compile(r"[\s,(–—-]{1,5}(?:i\.e\.\s|some\s|a\sgood\s)?")
_MOST, _DAYS = 10, 7 * 86_400  # durations of a sentence, and how long one may be (s)
#: Before a time: what was so began then.
_SINCE = re.compile(r"\b(?:from|since|as of)\s(?:about\s|around\s)?$", re.IGNORECASE)
_AGAIN = re.compile(english.AGAIN, re.IGNORECASE)
#: Kinds that end what was so: of them alone `until` is a moment.
_ENDS = frozenset(
    {"alert.resolved", "alert.pending_ended", "metric.crossed_below", "metric.absent", "incident.mitigated", "incident.resolved",
     "deploy.finished", "deploy.failed", "deploy.rolled_back", "deploy.cancelled",
     "alert.unsilenced", "alert.unacknowledged", "alert.data_returned"}
)  # fmt: skip


def check(claim: Claim, ground: Ground) -> Iterator[Finding]:
    """Find times and dates that no fact they are said of meets."""
    if context.claims_nothing(claim) or context.of_another(claim, ground):
        return
    units = mentions.units(claim)
    spans = [Span(one[0].span.start, one[-1].span.end) for one in units]
    for place, unit in enumerate(units):
        if not all(context.is_so(claim, one.span) for one in unit) or any(one.clocks == () for one in unit):
            continue
        if context.is_of_absence(claim, unit[0].span) or elsewhen.is_refused(claim, unit[0]):
            continue
        if elsewhen.is_of_incident(claim, unit, ground):
            continue
        items = ground.cited(cited.belonging(claim, spans, place))
        facts = cited.bounds(_meant(claim, unit[0], items, ground), ground)
        if facts and not any(cited.is_open(one) and len(unit) > 1 for one in facts):
            yield from (
                _range(claim, unit, facts, ground)
                if len(unit) > 1
                else _one(claim, unit[0], units, facts, ground)
            )


def _meant(claim: Claim, one: Written, items: Sequence[Cited], ground: Ground) -> list[Cited]:
    """Put the firing that `for the last time` means in the place of the one that is cited."""
    clause = claim.clause_at(one.span.start)
    words = claim.plain.text[clause.start : clause.end]
    if _AGAIN.search(words):
        return [*items, *(fact for item in items if isinstance(item, Fact) for fact in repeats(item, ground))]
    if ordinal(words) is None or is_of_several(words):
        return list(items)
    made: list[Cited] = []
    for item in items:
        made += meant(item, words, ground) if isinstance(item, Fact) else [item]
    return made


def _one(
    claim: Claim, one: Written, units: Sequence[Sequence[Written]], facts: Sequence[Bounds], ground: Ground
) -> Iterator[Finding]:  # fmt: skip
    how = _relation(claim, one, units)
    if any(_meets(one, how, fact) for fact in facts):
        return
    if one.is_day and elsewhen.is_history(claim, one, facts):
        return
    if is_told(claim, one, facts):
        return
    if _is_during(claim, one, facts, ground) or _is_anchor(claim, one, facts):
        return
    exact = how._replace(way="at")
    if any(_meets(one, exact, other) for other in _others(facts, ground, _before(claim, one, units))):
        return
    yield _finding(claim, one, facts)


def _is_anchor(claim: Claim, one: Written, facts: Sequence[Bounds]) -> bool:
    """Tell whether the fact is told by its distance from a time: `at 14:05 X; nine minutes later Y`, `at 14:05, 9 min before Y`."""
    clause, text = claim.clause_at(one.span.start), claim.plain.text
    spans = list[tuple[int, int]]()
    for each in islice(amounts.typed(text, one.span.end, claim.span.end), _MOST):
        low, high = int(each.low * NS), int(min(each.high, _DAYS) * NS)
        if each.span.start >= clause.end and _LATER.match(text, each.span.end):
            spans.append((low, high))
        elif _DISTANCE.fullmatch(text, one.span.end, each.span.start) and (
            way := _WAY.match(text, each.span.end)
        ):
            spans.append((low, high) if way["before"] else (-high, -low))
    return any(
        a + low <= fact.last and fact.first <= b + high
        for fact in facts
        for a, b in one.near(fact.first, fact.last)
        for low, high in spans
    )


def _is_during(claim: Claim, one: Written, facts: Sequence[Bounds], ground: Ground) -> bool:
    """Tell whether a time lies in what a fact begins, and the clause says what was going on then: `was firing at`."""
    clause = claim.clause_at(one.span.start)
    since = _SINCE.search(claim.plain.text, max(clause.start, one.span.start - 30), one.span.start)
    if since or not _GOING_ON.search(context.own_words(claim, clause)):
        return False
    for fact in facts:
        for end in cited.bounds(ends(fact.item, ground) if isinstance(fact.item, Fact) else [], ground):
            if _meets(one, Relation("at"), fact._replace(last=end.last)):
                return True
    return False


def _relation(claim: Claim, one: Written, units: Sequence[Sequence[Written]]) -> Relation:
    """Read the words before a time, past the day that stands between them and it."""
    start = one.span.start
    for other in (unit[-1] for unit in units):
        if other.is_day != one.is_day and 0 <= start - other.span.end <= 5:
            start = other.span.start
    return relation(claim.plain.text, claim.clause_at(one.span.start).start, start, one.span.end)


def _before(claim: Claim, one: Written, units: Sequence[Sequence[Written]]) -> str:
    """Return the words before a time, since the last time or citation."""
    marks = [other.span.end for unit in units for other in unit] + [
        citation.end for citation in claim.citations
    ]
    start = max((end for end in marks if end <= one.span.start), default=claim.span.start)
    return f"{context.column(claim, one.span.start)} {claim.plain.text[start : one.span.start]}"


def _others(facts: Sequence[Bounds], ground: Ground, words: str) -> list[Bounds]:
    """Return the other ends of what the facts begin or end, where the words are of that end."""
    own = [fact.item for fact in facts if isinstance(fact.item, Fact)]
    made = [end for fact in own for end in ends(fact, ground)] if _ENDING.search(words) else []
    if _BEGINNING.search(words):
        made += [begin for fact in own for begin in begins(fact, ground)]
    return cited.bounds(made, ground)


def _meets(one: Written, how: Relation, fact: Bounds) -> bool:
    """Tell whether a time may be the fact's; where no date is written, the one nearest to the fact is meant."""
    first = fact.last - DAY if cited.is_open(fact) else fact.first
    intervals = [(a - how.earlier, b + how.later) for a, b in one.near(first, fact.last)]
    if not intervals or (cited.is_open(fact) and how.way == "at"):
        return not intervals or any(a <= fact.last for a, _ in intervals)
    way = how.way
    if way == "until":
        way = "at" if isinstance(fact.item, Fact) and fact.item.kind in _ENDS else "no_later"
    if way == "at":
        return any(a <= fact.last and first <= b for a, b in intervals)
    if one.is_hour:
        intervals = [(a + _EARLY, b - _LATE) for a, b in intervals]
    nearest = min(elsewhen.apart(interval, first, fact.last) for interval in intervals)
    near = [one for one in intervals if elsewhen.apart(one, first, fact.last) == nearest]
    if way == "no_later":
        return any(fact.first <= b for _, b in near)
    return any(fact.last >= a for a, _ in near)


def _range(
    claim: Claim, unit: Sequence[Written], facts: Sequence[Bounds], ground: Ground
) -> Iterator[Finding]:
    """Compare a span of time: with the span between two facts, else with what one fact begins."""
    at = [_relation(claim, one, [unit]) for one in unit]
    at = [Relation("at", how.earlier, how.later) for how in at]
    hull = Bounds(min(one.first for one in facts), max(one.last for one in facts), facts[0].item)
    reach = max((one.last for one in _others(facts, ground, "until")), default=hull.last)
    if len({id(one.item) for one in facts}) > 1:
        for one, how in zip(unit, at, strict=True):
            if not _meets(one, how, hull._replace(last=max(hull.last, reach))):
                yield _finding(claim, one, facts)
        return
    (begin, end), (first, last) = unit, at
    starts, stops = begin.near(hull.first, hull.last), end.near(hull.first, hull.last)
    spans = any(
        a <= hull.last and hull.first <= b
        for a, _ in starts
        for _, b in stops
        if a - last.later <= b < a + DAY
    )
    others = _others(facts, ground, "until since")
    if others and _meets(begin, first, hull) and not _meets(end, last, hull):
        whole = Bounds(
            min(hull.first, *(o.first for o in others)), max(hull.last, *(o.last for o in others)), hull.item
        )
        if not _meets(end, last, whole):
            yield _finding(claim, end, [*facts, *others])
        return
    if not spans and not any(
        _meets(one, how, other) for one, how in zip(unit, at, strict=True) for other in (hull, *others)
    ):
        yield _finding(claim, begin, facts)


def _finding(claim: Claim, one: Written, facts: Sequence[Bounds]) -> Finding:
    single = facts[0].item if len({id(fact.item) for fact in facts}) == 1 else None
    typed = " ".join(claim.plain.text[one.span.start : one.span.end].split())
    what = "the cited fact" if single is not None else "any of the cited facts"
    expected = _expected(claim, one, facts[0]) if single is not None and not cited.is_open(facts[0]) else ""
    fix = f"{{{single.id}:time}}" if isinstance(single, Fact) and not one.is_day and claim.own else ""
    return report(
        RULE, claim, one.span, f"{typed!r} is not when {what} was", about=[fact.item for fact in facts],
        expected=expected, reference=fix,
    )  # fmt: skip


def _expected(claim: Claim, one: Written, fact: Bounds) -> str:
    """Return the fact's time as the other was typed: by its clock, as finely."""
    clock = (one.clocks or (WallClock(0),))[0]
    wall = _wall(clock, fact.last)
    if one.is_day:
        return f"{wall:%Y-%m-%d}"
    typed = claim.plain.text[one.span.start : one.span.end]
    form = "%H:%M:%S" if one.cells[0][1] < MINUTE else "%H:%M"
    named = _ZONED.search(typed)
    return f"{wall:{form}}{typed[named.start() :] if named else ''}".strip()


def _wall(clock: WallClock, instant: int) -> datetime:
    shift = clock.offset or 0
    moment = datetime.fromtimestamp((instant + shift) // NS, UTC)
    return moment.astimezone(zone(clock.place)) if clock.place else moment
