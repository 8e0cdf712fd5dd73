"""The words of names and values, by what they tell: data."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def _groups() -> dict[str, str]:
    return tomllib.loads((Path(__file__).parent / "data" / "words.toml").read_text("utf-8"))


def words(group: str) -> frozenset[str]:
    """Return the words of a group of `words.toml`."""
    return frozenset(_groups()[group].split())
