"""Logins in the words of a forge."""

from __future__ import annotations

import re

import pytest

from collectors.kit.logins import GITHUB, GITLAB, quoted
from timeline.text import PERSON_CLOSE, PERSON_OPEN


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
