"""The people whom records mention: names by identity, who is a bot, and whose name stands in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from timeline.model import Person
from timeline.text import clean

_WORD = re.compile(r"\w+")
_UNMISTAKABLE = re.compile(r"[\s@]")  # a name of several words, or an address
_SHORTEST = 3  # a shorter name would be found inside ordinary words


class People:
    """Everyone who was seen, by identity (`slack:T1:U2`), or by what becomes one with a prefix."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = {}
        self._bots: set[str] = set()

    def add(self, identity: str, *names: object, bot: bool = False) -> str:
        """Note an identity, the names that are texts, and that it is a bot; return the identity."""
        known = self._names.setdefault(identity, set())
        known |= {clean(name).strip() for name in names if isinstance(name, str)} - {""}
        if bot:
            self._bots.add(identity)
        return identity

    def update(self, people: Iterable[Person]) -> None:
        """Note people as another registry knows them."""
        for person in people:
            self.add(person.identity, *person.names, bot=person.bot)

    def __contains__(self, identity: object) -> bool:
        """Tell whether the identity was seen."""
        return identity in self._names

    def __iter__(self) -> Iterator[Person]:
        """Yield everyone, by identity."""
        return self.persons(self._names)

    def names(self, identity: str) -> tuple[str, ...]:
        """Return the names of an identity, sorted; none of one that was not seen."""
        return tuple(sorted(self._names.get(identity, ())))

    def is_bot(self, identity: str) -> bool:
        """Tell whether an identity was said to be a bot."""
        return identity in self._bots

    def persons(self, identities: Iterable[str], prefix: str = "") -> Iterator[Person]:
        """Yield these identities as people, sorted, also those that have no name."""
        for identity in sorted(identities):
            yield Person(identity=prefix + identity, names=self.names(identity), bot=self.is_bot(identity))

    def named_in(self, texts: Iterable[str], among: Iterable[str] | None = None) -> set[str]:
        """Return those (`among` these) whose name stands in a text though it marks nobody there.

        A handle such as `will` is also a word: one-word names in lower case count after `@` alone,
        other one-word names as written, names of several words and addresses in any case.
        """
        exact: dict[str, set[str]] = {}
        folded: dict[str, set[str]] = {}
        for identity in self._names if among is None else among:
            for name in self._names.get(identity, ()):
                if len(name) < _SHORTEST:
                    continue
                if _UNMISTAKABLE.search(name):
                    folded.setdefault(name.casefold(), set()).add(identity)
                else:
                    exact.setdefault(name if name != name.lower() else f"@{name}", set()).add(identity)
        text = "\n".join(texts)
        return _standing_in(exact, text) | _standing_in(folded, text.casefold())


def _standing_in(names: Mapping[str, set[str]], text: str) -> set[str]:
    # Thousands of names against megabytes of text: a name whose first word is nowhere is passed over.
    words = set(_WORD.findall(text))
    likely = (n for n in names if (first := _WORD.search(n)) is None or first[0] in words)
    standing = (n for n in likely if re.search(rf"(?<!\w){re.escape(n)}(?!\w)", text))
    return {identity for name in standing for identity in names[name]}
