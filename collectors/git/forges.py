"""What forges and build systems write into a repository: names of changes, branches, and who is no person; pure."""

from __future__ import annotations

import re

SHORT = 12  # digits of a hash that are shown
#: How the forges name a change in the merges they make, first match wins.
_MERGES = (
    (re.compile(r"\AMerge pull request #(\d+)\b"), "#"),
    (re.compile(r"\AMerged in .*\(pull request #(\d+)\)"), "#"),
    (re.compile(r"\AMerged PR (\d+)\b"), "#"),
    (re.compile(r"\AMerge pull request .* \(#(\d+)\) from "), "#"),
    (re.compile(r"^See merge request \S*!(\d+)$", re.MULTILINE), "!"),
)
_NUMBERS = (*_MERGES, (re.compile(r"\A[^\n]*\(#(\d+)\)$", re.MULTILINE), "#"))
#: Where a merge's own message says which branch it was made on (git says nothing on `master` and `main`).
_INTO = (
    re.compile(r"\AMerge pull request .* \(#\d+\) from \S+ into (\S+)$", re.MULTILINE),
    re.compile(r"\AMerge branch '[^'\n]*'(?: of \S+)? into '?([^'\s]+)'?$", re.MULTILINE),
    re.compile(r"\AMerged in \S+ into (\S+) \(pull request #\d+\)", re.MULTILINE),
)
_FORK = re.compile(r"Merge pull request #\d+ from ([\w.-]+)/")
FORGES = ("github", "gitlab", "gitea", "forgejo", "codeberg", "bitbucket")
#: Addresses from which a server commits what a person pressed a button for.
_BUTTON = re.compile(r"no-?reply@", re.IGNORECASE)


def change_name(message: str, sha: str) -> str:
    """Return the number that the forge gave a change (`#12`, `!12`), else the short hash."""
    for pattern, sign in _NUMBERS:
        if match := pattern.search(message):
            return sign + match[1]
    return sha[:SHORT]


def is_servers_merge(message: str) -> bool:
    """Tell whether a merge's message is one that a forge writes when it merges a change itself."""
    return any(pattern.search(message) for pattern, _ in _MERGES)


def merged_into(message: str) -> str | None:
    """Return the branch that a merge's message says it was made on; None where it does not say."""
    return next((match[1] for pattern in _INTO if (match := pattern.search(message))), None)


def title(message: str, owner: str | None) -> str:
    """Return the subject line, and of a merge the first line below it, where forges put the title."""
    first, *rest = message.split("\n")
    fork = _FORK.match(first)
    if fork and fork[1] != owner:
        # The name before the slash is the login of whoever owns the fork.
        first = first[: fork.start(1)] + "a fork" + first[fork.end(1) :]
    below = next((line for line in rest if line.strip()), "") if first.startswith("Merge") else ""
    return f"{first}\n{below}".strip()


def is_button(mail: str) -> bool:
    """Tell whether an address is a server's that commits for the person who pressed a button."""
    return bool(_BUTTON.match(mail))
