"""What `timeline doctor` looks at alike in every source: whether it answers, how fast, and its clock."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from collectors.base import Check, Options, Payload, SourceError
from timeline.instant import NS
from timeline.zones import parse_duration, parse_offset


class Answered(NamedTuple):
    """An answer, and when it was asked for and received (seconds since 1970)."""

    payload: Payload
    sent_at: float
    received_at: float

    def reachable(self, url: str) -> Check:
        """Return that a source answered, and how fast."""
        return Check("reachable", True, f"{url} answered in {self.received_at - self.sent_at:.2f} s")

    def clock(self, options: Options, shown: float | None = None) -> Check:
        """Compare the source's clock with ours; they may be `clock_error` apart, less its `clock_offset`.

        `shown` is the time (seconds since 1970) that the answer tells; default: its Date header.
        """
        middle, cut = (self.sent_at + self.received_at) / 2, 0.0
        if shown is None:
            date = _date(self.payload.headers.get("date"))
            if date is None:
                return Check("clock", True, "the server sends no Date header")
            shown, cut = date + 0.5, 1.0  # the header is cut to seconds
        offset, allowed = shown - middle, parse_duration(options.clock_error) / NS
        configured = parse_offset(options.clock_offset) / NS
        within = (self.received_at - self.sent_at + cut) / 2
        detail = f"offset {offset:+.1f} s within {within:.1f} s, clock_error {allowed:g} s"
        if configured:
            detail += f", clock_offset {configured:+g} s"
        if abs(offset - configured) <= allowed + within:
            return Check("clock", True, detail)
        return Check("clock", False, f'{detail}; correct its clock, or set clock_offset = "{offset:+.0f}s"')


async def timed(call: Callable[[], Awaitable[Payload]]) -> Answered:
    """Await an answer; raise SourceError."""
    asked = time.time()
    payload = await call()
    return Answered(payload, asked, time.time())


def failed(err: SourceError) -> Check:
    """Return the line of a source that does not answer, or not to us."""
    return Check("authorised" if err.reason == "unauthorised" else "reachable", False, str(err))


def limit(payload: Payload) -> Iterator[Check]:
    """Yield what is left of the limit of requests, where an answer says so."""
    names = ("x-ratelimit-remaining", "ratelimit-remaining", "x-sentry-rate-limit-remaining")
    if left := next((text for name in names if (text := payload.headers.get(name))), None):
        yield Check("rate limit", left != "0", f"{left} requests left")


def _date(header: str | None) -> float | None:
    try:
        return parsedate_to_datetime(header).timestamp() if header else None
    except (ValueError, OverflowError, TypeError):
        return None
