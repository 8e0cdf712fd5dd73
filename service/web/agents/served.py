"""The incidents of a server, as agents may ask about them."""

from __future__ import annotations

from pathlib import Path

from service.evidence.kept import Loaded
from service.settings.serve import is_loopback
from service.web.state import State


class Served:
    """A library as a shelf: the addresses of pages are the server's own."""

    def __init__(self, state: State) -> None:
        self._library, self._settings = state.library, state.settings
        self.archive = state.archive

    @property
    def config(self) -> Path | None:
        """The server's own configuration."""
        return self._library.config

    def ids(self) -> list[str]:
        """Return every id, in order."""
        return self._library.ids()

    def directory(self, incident: str) -> Path:
        """Return the incident's folder; raise UnknownIncidentError."""
        return self._library.directory(incident)

    def load(self, incident: str) -> Loaded:
        """Return its timeline."""
        return self._library.load(incident)

    def page(self, incident: str) -> str:
        """Return what the address of its page begins with."""
        told, settings = self._settings.public_url, self._settings
        if not told and is_loopback(settings.host):
            told = f"http://{settings.host}:{settings.port}"
        return f"{told}/incidents/{incident}/"
