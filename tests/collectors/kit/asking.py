"""A collector that asks once and tells what came, to try the HTTP client with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from werkzeug import Request, Response

from collectors.base import Check, Collector, Record
from collectors.kit.http import Http, HttpOptions
from collectors.testing import Run, run
from timeline.facts import fact
from timeline.instant import precise
from timeline.model import Window

WINDOW = Window(start=0, end=10)


class Ask(Collector[HttpOptions]):
    """A collector that asks once and yields a fact about what came."""

    name, family, summary = "ask", "any", "asks once"
    options_type = HttpOptions

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Ask once."""
        async with Http(self.context, self.options) as http:
            payload = await http.get("/api", {"q": "x", "many": ["a", "b"]})
            yield fact(
                "custom", origin="o", key="k", at=precise(1, 1), time_means="t", clock="c", source=self.context.source,
                names={"label": payload.data.decode()}, evidence=[self.evidence(payload)],
            )  # fmt: skip

    async def probe(self) -> AsyncIterator[Check]:
        """Say nothing of use."""
        yield Check("reachable", True, "")


def ask(url: str, **options: object) -> Run:
    """Run it against a server; `secrets` are by reference."""
    secrets = options.pop("secrets", None)
    return run(Ask, {"url": url, **options}, WINDOW, secrets=secrets)  # type: ignore[arg-type]


def again(first: Run, url: str, **options: object) -> Run:
    """Run it from a run's tape."""
    options.pop("secrets", None)
    return run(Ask, {"url": url, **options}, WINDOW, replay=first)


def sequence(*responses: Response) -> Callable[[Request], Response]:
    """Answer one after the other, the last one for ever."""
    left = list(responses)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]
