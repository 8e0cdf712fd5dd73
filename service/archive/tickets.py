"""What trackers said of actions' tickets when they were asked last: a file beside the archive, made again by each `sync`."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from service import files
from service.settings.config import Config
from timeline.cases.progress import Ticket

FILE = "archive-tickets.json"


def cached(conf: Config) -> dict[str, Ticket]:
    """Return what is known of tickets, by the action's ticket as it is written; nothing where no tracker was asked, or the file is broken."""
    try:
        raw = (conf.folder / conf.settings.out / FILE).read_bytes()
        return msgspec.json.decode(raw, type=dict[str, Ticket])
    except (OSError, msgspec.DecodeError):
        return {}


def keep(conf: Config, read: Mapping[str, Ticket]) -> None:
    """Keep what trackers said, beside what they said of other tickets before."""
    there = {**cached(conf), **read}
    data = msgspec.json.format(msgspec.json.encode(dict(sorted(there.items()))), indent=1)
    files.write(conf.folder / conf.settings.out / FILE, data + b"\n")
