"""Numbers: of the impact, counts of what happened, and measured values, against what the timeline and the citations say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.phrases import english_words as english
from timeline.checks.claims.phrases.english_context import NOT_SO
from timeline.checks.claims.plain import Span
from timeline.checks.claims.report import report
from timeline.checks.claims.when import context
from timeline.checks.claims.when.written import times
from timeline.checks.claims.words import counts, impacts, measured
from timeline.checks.claims.words.collected import is_given
from timeline.checks.claims.words.nouns import Noun, is_partial, is_whole, is_window, noun
from timeline.checks.claims.words.numerals import Numeral, numerals, typed
from timeline.checks.claims.words.patterns import any_of
from timeline.checks.claims.words.terms import Terms, alerts, alerts_called
from timeline.checks.findings import Finding
from timeline.model import Fact, Impact
from timeline.references.grammar import reference
from timeline.text import number as shown

RULE = "claim-number"
_MOST = 60  # numbers of a sentence: more are a dump, and each reads its clause
_FIRED = re.compile(
    rf"(?<![\w-])(?:{any_of(english.FIRED)})(?:\s[\w'’-]{{1,20}}){{0,3}}\s{{1,3}}$", re.IGNORECASE
)

_PAGED = re.compile(
    r"\b(?:was|were|got|had been|have been) (?:paged|notified)(?:\s[\w'’-]{1,20}){0,2}\s{1,3}$", re.IGNORECASE
)
_FIRED_BEHIND = re.compile(
    rf"\s{{0,3}},?\s{{1,3}}(?:the\s|alert\s){{0,2}}\s{{0,2}}[\w.:-]{{1,80}}\s{{1,3}}(?:{any_of(english.FIRED)})(?![\w-])",
    re.IGNORECASE,
)
_IMAGINED = re.compile(r"\b(?:would|could|should|might) (?:have|be)\b", re.IGNORECASE)
_POSTED = re.compile(
    r"\bstatus\s?page (?:was|got|has been|had been) (?:updated|posted (?:on|to))\s{1,3}$"
    r"|\b(?:posted|wrote|updated) (?:(?:on|to) )?(?:the |our )status\s?page\s{1,3}$"
    r"|\bposted\s{1,3}$(?<=posted )",
    re.IGNORECASE,
)
#: `the index lag alert fired three times`
_ALERT = re.compile(r"\bthe\s((?:[a-z]{2,30}\s){1,3})(?:alert|alarm)\b", re.IGNORECASE)
#: `index lag alerted twice`
_SUBJECT = re.compile(
    rf"((?:[A-Za-z]{{2,30}}\s){{1,2}})(?:had\s|has\s)?(?:{any_of(english.FIRED)})\s{{1,3}}$", re.IGNORECASE
)
_CAME = re.compile(
    r"\b(?:failed|came(?: back| on)?|happened|occurred|returned|recurred|broke|flapped|dropped|hit(?: us)?|timed out|went down)\s{1,3}$",
    re.IGNORECASE,
)
_WAVES = re.compile(
    r"\s{1,3}(?:[a-z-]{2,20}\s{1,3}){0,2}?(?:waves?|bursts?|episodes?|bouts|spells|rounds|spikes|outbreaks)\b",
    re.IGNORECASE,
)
_IN_OR_OF = re.compile(r"\b(?:in|of|with|that|to)\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]?[a-z]{2,40}|[A-Z]{2,20}(?![a-z])")
_NOT_SO = re.compile(NOT_SO, re.IGNORECASE)
#: A hedge of the number itself, and what it missed.
_ESTIMATED = re.compile(
    r"\ban estimated\b|\b(?:targets?|goals?|always|could(?:\snot|n['’]t)?|cannot|usually|normally|typically|every time|meetings?|the plan (?:said|was|is)|planned|plan to|(?:weeks?|days?) ago)\b",
    re.IGNORECASE,
)
_OTHER_COLUMN = re.compile(
    r"\b(?:before|baseline|normal|usual|previous|expected|threshold|limit|SLO|target|budget|last (?:time|week|month|year))\b",
    re.IGNORECASE,
)
_ONLY = re.compile(r"\s(?:only|just|exactly|fired|:)\s{0,3}$", re.IGNORECASE)
_NO_MORE = re.compile(r"\b(?:not|no) more\b")
_AN_ALERT = re.compile(r"\b(?:alert|alarm)\b", re.IGNORECASE)
_IT_FIRED = re.compile(rf"\s{{1,3}}it\s{{1,3}}(?:{any_of(english.FIRED)})(?![\w-])", re.IGNORECASE)


def read(claim: Claim, ground: Ground) -> Iterator[Finding]:
    """Find numbers that are not those of the impact, of a count, or of what is cited."""
    if claim.quoted or claim.kind == "actions" or claim.asks:
        return
    clocks = [one.span for one in times(claim.plain.text, claim.span.start, claim.span.end)]
    for number in numerals(claim.plain.text, claim.span.start, claim.span.end)[:_MOST]:
        if claim.plain.is_code(number.start) or claim.plain.is_quoted(number.start):
            continue
        if any(span.holds(number.start) for span in clocks):
            continue  # `ten past two`
        clause = claim.clause_at(number.start)
        if _IMAGINED.search(claim.plain.text, clause.start, clause.end) or _is_of_another(
            claim, number, ground
        ):
            continue
        findings = _check(claim, number, ground)
        # What cites nothing may count something else.
        yield from findings if claim.citations else (one._replace(severity="warning") for one in findings)


def _is_of_another(claim: Claim, number: Numeral, ground: Ground) -> bool:
    """Tell whether a number is not said of what was: of another incident, supposed, or of what a column has beside it."""
    if context.of_another(claim, ground) or _OTHER_COLUMN.search(context.column(claim, number.start)):
        return True
    clause = claim.clause_at(number.start)
    words = context.own_words(claim, clause)
    return _NOT_SO.search(_ESTIMATED.sub(" ", words)) is not None


def _check(claim: Claim, number: Numeral, ground: Ground) -> Iterator[Finding]:
    if alike := impacts.of_claim(claim, number, ground):
        yield from _impact(claim, number, alike)
        return
    if number.unit == "times":
        yield from _times(claim, number, ground)
        return
    if not number.value:
        return  # it denies, which is another rule's
    if not number.unit and (waves := _WAVES.match(claim.plain.text, number.end)):
        clause = claim.clause_at(number.start)
        rest = f"{claim.plain.text[clause.start : number.start]} {claim.plain.text[waves.end() : clause.end]}"
        yield from _waves(claim, number, _IN_OR_OF.sub(" ", rest), ground)
        return
    if counted := noun(claim, number, ground):
        yield from _count(claim, number, counted, ground)
        return
    yield from measured.check(claim, number, ground)


def _impact(claim: Claim, number: Numeral, alike: Sequence[Impact]) -> Iterator[Finding]:
    verdicts = [impacts.agrees(one, number) for one in alike]
    if _is_put_right(claim, number, alike):
        return
    if True in verdicts or all(one.value is None for one in alike):
        return
    first = next(one for one in alike if one.value is not None)
    right = f"{shown(float(first.value or 0))} {first.unit}"
    message = f"{typed(claim, number)} is not the number of {first.name}: {right} over the {first.span}"
    if first.missing_s:
        message += f", without {shown(float(first.missing_s))} s that could not be read"
    yield report(
        RULE, claim, Span(number.start, number.end), message, about=alike, expected=_digits(float(first.value or 0)),
        reference=reference(first.id), severity="warning" if None in verdicts else None,
    )  # fmt: skip


def _is_put_right(claim: Claim, number: Numeral, alike: Sequence[Impact]) -> bool:
    """Tell whether another number of the sentence is the impact's: this one is what was thought, or of another time."""
    others = numerals(claim.plain.text, claim.span.start, claim.span.end)[:_MOST]
    return any(
        impacts.agrees(one, other) is True
        for other in others
        if other.start != number.start and other.unit == number.unit
        for one in alike
    )


