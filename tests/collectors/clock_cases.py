"""A source an hour ahead or behind in every time that it states: complete data, at the times that it states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from collectors.base import AnyCollector
from collectors.testing import FaultServer
from collectors.testing.clocks import off
from collectors.testing.origins import Origin, ReceivedRequest, Reply, forwarded
from collectors.testing.running import Run, run
from timeline.instant import NS
from timeline.model import Window

HOURS = (3600, -3600)


def told(result: Run, seconds: int) -> list[tuple[object, ...]]:
    """Return what facts, samples and gaps say when, less what the clock is off."""
    assert result.failure is None, result.failure

    def shown(at: int | None) -> int | None:
        return None if at is None else at - seconds * NS

    facts = [(f.kind, shown(f.earliest), shown(f.latest), f.subject, f.clock) for f in result.facts]
    gaps = [(g.reason, shown(g.start), shown(g.end)) for g in result.gaps]
    return sorted([*facts, *gaps], key=repr)


def moved_here(origin: Origin, url: str, here: list[str]) -> Origin:
    """Name this server where the real one names itself: links to next pages stay here."""
    real = urlsplit(url).netloc

    def ask(asked: ReceivedRequest) -> Reply:
        reply = origin(asked)
        headers = tuple((name, value.replace(real, here[0])) for name, value in reply.headers)
        return reply._replace(headers=headers, body=reply.body.replace(real.encode(), here[0].encode()))

    return ask


def hold(
    collector: type[AnyCollector],
    options: Mapping[str, Any],
    url: str,
    window: Window,
    now: int | None = None,
    secrets: Mapping[str, str] | None = None,
) -> int:
    """Check that a source whose clock is off gives what it gives, as it says; return of how many facts and gaps."""
    now = window.end if now is None else now

    def read(seconds: int) -> list[tuple[object, ...]]:
        with FaultServer(moved_here(off(forwarded(url), seconds), url, here := [""])) as server:
            here[0] = urlsplit(server.url).netloc
            seen = Window(start=window.start + seconds * NS, end=window.end + seconds * NS)
            there = {**options, "url": server.url + urlsplit(url).path}
            return told(run(collector, there, seen, now=now + seconds * NS, secrets=secrets), seconds)

    plain = read(0)
    for seconds in HOURS:
        found = read(seconds)
        assert found == plain, (seconds, [one for one in found + plain if (one in found) != (one in plain)])
    return len(plain)
