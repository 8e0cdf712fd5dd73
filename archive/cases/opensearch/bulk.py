"""Many documents at once: what is refused for the moment is sent again, that alone; anything else ends it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from archive.cases.opensearch.client import Client
from archive.cases.opensearch.faults import RefusedError, fault

_BYTES, _LINES = 8 * 2**20, 500  # of one request
_DONE = {"create": 409, "delete": 404}  # what is there already, or not there any more, is as it is to be
#: An action, and the document of it where it has one.
Step = tuple[dict[str, Any], dict[str, Any] | None]


def write(client: Client, steps: Iterable[Step], *, index: str | None = None) -> None:
    """Carry out steps; each is done or not, and can be done again. Raises ServerError.

    By default through the alias: never into an index that a server would make by itself.
    """
    named = {"index": index} if index else {"index": client.index, "require_alias": True}
    for chunk in _chunks(steps):
        pauses, left = client.pauses(), chunk
        while left:
            answer = client.call(client.api.bulk, body=b"".join(left), **named)
            refused = [
                (line, err)
                for line, item in zip(left, answer["items"], strict=True)
                if (err := _refusal(item))
            ]
            lasting = next((err for _, err in refused if not err.passes), None)
            if lasting or (refused and not pauses.pause()):
                err = lasting or refused[0][1]
                raise fault(err, client.where, client.index) from err
            left = [line for line, _ in refused]


def _chunks(steps: Iterable[Step]) -> Iterator[list[bytes]]:
    chunk, size = list[bytes](), 0
    for action, document in steps:
        line = orjson.dumps(action) + b"\n"
        if document is not None:
            line += orjson.dumps(document) + b"\n"
        if chunk and (size + len(line) > _BYTES or len(chunk) == _LINES):
            yield chunk
            chunk, size = [], 0
        chunk.append(line)
        size += len(line)
    if chunk:
        yield chunk


def _refusal(item: dict[str, Any]) -> RefusedError | None:
    ((action, told),) = item.items()
    if told["status"] < 300 or _DONE.get(action) == told["status"]:
        return None
    return RefusedError(told["status"], told.get("error") or {})
