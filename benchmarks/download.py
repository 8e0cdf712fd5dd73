"""Repeat the requests of a build and throw the answers away: the baseline of `build.py`.

python benchmarks/download.py EVIDENCE_FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import anyio
import httpx
import orjson

PARALLEL = 4  # as many at once as a source of the build


async def main(folder: Path) -> None:
    """Fetch every exchange of the newest collection again."""
    entries = orjson.loads((folder / "manifest.json").read_bytes())["collections"][-1]["exchanges"]
    limit = anyio.CapacityLimiter(PARALLEL)
    async with httpx.AsyncClient(timeout=120, trust_env=False) as client:
        fresh = await point_in_time(client, entries)
        async with anyio.create_task_group() as group:
            for entry in entries:
                if "payload" in entry and "point_in_time" not in entry["request"]["url"]:
                    group.start_soon(fetch, client, limit, entry["request"], fresh)


async def point_in_time(client: httpx.AsyncClient, entries: list[dict[str, Any]]) -> str | None:
    """Open a point in time of our own: the build closed its one."""
    for entry in entries:
        request = entry["request"]
        if request["method"] == "POST" and request["url"].endswith("point_in_time"):
            answer = await client.post(request["url"], params=[tuple(p) for p in request.get("params", ())])
            return str(orjson.loads(answer.content)["pit_id"])
    return None


async def fetch(
    client: httpx.AsyncClient, limit: anyio.CapacityLimiter, request: dict[str, Any], fresh: str | None
) -> None:
    """Send one request, read the whole answer, keep nothing."""
    body = request.get("body")
    if isinstance(body, dict) and "pit" in body:
        body = {**body, "pit": {**body["pit"], "id": fresh}}
    params = [tuple(p) for p in request.get("params", ())] or None
    content: dict[str, Any] = (
        {"json": body} if body is not None and not isinstance(body, str) else {"content": body}
    )
    if isinstance(body, str):
        content["headers"] = {"content-type": "application/json"}
    async with (
        limit,
        client.stream(
            request["method"], request["url"], params=params, data=request.get("form"), **content
        ) as answer,
    ):
        async for _ in answer.aiter_bytes():
            pass
        if answer.is_error:
            sys.exit(f"{answer.status_code} from {request['url']}")


if __name__ == "__main__":
    anyio.run(main, Path(sys.argv[1]))
