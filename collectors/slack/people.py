"""People of a Slack workspace: which names an identity has, and who is a bot."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from timeline.assembly.people import identities
from timeline.model import Fact, Person
from timeline.text import clean

_NAME_FIELDS = ("name", "real_name")
_PROFILE_FIELDS = ("real_name", "real_name_normalized", "display_name", "display_name_normalized", "email")
_WORD = re.compile(r"\w+")
_SHORTEST = 3  # a shorter name would be found inside ordinary words


@dataclass
class Directory:
    """Users by id, as the workspace describes them; names seen beside messages are added."""

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: dict[str, set[str]] = field(default_factory=dict)
    bots: set[str] = field(default_factory=set)

    def add(self, user: object) -> None:
        """Take in one user object; what is no user object is passed over."""
        if isinstance(user, dict) and isinstance(user.get("id"), str):
            self.users[user["id"]] = user

    def note(self, user: str, names: Iterable[object], *, bot: bool = False) -> None:
        """Remember names that stood beside a message of `user`, and that it is a bot."""
        self.seen.setdefault(user, set()).update(n for n in names if isinstance(n, str))
        if bot:
            self.bots.add(user)

    def is_bot(self, user: str) -> bool | None:
        """Tell whether `user` is a bot; None when the workspace did not describe it."""
        if user == "USLACKBOT":
            return True
        found = self.users.get(user)
        return None if found is None else bool(found.get("is_bot"))

    def names(self, user: str) -> tuple[str, ...]:
        """Return every name of `user`, sorted."""
        found = self.users.get(user, {})
        values = [found.get(name) for name in _NAME_FIELDS] + profile_names(found.get("profile"))
        known = {clean(v).strip() for v in [*values, *self.seen.get(user, ())] if isinstance(v, str)}
        return tuple(sorted(known - {""}))

    def team(self) -> str | None:
        """Return the team most users belong to (guests of other teams are fewer)."""
        teams = [t for u in self.users.values() if isinstance(t := u.get("team_id"), str) and t]
        return min(set(teams), key=lambda t: (-teams.count(t), t)) if teams else None

    def people(self, facts: Iterable[Fact], origin: str) -> list[Person]:
        """Return the people whom `facts` mention, by identity or by a name in a quote."""
        prefix = identity(origin, "")
        facts = list(facts)
        users = {i.removeprefix(prefix) for f in facts for i in identities(f) if i.startswith(prefix)}
        users |= self._named(fact.quote.text for fact in facts if fact.quote)
        return [
            Person(
                identity=prefix + user, names=self.names(user), bot=user in self.bots or bool(self.is_bot(user))
            )
            for user in sorted(users)
        ]  # fmt: skip

    def _named(self, quotes: Iterable[str]) -> set[str]:
        """Return users whose name stands in a quote though they neither wrote nor were mentioned.

        A handle such as `will` is also a word: one-word names in lower case count after `@` alone,
        other one-word names as written, names of several words in any case.
        """
        exact: dict[str, set[str]] = {}
        folded: dict[str, set[str]] = {}
        for user in self.users:
            for name in self.names(user) if not self.is_bot(user) else ():
                if len(name) >= _SHORTEST:
                    plain = re.search(r"[\s@]", name)
                    shown = name if name != name.lower() else f"@{name}"
                    (folded if plain else exact).setdefault(name.casefold() if plain else shown, set()).add(
                        user
                    )
        text = "\n".join(quotes)
        return _found(exact, text) | _found(folded, text.casefold())


def _found(names: Mapping[str, set[str]], text: str) -> set[str]:
    # Thousands of names against megabytes of text: a name whose first word is nowhere is passed over.
    words = set(_WORD.findall(text))
    likely = (n for n in names if (first := _WORD.search(n)) is None or first[0] in words)
    hits = (n for n in likely if re.search(rf"(?<!\w){re.escape(n)}(?!\w)", text))
    return {user for name in hits for user in names[name]}


def identity(origin: str, user: str) -> str:
    """Return the identity of a user (or bot) of a workspace."""
    return f"slack:{clean(origin)}:{clean(user)}"


def profile_names(profile: object) -> list[Any]:
    """Return the values of a profile that name its owner."""
    return [profile.get(name) for name in _PROFILE_FIELDS] if isinstance(profile, dict) else []
