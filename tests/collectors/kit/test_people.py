"""People: names by identity, and whose name stands in a text."""

from __future__ import annotations

import re

import pytest

from collectors.kit.people import GITHUB, GITLAB, People, quoted
from timeline.model import Person
from timeline.text import PERSON_CLOSE, PERSON_OPEN


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


@pytest.mark.parametrize(
    ("logins", "text", "shown"),
    [
        (GITHUB, "by @bob-x. and (@al)", "by {bob-x}. and ({al})"),
        (GITHUB, "`@bob` and `x @bob`, ```\n@bob\n```", "`@bob` and `x @bob`, ```\n@bob\n```"),
        (
            GITHUB,
            "@types/node, a@b.org, @org/team, https://x.org/@bob",
            "@types/node, a@b.org, @org/team, https://x.org/@bob",
        ),
        (GITHUB, "@bob.smith", "{bob}.smith"),
        (GITLAB, "@bob.smith_1, @all", "{bob.smith_1}, @all"),
    ],
)
def test_a_login_is_marked_outside_code_and_addresses(logins: re.Pattern[str], text: str, shown: str) -> None:
    quote = quoted(text, logins, str)
    assert quote is not None
    assert quote.text.replace(PERSON_OPEN, "{").replace(PERSON_CLOSE, "}") == shown
