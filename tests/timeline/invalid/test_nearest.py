"""What was meant is said where it is near, and nothing where it is not."""

import pytest

from timeline.invalid.nearest import closest

KNOWN = ["git", "ecs", "jsonl", "slack", "end", "alert.firing"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gti", "git"), ("gt", "git"), ("jsnl", "jsonl"), ("slakc", "slack"), ("alert.firng", "alert.firing"), ("ned", "end"),
        ("csv", ""), ("xyz", ""), ("is", ""), ("", ""),
    ],
)  # fmt: skip
def test_what_was_meant(typed: str, meant: str) -> None:
    assert closest(typed, KNOWN) == meant
