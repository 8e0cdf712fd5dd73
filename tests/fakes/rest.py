"""A small REST server on loopback for fakes: routes by pattern, JSON in and out, every call noted."""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from collectors.testing.answering import Answering

Row = dict[str, Any]


class RefusalError(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Call:
    """What was asked: the path without the prefix, the query, the body, the token, and headers by their lower name."""

    method: str
    path: str
    pairs: list[tuple[str, str]]
    body: Any
    token: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def query(self) -> dict[str, str]:
        """Give the query, of names that come twice the last."""
        return dict(self.pairs)


@dataclass(frozen=True)
class Made:
    """An answer with a status and headers of its own; `value` None is an empty body."""

    value: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


#: Method, pattern of the path, and what answers: it is given the call and the pattern's groups.
Route = tuple[str, str, Callable[..., Any]]


class RestServer:
    """The server; subclasses give `routes`. One call at a time, as behind a database's lock."""

    prefix = ""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.public_url = ""
        self._lock = threading.Lock()

    def routes(self) -> list[Route]:
        """Give the routes in the order they are tried."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        """Give the API's address."""
        return f"http://127.0.0.1:{self._server.server_port}{self.prefix}"

    @property
    def writes(self) -> list[str]:
        """Give the changes that were asked for, without reads."""
        return [f"{c.method} {c.path}" for c in self.calls if c.method != "GET"]

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.public_url = self.public_url or self.url
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def page(self, rows: list[Row], call: Call) -> Made:
        """Give one page of rows, with the `Link` that names the next."""
        size, number = int(call.query.get("per_page", "30")), int(call.query.get("page", "1"))
        more = number * size < len(rows)
        following = urlencode({**call.query, "page": number + 1})
        link = {"Link": f'<{self.public_url}{call.path}?{following}>; rel="next"'} if more else {}
        return Made(rows[(number - 1) * size : number * size], headers=link)

    def answer(self, call: Call) -> Made:
        """Find the route and ask it."""
        self.calls.append(call)
        for method, pattern, give in self.routes():
            match = re.fullmatch(pattern, call.path)
            if match and method == call.method:
                value = give(call, *match.groups())
                return value if isinstance(value, Made) else Made(value)
        raise RefusalError(404, "Not Found")

    def locked(self, call: Call) -> Made:
        """Answer, one call after the other; a refusal is JSON too."""
        with self._lock:
            try:
                return self.answer(call)
            except RefusalError as err:
                return Made(
                    {"message": str(err), "documentation_url": "https://git.example/docs"}, err.status
                )


def _handler(fake: RestServer) -> type[BaseHTTPRequestHandler]:
    class Handler(Answering):
        def _any(self) -> None:
            parts = urlsplit(self.path)
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            token = (
                self.headers.get("PRIVATE-TOKEN") or self.headers.get("Authorization", "").partition(" ")[2]
            )
            path = parts.path.removeprefix(fake.prefix)
            headers = {name.lower(): value for name, value in self.headers.items()}
            is_form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
            body = dict(parse_qsl(data.decode())) if is_form else json.loads(data) if data else None
            made = fake.locked(
                Call(self.command, path, parse_qsl(parts.query, keep_blank_values=True), body, token, headers)
            )
            sent = b"" if made.value is None else json.dumps(made.value).encode()
            self.send_response(made.status)
            kind = {"Content-Type": "application/json; charset=utf-8"} if sent else {}
            for name, text in {**kind, **made.headers, "Content-Length": str(len(sent))}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815 - the library's names

    return Handler
