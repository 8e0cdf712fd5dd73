"""Which versions of this tool were released: what says that another one built it cannot be so."""

from __future__ import annotations

import re
from importlib.metadata import version

#: Every release, oldest first; a release adds itself.
RELEASED: tuple[str, ...] = ("0.1.0",)
_FORM = re.compile(r"(\d+)\.(\d+)\.(\d+)")


def known(number: str) -> bool:
    """Tell whether a version was released, or is the one that runs."""
    return number in RELEASED or number == version("incident-timeline")


def later(number: str) -> bool:
    """Tell whether a number is that of a release after the one that runs: only that one can say whether it is."""
    told, own = _FORM.fullmatch(number), _FORM.match(version("incident-timeline"))
    return told is not None and own is not None and _parts(told) > _parts(own)


def _parts(match: re.Match[str]) -> tuple[int, ...]:
    return tuple(map(int, match.groups()))
