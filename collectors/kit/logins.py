"""`@login` in the words of a forge, which is how it mentions people: marked, save in code and addresses."""

from __future__ import annotations

import re
from collections.abc import Callable

from timeline.facts import quote_marked
from timeline.model import Quote
from timeline.people import protected
from timeline.text import clean, mention

#: GitHub's logins, and GitLab's; `@scope/package`, `@group/project` and addresses are none.
GITHUB = re.compile(r"(?<![\w@/`.])@([A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?)(?![\w/@-])")
GITLAB = re.compile(r"(?<![\w@/`.])@([A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?)(?![\w/@-])")
_GROUPS = frozenset({"all", "here"})


def quoted(text: str, logins: re.Pattern[str], identity: Callable[[str], str]) -> Quote | None:
    """Return a quote with a person mark for each login; `identity` notes a login and returns its identity."""
    text = clean(text)
    kept = protected.spans(text) if "@" in text else []

    def mark(match: re.Match[str]) -> str:
        inside = any(start < match.end() and match.start() < end for start, end in kept)
        return match[0] if inside or match[1].lower() in _GROUPS else mention(identity(match[1]))

    return quote_marked(logins.sub(mark, text))
