"""Reminders of a running server: once a minute webhooks are told what is due."""

from __future__ import annotations

import logging
import threading

from service.publish.remind import remind
from service.settings.config import Config
from timeline.errors import TimelineError

log = logging.getLogger("timeline.serve")
_EVERY = 60.0  # seconds


class Reminders:
    """A thread that tells; what fails is logged, and tried again a minute later."""

    def __init__(self, conf: Config, every: float = _EVERY) -> None:
        self._conf, self._every = conf, every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="reminders", daemon=True)

    def start(self) -> None:
        """Begin, where there is anybody to tell."""
        if self._conf.settings.remind:
            self._thread.start()

    def stop(self, seconds: float = 20.0) -> None:
        """End after what is at hand."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(seconds)

    def _loop(self) -> None:
        before = tuple[str, ...]()
        while True:
            said = self._once()
            for line in said:
                if line not in before:  # a minute later it is nothing new
                    log.warning("reminder", extra={"fields": {"event": "reminder_failed", "error": line}})
            before = said
            if self._stopping.wait(self._every):
                return

    def _once(self) -> tuple[str, ...]:
        if not (self._conf.folder / self._conf.settings.out).is_dir():
            return ()
        try:
            done = remind(self._conf)
        except (TimelineError, OSError) as err:
            return (str(err),)
        except Exception as err:  # a thread that ends in silence would remind nobody
            log.exception("reminders failed", extra={"fields": {"event": "reminder_failed"}})
            return (type(err).__name__,)
        if done.told:
            fields = {"event": "reminded", "count": len(done.told)}
            log.info("reminded", extra={"fields": fields})
        return (*done.failed, *done.unsure, *done.unread)
