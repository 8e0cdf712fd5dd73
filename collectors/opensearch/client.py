"""opensearch-py over our own transport: its API and paths, our exchanges, evidence and time cap."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import anyio
import orjson

from collectors.base import Context, Payload, SourceError
from collectors.kit import fields
from collectors.kit.http import Http
from collectors.opensearch.options import OpensearchOptions
from timeline.canonical import Json

if TYPE_CHECKING:
    from opensearchpy import AsyncOpenSearch

CLOSING_CAP = "10s"  # what is open is closed even when the source's own time is used up


class Engine:
    """One cluster: every call of the client is one exchange on the tape. One call at a time."""

    def __init__(self, context: Context, options: OpensearchOptions) -> None:
        self.context = context
        self.options = options
        self._http = Http(context, options)
        self._answer: Payload | None = None
        self.client = _client(self)

    async def __aenter__(self) -> Engine:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.__aexit__()

    async def ask(self, call: Callable[..., Awaitable[Any]], **arguments: Any) -> Payload:
        """Call a method of the client; return the stored payload, for which an answer is parsed."""
        await call(**arguments)
        assert self._answer is not None
        return self._answer

    async def ask_whole(self, call: Callable[..., Awaitable[Any]], **arguments: Any) -> Payload:
        """Like `ask`, but an answer that lacks shards or stopped early raises SourceError."""
        payload = await self.ask(call, **arguments)
        if fault := incomplete(payload.json()):
            raise fault
        return payload

    async def close(self, pit: str) -> None:
        """Close a point in time; one that cannot be closed ends by itself after its keep-alive."""
        http, capped = self._http, self.options.model_copy(update={"time_cap": CLOSING_CAP})
        with anyio.CancelScope(shield=True):
            async with Http(self.context, capped) as self._http:
                try:
                    await self.ask(self.client.delete_pit, body={"pit_id": [pit]})
                except SourceError as err:
                    self.context.progress(f"a point in time was left to expire: {err}")
        self._http = http

    async def send(self, method: str, path: str, params: Mapping[str, Any], body: bytes | None) -> int:
        """Make the exchange that the client asks for; keep its payload for `ask`."""
        asked = {name: _text(value) for name, value in sorted(params.items())}
        sent: Json = orjson.loads(body) if body else None
        try:
            self._answer = await self._http.request(method, path, params=asked, body=sent)
        except SourceError as err:
            advice = _advice(err, self.options)
            if advice is None:
                raise
            raise SourceError(err.reason, f"{err}; {advice}") from err
        return self._answer.status or 0


def incomplete(answer: Json) -> SourceError | None:
    """Return what an answer with status 200 does not hold: time-out, failed shards."""
    if not isinstance(answer, dict):
        return SourceError("undecodable", "an answer is no object")
    if answer.get("timed_out"):
        return SourceError("timed_out", "the search timed out in the engine; part of the shards answered")
    total, answered, failed = (_count(answer, name) for name in ("total", "successful", "failed"))
    if answered >= total and not failed:
        return None
    # A shard that no node holds is neither successful nor failed.
    causes = fields.at(answer, "_shards.failures")
    told = {
        f"{fields.text(cause, 'reason.type')}: {fields.text(cause, 'reason.reason')}"
        for cause in (causes if isinstance(causes, list) else ())
    }
    why = "; ".join(sorted(told))
    lost = max(total - answered, failed)
    return SourceError("partial", f"{lost} of {total} shards did not answer: {why or 'no reason given'}")


def _count(answer: Json, name: str) -> int:
    value = fields.at(answer, f"_shards.{name}")
    return value if isinstance(value, int) else 0


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _advice(err: SourceError, options: OpensearchOptions) -> str | None:
    """Return what to do about the faults of a first set-up."""
    if "CERTIFICATE_VERIFY_FAILED" in str(err):
        trusted = "tls.ca is not the authority that signed the server's certificate"
        return trusted if options.tls.ca else "name the server's authority: tls = { ca = 'path/to/ca.pem' }"
    if "no such index" in str(err):
        return "check `index` (a pattern such as `logs-*` may match nothing, a name may not)"
    if "Failed to parse query" in str(err):
        return "check `query`"
    auth = options.auth
    if err.reason == "unauthorised" and not (auth.basic or auth.bearer or auth.header):
        return "no credentials are configured: auth = { basic = 'env:NAME' }"
    return None


def _client(engine: Engine) -> AsyncOpenSearch:
    from opensearchpy import AsyncConnection, AsyncOpenSearch

    class Recorded(AsyncConnection):
        """A connection that hands each request to the tape and leaves the body to our parsers."""

        async def perform_request(
            self, method: str, url: str, params: Mapping[str, Any] | None = None, body: bytes | None = None,
            *_: Any, **__: Any,
        ) -> tuple[int, dict[str, str], str]:  # fmt: skip
            """Send the request; the empty text keeps the client from parsing what is not yet redacted."""
            return await engine.send(method, url, params or {}, body), {}, ""

        async def close(self) -> None:
            """Leave closing to the engine, whose client it is."""

    return AsyncOpenSearch(hosts=[engine.options.url], connection_class=Recorded, max_retries=0)
