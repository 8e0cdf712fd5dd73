"""Stands for the command: hands over what it was started with, and ends as the command does.

Run alone (`python -I -S client.py SOCKET ARGUMENT...`), so that it starts in a few milliseconds.
"""

import marshal
import os
import signal
import socket
import sys


def main() -> None:
    """Have the command run, pass signals on to it, and end as it ended."""
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(sys.argv[1])
        mask = os.umask(0)
        os.umask(mask)
        leads = os.getsid(0) == os.getpid()
        asked = marshal.dumps((leads, sys.argv[2:], os.getcwd(), dict(os.environ), mask))  # noqa: PTH109 - without pathlib
        socket.send_fds(server, [len(asked).to_bytes(8, "big")], [0, 1, 2])
        server.sendall(asked)
        process = int.from_bytes(_read(server, 8), "big")
        with open(f"{sys.argv[1]}.{os.getpid()}", "w") as file:  # noqa: PTH123 - without pathlib
            file.write(str(process))
        send = os.killpg if leads else os.kill
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
            signal.signal(number, lambda number, _: send(process, number))
        code = int.from_bytes(_read(server, 8), "big", signed=True)
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


def _read(server: socket.socket, length: int) -> bytes:
    """Read so many bytes; without them the process that has the product loaded is gone."""
    data = b""
    while len(data) < length:
        piece = server.recv(length - len(data))
        if not piece:
            sys.exit("the process that has the product loaded is gone")
        data += piece
    return data


main()
