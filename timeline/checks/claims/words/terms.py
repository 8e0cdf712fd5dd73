"""What facts are called: the names by which a claim may narrow what it speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from timeline.checks.claims.ground import Ground
from timeline.checks.claims.words.impacts import stem
from timeline.model import Fact

_PART = re.compile(r"[A-Z]?[a-z]{2,40}|[A-Z]{2,20}(?![a-z])")


def terms(fact: Fact) -> frozenset[str]:
    """Return what a fact is called, in small letters: service, component, labels, names, actor."""
    values = [fact.subject.service, fact.subject.component, fact.subject.environment, fact.actor]
    values += fact.subject.labels.values()
    values += [
        str(value)
        for name, value in fact.names.items()
        if isinstance(value, str) and name not in {"labels", "series"}
    ]
    return frozenset(value.casefold().lstrip("#") for value in values if value)


class Terms:
    """The terms of every fact, each made once."""

    def __init__(self, ground: Ground) -> None:
        self._of: dict[str, frozenset[str]] = {}
        self.services = frozenset(
            one.casefold()
            for one in (*ground.timeline.incident.services, *(fact.subject.service or "" for fact in ground.timeline.facts))
            if one
        )  # fmt: skip
        self.every = self.services.union(*map(self.of, ground.timeline.facts))

    def of(self, fact: Fact) -> frozenset[str]:
        """Return the terms of a fact."""
        if fact.id not in self._of:
            self._of[fact.id] = terms(fact)
        return self._of[fact.id]


def alerts(ground: Ground) -> Mapping[str, str]:
    """Return the names of alerts, by themselves in small letters."""
    return {
        str(fact.names["alert"]).casefold(): str(fact.names["alert"])
        for fact in ground.timeline.facts
        if "alert" in fact.names
    }


def alerts_called(ground: Ground, words: Iterable[str]) -> frozenset[str]:
    """Return the alerts (in small letters) that words may be of: `the login alert`, `the index lag alerts`."""
    wanted = {stem(word) for word in words}
    return frozenset(name for name, parts in ground.once(_parts).items() if wanted and wanted <= parts)


def _parts(ground: Ground) -> Mapping[str, frozenset[str]]:
    """Return the stems of the words in each alert's name, and of its service's."""
    held: dict[str, set[str]] = {}
    for fact in ground.timeline.facts:
        if "alert" in fact.names:
            words = f"{fact.names['alert']} {fact.subject.service or ''}"
            held.setdefault(str(fact.names["alert"]).casefold(), set()).update(
                map(stem, _PART.findall(words))
            )
    return {name: frozenset(stems) for name, stems in held.items()}