def _digits(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1_000 else shown(value)


def _count(claim: Claim, number: Numeral, what: Noun, ground: Ground) -> Iterator[Finding]:
    if what.sort in {"fact", "gap"}:
        if not what.partial and not what.names:
            every = ground.timeline.facts if what.sort == "fact" else ground.timeline.gaps
            yield from _total(claim, number, len(every), what.sort)
        return
    if not claim.citations and not is_whole(claim):
        return
    terms = ground.once(Terms)
    cited = [one for one in ground.facts_of(claim.citations) if one.kind in counts.SORTS[what.sort]]
    if own := _own_firings(claim, what, cited):
        what = what._replace(names=frozenset([own]))
    facts = [one for one in counts.of_sort(ground, what.sort) if what.names <= terms.of(one)]
    if cited and number.meets(len(cited), exact=True) and not (own and is_whole(claim)):
        return
    if not facts and (what.names or what.partial):
        return
    if not facts and not is_given(ground, counts.SORTS[what.sort]):
        message = f"no source of this build records any {what.sort}: whether there were {typed(claim, number)} is not known"
        yield report(RULE, claim, Span(number.start, number.end), message, severity="warning")
        return
    yield from _compare(
        claim, number, what.sort, facts, ground, partial=what.partial, once=what.once, window=what.window
    )


def _own_firings(claim: Claim, what: Noun, cited: Sequence[Fact]) -> str:
    """Return the alert whose firings are counted, as they are all that is cited and it is named: `X: three firings`."""
    alert = _alert_of(cited).casefold()
    named = alert and what.sort == "firing" and not what.names and alert in claim.text.casefold()
    return alert if named and len(cited) == len({one.id for one in claim.citations}) else ""


def _total(claim: Claim, number: Numeral, total: int, sort: str) -> Iterator[Finding]:
    if not number.meets(total, exact=True):
        message = f"the timeline has {total} {sort}{'' if total == 1 else 's'}, not {typed(claim, number)}"
        yield report(RULE, claim, Span(number.start, number.end), message, expected=str(total))


def _compare(
    claim: Claim, number: Numeral, sort: str, facts: Sequence[Fact], ground: Ground, *, partial: bool,
    once: bool, window: bool, about: str = "",
) -> Iterator[Finding]:  # fmt: skip
    span = counts.scope(ground, window=window or partial)
    ways = list(counts.counted(facts, sort, span, once=once))
    if any(number.meets(amount, exact=True) for way in ways for amount in range(way.least, way.most + 1)):
        return
    most = max(way.most for way in ways)
    more = number.low > most
    if partial and not more:
        return  # of a part there may be fewer
    hidden = counts.gaps(ground, counts.SORTS[sort], span) if more else []
    where = "window" if window or partial else "incident"
    recorded = " of ".join(_amount(way) for way in ways[:2])
    message = f"{typed(claim, number)} is not what is recorded{about} in the {where}: {recorded}"
    if hidden:
        message += f"; gap {hidden[0].id} may hide more"
    yield report(
        RULE, claim, Span(number.start, number.end), message, about=[*hidden[:1], *ways[0].facts], expected=str(ways[0].most) if ways[0].least == ways[0].most else "",
        severity="warning" if hidden else None,
    )  # fmt: skip


def _amount(way: counts.Counted) -> str:
    amount = str(way.most) if way.least == way.most else f"{way.least} to {way.most}"
    return f"{amount} {way.what[:-1] if amount == '1' and way.what.endswith('s') else way.what}"


def _waves(claim: Claim, number: Numeral, words: str, ground: Ground) -> Iterator[Finding]:
    """Compare how often something came, in waves or times, with how often the one alert that is cited fired."""
    cited = {
        one.names.get("alert") for one in ground.facts_of(claim.citations) if one.kind.startswith("alert.")
    }
    if len(cited) != 1 or not (name := next(iter(cited))):
        return
    facts = [one for one in counts.of_sort(ground, "firing") if one.names.get("alert") == name]
    said = frozenset(
        map(impacts.stem, _WORD.findall(" ".join(fact.quote.text for fact in facts[:1] if fact.quote)))
    )
    said |= frozenset(map(impacts.stem, _WORD.findall(str(name))))
    if said & set(map(impacts.stem, _WORD.findall(words))):
        for one in _compare(
            claim, number, "firing", facts, ground, partial=is_partial(words.replace(" in waves", ""), claim), once=False,
            window=is_window(claim), about=f" of {name}",
        ):  # fmt: skip
            yield one._replace(severity="warning")


def _times(claim: Claim, number: Numeral, ground: Ground) -> Iterator[Finding]:
    """Compare how often an alert is said to have fired."""
    clause = claim.clause_at(number.start)
    lead, rest = claim.plain.text[clause.start : number.start], claim.plain.text[number.end : clause.end]
    if _PAGED.search(lead) and (facts := counts.of_sort(ground, "page")):
        partial = is_partial(f"{lead} | {rest}", claim) or any(
            low in lead.casefold() for low in ground.once(alerts)
        )
        cited = [one for one in ground.facts_of(claim.citations) if one.kind == "alert.notified"]
        if not number.meets(len(cited), exact=True):
            yield from _compare(
                claim, number, "page", facts, ground, partial=partial, once=False, window=is_window(claim)
            )
        return
    if _POSTED.search(lead) and (posts := counts.of_sort(ground, "status")) and claim.citations:
        partial = is_partial(
            f"{lead} | {rest}".replace("on the status page", "").replace("to the status page", ""), claim
        )
        yield from _compare(
            claim, number, "status", posts, ground, partial=partial, once=False, window=is_window(claim)
        )
        return
    last = _ONLY.sub("", lead).strip().casefold().split()[-1:]  # `SlotConflicts x3`
    if not _FIRED.search(lead) and not _FIRED_BEHIND.match(rest) and not ground.once(alerts).keys() & {*last}:
        if _CAME.search(lead):
            yield from _waves(claim, number, f"{lead} | {rest}", ground)
        return
    known = ground.once(alerts)
    words = claim.text if _IT_FIRED.match(rest) else f"{lead} {rest}"
    named = [name for low, name in known.items() if low in words.casefold()]
    if not named and (called := _ALERT.search(lead) or _SUBJECT.search(lead)):
        named = [known[low] for low in alerts_called(ground, called[1].split())]
    cited = ground.facts_of([one for one in claim.citations if clause.start <= one.start <= clause.end])
    alert = _alert_of(cited)
    if not named and alert and _AN_ALERT.search(lead):
        named = [alert]
    if len(named) != 1:
        return
    facts = [one for one in counts.of_sort(ground, "firing") if one.names.get("alert") == named[0]]
    if (
        len(cited) > number.high
        and number.bound not in {">", ">="}
        and alert == named[0]
        and english.OF_ALL.issuperset(re.findall("[a-z']+", _NO_MORE.sub(" ", rest.lower())))
    ):
        message = f"{typed(claim, number)} is less than the {len(cited)} firings of {named[0]} that are cited"
        yield report(
            RULE, claim, Span(number.start, number.end), message, about=cited, expected=str(len(cited))
        )
        return
    yield from _compare(
        claim, number, "firing", facts, ground, partial=is_partial(f"{lead} | {rest}", claim), once=False,
        window=is_window(claim), about=f" of {named[0]}",
    )  # fmt: skip


def _alert_of(facts: Sequence[Fact]) -> str:
    """Return the one alert that all of some facts are firings of; empty where they are not."""
    alerts = {str(fact.names.get("alert", "")) if fact.kind == "alert.firing" else "" for fact in facts}
    return alerts.pop() if len(alerts) == 1 else ""
