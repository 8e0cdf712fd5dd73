"""Resources: incidents and what is below them, by address; a page's own HTML for hosts that show one."""

from __future__ import annotations

import re
from typing import NamedTuple

from render.text.names import PAGE
from service.agent import questions as asks
from service.agent import shelf as shelves
from service.agent.app import app
from service.agent.evidence import draft_part
from service.agent.incidents import numbers
from service.agent.paging import json_of, shrunk
from service.agent.shelf import Shelf
from service.agent.tools import Caller, RefusedError, answer
from service.agent.words import Form, Text
from timeline.answers.pages import cut, page
from timeline.answers.untrusted import seen
from timeline.errors import TimelineError

JSON, APP = "application/json", "text/html;profile=mcp-app"
#: Bytes of a page that a host is given: larger ones are opened by their link.
MOST_PAGE = 16 * 2**20
_PAYLOAD = 32 * 2**10
_ID = r"(?P<incident>[A-Za-z0-9][A-Za-z0-9._-]{0,99})"
_ADDRESS = re.compile(
    rf"timeline://{_ID}(?:/(?P<part>facts|evidence|measures|draft)(?:/(?P<name>[A-Za-z0-9-]{{1,64}}))?)?"
    r"(?:\?(?:cursor=(?P<cursor>[0-9a-f-]{1,40})|offset=(?P<offset>\d{1,10})))?"
)
_UI = re.compile(rf"ui://incident-timeline/{_ID}")


class UnknownAddressError(TimelineError):
    """No resource has this address."""

    def __init__(self) -> None:
        super().__init__(
            "no resource has this address; resources/list and the templates name those there are"
        )


class Content(NamedTuple):
    """What a resource holds."""

    text: str
    form: str


class Listed(NamedTuple):
    """A resource in the list: its title is ours, whatever the incident is called."""

    address: str
    title: str
    description: str
    form: str


class PayloadForm(Form):
    """The beginning of a stored payload, names of people replaced by pseudonyms."""

    payload: str
    truncated: bool
    words: Text


#: Addresses below an incident: template, title, what it holds.
TEMPLATES = (
    (
        "timeline://{incident}",
        "Incident",
        "Gaps first, then window, sources, kinds of facts, measures and digest.",
    ),
    ("timeline://{incident}/facts{?cursor}", "Facts", "A page of facts in display order."),
    ("timeline://{incident}/facts/{fact}", "Fact", "One fact, whole."),
    ("timeline://{incident}/evidence/{sha256}", "Evidence", "The beginning of a stored payload."),
    (
        "timeline://{incident}/measures",
        "Measures",
        "Measures, impact, and what thresholds and alerts say of each other.",
    ),
    ("timeline://{incident}/draft{?offset}", "Draft", "A part of postmortem.md."),
)
_EACH = (("", 0), ("/facts", 1), ("/measures", 4), ("/draft", 5))
_PAGE_SIZE = 25


def ui_address(incident: str) -> str:
    """Return the address of an incident's page."""
    return f"ui://incident-timeline/{incident}"


def listed(shelf: Shelf, cursor: str | None) -> tuple[list[Listed], str | None]:
    """Return resources of some incidents, and the cursor of what follows; raise CursorError."""
    ids = shelf.ids()
    part = page(["resources", ids], cursor, lambda _: 0, len(ids), most=_PAGE_SIZE, room=1)
    found = []
    for incident in ids[part.place : part.next_place]:
        for path, number in _EACH:
            _, title, what = TEMPLATES[number]
            found.append(Listed(f"timeline://{incident}{path}", f"{incident}: {title}", what, JSON))
        if (shelf.directory(incident) / PAGE).is_file():
            found.append(
                Listed(ui_address(incident), f"{incident}: page", "The page, for hosts that show one.", APP)
            )
    return found, part.cursor


def read(shelf: Shelf, address: str) -> Content:
    """Return what a resource holds; raise TimelineError."""
    if match := _UI.fullmatch(address):
        return Content(_page(shelf, match["incident"]), APP)
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise UnknownAddressError
    incident, part, name, cursor, offset = match.group("incident", "part", "name", "cursor", "offset")
    of_facts, of_draft = part == "facts" and name is None, part == "draft"
    named = part in {"facts", "evidence"}
    if (cursor and not of_facts) or (offset and not of_draft) or (name and not named):
        raise UnknownAddressError
    return Content(_json(shelf, incident, part, name, cursor, int(offset or 0)), JSON)


def _json(
    shelf: Shelf, incident: str, part: str | None, name: str | None, cursor: str | None, offset: int
) -> str:
    if part is None:
        return json_of(answer(shelf, "get_incident", {"incident": incident}, Caller()))
    if part == "facts":
        asked = {"incident": incident, "fact": name} if name else {"incident": incident, "cursor": cursor}
        return json_of(answer(shelf, "get_fact" if name else "list_facts", asked, Caller()))
    if part == "measures":
        timeline = shelf.load(asks.OfIncident(incident=incident).incident).timeline
        return json_of(shrunk(lambda share: numbers(timeline, share)))
    if part == "draft":
        return json_of(draft_part(shelf, incident, offset))
    return json_of(_payload(shelf, incident, name or ""))


def _payload(shelf: Shelf, incident: str, digest: str) -> PayloadForm:
    if not re.fullmatch("[0-9a-f]{64}", digest):
        raise UnknownAddressError
    store = shelves.evidence(shelf, incident)
    try:
        data, mask = store.get(digest), store.people().mask()
    except (TimelineError, OSError) as err:
        raise RefusedError("the payload is absent or does not match its digest") from err
    # A name may be cut through at the end of what is looked at: so much is left out there.
    begun = data[: 2 * _PAYLOAD].decode("utf-8", "replace")
    shown = mask(begun)
    whole = len(data) <= 2 * _PAYLOAD
    kept, is_cut = cut(seen(shown if whole else shown[: -_PAYLOAD // 2]), _PAYLOAD)
    return PayloadForm(
        payload=digest, truncated=is_cut or not whole, words=Text(text=kept, cut=is_cut or not whole)
    )


def _page(shelf: Shelf, incident: str) -> str:
    path = shelf.directory(incident) / PAGE
    if path.is_symlink() or not path.is_file():
        raise RefusedError("this incident has no page; `timeline refresh` makes it")
    if path.stat().st_size > MOST_PAGE:
        raise RefusedError(f"the page is over {MOST_PAGE // 2**20} MiB; open it by its link")
    return app(path.read_text("utf-8", "replace"))
