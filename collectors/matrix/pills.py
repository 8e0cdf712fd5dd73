"""Pills of a formatted message: whom they name, and where their words stand among others of the same words."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote

from timeline.text import clean

_PILL = re.compile(
    r'<a\s[^<>]{0,500}?href="https?://matrix\.to/#/([^"?<>]{1,300})[^"<>]{0,300}"[^<>]{0,500}>((?:[^<]|<(?!/?a[\s>]))*+)</a>',
    re.IGNORECASE,
)
MOST_CHARACTERS, MOST_PILLS = 100_000, 100  # of a message: the protocol's own limit is 64 KiB
_USER = re.compile(r"@[^:]+:.+")
_TAG = re.compile(r"<[^<>]*>")


class Pill(NamedTuple):
    """A user's pills of one label: what finds the label, and which of its matches, from 0 on, are pills."""

    user: str
    pattern: re.Pattern[str]
    places: frozenset[int]


def pills(formatted: str) -> Iterator[Pill]:
    """Yield the pills of each user and label."""
    places: dict[tuple[str, str], list[int]] = {}
    # Where each stands is looked for in all that stands before it.
    for match in islice(_PILL.finditer(formatted[:MOST_CHARACTERS]), MOST_PILLS):
        user, label = unquote(match[1]), _plain(match[2]).strip().removeprefix("@")
        if label and _USER.fullmatch(user):
            earlier = len(_pattern(label).findall(_plain(formatted[: match.start()])))
            places.setdefault((user, label), []).append(earlier)
    for (user, label), found in places.items():
        yield Pill(user, _pattern(label), frozenset(found))


def _pattern(label: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)@?{re.escape(label)}(?!\w)")


def _plain(markup: str) -> str:
    return clean(html.unescape(_TAG.sub("", markup)))
