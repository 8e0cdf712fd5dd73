"""Actors: who is said to have done or said it is whom the cited fact has, where that can be told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Ground
from timeline.checks.claims.phrases import english_actors as english
from timeline.checks.claims.report import report
from timeline.checks.claims.when.context import is_so
from timeline.checks.claims.words.actors import BOT, PERSON, PROGRAM, Agent, actor_of, agents, called
from timeline.checks.findings import Finding
from timeline.model import Fact

RULE = "claim-actor"
_SAYS_THAT = re.compile(english.SAYS_THAT, re.IGNORECASE)
_BOTH = re.compile(r"\s[a-z]{2,20}\sboth\s(?!of\b|\w+\sand\b)", re.IGNORECASE)


def read(claim: Claim, ground: Ground) -> Iterator[Finding]:
    """Find agents of whom the cited facts have another."""
    if claim.quoted or claim.kind in {"actions", "people"} or not (claim.own or claim.note or claim.header):
        return
    if not claim.citations or claim.asks:
        return
    named = list(agents(claim, ground))
    for place, agent in enumerate(named):
        if is_so(claim, agent.span, until=_SAYS_THAT):
            facts = _facts(claim, named, place, ground)
            each = _is_of_each(claim, agent, facts)
            others = [fact for fact in facts if _is_other(agent.who, fact, ground)] if each else facts
            if not any(_is_named(claim, agent, named, fact, ground) for fact in others):
                yield from _check(claim, agent, others, ground)


def _facts(claim: Claim, named: Sequence[Agent], place: int, ground: Ground) -> list[Fact]:
    """Return the facts that an agent is said to be of: the one behind it, where each of several has its own."""
    begins = [agent.span.start for agent in named]
    held = [(one.start, fact) for one in claim.citations for fact in ground.facts_of([one]) if actor_of(fact)]
    if len(begins) > 1 and len(held) == len(begins):
        ends = [*begins[1:], claim.span.end + 1]
        if all(begin < at < end for begin, (at, _), end in zip(begins, held, ends, strict=True)):
            return [held[place][1]]
    clause = claim.clause_at(begins[place])
    inside = [fact for at, fact in held if clause.start <= at <= clause.end]
    return inside or [fact for _, fact in held]


def _is_of_each(claim: Claim, agent: Agent, facts: Sequence[Fact]) -> bool:
    """Tell whether it is said of each of two facts: `released both versions`."""
    clause = claim.clause_at(agent.span.start)
    return len(facts) == 2 and _BOTH.search(claim.plain.text, agent.span.end, clause.end) is not None


def _check(claim: Claim, agent: Agent, facts: Sequence[Fact], ground: Ground) -> Iterator[Finding]:
    if not facts or not all(_is_other(agent.who, fact, ground) for fact in facts):
        return
    first, name = facts[0], " ".join(claim.plain.text[agent.span.start : agent.span.end].split())
    message = f"it was not {name}: {first.id} is of {actor_of(first)}, {first.statement}"
    yield report(RULE, claim, agent.span, message, about=facts, expected=actor_of(first))


def _is_named(claim: Claim, agent: Agent, named: Sequence[Agent], fact: Fact, ground: Ground) -> bool:
    """Tell whether who did it stands in the clause too, or in the sentence where the clause cites nothing.

    Either may be meant, unless each of several who are named has a citation of their own.
    """
    who, actors = (
        actor_of(fact),
        [one for one in claim.citations if any(map(actor_of, ground.facts_of([one])))],
    )
    if len(named) > 1 and len(actors) == len(named):
        return False
    clause = claim.clause_at(agent.span.start)
    inside = any(clause.start <= one.start <= clause.end for one in claim.citations)
    place = clause if inside else claim.span
    text = claim.plain.text[place.start : place.end].casefold()
    return any(
        re.search(rf"(?<![\w-]){re.escape(words)}(?![\w-])", text)
        for words, other in ground.once(called).items()
        if other == who
    )


def _is_other(who: str, fact: Fact, ground: Ground) -> bool:
    """Tell whether it is certain that a fact's actor is not who is named: two of one system, or a person and a program."""
    actor = actor_of(fact)
    if who in {BOT, PERSON}:
        return (who == BOT) != actor.startswith(PROGRAM)
    if who == actor:
        return False
    if who.startswith(PROGRAM) != actor.startswith(PROGRAM):
        return True
    if ground.names.systems(who) & ground.names.systems(actor):
        return True
    sources = ground.once(_sources)
    return fact.source in sources.get(who, frozenset())


def _sources(ground: Ground) -> Mapping[str, frozenset[str]]:
    """Return the sources that name each actor."""
    held: dict[str, set[str]] = {}
    for fact in ground.timeline.facts:
        if actor := actor_of(fact):
            held.setdefault(actor, set()).add(fact.source)
    return {actor: frozenset(sources) for actor, sources in held.items()}
