"""A server with few connections: who says nothing, or too slowly, makes room for who has something to say."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from service.web.connections import guarded
from tests.servers.ports import free_port
from tests.servers.process import wait_until

MOST = 40
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1"


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    if scope["path"] == "/long":
        await asyncio.sleep(5)
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


@contextmanager
def served(half_open: int) -> Iterator[int]:
    port = free_port()
    http = guarded(MOST, half_open)
    server = uvicorn.Server(
        uvicorn.Config(application, "127.0.0.1", port, http=http, lifespan="off", log_level="critical")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started, 30, "it does not start", str)
    yield port
    server.should_exit = server.force_exit = True
    thread.join()


@pytest.mark.parametrize(
    "first",
    [b"", b"GET / HT", b"POST / HTTP/1.1\r\nX: ", HEAD],
    ids=["nothing", "half a line", "half a header", "half a body"],
)
@pytest.mark.parametrize("half_open", [10, 1000])
def test_who_is_slow_makes_room(first: bytes, half_open: int) -> None:
    with served(half_open) as port, ExitStack() as stack:
        for _ in range(3 * MOST):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            try:
                one.sendall(first)
            except OSError:
                continue  # it made room already
        for _ in range(5):
            assert (
                httpx.post(
                    f"http://127.0.0.1:{port}/", content=b"x" * 1000, trust_env=False, timeout=10
                ).status_code
                == 200
            )


def test_who_is_being_answered_makes_none() -> None:
    with served(1000) as port, ExitStack() as stack:
        done: list[int] = []

        def ask() -> None:
            done.append(httpx.get(f"http://127.0.0.1:{port}/long", trust_env=False, timeout=60).status_code)

        asking = threading.Thread(target=ask)
        asking.start()
        for _ in range(3 * MOST):
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        asking.join()
        assert done == [200]


@pytest.mark.parametrize(
    ("soft", "hard", "most"),
    [(256, 4096, 4096 - 128), (256, 256, 128), (1024, 20000, 8192 - 128), (100, 100, 64)],
)
def test_there_are_files_left_for_more_than_connections(soft: int, hard: int, most: int) -> None:
    code = (
        f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))\n"
        "from service.web.connections import most_connections; print(most_connections())"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={"PYTHONPATH": str(Path.cwd())},
    )
    assert int(told.stdout) == most
