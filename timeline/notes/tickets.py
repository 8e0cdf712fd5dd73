"""Tickets of actions: a key becomes a link where the configuration says how."""

from __future__ import annotations

import re
from string import digits
from urllib.parse import quote

#: What may stand in `ticket_url`: the key, what stands before its `#`, the digits that it ends with.
PLACES = ("ticket", "project", "number")
_PLACE = re.compile(r"\{(\w*)\}")
_LINK = re.compile(r"https?://", re.IGNORECASE)


def link(ticket: str | None, ticket_url: str) -> str:
    """Return the address of a ticket, itself or made of its key; empty where neither is one."""
    if not ticket or _LINK.match(ticket):
        return ticket or ""
    project, sign, _ = ticket.rpartition("#")
    number = ticket[len(ticket.rstrip(digits)) :]
    parts = {"ticket": ticket, "project": project if sign else "", "number": number}
    wanted = _PLACE.findall(ticket_url)
    if not wanted or not all(parts.get(name) for name in wanted):
        return ""
    return _PLACE.sub(lambda place: quote(parts[place[1]]), ticket_url)


def problem(ticket_url: str) -> str:
    """Return what is wrong with a `ticket_url`; empty for one that can be used."""
    wanted = _PLACE.findall(ticket_url)
    if not ticket_url:
        return ""
    if not re.fullmatch(r"https?://[!-~]+", ticket_url):
        return "an address that begins with https://"
    if not wanted or not set(wanted) <= set(PLACES):
        return "an address with {ticket} in it (or {number}, or {project}), where the key goes"
    return ""
