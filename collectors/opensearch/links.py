"""Links to OpenSearch Dashboards: Discover with a query and the minutes around it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from collectors.opensearch.options import OpensearchOptions
from timeline.instant import MINUTE, format_instant

_AROUND = 5 * MINUTE


def rison(text: str) -> str:
    """Return a string in rison, the notation of Dashboards' addresses."""
    return "'" + text.replace("!", "!!").replace("'", "!'") + "'"


def lucene(values: Mapping[str, object]) -> str:
    """Return a Lucene query for documents whose fields have these values (None: have none)."""
    return " AND ".join(
        f"{_name(k)}:{_term(v)}" if v is not None else f"NOT _exists_:{_name(k)}" for k, v in values.items()
    )


def discover(options: OpensearchOptions, query: str, first: int, last: int) -> str | None:
    """Return the address of Discover for `query` around `[first, last]`, when Dashboards is configured."""
    if not options.dashboards_url:
        return None
    start, end = (rison(format_instant(t)) for t in (first - _AROUND, last + _AROUND))
    index = f"index:{rison(options.dashboards_index)}," if options.dashboards_index else ""
    state = f"({index}query:(language:lucene,query:{rison(query)}))"
    times = f"(time:(from:{start},to:{end}))"
    base = options.dashboards_url.rstrip("/")
    return f"{base}/app/discover#/?_g={quote(times, safe=_SAFE)}&_a={quote(state, safe=_SAFE)}"


_SAFE = "(),:'!"


def _name(field: str) -> str:
    return field.replace(" ", "\\ ").replace(":", "\\:")


def _term(value: object) -> str:
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
