"""The audit log: sign-ins, refused proofs, refused rights, changes of roles; JSON lines beside the database, no secret."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

_SIZE, _KEPT = 10 * 2**20, 9  # bytes of a file, and older files
_PAUSE = 60.0  # seconds in which the same refusals of one address make one line
_VISIT = 12 * 3600.0
_KEYS = 1000

_Key = tuple[tuple[str, Any], ...]


class Audit:
    """Appends one line an event; refusals that repeat are counted, so that nobody fills the disk with them."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._file = _Private(path, maxBytes=_SIZE, backupCount=_KEPT, encoding="utf-8", delay=True)
        self._file.setFormatter(logging.Formatter("%(message)s"))
        self._clock, self._lock = clock, threading.Lock()
        self._visits: OrderedDict[_Key, float] = OrderedDict()
        self._refused: OrderedDict[_Key, tuple[float, int]] = OrderedDict()

    def write(self, event: str, **fields: Any) -> None:
        """Append what happened: who, from where, what."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = json.dumps({"time": now, "event": event, **fields})
        self._file.handle(logging.LogRecord("audit", logging.INFO, "", 0, line, None, None))

    def refuse(self, event: str, **fields: Any) -> None:
        """Append a refusal, the first at once; `count` tells how many there were since the line before."""
        key: _Key = tuple({"event": event, **fields}.items())
        with self._lock:
            since, count = self._refused.get(key, (float("-inf"), 0))
            is_told = self._clock() - since >= _PAUSE
            self._refused[key] = (self._clock(), 0) if is_told else (since, count + 1)
            gone = self._refused.popitem(last=False) if len(self._refused) > _KEYS else None
        if is_told:
            self.write(event, **fields, count=count + 1)
        if gone:
            self._rest(*gone)

    def visit(self, **fields: Any) -> None:
        """Append a sign-in that comes with each request: once, and again after half a day."""
        key: _Key = tuple(fields.items())
        with self._lock:
            now, since = self._clock(), self._visits.pop(key, float("-inf"))
            is_new = now - since >= _VISIT
            self._visits[key] = now if is_new else since
            while len(self._visits) > _KEYS:
                self._visits.popitem(last=False)
        if is_new:
            self.write("sign_in", **fields)

    def roles(self, before: Mapping[str, str], now: Mapping[str, str]) -> None:
        """Append what changed of everybody's role since the last start."""
        for name in sorted({*before, *now}):
            if before.get(name) != now.get(name):
                self.write("role_changed", user=name, before=before.get(name), role=now.get(name))

    def close(self) -> None:
        """Append what was counted and not told yet."""
        with self._lock:
            refused, self._refused = self._refused, OrderedDict()
        for item in refused.items():
            self._rest(*item)
        self._file.close()

    def _rest(self, key: _Key, held: tuple[float, int]) -> None:
        if held[1]:
            self.write(**dict(key), count=held[1])


class _Private(RotatingFileHandler):
    """A file that nobody but its owner reads, and that several servers may write: one at a time."""

    def emit(self, record: logging.LogRecord) -> None:
        """Append a line, to the file that stands there: another server may have turned it over."""
        lock = _private(f"{self.baseFilename}.lock", os.O_CREAT | os.O_WRONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.stream and not self._is_current(self.stream.fileno()):
                self.stream.close()
                self.stream = self._open()
            super().emit(record)
        finally:
            os.close(lock)

    def _is_current(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), Path(self.baseFilename).stat())
        except FileNotFoundError:
            return False

    def _open(self) -> TextIOWrapper:
        os.close(_private(self.baseFilename, os.O_CREAT | os.O_APPEND | os.O_WRONLY))
        return super()._open()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
