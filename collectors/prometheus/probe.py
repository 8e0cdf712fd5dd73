"""What `timeline doctor` asks a Prometheus: does it answer, its clock, how far back, names and targets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import partial

from collectors.base import Check, Context, SourceError
from collectors.kit import fields
from collectors.kit.http import Http
from collectors.kit.probing import timed
from collectors.prometheus.api import PrometheusApi, PrometheusOptions
from collectors.prometheus.lookback import flag
from collectors.prometheus.past import retention
from timeline.instant import NS
from timeline.present import count, duration

Look = Callable[[PrometheusApi], AsyncIterator[Check]]


async def probe(
    context: Context, options: PrometheusOptions, more: Look | None = None
) -> AsyncIterator[Check]:
    """Yield what doctor shows: reachable, clock offset, retention, metrics, targets, then what `more` looks at."""
    async with Http(context, options) as http:
        api = PrometheusApi(context, options, http)
        answered = await timed(partial(http.get, "api/v1/query", {"query": "vector(1)"}))
        yield answered.reachable(options.url)
        yield answered.clock(options)
        kept = (await retention(api)).kept
        known = f"samples are kept for {kept / NS / 86_400:.0f} days" if kept else "not told by the server"
        yield Check("retention", True, known)
        yield await _look_back(api)
        for look in (_metrics, _targets):
            try:
                yield await look(http)
            except SourceError as err:
                yield Check(look.__name__.strip("_"), True, f"not offered: {err}")
        if more:
            async for check in more(api):
                yield check


async def _look_back(api: PrometheusApi) -> Check:
    configured, explicit = api.options.lookback, "lookback" in api.options.model_fields_set
    used = (
        f"configured {configured}"
        if explicit
        else f"{configured} is assumed; set `lookback` where it is another"
    )
    try:
        told = flag(await api.status("flags"))
    except SourceError as err:
        return Check("look-back", explicit, f"could not be read: {err}; {used}")
    if told is None:
        return Check("look-back", True, f"not told by the server; {used}")
    said, fits = duration(told / NS, up=False), told == api.options.lookback_ns
    if fits or explicit:
        return Check("look-back", fits, f"{said}; configured {configured}")
    return Check("look-back", True, f"{said} by the server's flags")


async def _metrics(http: Http) -> Check:
    answer = (await http.get("api/v1/label/__name__/values")).json()
    return Check("metrics", True, count(len(fields.listing(answer, "data")), "metric name"))


async def _targets(http: Http) -> Check:
    answer = (await http.get("api/v1/targets", {"state": "active"})).json()
    active = fields.listing(answer, "data.activeTargets")
    down = sum(fields.text(target, "health") == "down" for target in active)
    return Check("targets", True, f"{len(active)} active, {down} of them down")
