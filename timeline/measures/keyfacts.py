"""Key facts: which facts the draft's table shows, chosen by fixed rules; no model, no guess.

Flaps are collapsed into one row first, and a tag stands in the row of the deploy that it is. A timeline of at most
`MOST` rows is shown whole. Otherwise a row has, in this order: what a measure ends with; what the record of the
incident and its status page say; in each lane (alerts, signals, changes, talk) the `SHARE` facts that tell most; then
of all lanes what tells most. What a fact tells is what `RULES` name, and its information
(`timeline.measures.information`); what says nearly the same as a chosen fact of its lane comes later.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from timeline import relative
from timeline.alerts.flaps import Ribbon, ribbons
from timeline.alerts.states import labels_of
from timeline.linked.rows import rows as linked_rows
from timeline.measures.chain import chain, endpoints
from timeline.measures.information import Told, information, is_marked, lane_of
from timeline.model import Fact, Incident
from timeline.order import display_key, in_display_order

MOST, RECORD, SHARE, FLAPS = 40, 12, 5, 12
#: Facts of a lane that are looked into.
CONSIDERED = 2_000
_SEVERE = {"critical", "page", "error", "emergency", "fatal", "high", "sev1", "sev2", "p1", "p2"}
#: Of two facts that share so much of their words, the second tells but this much.
_ALIKE, _AGAIN = 0.7, 0.4


class KeyRow(NamedTuple):
    """One row of the table: a fact, or the first fact of a ribbon; and the rule that chose it.

    `tag` is the tag that the row's deploy is, recorded as a fact of its own; `also` are other records of the row's event.
    """

    fact: Fact
    rule: str
    ribbon: Ribbon | None = None
    tag: Fact | None = None
    also: tuple[Fact, ...] = ()


class KeyFacts(NamedTuple):
    """The chosen rows in display order, and how many facts there are in all."""

    rows: tuple[KeyRow, ...]
    total: int

    @property
    def shown(self) -> int:
        """The number of facts that have a row of their own."""
        return sum(row.ribbon is None for row in self.rows)

    @property
    def collapsed(self) -> int:
        """The number of facts that stand in ribbons."""
        return sum(len(row.ribbon.facts) for row in self.rows if row.ribbon)

    @property
    def tags(self) -> int:
        """The number of tags that stand in the rows of their deploys."""
        return sum(row.tag is not None for row in self.rows)

    @property
    def linked(self) -> int:
        """The number of facts that stand in the rows of what they are linked to."""
        return sum(len(row.also) for row in self.rows)

    def rules(self) -> dict[str, int]:
        """Return how many rows each rule chose, in the order of the rules."""
        counts = Counter(row.rule for row in self.rows)
        return {rule: counts[rule] for rule in (*RULES, _TELLING, _ALL, _FLAP) if counts[rule]}


_Rule = Callable[[Fact, frozenset[str]], bool]
_END, _RECORDED = "end point of a measure", "incident or status"
RULES: Mapping[str, _Rule] = {
    _END: lambda fact, ends: fact.id in ends,
    _RECORDED: lambda fact, _: fact.kind.startswith(("incident.", "status.")),
    "deploy": lambda fact, _: fact.kind.startswith("deploy."),
    "severe alert": lambda fact, _: _severe(fact),
    "marked message": lambda fact, _: is_marked(fact),
    "acknowledged or silenced": lambda fact, _: (
        fact.kind in {"alert.acknowledged", "alert.unacknowledged", "alert.silenced", "alert.unsilenced"}
    ),
    "escalated or reassigned": lambda fact, _: fact.kind in {"alert.escalated", "alert.reassigned"},
    "first error": lambda fact, _: fact.kind in {"log.first_seen", "trace.first_error", "metric.present"},
}
#: How much more is told by what a rule names.
_NAMED = 1.0
_TELLING, _ALL, _FLAP = "by information", "few enough to show all", "collapsed flap"


def key_facts(incident: Incident, facts: Sequence[Fact], *, linked: bool = True) -> KeyFacts:
    """Choose the rows of the table from all facts of a timeline; `linked` ones share a row, save end points."""
    facts = ordered = in_display_order(facts)
    points = {fact.id for _, fact in endpoints(chain(incident, facts))}
    tags = _tags(facts)
    points |= {deploy for deploy, tag in tags.items() if tag.id in points}
    hidden = {tag.id for tag in tags.values()}
    flaps = ribbons(f for f in facts if f.id not in points)
    inside = {fact.id: ribbon for ribbon in flaps for fact in ribbon.facts}
    single = [f for f in facts if f.id not in inside and f.id not in hidden]
    also = _also(single, points) if linked else {}
    folded = {fact.id for row in also.values() for fact in row}
    single = [f for f in single if f.id not in folded]
    shown = sorted(flaps, key=lambda r: (not relative.inside(r.first, incident), display_key(r.first)))
    rows = [KeyRow(ribbon.first, _FLAP, ribbon) for ribbon in shown[:FLAPS]]
    if len(single) + len(rows) <= MOST:
        rows += [KeyRow(fact, _ALL) for fact in single]
    else:
        rows += _chosen(incident, single, frozenset(points), MOST - len(rows))
    whole = (row._replace(tag=tags.get(row.fact.id), also=also.get(row.fact.id, ())) for row in rows)
    return KeyFacts(tuple(sorted(whole, key=lambda row: ordered.places[row.fact.id])), len(facts))


def _also(facts: Sequence[Fact], points: Collection[str]) -> dict[str, tuple[Fact, ...]]:
    """Return what stands in the row of a fact, by its id: what is linked to it, save end points of measures."""
    made = ((row.main.id, tuple(f for f in row.also if f.id not in points)) for row in linked_rows(facts))
    return {main: row for main, row in made if row}


def _tags(facts: Sequence[Fact]) -> dict[str, Fact]:
    """Return, by the id of a deploy, the tag that it is: of the same name, instant and source; the first of several."""
    tags = {_named(f): f for f in reversed(facts) if f.kind == "change.tagged"}
    deploys = (f for f in facts if f.kind == "deploy.finished")
    return {f.id: tags[_named(f)] for f in deploys if _named(f) in tags}


def _named(fact: Fact) -> tuple[str, str, int | None, int]:
    name = fact.names.get("deploy") or fact.names.get("tag") or fact.id
    return (fact.source, str(name), fact.earliest, fact.latest)


def _chosen(incident: Incident, facts: Sequence[Fact], points: frozenset[str], room: int) -> list[KeyRow]:
    rules = {f.id: next((name for name, rule in RULES.items() if rule(f, points)), _TELLING) for f in facts}
    lanes: dict[str, list[Fact]] = {}
    for fact in facts:
        lanes.setdefault(lane_of(fact), []).append(fact)
    ends = [f for f in facts if rules[f.id] == _END]
    lanes = {lane: _considered(incident, own, rules, ends) for lane, own in lanes.items()}
    told = information(incident, in_display_order(fact for own in lanes.values() for fact in own))
    ranked = {lane: _ranked(own, told, rules) for lane, own in lanes.items()}
    order = dict.fromkeys(f.id for f in ends)
    order |= dict.fromkeys(identity for identity, _ in ranked.pop("record", [])[:RECORD])
    for place in range(SHARE):
        order |= dict.fromkeys(own[place][0] for own in ranked.values() if place < len(own))
    rest = sorted((pair for own in ranked.values() for pair in own), key=lambda pair: -pair[1])
    order |= dict.fromkeys(identity for identity, _ in rest)
    taken = set(list(order)[:room])
    return [KeyRow(f, rules[f.id]) for f in facts if f.id in taken]


def _considered(
    incident: Incident, facts: list[Fact], rules: Mapping[str, str], ends: Sequence[Fact]
) -> list[Fact]:
    """Return the facts of a lane that are looked into: of very many, those named, inside, and nearest to the ends."""
    if len(facts) <= CONSIDERED:
        return facts
    marks = sorted(f.latest for f in ends) or [f.latest for f in facts[:1]]

    def far(fact: Fact) -> tuple[bool, bool, int]:
        place = bisect_left(marks, fact.latest)
        near = min(abs(at - fact.latest) for at in marks[max(place - 1, 0) : place + 1])
        return rules[fact.id] == _TELLING, not relative.inside(fact, incident), near

    return sorted(facts, key=far)[:CONSIDERED]


def _ranked(
    facts: Sequence[Fact], told: Mapping[str, Told], rules: Mapping[str, str]
) -> list[tuple[str, float]]:
    """Return the ids of a lane's facts with what they tell, most of it first."""
    scores = {f.id: told[f.id].score + (_NAMED if rules[f.id] != _TELLING else 0.0) for f in facts}
    by_score = sorted(facts, key=lambda f: (-scores[f.id], display_key(f)))
    holders: dict[str, list[frozenset[str]]] = {}  # the chosen facts that have a word
    for fact in by_score:
        words = told[fact.id].words
        if words and any(_alike(words, other) for other in _near(words, holders)):
            scores[fact.id] *= _AGAIN if scores[fact.id] > 0 else 1 / _AGAIN
        for word in words:
            holders.setdefault(word, []).append(words)
    return sorted(((f.id, scores[f.id]) for f in by_score), key=lambda pair: -pair[1])


def _near(words: frozenset[str], holders: Mapping[str, list[frozenset[str]]]) -> list[frozenset[str]]:
    """Return facts that may share most of these words: those that have its rarest one, and the next."""
    rarest = sorted(words, key=lambda word: (len(holders.get(word, ())), word))
    return [other for word in rarest[: len(words) // 3 + 1] for other in holders.get(word, ())[:_LOOKED_AT]]


def _alike(a: frozenset[str], b: frozenset[str]) -> bool:
    return len(a & b) >= _ALIKE * len(a | b)


#: Facts of a word that are compared at most.
_LOOKED_AT = 50


def _severe(fact: Fact) -> bool:
    severity = labels_of(fact).get("severity", "").casefold()
    return fact.kind in {"alert.firing", "alert.resolved"} and severity in _SEVERE
