"""The end of a command's process: at once, as nothing follows that memory would have to be freed for."""

from __future__ import annotations

import atexit
import os
import sys
import threading


def end(status: int | str | None) -> None:
    """End the process as `sys.exit(status)` does, without taking a million records apart first.

    Where something still runs or cannot be written, Python's own way is left to deal with it.
    """
    here = threading.current_thread()
    running = any(thread is not here and not thread.daemon for thread in threading.enumerate())
    if running or isinstance(status, str):
        sys.exit(status)
    code = status or 0
    atexit._run_exitfuncs()  # noqa: SLF001 - what libraries asked for, which `os._exit` leaves out
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):  # a reader that is gone; closed; none
        sys.exit(code)
    os._exit(code)
