"""Matchers, as Alertmanager has them: written as a selector, read back, and held against an alert's labels."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Container, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from timeline.selectors import matcher

OPERATORS = ("=", "!=", "=~", "!~")
_PLAIN = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_TEXT = r'"(?:[^"\\]|\\.)*"'
_ONE = re.compile(rf"({_PLAIN.pattern}|{_TEXT})(!~|=~|!=|=)({_TEXT})(?:, |$)")


class Matcher(NamedTuple):
    """One condition on a label: its name, one of `OPERATORS`, and a text or a regular expression."""

    name: str
    op: str
    value: str


def write(matchers: Iterable[Matcher]) -> str:
    """Return the selector: `{alertname="A", service=~"b|c"}`, in the order of the names."""
    parts = (matcher(*m) for m in sorted(set(matchers)))
    return f"{{{', '.join(parts)}}}"


@lru_cache(maxsize=4096)
def read(selector: str) -> tuple[Matcher, ...]:
    """Return the matchers of a selector that `write` made; raise ValueError where it is none."""
    inside, found, place = selector[1:-1], [], 0
    if selector[:1] != "{" or selector[-1:] != "}":
        raise ValueError(f"{selector!r} is no selector")
    while place < len(inside):
        one = _ONE.match(inside, place)
        if one is None:
            raise ValueError(f"{selector!r} is no selector")
        name = json.loads(one[1]) if one[1].startswith('"') else one[1]
        found.append(Matcher(name, one[2], json.loads(one[3])))
        place = one.end()
    return tuple(found)


def match(
    matchers: Collection[Matcher], labels: Mapping[str, str], *, complete: bool, unknown: Container[str] = ()
) -> bool | None:
    """Tell whether all matchers hold; None where a label that is not there decides.

    With `complete` there are no further labels, but for those of a name in `unknown`: one that is not there
    is empty, as Alertmanager has it.
    """
    empty = {m.name: "" for m in matchers if complete and m.name not in unknown}
    found = {_holds(m, labels.get(m.name, empty.get(m.name))) for m in matchers}
    if False in found:
        return False
    return None if None in found else True


def _holds(matcher: Matcher, value: str | None) -> bool | None:
    if value is None:
        return None
    if matcher.op in {"=", "!="}:
        return (value == matcher.value) is (matcher.op == "=")
    like = _like(matcher.value, value)
    return None if like is None else like is (matcher.op == "=~")


@lru_cache(maxsize=65_536)
def _like(pattern: str, value: str) -> bool | None:
    """Match the whole value, with the engine that Alertmanager has; None for what it refuses."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.fullmatch(pattern, value, options) is not None
    except re2.error:
        return None
