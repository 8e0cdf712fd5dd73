"""A small source with pages, and collectors that read it well and badly."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from collectors.base import Check, Collector, Payload, Record, SourceError
from collectors.kit import fields
from collectors.kit.fields import Skipped
from collectors.kit.http import Auth, Http, HttpOptions
from collectors.kit.paging import by_cursor
from timeline.facts import fact
from timeline.instant import NS, format_instant
from timeline.model import Fact, Window

T0 = 1_772_460_000
WINDOW = Window(start=T0 * NS, end=(T0 + 3600) * NS)
SECRETS = {"env:CALLS": "s3cret-of-the-calls"}
COUNT, SIZE = 7, 3


def serve(httpserver: HTTPServer) -> str:
    """Serve seven calls in pages of three; give the address."""

    def page(request: Request) -> Response:
        first = int(request.args.get("cursor", "call-0").removeprefix("call-"))
        calls = [
            {"id": n, "at": format_instant((T0 + n) * NS)} for n in range(first, min(first + SIZE, COUNT))
        ]
        following = f"call-{first + SIZE}" if first + SIZE < COUNT else None
        body = {"calls": calls, "next": following, "complete": True}
        return Response(json.dumps(body), content_type="application/json")

    httpserver.expect_request("/calls").respond_with_handler(page)
    return httpserver.url_for("")


class CallOptions(HttpOptions):
    """Options of the calls."""

    auth: Auth = Auth(bearer="env:CALLS")


class Calls(Collector[CallOptions]):
    """Reads the calls as the contract says."""

    name, family, summary = "calls", "alerts", "calls of a phone"
    options_type = CallOptions

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield a fact a call."""
        skipped = Skipped("call")
        async with Http(self.context, self.options) as http:

            async def ask(cursor: str | None, _: int) -> Payload:
                return await http.get("calls", {"cursor": cursor} if cursor else None)

            async for payload in by_cursor(ask, lambda page: fields.nullable(page.json(), "next")):
                for place, call in enumerate(fields.listing(payload.json(), "calls")):
                    evidence = self.evidence(payload, f"/calls/{place}")
                    with skipped.over(evidence):
                        yield self.fact(call, payload, place)
                if fields.at(payload.json(), "complete") is not True:
                    yield self.gap("partial", window, "The phone says that calls are missing")
        for gap in skipped.gaps(self.gap, window):
            yield gap

    def fact(self, call: Any, payload: Payload, place: int) -> Fact:
        """Make the fact of a call."""
        return fact(
            "alert.notified", origin=self.origin, key=["call", fields.number(call, "id")],
            at=fields.time(call, "at"), time_means="at", clock=self.origin, source=self.context.source,
            names={"alert": "Down", "receiver": "phone", "labels": None},
            evidence=[self.evidence(payload, f"/calls/{place}")],
        )  # fmt: skip

    async def probe(self) -> AsyncIterator[Check]:
        """Say nothing of use."""
        yield Check("reachable", True, "")


class Quiet(Calls):
    """Takes a source that fails for a quiet one."""

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield what came before the failure, and say nothing."""
        try:
            async for record in super().collect(window):
                yield record
        except SourceError:
            return


class Trusting(Calls):
    """Takes every answer for what it should be."""

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield a fact a call."""
        cursor: Any = ""
        async with Http(self.context, self.options) as http:
            while cursor is not None:
                payload = await http.get("calls", {"cursor": cursor} if cursor else None)
                answer = payload.json()
                for place, call in enumerate(answer["calls"]):
                    yield self.fact(call, payload, place)
                cursor = answer["next"]


class Talkative(Calls):
    """Says its secret where it fails."""

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield what came, or say with what it was asked."""
        try:
            async for record in super().collect(window):
                yield record
        except SourceError as err:
            token = "" if self.context.tape.replaying else self.context.secret("env:CALLS")
            yield self.gap(err.reason, window, f"asked with {token}: {err}")


class Looping(Calls):
    """Follows cursors for ever, whatever they are, until its time is over."""

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield facts, and end without a word where the cursor comes twice."""
        cursor, seen = "", {""}
        async with Http(self.context, self.options) as http:
            while True:
                payload = await http.get("calls", {"cursor": cursor} if cursor else None)
                for place, call in enumerate(fields.listing(payload.json(), "calls")):
                    yield self.fact(call, payload, place)
                cursor = fields.text(payload.json(), "next")
                if cursor in seen:
                    return
                seen.add(cursor)
