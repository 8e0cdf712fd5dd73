"""What tells facts apart that would be called the same: of two lives, what differs is said.

A sentence or a label may leave out what two alerts differ in: a label that it does not name, one that was cut,
the source. Compared are lives by their threads, in what their facts are about, not in when they happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from timeline.model import Fact
from timeline.statements import fields
from timeline.text import code

#: Kinds whose facts are of a thing with labels; a message or a commit is told by its own words and its time.
_OF_THINGS = ("alert.", "metric.", "log.", "trace.", "deploy.")
#: Labels of the sample, not of the thing.
_RECORD = frozenset({"__name__", "alertstate"})
#: Where it was recorded, which is told where nothing else differs.
_RECORDS = ("source", "query")
#: Names that hold the labels once more.
_SHOWN = frozenset({"labels", "series", "matchers"})
#: Characters of a value, and of what it has in common with the others, that are shown.
_LONGEST, _COMMON, _LINE = 60, 8, 1_000


class Difference(NamedTuple):
    """What tells a fact from others that are called the same: labels that it has, and that it lacks."""

    there: str  # `pod=a, zone=b`
    lacking: str  # `cluster`

    @property
    def words(self) -> str:
        """What follows a statement: ``, with `pod=a`, without `cluster` ``."""
        there = f", with {code(self.there, _LINE)}" if self.there else ""
        return there + (f", without {code(self.lacking, _LINE)}" if self.lacking else "")

    @property
    def label(self) -> str:
        """The same without sentence: `pod=a, without cluster`."""
        return ", ".join(filter(None, (self.there, self.lacking and f"without {self.lacking}")))


def apart(facts: Iterable[Fact], said: Callable[[Fact], str]) -> dict[str, Difference]:
    """Return, by the id of each fact that is `said` as one of another life is, what differs."""
    alike: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.kind.startswith(_OF_THINGS):
            alike.setdefault(said(fact), []).append(fact)
    found: dict[str, Difference] = {}
    for held in alike.values():
        lives: dict[str, list[Fact]] = {}
        for fact in held:
            lives.setdefault(fact.thread or fact.id, []).append(fact)
        if len(lives) > 1:
            told = _told([life[0] for life in lives.values()])
            found |= {
                fact.id: told[life[0].id] for life in lives.values() for fact in life if any(told[life[0].id])
            }
    return found


def _told(lives: Sequence[Fact]) -> dict[str, Difference]:
    """Return what tells each of these facts from the others, by id; empty where nothing does."""
    traits = {fact.id: _traits(fact) for fact in lives}
    names = _telling(list(traits.values()))
    values = {name: sorted({own[name] for own in traits.values() if name in own}) for name in names}
    return {identity: _words(own, names, values) for identity, own in traits.items()}


def _traits(fact: Fact) -> dict[str, str]:
    """Return what may tell a life from another one, what says most of it first."""
    subject, quantity = fact.subject, fact.quantity
    found = {name: value for name, value in sorted(subject.labels.items()) if name not in _RECORD}
    if found.get("alertname") == fact.names.get("alert"):  # which not every source has twice
        found.pop("alertname", None)
    about = {"service": subject.service, "component": subject.component, "environment": subject.environment}
    found |= {name: value for name, value in about.items() if value and name not in found}
    plain = (
        name
        for name, form in fields(fact.kind).items()
        if not form and name in fact.names and name not in _SHOWN
    )
    found |= {name: str(fact.names[name]) for name in plain if name not in found}
    if quantity and quantity.threshold is not None:
        found["threshold"] = f"{quantity.op or ''} {quantity.threshold}".strip()
    queries = [entry.query for entry in fact.evidence if entry.query]
    return found | {"source": fact.source} | ({"query": queries[0]} if queries else {})


def _telling(traits: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the fewest names, tried in their order, whose values part all that can be parted."""
    names: list[str] = []
    groups = [list(traits)]
    tried = dict.fromkeys(name for own in traits for name in own)
    for name in sorted(tried, key=_RECORDS.__contains__):
        parted = [part for group in groups for part in _parted(group, name)]
        if len(parted) > len(groups):
            groups, names = parted, [*names, name]
    return names


def _parted(group: Sequence[Mapping[str, str]], name: str) -> list[list[Mapping[str, str]]]:
    parts: dict[str | None, list[Mapping[str, str]]] = {}
    for own in group:
        parts.setdefault(own.get(name), []).append(own)
    return list(parts.values())


def _words(own: Mapping[str, str], names: Sequence[str], values: Mapping[str, Sequence[str]]) -> Difference:
    there = ", ".join(f"{name}={_cut(own[name], values[name])}" for name in names if name in own)
    return Difference(there, ", ".join(name for name in names if name not in own))


def _cut(value: str, others: Sequence[str]) -> str:
    """Return a value, or of a long one the part in which it differs from `others`, which are sorted."""
    if len(value) <= _LONGEST:
        return value
    first, last = others[0], others[-1]  # what these have in common, all have
    common = next(
        (place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b),
        min(len(first), len(last)),
    )
    start = min(max(common - _COMMON, 0), len(value) - 1)
    end = start + _LONGEST
    return f"{'…' if start else ''}{value[start:end]}{'…' if end < len(value) else ''}"
