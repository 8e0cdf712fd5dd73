"""The memory of a process that holds credentials: on no disk, and read by no other process of its user."""

from __future__ import annotations

import ctypes
import resource
import sys
from contextlib import suppress

_SET_DUMPABLE = 4  # prctl(2): PR_SET_DUMPABLE


def keep_private() -> None:
    """Have no core written where this process crashes, and nobody of its user read its memory and environment.

    Limit and memory: a core that is piped to a program (systemd-coredump, apport) knows no limit. What this
    process starts has the limit, and its own memory.
    """
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # a C library without it
            ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)
