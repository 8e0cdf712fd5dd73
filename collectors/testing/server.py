"""A source that fails on command: before a real server, or with answers that were recorded.

with FaultServer("http://127.0.0.1:9090") as server:      # what it is asked goes on to the real one
    server.fault = Fault("gone", lambda asked, answer: Reply(500))
"""

from __future__ import annotations

import json
import re
import socket
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit

from collectors.kit.tape import Entry, MemoryStore
from collectors.testing.running import Run
from timeline.canonical import Json, canonical

#: Headers of one connection alone (RFC 9110), and what would keep a body from being changed.
_HOP = frozenset(
    {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "content-length"}
)
_NUMBERED = re.compile(r"(?<=/)(?=[^/]*[0-9!$@])[^/]+")
_DRIP = 0.05  # seconds between two bytes
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
    """An answer: `whole` is the length that it claims, where that is not the body's; `drip` sends byte by byte."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    whole: int | None = None
    drip: bool = False

    def header(self, name: str) -> str:
        """Return a header's value; empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")


#: Answers a request as the source would.
Origin = Callable[[ReceivedRequest], Reply]
#: Makes a faulty answer of a request and what would answer it; None ends the connection without an answer.
Spoil = Callable[[ReceivedRequest, Callable[[], Reply]], Reply | None]


@dataclass(frozen=True)
class Fault:
    """What happens to the first `times` requests of an endpoint (all: None); without one, of any."""

    name: str
    spoil: Spoil
    times: int | None = None
    endpoint: str | None = None


def forwarded(url: str) -> Origin:
    """Return the real server at `url` as an origin."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"

    def ask(asked: ReceivedRequest) -> Reply:
        connect = HTTPSConnection if secure else HTTPConnection
        connection = connect(parts.hostname or "", parts.port, timeout=60)
        try:
            headers = {k: v for k, v in asked.headers.items() if k.lower() not in _HOP}
            headers |= {"host": parts.netloc, "accept-encoding": "identity"}
            connection.request(asked.method, asked.target, asked.body or None, headers)
            answer = connection.getresponse()
            kept = tuple((k, v) for k, v in answer.getheaders() if k.lower() not in _HOP)
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


#: The requests of a run, with what each was answered.
Log = list[tuple[ReceivedRequest, Reply | None]]


@dataclass
class FaultServer:
    """An HTTP server on loopback that answers as `origin` does, but for the `fault` that is set.

    `origin` is the address of a real server, a run with its tape, or anything that answers. Addresses of
    the real server in answers become this one's, so that links stay here.
    """

    origin: str | Run | Origin
    fault: Fault | None = None
    requests: Log = field(default_factory=list)
    _server: Any = None
    _hits: int = 0
    #: Where the requests of each connection are noted, by the client's address.
    _logs: dict[Any, Log] = field(default_factory=dict)
    _accepted: Any = field(default_factory=threading.Condition)

    def __enter__(self) -> Self:
        self._path, self._real, self._origin = "", "", self.origin
        if isinstance(self.origin, str):
            self._path, self._real = urlsplit(self.origin).path.rstrip("/"), urlsplit(self.origin).netloc
            self._origin = forwarded(self.origin)
        elif isinstance(self.origin, Run):
            self._origin = recorded(getattr(self.origin.tape, "entries", ()), self.origin.store)
        self._server = _listener(self)(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._over = threading.Event()
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The address of the source."""
        return f"http://127.0.0.1:{self._server.server_port}{self._path}"

    def start(self, fault: Fault | None) -> None:
        """Forget the requests, and fail in this way from now on.

        What an earlier run still asks, on a connection that it has given up, is not counted to this one.
        """
        if self._server:
            self._accept_all()
        with self._accepted:
            self.fault, self.requests, self._hits = fault, [], 0

    def _accept_all(self) -> None:
        """Wait until what tried to connect before now is connected: they are accepted in their order."""
        with socket.create_connection(self._server.server_address) as last, self._accepted:
            self._accepted.wait_for(lambda: last.getsockname() in self._logs)

    def accepted(self, client: Any) -> None:
        """Note that a connection is of the present run."""
        with self._accepted:
            self._logs[client] = self.requests
            self._accepted.notify_all()

    def answer(self, asked: ReceivedRequest, client: Any) -> Reply | None:
        """Return what a request is answered with; None where the connection just ends."""
        log = self._logs[client]
        fault = self._chosen(asked, log)
        reply = fault.spoil(asked, partial(self.real, asked)) if fault else self.real(asked)
        log.append((asked, reply))
        return reply

    def real(self, asked: ReceivedRequest) -> Reply:
        """Return what the source answers."""
        assert callable(self._origin)
        reply = self._origin(asked)
        return self._here(reply) if self._real else reply

    def _chosen(self, asked: ReceivedRequest, log: Log) -> Fault | None:
        """Return the fault of a request."""
        with self._accepted:
            fault = self.fault
            if log is not self.requests or fault is None or fault.endpoint not in {None, asked.endpoint}:
                return None
            self._hits += 1
            return fault if fault.times is None or self._hits <= fault.times else None

    def _here(self, reply: Reply) -> Reply:
        own = f"127.0.0.1:{self._server.server_port}"
        headers = tuple((name, value.replace(self._real, own)) for name, value in reply.headers)
        text = "json" in reply.header("content-type")
        body = reply.body.replace(self._real.encode(), own.encode()) if text else reply.body
        return reply._replace(headers=headers, body=body)

    def wait_over(self, seconds: float) -> bool:
        """Wait a while; tell whether the server is to end."""
        return self._over.wait(seconds)


def _listener(server: FaultServer) -> type[ThreadingHTTPServer]:
    class Listener(ThreadingHTTPServer):
        def process_request(self, request: Any, client_address: Any) -> None:
            server.accepted(client_address)
            super().process_request(request, client_address)

    return Listener


def _handler(server: FaultServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = server.answer(
                ReceivedRequest(self.command, self.path, headers, body), self.client_address
            )
            self.close_connection = reply is None or reply.whole is not None or reply.drip
            if reply is not None:
                self._send(reply)

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in reply.headers:
                if name.lower() not in {*_HOP, "content-encoding", "date", "server"}:
                    self.send_header(name, value)
            length = len(reply.body) if reply.whole is None else reply.whole
            self.send_header("Content-Length", str(length))
            self.end_headers()
            try:
                self._drip(reply.body) if reply.drip else self.wfile.write(reply.body)
            except OSError:
                self.close_connection = True  # who asked has gone

        def _drip(self, body: bytes) -> None:
            for number in range(len(body)):
                self.wfile.write(body[number : number + 1])
                self.wfile.flush()
                if server.wait_over(_DRIP):
                    return

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _any  # noqa: N815 - the library's names

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler
