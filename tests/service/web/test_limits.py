"""Whoever asks too much, too slowly or without end is refused, and everybody else is answered meanwhile."""

from __future__ import annotations

import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.servers.process import wait_until
from tests.service.web.running import INCIDENT, Serving, Start, note, signature, start_serving

SECRET = "a-secret-of-some-length"
HOOKS = """
[[serve.webhook]]
name = "am"
sender = "alertmanager"
secret = "env:HOOK_SECRET"
[[serve.webhook]]
name = "github"
sender = "github"
secret = "env:HOOK_SECRET"
"""
BEARER = {"authorization": f"Bearer {SECRET}"}
SIGNED = {"x-hub-signature-256": f"sha256={signature(SECRET, b'{}')}"}
QUICK = 1.0  # seconds in which a real one is answered


UNREAD = {"/logout": 303, "/nowhere": 404}


def address(server: Serving) -> tuple[str, int]:
    url = httpx.URL(server.url)
    return url.host, url.port or 80


def connected(server: Serving, first: bytes = b"") -> socket.socket:
    made = socket.create_connection(address(server), timeout=30)
    made.sendall(first)
    return made


def is_closed(one: socket.socket) -> bool:
    """Tell whether the server ended a connection; what it answered before is read."""
    one.setblocking(False)
    try:
        while one.recv(65536):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def memory(server: Serving) -> int:
    """Return what the server's process holds, in MiB."""
    with Path(f"/proc/{server.pid}/status").open() as status:
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmRSS"))


def head(path: str, *headers: str) -> bytes:
    return "\r\n".join((f"POST {path} HTTP/1.1", "Host: localhost", *headers, "", "")).encode()


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_of_400_mib_is_refused_and_never_held(start: Start, announced: bool) -> None:
    server = start(HOOKS, HOOK_SECRET=SECRET)
    before = memory(server)

    def parts() -> Iterator[bytes]:
        for _ in range(400):
            yield b"x" * 2**20

    headers = {"x-hub-signature-256": f"sha256={'0' * 64}"}
    if announced:
        headers["content-length"] = str(400 * 2**20)
    for path in ("/login", "/logout", f"/api/incidents/{INCIDENT}/notes", "/hooks/github", "/nowhere"):
        with server.client() as client:
            try:
                answer = client.post(path, content=parts(), headers=headers)
                # Where nobody looks at a body, none is taken: without its length, that is no fault.
                wanted = 413 if announced else UNREAD.get(path, 413)
                assert (path, answer.status_code) == (path, wanted)
            except httpx.TransportError:  # the server ends what goes on after its answer
                assert client.get("/healthz").status_code == 200
            assert client.post("/hooks/am", json={}, headers=BEARER).status_code == 202
    assert memory(server) - before < 60


def quickly(server: Serving) -> float:
    """Send a delivery, a note and ask for a page on connections of their own; return the longest answer (s)."""
    asks: list[Callable[[httpx.Client], Any]] = [
        lambda client: client.post("/hooks/am", json={}, headers=BEARER).raise_for_status(),
        lambda client: client.post("/hooks/github", content=b"{}", headers=SIGNED).raise_for_status(),
        lambda client: client.post(f"{server.api}/notes", json={"body": note()}).raise_for_status(),
        lambda client: client.get("/login").raise_for_status(),
    ]
    waits = []
    for ask in asks:
        begun = time.monotonic()
        with server.client() as client:
            ask(client)
        waits.append(time.monotonic() - begun)
    return max(waits)


@contextmanager
def unread(server: Serving) -> Iterator[Callable[[], None]]:
    """Ask for pages that nobody reads; give what waits until the server has let them go."""
    files = Path(f"/proc/{server.pid}/fd")
    host, port = address(server)
    page = f"GET /incidents/{INCIDENT}/timeline.html HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode()
    wait_until(lambda: quickly(server) < QUICK, 10, "it does not answer", server.log)
    before = len(list(files.iterdir()))
    with ExitStack() as stack:
        for _ in range(20):
            one = stack.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect((host, port))
            one.sendall(page * 10)
        assert quickly(server) < QUICK
        end = time.monotonic() + 60

        def are_closed() -> bool:
            return len(list(files.iterdir())) <= before + 1

        yield lambda: wait_until(are_closed, max(1, end - time.monotonic()), "they stay open", server.log)


