"""Free loopback ports that two test processes never hand out at the same time."""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path
from typing import IO

# Below the range that the kernel gives to outgoing connections (from 32768): a client socket
# of another process must not sit on a port between our asking for it and the server's bind.
_LOWEST, _HIGHEST = 18_000, 32_000
_HELD: list[IO[bytes]] = []
_PICK = random.SystemRandom()


def _reserve(port: int) -> bool:
    folder = Path(tempfile.gettempdir()) / f"incident-timeline-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    handle = (folder / str(port)).open("ab")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        return False
    _HELD.append(handle)  # the lock lives as long as this process
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a TCP port on 127.0.0.1 that is free and reserved for this process."""
    for _ in range(500):
        port = _PICK.randrange(_LOWEST, _HIGHEST)
        if _reserve(port) and _is_free(port):
            return port
    message = f"no free port between {_LOWEST} and {_HIGHEST}"
    raise RuntimeError(message)
