"""All hits of a search, page by page, in an order that is the same at each page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archive.cases.opensearch.client import Client
from archive.cases.opensearch.faults import ServerError, TooLargeError


def pages(client: Client, body: dict[str, Any], index: str, *, page: int) -> Iterator[dict[str, Any]]:
    """Yield hits, `page` at once or fewer where they are large; the last member of `sort` is of one document alone."""
    after: list[Any] | None = None
    while True:
        wanted = {**body, "size": page, "track_total_hits": False}
        try:
            hits = ask(client, wanted if after is None else {**wanted, "search_after": after}, index)["hits"][
                "hits"
            ]
        except TooLargeError as err:
            page = smaller(client, page, err)
            continue
        yield from hits
        if len(hits) < page:
            return
        after = hits[-1]["sort"]


def ask(client: Client, body: dict[str, Any], index: str) -> Any:
    """Search; an answer that lacks shards is none. Raises ServerError, TooLargeError."""
    return client.call(client.api.search, index=index, body=body, allow_partial_search_results=False)


def smaller(client: Client, page: int, err: TooLargeError) -> int:
    """Return half a page; raise ServerError where it is one hit already."""
    if page == 1:
        raise ServerError(
            f"the archive at {client.where}, index {client.index}: an incident is too large: {err}"
        ) from err
    return page // 2
