"""Who is one person: by an address, or a whole name; never by a first name."""

from __future__ import annotations

import pytest

from service.setup.people import same
from timeline.model import Person


def person(identity: str, *names: str, bot: bool = False) -> Person:
    return Person(identity=identity, names=names, bot=bot)


CASES = {
    "an address": ([person("git:ada@x.org", "Ada"), person("slack:T:U1", "ada.l", "ADA@x.org")], {"ada": ("git:ada@x.org", "slack:T:U1")}),
    "a whole name": ([person("git:a@x.org", "Ada Lovelace"), person("slack:T:U1", "ada  lovelace")], {"ada": ("git:a@x.org", "slack:T:U1")}),
    "by way of a third": (
        [person("git:a@x.org", "Ada Lovelace"), person("git:a@home.org", "Ada Lovelace"), person("slack:T:U1", "x", "a@home.org")],
        {"ada": ("git:a@home.org", "git:a@x.org", "slack:T:U1")},
    ),
    "a first name is none": ([person("git:ada@x.org", "Ada"), person("slack:T:U1", "Ada")], {}),
    "a bot": ([person("git:ci@x.org", "CI Bot", bot=True), person("slack:T:B1", "CI Bot")], {}),
    "two of one first name": (
        [person("git:a@x.org", "Ada One"), person("git:b@x.org", "Ada Two"), person("s:1", "Ada One"), person("s:2", "Ada Two")],
        {"ada": ("git:a@x.org", "s:1"), "ada-2": ("git:b@x.org", "s:2")},
    ),
    "a name that no key may hold": ([person("git:q@x.org", "\"Q\" Smith"), person("s:1", "\"Q\" Smith")], {"q": ("git:q@x.org", "s:1")}),
}  # fmt: skip


@pytest.mark.parametrize("case", list(CASES))
def test_identities_of_one_person_are_joined(case: str) -> None:
    people, joined = CASES[case]
    assert same(people) == joined
    assert same(people[::-1]) == joined
