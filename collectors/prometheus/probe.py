"""What `timeline doctor` asks a Prometheus: a quick look through prometheus-api-client.

The client fits a quick look: names, targets, metadata. The builds' own reads go through
`prometheus_api` (see docs/decisions/0003-prometheus-client.md).
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import anyio.to_thread

from collectors.base import Check, Context, SourceError
from collectors.kit.http import Http, seconds
from collectors.prometheus.api import PrometheusApi, PrometheusOptions
from timeline.instant import NS

if TYPE_CHECKING:
    import requests


async def probe(context: Context, options: PrometheusOptions) -> AsyncIterator[Check]:
    """Yield what doctor shows: reachable, clock offset, retention, then metrics and targets."""
    async with Http(context, options) as http:
        api = PrometheusApi(context, options, http)
        sent = time.time()
        payload = await http.get("api/v1/query", {"query": "vector(1)"})
        yield Check("reachable", True, f"{options.url} answered in {time.time() - sent:.2f} s")
        yield clock_check(payload.headers.get("date"), (sent + time.time()) / 2, seconds(options.clock_error))
        kept = await api.retention()
        known = f"samples are kept for {kept / NS / 86_400:.0f} days" if kept else "not told by the server"
        yield Check("retention", True, known)
        flags = await api.status("flags") or {}
        said = flags.get("query.lookback-delta")
        fits = said is None or seconds(str(said)) == seconds(options.lookback)
        yield Check("look-back", fits, f"{said or 'not told'}; configured {options.lookback}")
    # The client blocks, so it looks from a thread of its own.
    for check in await anyio.to_thread.run_sync(lambda: list(_quick_look(context, options))):
        yield check


def clock_check(date: str | None, asked: float, allowed: float) -> Check:
    """Compare a Date header with when it was asked for (seconds since 1970), `allowed` seconds apart."""
    if date is None:
        return Check("clock", True, "the server sends no Date header")
    offset = parsedate_to_datetime(date).timestamp() + 0.5 - asked  # the header is cut to seconds
    return Check("clock", abs(offset) <= allowed + 1, f"offset {offset:+.1f} s, clock_error {allowed:g} s")


def _quick_look(context: Context, options: PrometheusOptions) -> Iterator[Check]:
    import requests
    from prometheus_api_client import PrometheusConnect
    from prometheus_api_client.exceptions import PrometheusApiClientException
    from urllib3.util.retry import Retry

    session = _session(context, options)
    limit: Any = seconds(options.timeout)
    with PrometheusConnect(url=options.url, session=session, timeout=limit, retry=Retry(0)) as client:
        try:
            yield Check("metrics", True, f"{len(client.all_metrics())} metric names")
            active = client.get_targets(state="active").get("activeTargets") or []
            down = sum(target.get("health") == "down" for target in active)
            yield Check("targets", True, f"{len(active)} active, {down} of them down")
        except PrometheusApiClientException as err:
            yield Check("metadata", True, f"not offered: {' '.join(str(err).split())[:160]}")
        except requests.RequestException as err:
            raise SourceError("unreachable", f"{options.url}: {err}") from err


def _session(context: Context, options: PrometheusOptions) -> requests.Session:
    """Make a session with this source's credentials and trust, and nothing from the environment."""
    import requests

    session, auth, tls = requests.Session(), options.auth, options.tls
    session.trust_env = False
    session.max_redirects = 0
    if auth.bearer:
        session.headers["Authorization"] = f"Bearer {context.secret(auth.bearer)}"
    if auth.basic:
        user, _, password = context.secret(auth.basic).partition(":")
        session.auth = (user, password)
    session.headers.update({name: context.secret(reference) for name, reference in auth.header.items()})
    session.verify = (context.resolve_path(tls.ca) if tls.ca else True) if tls.verify else False
    if tls.cert:
        session.cert = (context.resolve_path(tls.cert), context.resolve_path(tls.key or tls.cert))
    return session
