"""People who are one person in several systems: by an address, or by a whole name, that both have."""

from __future__ import annotations

import re
from collections.abc import Iterable

from timeline.model import Person

_NAME = re.compile(r"\S{2,}(?: \S+)+")


def same(people: Iterable[Person]) -> dict[str, tuple[str, ...]]:
    """Return identities of one person each, by a short name, those with several identities alone; bots are left out."""
    groups: list[tuple[set[str], set[str], str]] = []  # what tells a person, identities, a name
    for person in people:
        keys = _keys(person)
        if person.bot or not keys:
            continue
        met = [group for group in groups if group[0] & keys]
        joined = (
            keys.union(*(group[0] for group in met)),
            {person.identity}.union(*(group[1] for group in met)),
            next((group[2] for group in met), "") or _short(person),
        )
        groups = [group for group in groups if group not in met] + [joined]
    found: dict[str, tuple[str, ...]] = {}
    for _, identities, name in sorted(groups, key=lambda group: (group[2], sorted(group[1]))):
        if len(identities) > 1:
            found[_free(name, found)] = tuple(sorted(identities))
    return found


def _keys(person: Person) -> set[str]:
    """Return what tells a person apart: addresses, and names of more than one word."""
    texts = {" ".join(name.split()).casefold() for name in (*person.names, person.identity.partition(":")[2])}
    return {text for text in texts if "@" in text.strip("@") or _NAME.fullmatch(text)}


def _short(person: Person) -> str:
    whole = sorted(
        (name for name in person.names if "@" not in name and name.strip()),
        key=lambda name: (" " not in name, name),
    )
    local = person.identity.rpartition(":")[2].partition("@")[0]
    word = re.sub(r"[^\w-]", "", (whole[0].split()[0] if whole else local).casefold())
    return word or "person"


def _free(name: str, taken: Iterable[str]) -> str:
    held = set(taken)
    return next(
        free
        for number in range(1, 10_000)
        if (free := name if number == 1 else f"{name}-{number}") not in held
    )
