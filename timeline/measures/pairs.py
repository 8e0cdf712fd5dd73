"""Pairs of records of one event by two clocks: a merge and its deploy, an alert and its page, a deploy and a bot's word.

A pair is made only where nothing else could be meant: one of each kind, or the nearest of its kind from both
sides by less than half of what lies between two of a kind.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from timeline.alerts.states import alert_name, is_person
from timeline.instant import HOUR
from timeline.model import Fact
from timeline.order import of_kind

_TOKEN = re.compile(r"\w+")
_HEX = re.compile(r"[0-9a-f]{7,40}\Z")
_SHORT = 7  # hex digits by which a commit is called
_FAR = HOUR  # records farther apart are hardly of one event
_DEPLOYS = ("deploy.started", "deploy.finished", "deploy.failed")


class Pair(NamedTuple):
    """Two records of one event by different clocks; `second` cannot come first where it `follows`."""

    first: Fact
    second: Fact
    rule: str
    follows: bool


def pairs(facts: Sequence[Fact]) -> Iterator[Pair]:
    """Yield every pair that is certain to be of one event, each by two clocks."""
    yield from _changes(facts)
    yield from _alerts(facts)
    yield from _announced(facts)


def _commit(fact: Fact) -> str:
    return fact.subject.labels.get("commit", "")


def _changes(facts: Sequence[Fact]) -> Iterator[Pair]:
    """Pair what two clocks recorded of one commit: its merges, its deploys to one environment."""
    merges = _by(of_kind(facts, "change.merged"), _commit)
    deploys = _by(of_kind(facts, *_DEPLOYS), _commit)
    for commit in sorted(deploys.keys() & merges.keys()):
        for merge in merges[commit]:
            first = _firsts(f for f in deploys[commit] if f.clock != merge.clock)
            yield from (Pair(merge, deploy, "merge and deploy", True) for deploy in first)
    for commit in sorted(deploys):
        for _, same in sorted(_by(deploys[commit], lambda f: f.subject.environment or "-").items()):
            started = _only(f for f in same if f.kind == "deploy.started")
            ended = _only(f for f in same if f.kind != "deploy.started")
            yield from (
                Pair(begin, end, "start and end of a deploy", True)
                for begin in started
                for end in ended
                if begin.clock != end.clock
            )


def _alerts(facts: Sequence[Fact]) -> Iterator[Pair]:
    """Pair alerts with what names them and comes of them: notifications, pages, messages of bots."""
    firings = _by(of_kind(facts, "alert.firing"), lambda fact: alert_name(fact) or "")
    told = [
        f
        for f in of_kind(facts, "alert.notified", "incident.declared", "chat.message")
        if not is_person(f.actor)
    ]
    for name, effects in sorted(_naming(told, firings.keys()).items()):
        for clock, mine in sorted(_by(firings[name], lambda fact: fact.clock).items()):
            for other, theirs in sorted(_by(effects, lambda fact: fact.clock).items()):
                if other != clock:
                    yield from _nearest(mine, theirs, "alert and notification", follows=True)


def _announced(facts: Sequence[Fact]) -> Iterator[Pair]:
    """Pair deploys with the messages of bots that name their commit: who is first is not known."""
    deploys = _by(of_kind(facts, *_DEPLOYS), lambda fact: _commit(fact)[:_SHORT])
    messages = [f for f in of_kind(facts, "chat.message") if f.actor is not None and not is_person(f.actor)]
    for commit, said in sorted(_naming(messages, deploys.keys()).items()):
        for clock, mine in sorted(_by(deploys[commit], lambda fact: fact.clock).items()):
            for other, theirs in sorted(_by(said, lambda fact: fact.clock).items()):
                if other != clock and len(mine) == len(theirs) == 1:
                    yield from _nearest(mine, theirs, "deploy and message", follows=False)


def _naming(facts: Iterable[Fact], wanted: Iterable[str]) -> dict[str, list[Fact]]:
    """Return the facts whose words hold a wanted name, or a commit that begins with it, by that name."""
    names = {name for name in wanted if name}
    found: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts if names else ():
        tokens = set(_TOKEN.findall(fact.quote.text if fact.quote else ""))
        tokens |= {token[:_SHORT] for token in tokens if _HEX.match(token)}
        tokens.add(alert_name(fact) or "")
        for name in tokens & names:
            found[name].append(fact)
    return found


def _nearest(causes: Sequence[Fact], effects: Sequence[Fact], rule: str, *, follows: bool) -> Iterator[Pair]:
    """Pair each with the nearest of the others, where that is plain from both sides."""
    firsts, seconds = sorted(causes, key=_at), sorted(effects, key=_at)
    if len(firsts) != len(seconds):
        return
    apart = [_at(b) - _at(a) for side in (firsts, seconds) for a, b in pairwise(side)]
    most = min([_FAR, *(width / 2 for width in apart)])
    if all(abs(_at(b) - _at(a)) < most for a, b in zip(firsts, seconds, strict=True)):
        for a, b in zip(firsts, seconds, strict=True):
            yield Pair(a, b, rule, follows)


def _firsts(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Yield the earliest fact of each clock: what follows a merge is no earlier than the first deploy of it."""
    for _, same in sorted(_by(facts, lambda fact: fact.clock).items()):
        yield min(same, key=lambda fact: (fact.latest, fact.id))


def _only(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Yield the fact of each clock that has just one such."""
    yield from (same[0] for _, same in sorted(_by(facts, lambda fact: fact.clock).items()) if len(same) == 1)


def _by(facts: Iterable[Fact], key: Callable[[Fact], str]) -> Mapping[str, list[Fact]]:
    """Return the facts by a key, those of none left out."""
    groups: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        if (value := key(fact)) and fact.earliest is not None:
            groups[value].append(fact)
    return groups


def _at(fact: Fact) -> int:
    return fact.latest
