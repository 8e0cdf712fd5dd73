"""A source that fails on command: before a real server, or with answers that were recorded.

with FaultServer("http://127.0.0.1:9090") as server:      # what it is asked goes on to the real one
    server.fault = Fault("gone", lambda asked, answer: Reply(500))
"""

from __future__ import annotations

import socket
import struct
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

from collectors.testing.answering import Answering
from collectors.testing.origins import HOP, Origin, ReceivedRequest, Reply, forwarded, recorded
from collectors.testing.running import Run

__all__ = ["Fault", "FaultServer", "Log", "ReceivedRequest", "Reply", "Spoil"]

_DRIP = 0.05  # seconds between two bytes
_PATIENT = 600.0  # seconds; nobody waits so long for an answer
_RESET = struct.pack("ii", 1, 0)  # linger for no second: what closes sends RST
#: Makes a faulty answer of a request and what would answer it; None ends the connection without an answer.
Spoil = Callable[[ReceivedRequest, Callable[[], Reply]], Reply | None]


@dataclass(frozen=True)
class Fault:
    """What happens to the first `times` requests (all: None) after `after` of an endpoint; without one, of any."""

    name: str
    spoil: Spoil
    times: int | None = None
    endpoint: str | None = None
    after: int = 0


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
            hit = self._hits - fault.after
            return fault if hit > 0 and (fault.times is None or hit <= fault.times) else None

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

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Say nothing of who went away: that is what clients of a source that fails do."""
            if not isinstance(sys.exc_info()[1], OSError):
                super().handle_error(request, client_address)

    return Listener


def _handler(server: FaultServer) -> type[BaseHTTPRequestHandler]:
    class Handler(Answering):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = server.answer(
                ReceivedRequest(self.command, self.path, headers, body), self.client_address
            )
            self.close_connection = reply is None or reply.whole is not None or bool(reply.pace)
            if reply is not None:
                try:
                    self._send(reply)
                except OSError:
                    self.close_connection = True  # who asked has gone

        def _send(self, reply: Reply) -> None:
            if reply.pace == "late":
                server.wait_over(_PATIENT)
                return
            self.send_response_only(reply.status)
            if not reply.header("date"):
                self.send_header("Date", self.date_time_string())
            for name, value in reply.headers:
                if name.lower() not in {*HOP, "content-encoding", "server"}:
                    self.send_header(name, value)
            length = len(reply.body) if reply.whole is None else reply.whole
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self._send_body(reply.body, reply.pace)

        def _send_body(self, body: bytes, pace: str) -> None:
            if pace == "drip":
                self._drip(body)
                return
            self.wfile.write(body[: len(body) // 2] if pace else body)
            if pace == "stall":
                server.wait_over(_PATIENT)
            elif pace == "reset":
                server.wait_over(_DRIP)  # else the reset overtakes the body
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                self.connection.close()

        def _drip(self, body: bytes) -> None:
            for number in range(len(body)):
                self.wfile.write(body[number : number + 1])
                self.wfile.flush()
                if server.wait_over(_DRIP):
                    return

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _any  # noqa: N815 - the library's names

    return Handler


class Unaccepting:
    """An address on loopback that takes no connection: its queue is full, and who comes waits."""

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=0)
        self._queued = [socket.socket() for _ in range(4)]
        for one in self._queued:
            one.setblocking(False)
            one.connect_ex(self._socket.getsockname())
        return self

    def __exit__(self, *_: object) -> None:
        for one in (*self._queued, self._socket):
            one.close()

    @property
    def url(self) -> str:
        """The address."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"
