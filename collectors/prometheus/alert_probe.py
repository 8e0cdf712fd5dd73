"""What `timeline doctor` shows of a server's alerts: which metric holds them, and labels that split them."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator

from collectors.base import Check, SourceError
from collectors.kit import fields
from collectors.kit.tape import LackingError
from collectors.prometheus.api import PrometheusApi
from timeline.instant import MINUTE
from timeline.present import count, listed

#: What servers call their alerts' history: Prometheus and its kin, and Grafana unless it is set otherwise.
KNOWN = ("ALERTS", "GRAFANA_ALERTS")
_DAY = 24 * 60 * MINUTE
_SEEN = 10_000  # series of a day that are looked at


async def probe_alerts(
    api: PrometheusApi, metric: str, ignored: tuple[str, ...], now: int
) -> AsyncIterator[Check]:
    """Yield how many series of alerts a day holds, under which name, and with which labels."""
    names = list(dict.fromkeys((metric, *KNOWN)))
    try:
        series = await api.series(names, max(now - _DAY, 0), now, limit=_SEEN)
    except SourceError as err:
        yield Check("alerts", True, f"not offered: {err}")
        return
    held = Counter(fields.text(one, "__name__") for one in series)
    other = [name for name in names if held[name] and name != metric]
    told = f"{count(held[metric], 'series', 'series')} of {metric} in the last day"
    unread = f"; {listed(other)} {'is' if len(other) == 1 else 'are'} not read: set `metric`" if other else ""
    yield Check("alerts", not (other and not held[metric]), told + unread)
    labels = sorted({name for one in series for name in one if _splits(name)} - set(ignored))
    if labels:
        text = f"{listed(labels)} may tell copies of one alert apart: set `ignored_labels`"
        yield Check("alert labels", False, text)


def _splits(name: str) -> bool:
    return name == "grafana_alertstate" or "replica" in name


async def other_metric(api: PrometheusApi, metric: str, start: int, end: int) -> str | None:
    """Return the metric that holds alerts in a span (ns), where it is not `metric`; None where there is none."""
    try:
        found = await api.series([name for name in KNOWN if name != metric], start, end, limit=1)
    except (SourceError, LackingError):  # not offered, or evidence of before it was asked for
        return None
    return fields.text(found[0], "__name__") or None if found else None
