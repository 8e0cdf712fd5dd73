"""A server that answers as another one does, so many seconds later: what a network and a busy API cost."""

from __future__ import annotations

import http.client
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import urlsplit

from collectors.testing.answering import Answering

_HOP = frozenset({"connection", "transfer-encoding", "content-length", "host"})


class Slow:
    """`with Slow(url, delay) as server: server.url`; `asked` counts requests."""

    def __init__(self, url: str, delay: float) -> None:
        self.behind, self.delay, self.asked = urlsplit(url), delay, 0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """The address, with the path that the other one has."""
        return f"http://127.0.0.1:{self._server.server_port}{self.behind.path}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self) -> None:
        """Count a request, and let its time pass."""
        with self._lock:
            self.asked += 1
        time.sleep(self.delay)


def _handler(slow: Slow) -> type[BaseHTTPRequestHandler]:
    class Handler(Answering):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            slow.wait()
            there = http.client.HTTPConnection(slow.behind.hostname or "", slow.behind.port, timeout=30)
            headers = {name: text for name, text in self.headers.items() if name.lower() not in _HOP}
            there.request(self.command, self.path, body or None, headers)
            answer = there.getresponse()
            data = answer.read()
            self.send_response_only(answer.status)
            for name, text in answer.getheaders():
                if name.lower() not in _HOP:
                    self.send_header(name, text)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            there.close()

        do_GET = do_POST = _any  # noqa: N815 - the library's names

    return Handler
