"""What trackers said of actions' tickets when they were asked last: a file beside the archive, made again by each `sync`."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from service import files
from service.settings.config import Config
from timeline.cases.progress import Ticket

FILE = "archive-tickets.json"


class _Kept(msgspec.Struct, frozen=True):
    """Tickets by how actions name them; and tickets that were made for actions of drafts, by the action's id."""

    read: dict[str, Ticket] = {}
    made: dict[str, str] = {}


def _kept(conf: Config) -> _Kept:
    try:
        raw = (conf.folder / conf.settings.out / FILE).read_bytes()
        return msgspec.json.decode(raw, type=_Kept)
    except (OSError, msgspec.DecodeError):
        return _Kept()


def cached(conf: Config) -> dict[str, Ticket]:
    """Return what is known of tickets, by the action's ticket as it is written; nothing where no tracker was asked, or the file is broken."""
    return _kept(conf).read


def made(conf: Config) -> dict[str, str]:
    """Return the addresses of tickets that were made for actions which stand in drafts alone, by the action's id."""
    return _kept(conf).made


def keep(conf: Config, read: Mapping[str, Ticket]) -> None:
    """Keep what trackers said, beside what they said of other tickets before."""
    before = _kept(conf)
    _write(conf, _Kept({**before.read, **read}, before.made))


def keep_made(conf: Config, action: str, address: str) -> None:
    """Keep which ticket was made for an action that stands in a draft alone."""
    before = _kept(conf)
    _write(conf, _Kept(before.read, {**before.made, action: address}))


def _write(conf: Config, kept: _Kept) -> None:
    data = msgspec.json.format(msgspec.json.encode(kept, order="sorted"), indent=1)
    files.write(conf.folder / conf.settings.out / FILE, data + b"\n")
