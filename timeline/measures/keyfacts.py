"""Key facts: which facts the draft's table shows, chosen by fixed rules; no model, no guess.

The rules are tried in the order of `RULES`; the first one that takes a fact names its row. Flaps are
collapsed into one row first, and a tag stands in the row of the deploy that it is. A timeline of at most `FEW` rows is shown whole. Otherwise each rule adds
up to `SHARE` rows, then, in the same order, as many as there is room for up to `MOST`: facts inside
the incident before those in the padding, each group in display order. While fewer than `LEAST` rows
are chosen, what is left is added in display order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from timeline import relative
from timeline.alerts.flaps import Ribbon, ribbons
from timeline.alerts.states import is_person, labels_of
from timeline.instant import MINUTE
from timeline.measures.chain import chain, endpoints
from timeline.model import Fact, Incident
from timeline.order import display_key, in_display_order

LEAST, FEW, MOST, SHARE = 10, 25, 40, 12
#: After this long (ns) without a message, the next one begins a new part of the talk.
SILENCE = 10 * MINUTE
_SEVERE = {"critical", "page", "error", "emergency", "fatal", "high", "sev1", "sev2", "p1", "p2"}
#: The kinds that end a life: in a thread, only the first and the last fact are of its rule.
_LIVES = ("alert.", "metric.", "deploy.", "log.", "trace.", "chat.")


class KeyRow(NamedTuple):
    """One row of the table: a fact, or the first fact of a ribbon; and the rule that chose it.

    `tag` is the tag that the row's deploy is, recorded as a fact of its own.
    """

    fact: Fact
    rule: str
    ribbon: Ribbon | None = None
    tag: Fact | None = None


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

    def rules(self) -> dict[str, int]:
        """Return how many rows each rule chose, in the order of the rules."""
        counts = Counter(row.rule for row in self.rows)
        return {rule: counts[rule] for rule in (*RULES, *MESSAGES, _ALL, _FLAP, _REST) if counts[rule]}


class _Context(NamedTuple):
    ends: frozenset[str]
    edges: frozenset[str]


_Rule = Callable[[Fact, _Context], bool]
RULES: Mapping[str, _Rule] = {
    "end point of a measure": lambda fact, context: fact.id in context.ends,
    "incident or status": lambda fact, _: fact.kind.startswith(("incident.", "status.")),
    "deploy": lambda fact, _: fact.kind.startswith("deploy."),
    "severe alert": lambda fact, _: _severe(fact),
    "marked message": lambda fact, _: _marked(fact),
    "acknowledged or silenced": lambda fact, _: (
        fact.kind in {"alert.acknowledged", "alert.silenced", "alert.unsilenced"}
    ),
    "first error": lambda fact, _: fact.kind in {"log.first_seen", "trace.first_error", "metric.present"},
    "other change": lambda fact, _: fact.category == "change" and not fact.kind.startswith("deploy."),
    "first or last of a thread": lambda fact, context: fact.id in context.edges,
}
#: Only while fewer than `LEAST` rows are chosen: which messages of the incident stand for the rest.
MESSAGES = (
    "first message of a person", "first message after ten minutes of silence",
    "last message before ten minutes of silence", "one of the longest messages",
)  # fmt: skip
_LONG = 60  # characters from which a message may be one of the longest
_ALL, _FLAP, _REST = "few enough to show all", "collapsed flap", "to make ten rows"


def key_facts(incident: Incident, facts: Sequence[Fact]) -> KeyFacts:
    """Choose the rows of the table from all facts of a timeline."""
    facts = in_display_order(facts)
    points = {fact.id for _, fact in endpoints(chain(incident, facts))}
    tags = _tags(facts)
    points |= {deploy for deploy, tag in tags.items() if tag.id in points}
    hidden = {tag.id for tag in tags.values()}
    flaps = ribbons(f for f in facts if f.id not in points)
    inside = {fact.id: ribbon for ribbon in flaps for fact in ribbon.facts}
    single = [f for f in facts if f.id not in inside and f.id not in hidden]
    shown = sorted(flaps, key=lambda r: (not relative.inside(r.first, incident), display_key(r.first)))
    rows = [KeyRow(ribbon.first, _FLAP, ribbon) for ribbon in shown[:SHARE]]
    if len(single) + len(rows) <= FEW:
        rows += [KeyRow(fact, _ALL) for fact in single]
    else:
        rows += _chosen(incident, single, frozenset(points), MOST - len(rows))
    whole = (row._replace(tag=tags.get(row.fact.id)) for row in rows)
    places = {fact.id: place for place, fact in enumerate(facts)}
    return KeyFacts(tuple(sorted(whole, key=lambda row: places[row.fact.id])), len(facts))


def _tags(facts: Sequence[Fact]) -> dict[str, Fact]:
    """Return, by the id of a deploy, the tag that it is: of the same name, instant and source; the first of several."""
    tags = {_named(f): f for f in reversed(facts) if f.kind == "change.tagged"}
    deploys = (f for f in facts if f.kind == "deploy.finished")
    return {f.id: tags[_named(f)] for f in deploys if _named(f) in tags}


def _named(fact: Fact) -> tuple[str, str, int | None, int]:
    name = fact.names.get("deploy") or fact.names.get("tag") or fact.id
    return (fact.source, str(name), fact.earliest, fact.latest)


def _chosen(incident: Incident, facts: Sequence[Fact], points: frozenset[str], room: int) -> list[KeyRow]:
    context = _Context(points, _edges(facts))
    ordered = sorted(facts, key=lambda f: not relative.inside(f, incident))
    fitting = {name: [f.id for f in ordered if rule(f, context)] for name, rule in RULES.items()}
    taken: dict[str, str] = {}
    for share in (SHARE, room):
        for name in RULES:
            mine = [identity for identity in fitting[name] if taken.get(identity, name) == name]
            taken |= dict.fromkeys(mine[: min(share, len(mine), _left(mine, taken, room))], name)
    if len(taken) < LEAST:
        for name, found in _messages(incident, ordered):
            new = [identity for identity in found if identity not in taken]
            taken |= dict.fromkeys(new[: min(SHARE, room - len(taken))], name)
    missing = [f.id for f in ordered if f.id not in taken][: max(min(LEAST, room) - len(taken), 0)]
    taken |= dict.fromkeys(missing, _REST)
    return [KeyRow(f, taken[f.id]) for f in ordered if f.id in taken]


def _messages(incident: Incident, facts: Sequence[Fact]) -> Iterator[tuple[str, list[str]]]:
    """Yield, for each rule of `MESSAGES`, the ids of the messages of people inside the incident it takes."""
    posted = [
        f for f in facts if f.kind.startswith("chat.") and is_person(f.actor) and relative.inside(f, incident)
    ]
    first = {fact.actor: fact.id for fact in reversed(posted)}
    silent = [
        (before, after) for before, after in pairwise(posted)
        if (after.latest if after.earliest is None else after.earliest) - before.latest >= SILENCE
    ]  # fmt: skip
    long = [f for f in posted if f.quote and len(f.quote.text) >= _LONG]
    longest = sorted(long, key=lambda f: (-len(f.quote.text) if f.quote else 0, display_key(f)))
    chosen = (
        [f.id for f in posted if first[f.actor] == f.id],
        [after.id for _, after in silent],
        [*(before.id for before, _ in silent), *(f.id for f in posted[-1:])],
        [f.id for f in longest],
    )
    yield from zip(MESSAGES, chosen, strict=True)


def _left(mine: Sequence[str], taken: Mapping[str, str], room: int) -> int:
    """Return how many of `mine`, from the first on, fit: those that were taken before cost nothing."""
    return sum(identity in taken for identity in mine) + room - len(taken)


def _edges(facts: Sequence[Fact]) -> frozenset[str]:
    """Return the ids of the first and last fact of each life that has more than one."""
    lives: dict[tuple[str, str], list[str]] = {}
    for fact in facts:
        if fact.thread and fact.kind.startswith(_LIVES):
            lives.setdefault((fact.thread, fact.kind.split(".")[0]), []).append(fact.id)
    return frozenset(i for life in lives.values() if len(life) > 1 for i in (life[0], life[-1]))


def _severe(fact: Fact) -> bool:
    severity = labels_of(fact).get("severity", "").casefold()
    return fact.kind in {"alert.firing", "alert.resolved"} and severity in _SEVERE


def _marked(fact: Fact) -> bool:
    labels = labels_of(fact)
    pinned = labels.get("pinned", "").casefold() not in {"", "false", "0"}
    return fact.kind.startswith("chat.") and (pinned or labels.get("reactions", "0") not in {"", "0"})
