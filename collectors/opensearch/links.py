"""Links to OpenSearch Dashboards: Discover with a query and the minutes around it."""

from __future__ import annotations

from collections.abc import Mapping

from collectors.kit.links import dashboards_discover
from collectors.opensearch.options import OpensearchOptions


def lucene(values: Mapping[str, object]) -> str:
    """Return a Lucene query for documents whose fields have these values (None: have none)."""
    return " AND ".join(
        f"{_name(k)}:{_term(v)}" if v is not None else f"NOT _exists_:{_name(k)}" for k, v in values.items()
    )


def discover(options: OpensearchOptions, query: str, first: int, last: int) -> str | None:
    """Return the address of Discover for `query` around `[first, last]`, when Dashboards is configured."""
    if not options.dashboards_url:
        return None
    return dashboards_discover(options.dashboards_url, query, first, last, options.dashboards_index)


def _name(field: str) -> str:
    return field.replace(" ", "\\ ").replace(":", "\\:")


def _term(value: object) -> str:
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
