"""The conversations of an export: which folder is which channel, and which are wanted; pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from collectors.slack.layout import NAMED, folder_of
from collectors.slack.messages import Channel
from timeline.instant import NS

#: Folders of direct messages, also where the file that lists them is missing: an id, or people's names.
_DIRECT = re.compile(r"D[A-Z0-9]{6,}|mpdm-.+")


class Folder(NamedTuple):
    """A conversation of the export, and the folder its day files lie in."""

    path: str
    channel: Channel
    listed: bool  # with a public name; direct messages are read only when asked for
    names: frozenset[str]  # by which it can be asked for
    created: int | None = None  # ns; None where the export does not say


def folders_of(paths: Sequence[str], described: Iterable[tuple[str, dict[str, Any]]]) -> list[Folder]:
    """Return the conversation of each folder; `described` are the entries of reference files, by member.

    A workspace's own file comes before that of the organisation around it.
    """
    known: dict[tuple[str, str], tuple[dict[str, Any], bool]] = {}
    for member, entry in described:
        name = entry.get("name")
        place = name if isinstance(name, str) and name else entry["id"]
        known.setdefault((folder_of(member), place), (entry, _file(member) in NAMED))
    folders = [_folder(path, known) for path in paths]
    names = Counter(f.channel.name for f in folders if f.channel.name)
    return [_apart(f) if names[f.channel.name or ""] > 1 else f for f in folders]


def entries(member: str, items: Iterable[object]) -> list[tuple[str, dict[str, Any]]]:
    """Return the conversations that a reference file describes, each with the member."""
    return [
        (member, item) for item in items if isinstance(item, dict) and isinstance(item.get("id"), str) and item["id"]
    ]  # fmt: skip


def _folder(path: str, known: dict[tuple[str, str], tuple[dict[str, Any], bool]]) -> Folder:
    name, place = _file(path), folder_of(path)
    while (place, name) not in known and place:
        place = folder_of(place)
    if (place, name) not in known:
        # Group messages lie in a folder named after the people in it: found, never shown.
        direct = bool(_DIRECT.fullmatch(name))
        canvas = name.startswith("FC:")
        channel = Channel(name, None if direct or canvas else name)
        return Folder(path, channel, listed=not direct, names=frozenset((name, path)))
    entry, listed = known[place, name]
    shown = name if listed and not name.startswith("FC:") else None
    channel = Channel(entry["id"], shown, _pinned(entry.get("pins")))
    return Folder(path, channel, listed, frozenset((name, path, entry["id"])), _created(entry.get("created")))


def _created(told: object) -> int | None:
    """Return when a conversation was made (ns), from seconds; some tools write them as text, and 0 for what they do not know."""
    text = str(told) if isinstance(told, int | str) and not isinstance(told, bool) else ""
    return int(text) * NS if re.fullmatch(r"[1-9][0-9]{8,9}", text) else None


def _apart(folder: Folder) -> Folder:
    """Return a folder whose channel is told from its namesake in another workspace."""
    workspace = _file(folder_of(folder.path))
    if not workspace:
        return folder
    name = f"{workspace}/{folder.channel.name}"
    return folder._replace(channel=folder.channel._replace(name=name), names=folder.names | {name})


def _file(path: str) -> str:
    return path.rpartition("/")[2]


def _pinned(pins: object) -> frozenset[str]:
    found = [p.get("id") for p in pins if isinstance(p, dict)] if isinstance(pins, list) else []
    return frozenset(p for p in found if isinstance(p, str))
