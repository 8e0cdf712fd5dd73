"""Requests and answers as they cross the wire, and who answers them: a real server, or a tape."""

from __future__ import annotations

import json
import re
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from http.client import HTTPConnection, HTTPSConnection
from typing import Literal, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from collectors.kit.tape import Entry, MemoryStore
from timeline.canonical import Json, canonical

#: Headers of one connection alone (RFC 9110), and what would keep a body from being changed.
HOP = frozenset(
    {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "content-length"}
)
_NUMBERED = re.compile(r"(?<=/)(?=[^/]*[0-9!$@])[^/]+")
NOT_RECORDED = 599


class ReceivedRequest(NamedTuple):
    """A request as it came: `target` is the path with its query."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def endpoint(self) -> str:
        """The method and path, in which what looks like an id is a star."""
        return f"{self.method} {_NUMBERED.sub('*', urlsplit(self.target).path)}"

    def parameters(self) -> dict[str, str]:
        """Return the parameters of the query; the last of those that come several times."""
        return dict(self._pairs())

    def facets(self) -> list[Json]:
        """Return what decides its answer, largest first: the target, parameters, all parts of its JSON body."""
        return [self.target, *(value for _, value in self._pairs()), *_parts(_json(self.body))]

    def _pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)


class Reply(NamedTuple):
    """An answer: `whole` is the length that it claims, where that is not the body's; `pace` how it comes.

    `drip` sends byte by byte, `late` nothing for as long as anybody waits, `stall` likewise after half of the
    body, where `reset` resets the connection.
    """

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    whole: int | None = None
    pace: Literal["", "drip", "late", "stall", "reset"] = ""

    def header(self, name: str) -> str:
        """Return a header's value; empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")


#: Answers a request as the source would.
Origin = Callable[[ReceivedRequest], Reply]
#: Makes a faulty answer of a request and what would answer it; None ends the connection without an answer.
Spoil = Callable[[ReceivedRequest, Callable[[], Reply]], Reply | None]


def forwarded(url: str) -> Origin:
    """Return the real server at `url` as an origin."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"

    def ask(asked: ReceivedRequest) -> Reply:
        connect = HTTPSConnection if secure else HTTPConnection
        connection = connect(parts.hostname or "", parts.port, timeout=60)
        try:
            headers = {k: v for k, v in asked.headers.items() if k.lower() not in HOP}
            headers |= {"host": parts.netloc, "accept-encoding": "identity"}
            connection.request(asked.method, asked.target, asked.body or None, headers)
            answer = connection.getresponse()
            kept = tuple((k, v) for k, v in answer.getheaders() if k.lower() not in HOP)
            return Reply(answer.status, answer.read(), kept)
        finally:
            connection.close()

    return ask


def recorded(entries: Iterable[Entry], store: MemoryStore) -> Origin:
    """Return what a run's tape holds as an origin; what it lacks is answered by 599, which says so."""
    held: dict[bytes, deque[Reply]] = defaultdict(deque)
    for entry in entries:
        request = entry["request"]
        if "url" in request and "payload" in entry:
            parts = urlsplit(request["url"])
            pairs = [*parse_qsl(parts.query, keep_blank_values=True), *map(tuple, request.get("params", ()))]
            sent = request.get("form") or request.get("body")
            reply = Reply(entry["status"], store.get(entry["payload"]), tuple(entry["headers"].items()))
            held[_key(request["method"], parts.path, pairs, sent)].append(reply)
    lock = threading.Lock()

    def ask(asked: ReceivedRequest) -> Reply:
        parts = urlsplit(asked.target)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        form = asked.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        sent: Json = dict(parse_qsl(asked.body.decode())) if form else _json(asked.body)
        with lock:
            found = held.get(_key(asked.method, parts.path, pairs, sent))
            if not found:
                return Reply(NOT_RECORDED, f"{asked.method} {asked.target} was not recorded".encode())
            return found.popleft() if len(found) > 1 else found[0]

    return ask


def _key(method: str, path: str, pairs: Iterable[tuple[str, str]], body: Json) -> bytes:
    return canonical([method, path, sorted(map(list, pairs)), body or None])


def _json(body: bytes) -> Json:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace") or None


def _parts(value: Json) -> list[Json]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(part for one in inner for part in _parts(one))] if value is not None else []
