"""A quick look at a Prometheus, by its own client library: what its busiest metrics would be watched by."""

from __future__ import annotations

import math
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median_low
from typing import Any, NamedTuple

from collectors.kit.http import HttpOptions

_TIMEOUT = 5  # seconds of one question
_MOST = 4  # proposals of each sort
_TIMES = 4  # as much as usual is taken for a breach
_RATE = "[5m]"
#: Of the machinery itself, and of what watches it: nothing that an incident's customers see.
_OWN = re.compile(
    r"(go|process|python|jvm|nodejs|prometheus|promhttp|scrape|net_conntrack|alertmanager|up|ALERTS|grafana|node|container|kube|apiserver|etcd)(_|$)"
)
_CODES = ("code", "status", "status_code", "http_status_code", "http_response_status_code")
_WAITING = re.compile(r"(queue|backlog|lag|pending|waiting|inflight|in_flight|pool)(_|$)")


class Proposal(NamedTuple):
    """A threshold for a `[[source.threshold]]`, and what of the last day says so."""

    name: str
    query: str
    above: float
    unit: str
    why: str


def proposals(
    url: str, headers: Mapping[str, str], *, verify: bool = True, now: datetime | None = None
) -> list[Proposal]:
    """Return thresholds for the busiest metrics of a server; none where it does not answer in time."""
    from prometheus_api_client import PrometheusConnect
    from prometheus_api_client.exceptions import PrometheusApiClientException

    end = now or datetime.now(UTC)
    client = PrometheusConnect(
        url=url, headers=dict(headers), disable_ssl=not verify, retry=0, timeout=_TIMEOUT
    )
    client._session.trust_env = False  # noqa: SLF001 - what the machine's proxies are is not asked, as nowhere else
    try:
        with client:
            return list(_proposed(client, end))
    except (PrometheusApiClientException, OSError, ValueError, KeyError, TypeError):
        return []


def _proposed(client: Any, end: datetime) -> Iterator[Proposal]:
    names = [name for name in client.all_metrics() if not _OWN.match(name)]
    known = set(names)
    histograms = [name for name in names if name.endswith("_bucket")]
    counters = [name for name in names if name.endswith("_total")]
    for name in _busiest(client, histograms)[:_MOST]:
        yield from _judged(client, end, _latency(name))
    failing = ((name, _code_label(client, name)) for name in _busiest(client, counters))
    for name, label in [(name, label) for name, label in failing if label][:_MOST]:
        yield from _judged(client, end, _errors(name, label))
    waiting = [
        name
        for name in names
        if _WAITING.search(name) and not name.endswith(("_total", "_bucket", "_sum", "_count"))
    ]
    for name in sorted(known & set(waiting))[:_MOST]:
        yield from _judged(client, end, (_words(name), f"max({name})", ""))


def _busiest(client: Any, names: Iterable[str]) -> list[str]:
    """Return those of the names that grew in the last hour, the busiest first."""
    names = list(names)
    if not names:
        return []
    pattern = "|".join(map(re.escape, names)).replace("\\", "\\\\")
    chosen = f'{{__name__=~"{pattern}"}}'
    # Two sums: `increase` would drop the name that the sums are told apart by.
    then, now = (_sums(client, f"{chosen}{when}") for when in (" offset 1h", ""))
    grown = {name: value - then.get(name, 0.0) for name, value in now.items()}
    return sorted(grown, key=lambda name: (-grown[name], name))


def _sums(client: Any, selector: str) -> dict[str, float]:
    rows = client.custom_query(f"sum by (__name__) ({selector})")
    return {row["metric"].get("__name__", ""): float(row["value"][1]) for row in rows}


def _code_label(client: Any, name: str) -> str:
    """Return the label of a counter that holds HTTP statuses; empty where it has none."""
    rows = client.custom_query(f"group by ({', '.join(_CODES)}) ({name})")
    held = {
        label for row in rows for label in _CODES if re.fullmatch(r"[1-5]\d\d", row["metric"].get(label, ""))
    }
    return next((label for label in _CODES if label in held), "")


Candidate = tuple[str, str, str]  # name, query, unit


def _latency(bucket: str) -> Candidate:
    base = bucket.removesuffix("_bucket")
    unit = "s" if base.endswith("_seconds") else "ms" if base.endswith("_milliseconds") else ""
    query = f"histogram_quantile(0.99, sum by (le) (rate({bucket}{_RATE})))"
    return f"{_words(base)} p99", query, unit


def _errors(counter: str, label: str) -> Candidate:
    query = f'sum(rate({counter}{{{label}=~"5.."}}{_RATE})) / sum(rate({counter}{_RATE}))'
    return f"{_words(counter.removesuffix('_total'))} error ratio", query, "ratio"


def _words(name: str) -> str:
    return re.sub(r"_(seconds|milliseconds)\b", "", name).replace("_", " ")


def _judged(client: Any, end: datetime, candidate: Candidate) -> Iterator[Proposal]:
    """Yield a threshold at four times what half of the last day stayed below, in two digits; a hundredth for a ratio at least.

    The half, as an incident of that day may be a good part of what a young server has.
    """
    name, query, unit = candidate
    rows = client.custom_query_range(query, end - timedelta(days=1), end, "300")
    values = sorted(v for row in rows for _, text in row["values"] if math.isfinite(v := float(text)))
    if not values and unit != "ratio":
        return
    usual = median_low(values) if values else 0.0
    above = _rounded(max(_TIMES * usual, 0.01 if unit == "ratio" else 0.0))
    if above <= 0:
        return
    told = (
        f"half of the last 24 h were at or below {usual:.3g}, all at or below {values[-1]:.3g}"
        if values
        else "no error in the last 24 h"
    )
    yield Proposal(name, query, above, unit, told)


def _rounded(value: float) -> float:
    if value <= 0:
        return 0.0
    digits = 1 - math.floor(math.log10(value))
    return round(value, digits) if digits > 0 else float(round(value, digits))


def headers(options: HttpOptions, folder: Path) -> dict[str, str] | None:
    """Return what lets the quick look in; None where it cannot be let in so."""
    from service.settings.secrets import resolve

    auth = options.auth
    if auth.bearer:
        return {"Authorization": f"Bearer {resolve(auth.bearer, folder)}"}
    if auth.basic:
        return {"Authorization": f"Basic {b64encode(resolve(auth.basic, folder).encode()).decode()}"}
    return None if auth.references() or options.proxy or options.tls.ca else {}