def slow_clients(server: Serving) -> None:
    """See that two hundred clients who say too little, or too slowly, hold up nobody and are ended."""
    signature = f"X-Hub-Signature-256: sha256={'0' * 64}"
    starts = [
        b"", b"POST /hooks/am HT", b"GET / HTTP/1.1\r\nHost: loc", head("/hooks/github", signature, "Content-Length: 1000"),
        head("/hooks/am", f"Authorization: Bearer {SECRET}", "Content-Length: 1000"), head("/login", "Content-Length: 1000"),
        head("/hooks/github", signature, "Transfer-Encoding: chunked"), head("/hooks/github", "Content-Length: 100000"),
    ]  # fmt: skip
    ended = threading.Event()
    with ExitStack() as stack:
        slow = [stack.enter_context(connected(server, starts[n % len(starts)])) for n in range(200)]

        def drip() -> None:
            while not ended.wait(0.5):
                for one in slow:
                    try:
                        one.send(b"1")
                    except OSError:
                        continue  # ended already

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            waits = [quickly(server) for _ in range(20)]
            assert max(waits) < QUICK, waits
            wait_until(lambda: all(map(is_closed, slow)), 60, "they are still open", server.log)
        finally:
            ended.set()
            dripping.join()
    assert quickly(server) < QUICK


def test_slow_clients_and_answers_that_nobody_reads_hold_up_nobody_and_are_ended(
    start: Start, tmp_path: Path
) -> None:
    """Half a minute of waiting for one server, and that for another, are the same."""
    other = start_serving(tmp_path / "other", HOOKS, HOOK_SECRET=SECRET)
    with other, unread(other) as is_given_up:
        slow_clients(start(HOOKS, HOOK_SECRET=SECRET))
        is_given_up()


@contextmanager
def many_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 4096), hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_half_open_connections_make_room(start: Start) -> None:
    server = start(HOOKS, HOOK_SECRET=SECRET)
    with many_files(), ExitStack() as stack:
        opened = [stack.enter_context(connected(server)) for _ in range(1500)]
        assert quickly(server) < QUICK
        wait_until(lambda: sum(not is_closed(one) for one in opened) <= 256, 30, "they stay", server.log)
        assert quickly(server) < QUICK


def test_one_person_follows_so_many_pages_and_no_more(start: Start) -> None:
    server = start("streams_per_user = 3")
    url = f"{server.api}/stream"

    def refused() -> bool:
        with httpx.stream("GET", url, trust_env=False, timeout=30) as answer:
            return answer.status_code == 429 and int(answer.headers["retry-after"]) > 0

    with ExitStack() as stack:
        for _ in range(3):
            answer = stack.enter_context(httpx.stream("GET", url, trust_env=False, timeout=30))
            assert answer.status_code == 200
        assert refused()
        assert "timeline_streams 3.0" in httpx.get(f"{server.url}/metrics", trust_env=False).text
    wait_until(lambda: not refused(), 30, "a closed page still counts", server.log)


def test_who_proves_nothing_takes_nothing_from_the_senders_bucket(start: Start) -> None:
    server = start(HOOKS, HOOK_SECRET=SECRET)
    config = server.folder / "timeline.toml"
    config.write_text(config.read_text().replace("webhooks_per_minute = 1000000", "webhooks_per_minute = 80"))
    server.restart()
    with server.client() as client:
        codes = [
            client.post("/hooks/am", json={}, headers={"authorization": "Bearer x"}).status_code
            for _ in range(300)
        ]
        forged = {"x-hub-signature-256": f"sha256={'0' * 64}"}
        codes += [client.post("/hooks/github", json={}, headers=forged).status_code for _ in range(100)]
        assert set(codes) == {401, 429}
        real = [client.post("/hooks/am", json={"n": n}, headers=BEARER) for n in range(45)]
        assert [one.status_code for one in real[:40]] == [202] * 40  # half of a minute's at once
        assert real[-1].status_code == 429
        assert int(real[-1].headers["retry-after"]) > 0
    # Sixty lines at most tell of four hundred refusals.
    assert 0 < len(server.lines("webhook_refused")) <= 60 + 10


@pytest.mark.parametrize("trusted", [True, False])
def test_limits_behind_a_proxy_are_each_clients_own(start: Start, trusted: bool) -> None:
    server = start('forwarded_by = ["127.0.0.1"]' if trusted else "")
    config = server.folder / "timeline.toml"
    config.write_text(config.read_text().replace("requests_per_minute = 100000", "requests_per_minute = 60"))
    server.restart()

    def codes(client: httpx.Client, address: str) -> list[int]:
        headers = {"x-forwarded-for": address}
        return [client.get("/api/builds", headers=headers).status_code for _ in range(70)]

    with server.client() as client:
        assert codes(client, "198.51.100.9")[-1] == 429
        assert codes(client, "198.51.100.10")[0] == (200 if trusted else 429)
        # What a client writes before its own address changes nothing.
        spoofed = codes(client, "203.0.113.5, 198.51.100.9")[0]
        assert spoofed == 429
