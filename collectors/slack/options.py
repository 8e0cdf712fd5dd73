"""What both Slack collectors ask for: which channels, how far back, and how a missing one is named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator

from timeline.text import code


def _channels(value: Any) -> Any:
    parts = value.split(",") if isinstance(value, str) else value
    if isinstance(parts, list | tuple):
        return tuple(p.strip().removeprefix("#") for p in parts if isinstance(p, str) and p.strip(" #"))
    return parts


def _workspace(value: str | None) -> str | None:
    parts = urlsplit(value or "")
    if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError("it is no workspace URL such as https://example.slack.com")
    return value


#: Channel names or ids; in text form separated by commas, with or without `#`.
ChannelNames = Annotated[tuple[str, ...], BeforeValidator(_channels)]
WorkspaceUrl = Annotated[str | None, AfterValidator(_workspace)]


def wanted_channels(option: Sequence[str], incident: Sequence[str]) -> tuple[str, ...]:
    """Return the channels to read: the option's, else the incident file's; none means all.

    An incident file may name rooms of other systems too (`!room:server`, `#room:server`): a Slack
    channel has no colon.
    """
    names = option or [n for n in incident if ":" not in n and not n.startswith("!")]
    return tuple(dict.fromkeys(n.strip().removeprefix("#") for n in names if n.strip(" #")))


def no_such_channel(wanted: str, known: Iterable[str], where: str) -> str:
    """Return what is said of a channel that is not there, with the nearest name that is."""
    folded = {name.casefold(): name for name in sorted(known)}
    near = get_close_matches(wanted.casefold(), folded, n=1, cutoff=0.5)
    hint = f"; the nearest is {code('#' + folded[near[0]])}" if near else ""
    return f"No channel {code('#' + wanted)} in {where}{hint}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun in the right form."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
