"""Globs over the paths of a repository, as people write them for ignored files; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

#: How a change of configuration stands to the change that brought it.
CONFIGURES = "its files are among those of `config_paths`"
_SHOWN = 1  # files that a change is called by


def matching(paths: Iterable[str], patterns: Sequence[str]) -> list[str]:
    """Return the paths that one of the globs is about, sorted.

    `helm/` is all below a folder, `*.tf` a file in any folder, `config/**` all below the one at the top; `*` and `?`
    stay within a name.
    """
    forms = [_form(pattern) for pattern in patterns]
    return sorted({path for path in paths if any(form.fullmatch(path) for form in forms)})


@cache
def _form(pattern: str) -> re.Pattern[str]:
    inner = pattern.strip("/")
    anywhere = "" if pattern.startswith("/") or "/" in inner else "(?:.*/)?"
    below = "/.*" if pattern.endswith("/") else ""
    parts = re.split(r"(\*\*/|/\*\*$|\*+|\?)", inner)
    return re.compile(anywhere + "".join(_WILD.get(part) or _star(part) for part in parts) + below, re.DOTALL)


_WILD = {"**/": "(?:.*/)?", "/**": "/.*", "?": "[^/]"}


def _star(part: str) -> str:
    return "[^/]*" if part and not part.strip("*") else re.escape(part)


def called(paths: Sequence[str]) -> str:
    """Return what a change of these files is called: the first, and how many more there are."""
    more = len(paths) - _SHOWN
    return paths[0] + (f" and {more} more" if more > 0 else "")
