"""Rows that a mapping reads, as facts: their keys, threads and people; pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from timeline import facts
from timeline.canonical import Json
from timeline.mapping.options import FieldMap
from timeline.mapping.reader import Mapped
from timeline.model import Evidence, Fact, Person

_whole = json.JSONEncoder(sort_keys=True).encode


class RowFacts:
    """Makes the facts of one read; `origin` is whose rows they are, and remembers who is in them."""

    def __init__(self, fields: FieldMap, origin: str, source: str) -> None:
        self._origin, self._source = origin, source
        self._means = ", ".join(fields.time_fields)
        self._threads: dict[tuple[str, ...], str] = {}
        self._seen: Counter[str] = Counter()
        self._people: dict[str, bool] = {}  # by identity, whether a bot

    @staticmethod
    def identifying(fields: FieldMap) -> tuple[str, ...]:
        """Return the last parts of the fields that are mapped to people and records."""
        named = (fields.actor, *fields.key, *fields.thread)
        return tuple(name.rpartition(".")[2] for name in named if name)

    def fact(self, mapped: Mapped, row: Any, evidence: Evidence) -> Fact:
        """Return a row's fact; one without a key of its own has the whole `row` for it."""
        # And its number among equal rows: all of them lie at one time, so whatever the window, they
        # are read together and in order.
        key: list[Json] = [*mapped.key] if mapped.key else self._numbered(row)
        actor = f"{self._origin}:{mapped.actor}" if mapped.actor else None
        if actor:
            self._people[actor] = self._people.get(actor, False) or mapped.is_bot
        return facts.fact(
            mapped.kind, origin=self._origin, key=key, at=mapped.at, time_means=self._means,
            clock=mapped.clock or self._origin, source=self._source,
            names={"source": self._origin} | mapped.names | ({"actor": actor} if actor else {}), subject=mapped.subject,
            quote=facts.quote(mapped.quote or ""), actor=actor,
            thread=self._thread(mapped.thread) if mapped.thread else None, evidence=(evidence,),
        )  # fmt: skip

    def people(self) -> Iterator[Person]:
        """Yield who was in the rows, by the names that the rows have."""
        for identity, is_bot in sorted(self._people.items()):
            name = identity.removeprefix(f"{self._origin}:")
            yield Person(identity=identity, names=(name,), bot=is_bot)

    def _numbered(self, row: Any) -> list[Json]:
        whole = _whole(row)
        self._seen[whole] += 1
        return [whole, self._seen[whole]]

    def _thread(self, names: list[str]) -> str:
        known = self._threads.get(tuple(names))
        if known is None:
            known = self._threads[tuple(names)] = facts.thread_key("row", self._origin, *names)
        return known
