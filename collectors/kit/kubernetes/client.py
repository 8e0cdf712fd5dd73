"""Reading a Kubernetes API: lists to their end, each object with its place in the evidence."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from collectors.base import Answer, Context, Payload, SourceError
from collectors.kit import fields
from collectors.kit.access import Auth, Tls
from collectors.kit.http import Http
from collectors.kit.kubernetes.kubeconfig import Login, login
from collectors.kit.kubernetes.options import KubernetesOptions
from collectors.kit.links import web
from collectors.kit.paging import StartOverError, by_cursor
from collectors.kit.redaction.marks import mark
from collectors.kit.signing import Unsigned
from timeline.canonical import Json

_PAGE = 500
_RESTARTS = 3  # of one list whose places expired
#: The members of an object that are read: of those that are a dictionary again, these; of others, all.
#: What is not named reaches no evidence, for objects hold secrets of any name (a container's variables, values of a chart).
Keep = Mapping[str, Any]
#: Changes an object in place: what is packed in it is opened (pure).
Opened = Callable[[dict[str, Any]], None]
_LIST: Keep = {"kind": {}, "apiVersion": {}, "metadata": {}}


class Item(NamedTuple):
    """An object of a list, and where it stands."""

    data: Any
    payload: Payload
    pointer: str
    query: str


class Cluster:
    """Reads one API server."""

    def __init__(self, http: Http, namespaces: Iterable[str], secrets: Iterable[str] = ()) -> None:
        self.http = http
        self.url = http.base_url.rstrip("/")
        self._namespaces = tuple(namespaces)
        self._secrets = [one.encode() for one in secrets if one]

    async def items(
        self,
        group: str,
        kind: str,
        keep: Keep,
        params: Mapping[str, str] | None = None,
        opened: Opened | None = None,
    ) -> list[Item]:
        """Return the objects of a kind (`apis/apps/v1`, `deployments`), of all namespaces that are asked for.

        Each once, by its uid; `opened` changes an object before it is cut to what is kept. Raise SourceError, also where some were read and others not.
        """
        paths = [f"{group}/namespaces/{one}/{kind}" for one in self._namespaces] or [f"{group}/{kind}"]
        found: dict[str, Item] = {}
        for path in paths:
            async for page in self._pages(path, partial(self._kept, keep, opened), params or {}):
                for place, data in enumerate(fields.listing(page.json(), "items")):
                    # One that has no uid is for whoever reads it to count.
                    uid = fields.text(data, "metadata.uid") or f"{page.sha256} {place}"
                    found.setdefault(uid, Item(data, page, f"/items/{place}", f"GET {path}"))
        return list(found.values())

    async def get(
        self, path: str, params: Mapping[str, str | int] | None = None, keep: Keep | None = None
    ) -> Payload:
        """GET what is one page; each of its `items` is cut by `keep`."""
        return await self.http.get(path, params, transcribe=partial(self._kept, keep, None))

    async def _pages(
        self, path: str, transcribe: Callable[[Answer], Answer], params: Mapping[str, str]
    ) -> AsyncIterator[Payload]:
        restarts = 0

        async def ask(cursor: str | None, size: int) -> Payload:
            nonlocal restarts
            asked: dict[str, str | int] = {
                **params,
                "limit": size,
                **({"continue": cursor} if cursor else {}),
            }
            page = await self.http.get(path, asked, transcribe=transcribe, allow=(410,))
            if page.status != 410:
                return page
            # A list is of one moment; the API server forgets it after minutes, and says `Expired`.
            restarts += 1
            if restarts > _RESTARTS or not cursor:
                raise SourceError(
                    "truncated", f"the list of {path} expired {restarts} times before it was read"
                )
            raise StartOverError

        async for page in by_cursor(ask, _following, size=_PAGE):
            yield page

    def _kept(self, keep: Keep | None, opened: Opened | None, answer: Answer) -> Answer:
        """Return an answer with what is read of it; what is no list of objects has nothing that is kept."""
        body = answer.body
        for secret in self._secrets:
            body = body.replace(secret, mark("secret_key"))
        if keep is None or answer.status != 200:
            return replace(answer, body=body)
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError:
            return replace(answer, body=b"")  # a part of an object may hold what would have been cut
        for item in fields.many(value, "items") if opened else ():
            if opened and isinstance(item, dict):
                opened(item)
        return replace(answer, body=orjson.dumps(kept(value, {**_LIST, "items": keep})))


def kept(value: Any, keep: Keep) -> Any:
    """Return what `keep` names of a value; lists have it of each entry, and what is neither stays."""
    if isinstance(value, list):
        return [kept(one, keep) for one in value]
    if not isinstance(value, dict) or not keep:
        return value
    return {name: kept(one, keep[name]) for name, one in value.items() if name in keep}


def _following(page: Payload) -> str | None:
    """Return where a list goes on; raise SourceError where it says that it does, and not where."""
    value = page.json()
    if place := fields.text(value, "metadata.continue"):
        return place
    if fields.at(value, "metadata.remainingItemCount"):
        raise SourceError("undecodable", "a list has more objects, and does not say where it goes on")
    return None


@asynccontextmanager
async def cluster(context: Context, options: KubernetesOptions) -> AsyncIterator[Cluster]:
    """Open an API server by its options; raise SourceError where the kubeconfig leads nowhere."""
    if options.kube_context is None:
        async with Http(context, options) as http:
            yield Cluster(http, options.namespaces)
        return
    known: list[Login] = []

    async def perform() -> Answer:
        known.append(await login(options.kube_context or ""))
        told = {"server": known[0].server, "namespace": known[0].namespace, "signs_in_by": known[0].by}
        return Answer(orjson.dumps(told))

    # What decides the answers is on the tape: a replay needs no kubeconfig.
    asked: dict[str, Json] = {"kubeconfig": options.kube_context}
    server = fields.required((await context.tape.exchange(asked, perform)).json(), "server")
    if web(server) is None:
        raise SourceError("undecodable", "the context's server in the kubeconfig is no http(s) address")
    with tempfile.TemporaryDirectory() as folder:
        signed = known[0] if known else Login(server)
        async with Http(
            context, _reaching(options, signed, Path(folder)), base_url=server, sign=_sign(signed)
        ) as http:
            yield Cluster(http, options.namespaces, (signed.token, signed.basic.partition(":")[2]))


def _reaching(options: KubernetesOptions, signed: Login, folder: Path) -> KubernetesOptions:
    """Return the options with what a kubeconfig says; Python's TLS reads its files by name alone."""
    written = {}
    for name, data in (("ca", signed.ca), ("cert", signed.cert), ("key", signed.key)):
        if data:
            path = folder / name
            path.touch(mode=0o600)
            path.write_bytes(data)
            written[name] = str(path)
    update = {"auth": Auth(), "tls": Tls(**written), "proxy": signed.proxy or options.proxy}
    return options.model_copy(update=update)


def _sign(signed: Login) -> Callable[[Unsigned], dict[str, str]] | None:
    import base64

    value = f"Bearer {signed.token}" if signed.token else ""
    if not value and signed.basic:
        value = f"Basic {base64.b64encode(signed.basic.encode()).decode()}"
    return (lambda _: {"authorization": value}) if value else None
