"""Every sample of a selector: as chunks where the server streams them, else as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from collectors.base import SourceError
from collectors.kit.metrics.samples import Samples
from collectors.prometheus.samples.question import ReadSpan, Server

_WORTH = 20_000  # samples; fewer come as fast as JSON, which people can read


async def pull(server: Server, selector: str, span: ReadSpan, size: float) -> tuple[Sequence[Samples], str]:
    """Read the samples of a selector, about `size` many; say how they were read."""
    start, end = span.start, span.end
    chunks = server.way != "samples" and (size > _WORTH or server.way == "remote_read")
    if chunks and not server.nan_is_stale and await server.remote.offers(selector, start, end):
        try:
            return await server.remote.read(
                selector, start, end, size
            ), "read whole, as chunks by remote read"
        except SourceError as err:
            if err.reason in {"unauthorised", "rate_limited"}:
                raise
    return await server.api.raw(selector, start, end, size), "read whole, as JSON"
