"""Names of the people of a Matrix room; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from timeline.text import clean

_SHORTEST = 3  # a shorter name would be found inside ordinary words


def names_of(answer: Any) -> dict[str, set[str]]:
    """Return user ids with their display names from membership events (`{chunk: [...]}`)."""
    found: dict[str, set[str]] = {}
    chunk = answer.get("chunk") if isinstance(answer, dict) else None
    for event in chunk if isinstance(chunk, list) else ():
        user, content = event.get("state_key"), event.get("content")
        if event.get("type") == "m.room.member" and isinstance(user, str) and isinstance(content, dict):
            name = content.get("displayname")
            found.setdefault(user, set()).update(
                {clean(name).strip()} - {""} if isinstance(name, str) else ()
            )
    return found


def names_of_id(user: str) -> set[str]:
    """Return the name inside a user id."""
    return {user.removeprefix("@").partition(":")[0]}


def named_in(members: Mapping[str, Iterable[str]], quotes: Iterable[str]) -> set[str]:
    """Return the members whose name stands in a quote, though they neither wrote nor were mentioned.

    A name such as `will` is also a word: one-word names in lower case count after `@` alone.
    """
    text = "\n".join(quotes)
    folded = text.casefold()
    found = set()
    for user, names in members.items():
        for name in names:
            shown = name if name != name.lower() or " " in name else f"@{name}"
            if len(name) >= _SHORTEST and shown.casefold() in folded:
                flags = re.IGNORECASE if " " in name else 0
                found |= {user} if re.search(rf"(?<!\w){re.escape(shown)}(?!\w)", text, flags) else set()
    return found
