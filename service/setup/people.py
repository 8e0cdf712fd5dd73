"""People who are one person in several systems: by an address, or by a whole name, that both have."""

from __future__ import annotations

import re
from collections.abc import Iterable

from timeline.model import Person

_NAME = re.compile(r"\S{2,}(?: \S+)+")


def same(people: Iterable[Person]) -> dict[str, tuple[str, ...]]:
    """Return identities of one person each, by a short name, those with several identities alone; bots are left out."""
    groups: list[tuple[set[str], list[Person]]] = []  # what tells a person, and who has it
    for person in people:
        keys = _keys(person)
        if person.bot or not keys:
            continue
        met = [group for group in groups if group[0] & keys]
        joined = (
            keys.union(*(group[0] for group in met)),
            [person, *(one for group in met for one in group[1])],
        )
        groups = [group for group in groups if group not in met] + [joined]
    named = ((_short(group), {one.identity for one in group}) for _, group in groups)
    found: dict[str, tuple[str, ...]] = {}
    for name, identities in sorted((name, sorted(identities)) for name, identities in named):
        if len(identities) > 1:
            found[_free(name, found)] = tuple(identities)
    return found


def _keys(person: Person) -> set[str]:
    """Return what tells a person apart: addresses, and names of more than one word."""
    texts = {" ".join(name.split()).casefold() for name in (*person.names, person.identity.partition(":")[2])}
    return {text for text in texts if "@" in text.strip("@") or _NAME.fullmatch(text)}


def _short(group: Iterable[Person]) -> str:
    """Return a word for a person: the first of a whole name, else the shortest of the names."""
    people = list(group)
    names = {" ".join(name.split()) for person in people for name in person.names if "@" not in name} - {""}
    local = {person.identity.rpartition(":")[2].partition("@")[0] for person in people}
    first = min(names or local, key=lambda name: (" " not in name, len(name), name))
    return re.sub(r"[^\w-]", "", first.split()[0].casefold()) or "person"


def _free(name: str, taken: Iterable[str]) -> str:
    held = set(taken)
    return next(
        free
        for number in range(1, 10_000)
        if (free := name if number == 1 else f"{name}-{number}") not in held
    )
