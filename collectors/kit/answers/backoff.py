"""How long a source asks us to wait: each header with its own meaning; else a doubling pause of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from timeline.errors import UndecodableTimeError
from timeline.instant import NS
from timeline.text import code
from timeline.zones import read_time

_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{0,9})?", re.ASCII)
_WORDS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]", re.ASCII)
_EPOCH = 1e9  # seconds since 1970; what is less is a duration
_LONGEST = 30.0  # seconds of a pause of our own


class BackOff(NamedTuple):
    """A pause in seconds, and who asks for it: empty where it is our own."""

    seconds: float
    attribution: str = ""


def back_off(headers: Mapping[str, str], attempt: int, now: float, *, is_limited: bool = True) -> BackOff:
    """Return the pause after a refused `attempt` (from 1); `now` is in seconds since 1970.

    A value that tells no time to come leaves the pause to us; however long one is, `time_cap` bounds it.
    When a limit is renewed says nothing to who was not refused for it (`is_limited`), or has some of it left.
    """
    has_some = any(headers.get(name, "").strip() not in _SPENT for name in _REMAINING)
    own = min(0.5 * 2**attempt, _LONGEST)
    at = _date(headers.get("date", ""))
    unread = ""
    for name, read in _READERS.items():
        if name in _RESETS and (has_some or not is_limited):
            continue
        if not (value := headers.get(name, "").strip()):
            continue
        seconds = read(value, now if at is None else at)
        if seconds is not None:
            return BackOff(seconds, f"as its {name} says")
        unread = unread or f"its {name} of {code(value, 40)} tells no time to come"
    return BackOff(own, unread)


def _retry_after(value: str, now: float) -> float | None:
    """Read seconds, or an HTTP date (RFC 9110)."""
    if _NUMBER.fullmatch(value):
        return float(value)
    return _until(_date(value), now)


def _reset(value: str, now: float) -> float | None:
    """Read the time of a reset.

    Seconds from now (the IETF's draft, Datadog), seconds since 1970 (GitHub; GitLab under the draft's name),
    or a time in words (Jira).
    """
    if _NUMBER.fullmatch(value):
        number = float(value)
        return _until(number, now) if number > _EPOCH else number
    if not _WORDS.match(value):
        return None  # a number in another form is no time in words
    try:
        return _until(read_time(value).latest / NS, now)
    except UndecodableTimeError:
        return None


#: GitHub, GitLab and others send these with every answer, whatever it is.
_RESETS = frozenset(
    {"ratelimit-reset", "x-ratelimit-reset", "x-ratelimit-period-in-sec", "x-sentry-rate-limit-reset"}
)
_REMAINING = ("x-ratelimit-remaining", "ratelimit-remaining", "x-sentry-rate-limit-remaining")
_SPENT = frozenset({"", "0"})
_READERS: Mapping[str, Callable[[str, float], float | None]] = {
    "retry-after": _retry_after, "ratelimit-reset": _reset, "x-ratelimit-reset": _reset,
    "x-ratelimit-period-in-sec": _retry_after, "x-sentry-rate-limit-reset": _reset,
}  # fmt: skip


def _until(moment: float | None, now: float) -> float | None:
    # A moment that has passed is no reason to ask again at once: the clocks differ.
    return moment - now if moment is not None and moment > now else None


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError, TypeError):
        return None
