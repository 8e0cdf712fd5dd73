"""One HTTP client for all forges: retries as the collectors do, refusals by their names.

Nothing a forge answers is evidence, so that nothing is stored.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urljoin

from collectors.base import Context, Payload, SourceError
from collectors.kit import fields
from collectors.kit.http import Http, HttpOptions, Params
from collectors.kit.paging import by_link
from collectors.kit.tape import Untaped
from service.publish.forges.base import AbsentError, ForgeError, ReadOnlyError, RefusedError
from timeline.canonical import Json
from timeline.model import Incident

#: A page of comments at the forges' largest stays under the client's limit of 16 MiB.
PAGE = 50
_ANSWERED = (301, 302, 307, 308, 400, 401, 404, 409, 410, 413, 422, 423)
# A gateway's 502 to a change may hide that it was carried out: not sent again. (A lost connection is
# tried again all the same; callers look for what came twice.)
_RETRIED_WRITES = frozenset({429})


class Api:
    """A forge's REST API under one address; refusals are named errors."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def beside(self, name: str) -> str:
        """Return the address of another API next to this one: `/api/v3` has `/api/graphql` beside it."""
        return urljoin(self._http.base_url.removesuffix("v3/"), name)

    async def get(self, path: str, params: Params | None = None) -> Json:
        """Return the answer's JSON. Raises AbsentError, ReadOnlyError, RefusedError, ForgeError."""
        return (await self._send("GET", path, params=params)).json()

    async def pages(self, path: str, params: Params) -> AsyncIterator[dict[str, Any]]:
        """Yield the rows of every page: the forge's `Link` leads from one to the next."""
        try:
            async for payload in by_link(self._page, path, {**params, "per_page": PAGE}):
                for row in fields.listing(payload.json()):
                    yield row
        except SourceError as err:
            raise ForgeError(f"GET {path}: {err}") from err

    async def _page(self, path: str, params: Params | None = None) -> Payload:
        return await self._send("GET", path, params=params)

    async def write(self, method: str, path: str, body: Json = None) -> Json:
        """Send a change; return the answer's JSON, None where it is empty."""
        payload = await self._send(method, path, body=body, retried=_RETRIED_WRITES)
        return payload.json() if payload.data else None

    async def _send(self, method: str, path: str, **more: Any) -> Payload:
        try:
            payload = await self._http.request(method, path, allow=_ANSWERED, **more)
        except SourceError as err:
            if err.reason == "unauthorised":  # 403; a wrong token (401) is in `_ANSWERED`
                raise ReadOnlyError(f"{err}: it may not {method} {path}") from err
            raise ForgeError(str(err)) from err
        if (payload.status or 0) >= 300:
            raise _refusal(payload, method, path)
        return payload


def _refusal(payload: Payload, method: str, path: str) -> Exception:
    status, asked = payload.status, f"{method} {path}"
    words = " ".join(payload.data[:300].decode("utf-8", "replace").split())
    if status == 401:
        return RefusedError(f"the token was refused (401 to {asked}); check that it is valid and not expired")
    if status in {404, 410}:
        return AbsentError(f"{asked}: not there, or the token may not see it ({status})")
    if status in {301, 302, 307, 308}:
        return ForgeError(f"{asked} was redirected ({status}): the repository moved; give its new name")
    return RefusedError(f"{asked} was refused ({status}): {words}")


@asynccontextmanager
async def connect(
    url: str, token: str, secret: Callable[[str], str], headers: Mapping[str, str] | None = None
) -> AsyncIterator[Api]:
    """Open a client of the API at `url`; `token` is a secret's reference."""
    options = HttpOptions.model_validate({"url": url, "auth": {"bearer": token}, "time_cap": "120s"})
    context = Context(source="forge", incident=Incident(id="-"), now=0, tape=Untaped(), secret=secret)
    async with Http(context, options, headers=headers) as http:
        yield Api(http)
