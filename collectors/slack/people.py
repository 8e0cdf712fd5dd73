"""People of a Slack workspace: which names an identity has, and who is a bot."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from collectors.kit.people import People
from timeline.assembly.people import identities
from timeline.model import Fact, Person
from timeline.text import clean

_NAME_FIELDS = ("name", "real_name")
_PROFILE_FIELDS = ("real_name", "real_name_normalized", "display_name", "display_name_normalized", "email")


class Directory:
    """Users by id, as the workspace describes them; names seen beside messages are added."""

    def __init__(self) -> None:
        self._people = People()
        self._described: dict[str, bool] = {}  # user -> is a bot
        self._teams: dict[str, str] = {}

    def add(self, user: object) -> None:
        """Take in one user object; what is no user object is passed over."""
        if not isinstance(user, dict) or not isinstance(user.get("id"), str):
            return
        values = [user.get(name) for name in _NAME_FIELDS] + profile_names(user.get("profile"))
        is_bot = bool(user.get("is_bot"))
        self._people.add(user["id"], *values, bot=is_bot)
        self._described[user["id"]] = is_bot
        if isinstance(team := user.get("team_id"), str) and team:
            self._teams[user["id"]] = team

    def note(self, user: str, names: Iterable[object], *, bot: bool = False) -> None:
        """Remember names that stood beside a message of `user`, and that it is a bot."""
        self._people.add(user, *names, bot=bot)

    def is_bot(self, user: str) -> bool | None:
        """Tell whether `user` is a bot; None when the workspace did not describe it."""
        return True if user == "USLACKBOT" else self._described.get(user)

    def team(self) -> str | None:
        """Return the team most users belong to (guests of other teams are fewer)."""
        teams = list(self._teams.values())
        return min(set(teams), key=lambda t: (-teams.count(t), t)) if teams else None

    def people(self, facts: Iterable[Fact], origin: str) -> list[Person]:
        """Return the people whom `facts` mention, by identity or by a name in a quote."""
        prefix = identity(origin, "")
        facts = list(facts)
        users = {i.removeprefix(prefix) for f in facts for i in identities(f) if i.startswith(prefix)}
        described = [user for user in self._described if not self.is_bot(user)]
        users |= self._people.named_in((f.quote.text for f in facts if f.quote), among=described)
        if "USLACKBOT" in users:
            self._people.add("USLACKBOT", bot=True)
        return list(self._people.persons(users, prefix))

    def everyone(self, origin: str) -> list[Person]:
        """Return all whom the workspace describes, but bots."""
        users = [user for user in self._described if not self.is_bot(user)]
        return list(self._people.persons(users, identity(origin, "")))


def identity(origin: str, user: str) -> str:
    """Return the identity of a user (or bot) of a workspace."""
    return f"slack:{clean(origin)}:{clean(user)}"


def profile_names(profile: object) -> list[Any]:
    """Return the values of a profile that name its owner."""
    return [profile.get(name) for name in _PROFILE_FIELDS] if isinstance(profile, dict) else []
