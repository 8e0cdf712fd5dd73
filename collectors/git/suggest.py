"""What a clone shows to `timeline init`: tags that may be deploys, and its authors; pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from collectors.base import Suggestion
from timeline.present import count

_DEPLOY = re.compile(r"deploy|release|prod|rollout|live|ship", re.IGNORECASE)
_SPECIAL = re.compile(r"[*?\[]")
_MOST = 5


def patterns(names: list[str]) -> dict[str, list[str]]:
    """Return globs for tags that differ from their first digit on, the commonest first, each with its tags."""
    groups: dict[str, list[str]] = {}
    for name in names:
        if not _SPECIAL.search(name):
            groups.setdefault(re.sub(r"\d.*$", "*", name), []).append(name)
    return dict(sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])))


def suggestions(names: list[str]) -> Iterator[Suggestion]:
    """Yield which tags are deploys: surely those whose names say so, else for people to decide.

    `names` are in the order in which the tags were made.
    """
    found = {glob: tags for glob, tags in patterns(names).items() if glob != "*"}
    sure = [glob for glob in found if _DEPLOY.search(glob)][:_MOST]
    shown = sure or list(found)[:_MOST]
    if shown:
        told = ", ".join(
            f"{count(len(found[glob]), 'tag')} {glob} (the last: {found[glob][-1]})" for glob in shown
        )
        yield Suggestion("deploy_tags", list(shown), told, bool(sure))


def authors(log: str) -> list[tuple[str, str]]:
    """Return name and address of each who committed, the busiest first; `log` is NAME, NUL, ADDRESS a line."""
    pairs = Counter(tuple(line.split("\x00", 1)) for line in log.splitlines() if "\x00" in line)
    return [(name, mail) for (name, mail), _ in pairs.most_common()]
