"""The index behind an alias: made where there is none, moved where it is of an older version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from archive.cases.opensearch.bulk import write
from archive.cases.opensearch.client import Client
from archive.cases.opensearch.faults import ANOTHER, WRONG_MAPPING, ServerError
from archive.cases.opensearch.pages import pages
from archive.cases.opensearch.schema import MADE_BY, Schema

_TAKEN = 400  # an index of that name is there: somebody was faster, or a run was killed here


def prepare(client: Client, schema: Schema) -> None:
    """See to it that the alias leads to one index of this version. Raises ServerError."""
    there = _behind(client)
    if not there:
        _make(client, schema)
        there = _behind(client)
    ((name, found),) = there.items()
    properties = found.get("mappings", {}).get("properties", {})
    version = found["mappings"]["_meta"]["version"]
    if version > schema.version:
        raise _wrong(
            client,
            f"{name} was written by a newer version ({version}; this one knows {schema.version}); update this one, or {ANOTHER}",
        )
    if version < schema.version:
        _move(client, name, schema)
    elif not schema.fits(properties):
        raise _wrong(client, f"{WRONG_MAPPING} ({name}); {ANOTHER}")


def _behind(client: Client) -> Mapping[str, Any]:
    """Return the index that the alias leads to, none where there is no alias; raise ServerError where it is none of ours."""
    alias = client.index
    found = client.call(client.api.indices.get, index=alias, ignore=(404,))
    if found.get("status") == 404 and "error" in found:
        return {}
    if alias in found:
        raise _wrong(client, f"that is an index, where an alias of that name is wanted; {ANOTHER}")
    if len(found) > 1:
        raise _wrong(client, f"that leads to several indices ({', '.join(sorted(found))}); {ANOTHER}")
    for name, one in found.items():
        if one.get("mappings", {}).get("_meta", {}).get("made_by") != MADE_BY:
            raise _wrong(client, f"that leads to {name}, which is no archive of incidents; {ANOTHER}")
    return found  # type: ignore[no-any-return]  # JSON


def _wrong(client: Client, what: str) -> ServerError:
    return ServerError(f"the archive at {client.where}, index {client.index}: {what}")


def _first(client: Client, schema: Schema) -> str:
    return f"{client.index}-v{schema.version}-000001"


def _make(client: Client, schema: Schema) -> None:
    """Make the first index with its alias, in one step; another process may have been faster."""
    body = {**schema.body, "aliases": {client.index: {}}}
    client.call(client.api.indices.create, index=_first(client, schema), body=body, ignore=(_TAKEN,))
    if not _behind(client):
        name = _first(client, schema)
        raise _wrong(
            client, f"{name} is there, and no alias leads to it; let {client.index} lead there, or {ANOTHER}"
        )


def _move(client: Client, old: str, schema: Schema) -> None:
    """Fill an index of this version from the old one, and let the alias lead there in one step.

    Nobody writes meanwhile. Who is killed here, or is not alone, leaves what the next one goes on with: documents have
    the ids that they had, and what is there already stays.
    """
    api, new = client.api, _first(client, schema)
    client.call(api.indices.put_settings, index=old, body={"index.blocks.write": True})
    client.call(api.indices.refresh, index=old)  # else what was written last is not seen, and left behind
    client.call(api.indices.create, index=new, body=schema.body, ignore=(_TAKEN,))
    write(client, _copied(client, old, schema), index=new)
    client.call(api.indices.refresh, index=new)
    counts = [client.call(api.count, index=name)["count"] for name in (old, new)]
    if counts[0] > counts[1]:
        raise _wrong(
            client,
            f"{counts[1]} of {counts[0]} incidents came from {old} to {new}; run the command again, it goes on from there",
        )
    actions = [{"add": {"index": new, "alias": client.index}}, {"remove_index": {"index": old}}]
    client.call(
        api.indices.update_aliases, body={"actions": actions}, ignore=(404,)
    )  # gone: another was faster


def _copied(client: Client, old: str, schema: Schema) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield what an old index holds; without stamps, so that everything is read again by whom it is from."""
    body = {"query": {"match_all": {}}, "sort": [{"folder": "asc"}], "_source": True}
    for hit in pages(client, body, old, page=100):
        source = {name: value for name, value in hit["_source"].items() if name in schema.fields}
        yield {"create": {"_id": hit["_id"]}}, {**source, "stamp": ""}
