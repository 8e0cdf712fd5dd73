"""Where things lie in a workspace export, told by its members' names alone; pure.

A workspace's files of reference (`channels.json`, ...) lie beside the folders of its conversations, whose
files have a day's messages each. An Enterprise Grid organisation has its own so, and those of each workspace
in a folder below (`teams/NAME/`). Some tools wrap it all in another folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

#: Files of conversations; the folders of those that have no name carry the id.
NAMED, NAMELESS = ("channels.json", "groups.json", "file_conversations.json"), ("mpims.json", "dms.json")
USERS = ("users.json", "org_users.json")
REFERENCE = frozenset((*NAMED, *NAMELESS, *USERS))
#: What an export has besides, none of it messages.
_NO_MESSAGES = frozenset(
    ("integration_logs.json", "canvases.json", "lists.json", "content_flags.json", "canvas_in_the_conversation.json")
)  # fmt: skip
_CLUTTER = frozenset(("thumbs.db", "desktop.ini"))
#: A day, and what else a copy or a part of its file is called.
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ ._(-].*)?\.json", re.IGNORECASE | re.DOTALL)


class Layout(NamedTuple):
    """Members by what they are; all are paths in the export, sorted."""

    reference: list[str]
    days: list[str]
    unread: list[str]

    @property
    def folders(self) -> list[str]:
        """The folders of conversations."""
        return sorted({folder_of(day) for day in self.days})


def layout(names: Iterable[str]) -> Layout:
    """Tell what the members of an export are."""
    names = sorted(name for name in names if not _is_clutter(name))
    dated = [name for name in names if day_of(name) and "/" in name]
    conversations = {folder_of(day) for day in dated}
    # What lies in a conversation's own folder is a file that somebody sent, whatever its name.
    days = [day for day in dated if folder_of(folder_of(day)) not in conversations]
    places = _with_parents(folder_of(folder_of(day)) for day in days)
    files = [name for name in names if name.rpartition("/")[2].casefold() in REFERENCE]
    reference = [name for name in files if not places or folder_of(name) in places]
    known = {*days, *reference}
    unread = [n for n in names if n not in known and n.rpartition("/")[2].casefold() not in _NO_MESSAGES]
    return Layout(reference, days, unread)


def day_of(name: str) -> str:
    """Return the day of a day file as `YYYY-MM-DD`, empty when it is none."""
    found = _DAY.fullmatch(name.rpartition("/")[2])
    try:
        return found[1] if found and date.fromisoformat(found[1]) else ""
    except ValueError:
        return ""


def folder_of(name: str) -> str:
    """Return the folder that a member or folder lies in; empty at the top."""
    return name.rpartition("/")[0]


def _with_parents(folders: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for folder in folders:
        while folder not in found:
            found.add(folder)
            folder = folder_of(folder)
    return found


def _is_clutter(name: str) -> bool:
    """Tell whether a system, not the export, put a file there."""
    parts = name.casefold().split("/")
    return parts[-1].startswith(".") or parts[-1] in _CLUTTER or "__macosx" in parts
