"""The people whom records mention: names by identity, who is a bot, whose name or `@login` stands in a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from timeline.facts import quote_marked
from timeline.model import Person, Quote
from timeline.people import protected
from timeline.people.names import Names
from timeline.text import clean, mention

#: GitHub's logins, and GitLab's; `@scope/package`, `@group/project` and addresses are none.
GITHUB = re.compile(r"(?<![\w@/`.])@([A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?)(?![\w/@-])")
GITLAB = re.compile(r"(?<![\w@/`.])@([A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?)(?![\w/@-])")
_GROUPS = frozenset({"all", "here"})


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

        What may be a name and may be a word counts where it is written with a capital.
        """
        chosen = self._names if among is None else [one for one in among if one in self._names]
        names = Names(self.persons(chosen))
        found = {one for text in texts for where in names.likely(text) for one in where.people}
        return found & set(chosen)


def quoted(text: str, logins: re.Pattern[str], identity: Callable[[str], str]) -> Quote | None:
    """Return a quote with a person mark for each login; `identity` notes a login and returns its identity."""
    text = clean(text)
    kept = protected.spans(text) if "@" in text else []

    def mark(match: re.Match[str]) -> str:
        inside = protected.meets(kept, *match.span())
        return match[0] if inside or match[1].lower() in _GROUPS else mention(identity(match[1]))

    return quote_marked(logins.sub(mark, text))
