"""git's own server over HTTP (`git http-backend`), with a login, and with answers that throw the login back."""

import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from collectors.testing.answering import Answering
from tests.servers.require import program


class GitHttp(NamedTuple):
    """A running server of every repository in a folder; `login` is `user:password`."""

    url: str
    login: str
    spoil: list[str]  # set by a test: "", or one of `SPOILS`
    asked: list[str]  # path and authorization of each request


#: How it answers whom it knows, instead of asking git.
SPOILS = ("refused", "forbidden", "broken", "moved", "another protocol", "cut off")


@contextmanager
def git_http(root: Path, login: str) -> Iterator[GitHttp]:
    """Serve the bare repositories below `root`, to be read and pushed to by whoever has the login."""
    program("git", "git")
    made = GitHttp("", login, [""], [])
    proof = "Basic " + base64.b64encode(login.encode()).decode()

    class Handler(Answering):
        def do_GET(self) -> None:  # noqa: N802 - the name http.server looks for
            body = self._body()
            sent = self.headers.get("authorization", "")
            made.asked.append(f"{self.path} {sent}")
            if sent != proof:
                self._answer(
                    401,
                    f"who are you, {sent} of {self.path}?".encode(),
                    [("WWW-Authenticate", 'Basic realm="git"')],
                )
            elif made.spoil[0]:
                self._spoilt(made.spoil[0], f"{self.path} {sent} {login} {quote(login, safe='')}")
            else:
                self._git(body)

        do_POST = do_GET  # noqa: N815 - the server's names

        def _body(self) -> bytes:
            if self.headers.get("transfer-encoding", "") != "chunked":
                return self.rfile.read(int(self.headers.get("content-length") or 0))
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

        def _git(self, body: bytes) -> None:
            path, _, query = self.path.partition("?")
            environ = {
                "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(root), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
                "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_USER": "keeper",
                "CONTENT_TYPE": self.headers.get("content-type", ""), "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("content-encoding", ""),
                "GIT_PROTOCOL": self.headers.get("git-protocol", ""), "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": "http.receivepack", "GIT_CONFIG_VALUE_0": "true",
                "GIT_CONFIG_KEY_1": "safe.directory", "GIT_CONFIG_VALUE_1": "*",
            }  # fmt: skip
            done = subprocess.run(
                ["git", "http-backend"], input=body, env=environ, capture_output=True, check=False
            )
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            headers = [tuple(line.split(": ", 1)) for line in head.decode().split("\r\n") if line]
            status = next((int(value.split()[0]) for name, value in headers if name == "Status"), 200)
            self._answer(
                status, content, [(n, v) for n, v in headers if n not in ("Status", "Content-Length")]
            )

        def _spoilt(self, how: str, sent: str) -> None:
            plain = [("Content-Type", "text/plain")]
            if how == "moved":
                where = f"http://127.0.0.2:1/elsewhere?key={quote(login, safe='')}&{quote(sent, safe='')}"
                self._answer(302, b"", [("Location", where)])
            elif how == "another protocol":
                # What a server says on the side band, and in an error of its own, git prints.
                said = f"ERR {sent}\n".encode()
                service = self.path.rpartition("=")[2]
                head = f"# service={service}\n".encode()
                packet = b"%04x%s0000%04x%s" % (len(head) + 4, head, len(said) + 4, said)
                self._answer(200, packet, [("Content-Type", f"application/x-{service}-advertisement")])
            elif how == "cut off":
                self.send_response(200)
                self.send_header("Content-Length", str(len(sent) + 1000))
                self.end_headers()
                self.wfile.write(sent.encode())
                self.close_connection = True
            else:
                status = {"refused": 401, "forbidden": 403, "broken": 500}[how]
                self._answer(status, sent.encode(), plain)

        def _answer(self, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made._replace(url=f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
