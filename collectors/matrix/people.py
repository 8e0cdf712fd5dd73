"""Names of the people of a Matrix room; pure."""

from __future__ import annotations

from collections.abc import Iterable

from collectors.kit import fields
from collectors.kit.people import People
from collectors.matrix.text import identity
from timeline.model import Fact, Person


def members(events: object) -> People:
    """Return who membership events name, under the names they show."""
    people = People()
    for event in events if isinstance(events, list) else ():
        user, content = fields.at(event, "state_key"), fields.at(event, "content")
        if (
            fields.at(event, "type") == "m.room.member"
            and isinstance(user, str)
            and isinstance(content, dict)
        ):
            people.add(identity(user), content.get("displayname"))
    return people


def mentioned(
    people: People, users: Iterable[str], facts: Iterable[Fact], bots: Iterable[str]
) -> list[Person]:
    """Return the users who wrote or are mentioned, and the members whose name stands in a quote."""
    identities = {identity(user) for user in users if user}
    identities |= people.named_in(fact.quote.text for fact in facts if fact.quote)
    for one in identities:
        people.add(one, _name_of_id(one))
    for user in bots:
        people.add(identity(user), bot=True)
    return list(people.persons(identities))


def _name_of_id(one: str) -> str:
    """Return the name inside a user id (`matrix:@ada:example.org`)."""
    return one.removeprefix("matrix:").removeprefix("@").partition(":")[0]
