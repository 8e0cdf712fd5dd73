"""Has the product loaded and runs the command in a fork for each client. Ends when its standard input is closed."""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import marshal
import os
import pkgutil
import select
import signal
import socket
import sys
import tempfile
import time
from typing import BinaryIO, cast

#: What is loaded: all of the product, and the heavy packages that it loads when it needs them.
PACKAGES = ("cli", "collectors", "render", "service", "timeline", "archive")
HEAVY = ("numpy", "opensearchpy", "plotly.basedatatypes")


def main(listener: socket.socket) -> None:
    """Serve until the one who started this is gone."""
    load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who keep the forks
    waiting = select.poll()
    for stream in (listener, sys.stdin):
        waiting.register(stream, select.POLLIN)
    while True:
        ready = dict(waiting.poll())
        if sys.stdin.fileno() in ready:
            return
        client, _ = listener.accept()
        if os.fork():
            client.close()
            continue
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        listener.close()
        keep(client)


def load() -> None:
    """Import everything; what an extra would need and is not there is left out."""
    for name in (*PACKAGES, *HEAVY):
        package = importlib.import_module(name)
        for found in (
            pkgutil.walk_packages(getattr(package, "__path__", []), f"{name}.") if name in PACKAGES else ()
        ):
            if not found.name.endswith("__main__"):
                with contextlib.suppress(ImportError):
                    importlib.import_module(found.name)
    gc.collect()
    gc.freeze()


def keep(client: socket.socket) -> None:
    """Run what a client asks for in a fork; tell it the fork's number, then its end; end it if the client is gone."""
    head, streams, _, _ = socket.recv_fds(client, 8, 3)
    length, asked = int.from_bytes(head, "big"), b""
    while len(asked) < length:
        asked += client.recv(length - len(asked))
    leads, *rest = marshal.loads(asked)
    process = os.fork()
    if not process:
        client.close()
        if leads:
            os.setsid()
        run(streams, *rest)
    for stream in streams:
        os.close(stream)
    client.sendall(process.to_bytes(8, "big"))
    waiting = select.poll()
    end = os.pidfd_open(process)
    waiting.register(end, select.POLLIN)
    waiting.register(client, select.POLLIN)
    if end not in dict(waiting.poll()):
        (os.killpg if leads else os.kill)(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    with contextlib.suppress(OSError):
        client.sendall(os.waitstatus_to_exitcode(status).to_bytes(8, "big", signed=True))
    os._exit(0)


def run(streams: list[int], arguments: list[str], folder: str, environ: dict[str, str], mask: int) -> None:
    """Be the command: its streams, folder, environment and arguments, then all that `python -m cli.main` does."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.umask(mask)
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    tempfile.tempdir = None
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.stdin, sys.stdout, sys.stderr = _stream(0, "rb"), _stream(1, "wb"), _stream(2, "wb", lines=True)
    import cli.main

    sys.argv = [str(cli.main.__file__), *arguments]
    cli.main.run()


def _stream(number: int, mode: str, *, lines: bool = False) -> io.TextIOWrapper:
    """Open a standard stream as the interpreter does where the locale is UTF-8 by default."""
    errors = "backslashreplace" if number == 2 else "surrogateescape"
    binary = cast("BinaryIO", open(number, mode, closefd=False))  # noqa: SIM115 - until the process ends
    return io.TextIOWrapper(
        binary, encoding="utf-8", errors=errors, line_buffering=lines or os.isatty(number)
    )


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
