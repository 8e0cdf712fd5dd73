"""The archive of a process that stays: it is brought up to date beside the questions, which do not wait for long."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from archive.cases.store import Found
from service.archive.keeping import Update, archive_of, everywhere, update
from service.archive.likeness import Likeness, compared
from service.archive.patterns import Answer, of_archive
from service.archive.programme import Programme, programme
from service.settings.config import Config, in_folder
from timeline.cases.query import Query
from timeline.errors import TimelineError
from timeline.patterns.patterns import patterns

_AGAIN, _PATIENCE, _KEPT = 2.0, 1.0, 60.0  # seconds


class Following:
    """Searches the archive beside the incidents in `out`; folders are looked at when somebody asks, every two seconds at most."""

    def __init__(self, conf: Config, out: Path) -> None:
        self._conf = in_folder(conf, out)
        self._lock = threading.Lock()
        self._reading: threading.Thread | None = None
        self._read_at = float("-inf")
        self._failure: TimelineError | OSError | None = None
        self._done = Update(0, 0, ())
        self._numbers: tuple[float, Programme | None] = (0.0, None)

    def search(self, query: Query, most: int) -> tuple[Found, bool]:
        """Return what matches, and whether folders are still being read. Raises DatabaseError, UsageError."""
        if not (self._conf.folder / self._conf.settings.out).is_dir():
            return Found((), 0, {}), False
        reading = self._up_to_date()
        with archive_of(self._conf) as archive:
            return everywhere(archive, query, most, counted=True), reading

    def patterns(self, query: Query, zone: str) -> tuple[Answer, bool]:
        """Return what incidents have in common, and whether folders are still being read. Raises as `search`."""
        if not (self._conf.folder / self._conf.settings.out).is_dir():
            return Answer(patterns([]), {}, self._done), False
        reading = self._up_to_date()
        with archive_of(self._conf) as archive:
            return of_archive(archive, query, zone, self._done), reading

    def programme(self) -> Programme | None:
        """Return the numbers of the programme, at most a minute old; None where nothing was built. Raises as `search`."""
        if not (self._conf.folder / self._conf.settings.out).is_dir():
            return None
        made_at, made = self._numbers
        if made is None or time.monotonic() - made_at > _KEPT:
            self._up_to_date()
            with archive_of(self._conf) as archive:
                made = programme(archive, self._conf)
            self._numbers = time.monotonic(), made
        return made

    def similar(self, folder: Path) -> tuple[Likeness, bool]:
        """Return which incidents are like one, and whether folders are still being read. Raises as `search`, and DocumentError."""
        reading = self._up_to_date()
        with archive_of(self._conf) as archive:
            return compared(archive, folder, None, self._conf.path), reading

    @property
    def unread(self) -> tuple[str, ...]:
        """Why folders could not be read, at the last look."""
        return self._done.unread

    def _up_to_date(self) -> bool:
        """Have changed folders read, and wait a second for it; tell whether it goes on."""
        with self._lock:
            if self._reading is None and time.monotonic() - self._read_at < _AGAIN:
                return False
            if self._reading is None:
                self._reading = threading.Thread(target=self._read, name="archive", daemon=True)
                self._reading.start()
            running = self._reading
        running.join(_PATIENCE)
        if running.is_alive():
            return True
        if self._failure is not None:
            raise self._failure
        return False

    def _read(self) -> None:
        try:
            with archive_of(self._conf) as archive:
                self._done = update(archive, self._conf)
            self._failure = None
        except (TimelineError, OSError) as err:
            self._failure = err
        finally:
            with self._lock:
                self._reading, self._read_at = None, time.monotonic()
