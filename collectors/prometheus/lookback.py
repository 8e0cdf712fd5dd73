"""How long a server counts a sample: as configured, else by its flags, else what is assumed."""

from __future__ import annotations

from typing import NamedTuple

from collectors.base import SourceError
from collectors.kit.metrics.samples import MS
from collectors.kit.tape import LackingError
from collectors.prometheus.api import PrometheusApi, promql_duration
from timeline.errors import UndecodableTimeError
from timeline.instant import MINUTE, NS
from timeline.present import duration

_FLAG = "query.lookback-delta"
_PROBE = "count_over_time(vector(1)[1m:1m])"


class LookBack(NamedTuple):
    """How long a sample counts (`length`, ns), and how much longer until it no longer does (`edge`).

    `shows`: the server's own look-back, where it tells one and another is configured. `assumed`: neither the options nor the server tell it; `failure`: because the server's answer failed.
    """

    length: int
    edge: int
    assumed: bool = False
    failure: SourceError | None = None
    shows: int | None = None

    @property
    def words(self) -> str:
        """The length for reading."""
        return duration(self.length / NS, up=False)


async def look_back(api: PrometheusApi) -> LookBack:
    """Return how long the server counts a sample."""
    edge = MS if await _counts_its_edge(api) else 0
    configured, explicit = api.options.lookback_ns, "lookback" in api.options.model_fields_set
    try:
        told = flag(await api.status("flags"))
    except SourceError as err:
        failure = None if explicit else err
        return LookBack(configured, edge, assumed=not explicit, failure=failure)
    if explicit:
        return LookBack(configured, edge, shows=told)
    length = configured if told is None else told
    return LookBack(length, edge, assumed=told is None)


def flag(flags: object) -> int | None:
    """Return the look-back (ns) that a server's flags tell; None where they tell none."""
    told = flags.get(_FLAG) if isinstance(flags, dict) else None
    try:
        length = promql_duration(str(told)) if told else 0
    except UndecodableTimeError:
        return None
    return length or None  # Thanos shows its default as nothing


async def _counts_its_edge(api: PrometheusApi) -> bool:
    """Tell whether a sample that is exactly one look-back old still counts, as up to Prometheus 2.

    Ranges changed with it, and what embeds either engine tells by them, not by its version.
    """
    try:
        found = (await api.query(_PROBE, api.context.now // MINUTE * MINUTE)).vector()
    except (SourceError, LackingError):  # refused, or evidence of before it was asked for
        return False
    return [one.value for one in found] == [2]
