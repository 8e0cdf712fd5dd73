"""`timeline serve --probe`: ask the configured server whether it can do its work."""

from __future__ import annotations

import ipaddress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from service.settings import config
from timeline.errors import TimelineError

_SECONDS = 4.0


class NotReadyError(TimelineError):
    """Nobody answers at the address, or what answers cannot do its work."""


def probe(config_file: Path | None, host: str | None, port: int | None) -> str:
    """Return the address that answers that it is ready; raise NotReadyError."""
    settings = config.settings_only(config_file).settings.serve
    place = f"{reached(host or settings.host)}:{port or settings.port}"
    asking = HTTPConnection(place, timeout=_SECONDS)
    try:
        asking.request("GET", "/readyz")
        answer = asking.getresponse()
        text = answer.read(300).decode(errors="replace")
    except (OSError, HTTPException) as err:
        raise NotReadyError(f"nothing answers at http://{place}: {err or type(err).__name__}") from err
    finally:
        asking.close()
    if answer.status != HTTPStatus.OK:
        raise NotReadyError(f"http://{place} is not ready: {answer.status} {text}")
    return f"http://{place}"


def reached(host: str) -> str:
    """Return what a server is asked by on its own machine that listens on `host`, for a URL."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host
    if address.is_unspecified:
        address = ipaddress.ip_address("127.0.0.1" if address.version == 4 else "::1")
    return f"[{address}]" if address.version == 6 else str(address)
