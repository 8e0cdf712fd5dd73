"""Addresses that people open: an answer's own where it has one, else made here."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from timeline.canonical import canonical
from timeline.instant import MINUTE, NS, format_instant

_AROUND = 5 * MINUTE
_IN_FRAGMENT = "(),:'!"  # what rison is written with


def web(text: object) -> str | None:
    """Return an http(s) address; None for all else, which would be a script or a file to whoever opens it."""
    # No address has white space or control characters; what splits one drops some of them without a word.
    if not isinstance(text, str) or any(mark.isspace() or not mark.isprintable() for mark in text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in {"http", "https"} and parts.netloc else None


def host_of(text: object) -> str | None:
    """Return the host of an http(s) address; None for all else."""
    address = web(text)
    return urlsplit(address).hostname if address else None


def filled(template: str, **values: str) -> str:
    """Fill a template such as `https://host/incidents/{id}`: every value is one part of a path or query."""
    return template.format(**{name: quote(value, safe="") for name, value in values.items()})


def prometheus_graph(base: str, expression: str, start: int, end: int) -> str:
    """Return Prometheus' own page of an expression over `[start, end]` (ns)."""
    width = max(60, -(-(end - start) // NS))
    shown = format_instant(end - end % NS).replace("T", " ").removesuffix("Z")
    asked, until = quote(expression, safe=""), quote(shown, safe="")
    return f"{base.rstrip('/')}/graph?g0.expr={asked}&g0.tab=0&g0.range_input={width}s&g0.end_input={until}"


def dashboards_discover(base: str, lucene: str, first: int, last: int, index: str | None = None) -> str:
    """Return Discover of OpenSearch Dashboards for a Lucene query, five minutes around `[first, last]` (ns).

    `index` is the id of an index pattern.
    """
    start, end = (rison(format_instant(at)) for at in (first - _AROUND, last + _AROUND))
    pattern = f"index:{rison(index)}," if index else ""
    state = f"({pattern}query:(language:lucene,query:{rison(lucene)}))"
    times = f"(time:(from:{start},to:{end}))"
    shown = (quote(text, safe=_IN_FRAGMENT) for text in (times, state))
    return f"{base.rstrip('/')}/app/discover#/?" + "&".join(
        f"{name}={text}" for name, text in zip(("_g", "_a"), shown, strict=True)
    )


def grafana_explore(base: str, datasource: str, kind: str, expression: str, first: int, last: int) -> str:
    """Return Grafana's Explore of an expression, five minutes around `[first, last]` (ns).

    `datasource` is its uid, `kind` its type: loki.
    """
    query = {"refId": "A", "expr": expression, "datasource": {"type": kind, "uid": datasource}}
    times = {"from": str((first - _AROUND) // 1_000_000), "to": str((last + _AROUND) // 1_000_000)}
    panes = canonical({"a": {"datasource": datasource, "queries": [query], "range": times}}).decode()
    return f"{base.rstrip('/')}/explore?schemaVersion=1&panes={quote(panes, safe='')}&orgId=1"


def rison(text: str) -> str:
    """Return a string in rison, the notation of Dashboards' addresses."""
    return "'" + text.replace("!", "!!").replace("'", "!'") + "'"
