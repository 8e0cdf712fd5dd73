"""People: names by identity, and whose name stands in a text."""

from __future__ import annotations

import pytest

from collectors.kit.people import People
from timeline.model import Person


def test_an_identity_keeps_every_name_and_stays_a_bot() -> None:
    people = People()
    assert people.add("x:2", " Ada ", "Ada", "", None, bot=True) == "x:2"
    people.add("x:2", "ada@example.org")
    people.add("x:1")
    assert list(people) == [
        Person(identity="x:1", names=(), bot=False),
        Person(identity="x:2", names=("Ada", "ada@example.org"), bot=True),
    ]
    assert "x:2" in people
    assert "x:3" not in people
    (stranger,) = people.persons({"U3"}, "slack:T1:")
    assert stranger == Person(identity="slack:T1:U3", names=(), bot=False)


def test_another_registry_is_taken_in() -> None:
    people = People()
    people.add("x:1", "Ada")
    people.update([Person(identity="x:1", names=("A. Lovelace",), bot=True)])
    assert [(p.names, p.bot) for p in people] == [(("A. Lovelace", "Ada"), True)]


@pytest.mark.parametrize(
    ("name", "text", "stands"),
    [
        ("will", "this will do", False),
        ("will", "ask @will about it", True),
        ("Will", "Will said so", True),
        ("Will", "this will do", False),
        ("Ada Lovelace", "ask ADA LOVELACE", True),
        ("ada@example.org", "mail Ada@Example.org now", True),
        ("Ada", "Adam did", False),
        ("Al", "Al did", False),
        ("Al", "ask @al", True),
        ("王伟", "请王伟重启", True),
        ("Zoë", "Zoë did", True),
    ],
)
def test_a_name_is_found_where_it_can_be_nothing_else(name: str, text: str, stands: bool) -> None:
    people = People()
    people.add("x:1", name)
    assert people.named_in(["other words", text]) == ({"x:1"} if stands else set())
    assert people.named_in([text], among=()) == set()
