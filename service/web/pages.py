"""The pages: incidents, the review, factor map, five whys, signing in; escaped by the template engine."""

from __future__ import annotations

import re
import time
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import parse_qs

from anyio import to_thread
from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from archive import builds, events
from service.inbox.library import Library
from service.names import CHARTS, DRAFT, PAGE
from service.web.api import Incident, title_of
from service.web.diagram import diagram
from service.web.draft.html import draft_html
from service.web.gate import headers_of
from service.web.peers import limited_as
from service.web.sessions import SECONDS as SESSION_SECONDS
from service.web.signin import COOKIE, cookie
from service.web.state import State, peer_of, state_of, user_of
from timeline import present
from timeline.canonical import sha256
from timeline.checks.findings import tally
from timeline.errors import TimelineError
from timeline.instant import format_instant, parse_instant
from timeline.notes import views as note_views
from timeline.notes.agenda import agenda as agenda_of
from timeline.notes.agenda import waiting
from timeline.notes.journal import current

if TYPE_CHECKING:
    from jinja2 import Environment

router = APIRouter(include_in_schema=False)
#: Whoever can write the file writes its scripts: it has no origin of ours, in the frame or by itself.
_SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads allow-modals"
#: The chart brings its own policy for scripts; this one keeps it from asking anybody, and says who may frame it.
#: A block of a page's data, and those that are scripts: most of the page, and the same in every build.
_BLOCK = re.compile(rb'<script type="application/octet-stream" id="([\w-]{1,80})">([^<]*)</script>')
_SCRIPTS = frozenset({"application", "plotly"})
_PAGE_POLICY = (
    f"sandbox {_SANDBOX}; default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; "
    "img-src data: blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
_PAGE_HEADERS = {
    "content-security-policy": _PAGE_POLICY,
    "cache-control": "no-cache",
    # Browsers open no page of a sandbox that asks for an opener of its own origin: it has none.
    "cross-origin-opener-policy": "unsafe-none",
}
_STILL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@router.get("/")
def home(request: Request) -> Response:
    """Show the incidents, what is open in them, builds and webhooks."""
    state = state_of(request)
    rows = [{**found, **_open(state, found["id"])} for found in state.library.summaries()]
    with state.store.use() as connection:
        made, last = builds.latest(connection, 30), events.newest(connection)
        counts = events.counts(connection)
    hooks = [
        {
            "name": h.settings.name,
            "sender": h.settings.sender,
            "last": last.get(name),
            "counts": counts.get(name, {}),
        }
        for name, h in sorted(state.hooks.items())
    ]
    return _page(request, "home.html", incidents=rows, builds=made, hooks=hooks)


def _open(state: State, incident: str) -> dict[str, int]:
    try:
        notes = state.library.notes(incident).read().notes
    except TimelineError:
        return {"notes": 0, "agenda": 0}
    return {"notes": len(current(notes)), "agenda": waiting(agenda_of(notes))}


def failed(request: Request, said: str, status: int) -> Response:
    """Show what a page cannot be made of, and what to do."""
    titles = {400: "This cannot be asked so", 404: "There is no such incident"}
    title = titles.get(status, "This incident cannot be shown")
    return _page(request, "failed.html", status=status, title=title, said=said)


@router.get("/incidents/{incident}")
def review(request: Request, incident: Incident) -> Response:
    """Show the chart with the draft, the notes and the agenda beside it."""
    library = state_of(request).library
    return _incident_page(request, "review", incident, **_draft(library, incident))


def _draft(library: Library, incident: str) -> dict[str, Any]:
    """Return what the draft's panel shows: the draft as HTML (None: there is none), and what is found in its prose."""
    path = library.directory(incident) / DRAFT
    found = library.findings(incident) if path.is_file() else []
    # Without newline translation: findings count lines as they are stored.
    draft = (
        draft_html(path.read_bytes().decode("utf-8", "replace"), incident, found) if path.is_file() else None
    )
    return {"draft": draft, "findings": tally(found), "wrong": len(found)}


@router.get("/incidents/{incident}/draft")
def draft(request: Request, incident: Incident) -> Response:
    """Give what the draft's panel holds, findings included, for a page that is open; 304 where it has it already."""
    library = state_of(request).library
    library.load(incident)
    panel = _draft(library, incident)
    body = _environment().get_template("draft.html").render(**panel)
    tag = f'"{sha256(body.encode())}"'
    headers = {"etag": tag, "cache-control": "private, no-cache", "x-findings": str(panel["wrong"])}
    given = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    return Response(status_code=304, headers=headers) if tag in given else HTMLResponse(body, headers=headers)


@router.get("/incidents/{incident}/timeline.html")
def chart(request: Request, incident: Incident) -> Response:
    """Give the chart as it was built."""
    return HTMLResponse(_built_page(request, incident), headers=_PAGE_HEADERS)


@router.get("/incidents/{incident}/timeline.data")
def chart_data(request: Request, incident: Incident) -> JSONResponse:
    """Give the chart's data without its scripts, for a page that is open: by the ids of its blocks."""
    found = ((name.decode(), text.decode()) for name, text in _BLOCK.findall(_built_page(request, incident)))
    blocks = {name: text for name, text in found if name not in _SCRIPTS}
    return JSONResponse(blocks, headers={"cache-control": "private, no-cache"})


def _built_page(request: Request, incident: str) -> bytes:
    path = state_of(request).library.directory(incident) / PAGE
    if not path.is_file():
        raise HTTPException(404, f"{incident} has no chart; `timeline refresh` makes it")
    return path.read_bytes()


@router.get("/incidents/{incident}/charts/{name}")
def still(
    request: Request, incident: Incident, name: Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]+\.svg$")]
) -> Response:
    """Give a still of the draft."""
    path = state_of(request).library.directory(incident) / CHARTS / name
    if ".." in name or not path.is_file():
        raise HTTPException(404, "there is no such picture")
    return Response(
        path.read_bytes(), media_type="image/svg+xml", headers={"content-security-policy": _STILL_POLICY}
    )


@router.get("/incidents/{incident}/factors")
def factors(request: Request, incident: Incident) -> Response:
    """Show the contributing-factor map, drawn and as Mermaid, and its factors to be edited."""
    library = state_of(request).library
    return _incident_page(request, "factors", incident, **_map(library, incident))


@router.get("/incidents/{incident}/factors/map")
def factor_map(request: Request, incident: Incident) -> Response:
    """Give the map alone, as it is by now, for a page that is open."""
    return _page(request, "map.html", **_map(state_of(request).library, incident))


def _map(library: Library, incident: str) -> dict[str, Any]:
    loaded = library.load(incident)
    notes = note_views.with_values(library.notes(incident).read().notes, loaded.values)
    drawn = diagram(notes, loaded.facts, title_of(loaded))
    mermaid = note_views.factor_map(notes, loaded.facts, title_of(loaded)) if drawn else ""
    return {"id": incident, "diagram": drawn, "mermaid": mermaid}


@router.get("/incidents/{incident}/whys")
def whys(request: Request, incident: Incident) -> Response:
    """Show the five whys, each step with the facts it cites, and what explains it below."""
    return _incident_page(request, "whys", incident)


@router.get("/incidents/{incident}/agenda")
def agenda(request: Request, incident: Incident) -> Response:
    """Show the meeting: who is there, what it has to settle, what will be done; fit for printing."""
    return _incident_page(request, "agenda", incident)


def _incident_page(request: Request, tab: str, incident: str, **values: Any) -> Response:
    """Return a page of an incident; the notes on it come from the API, and stay as they are by the stream."""
    loaded = state_of(request).library.load(incident)
    lasts, window = loaded.timeline.incident, loaded.timeline.window
    first, last = lasts.start or window.start, lasts.end or window.end
    shown = {"start": window.start, "end": window.end, "first": first, "last": last}
    return _page(
        request, f"{tab}.html", tab=tab, title=title_of(loaded), sandbox=_SANDBOX,
        **{"id": incident, **{name: format_instant(at) for name, at in shown.items()}, **values},
    )  # fmt: skip


@router.get("/login")
def login_page(request: Request, then: Annotated[str, Query(alias="next", max_length=300)] = "/") -> Response:
    """Ask for a token."""
    return _page(request, "login.html", next=_inside(then), wrong=False)


@router.post("/login")
async def login(request: Request) -> Response:
    """Take a token and remember it in a cookie that scripts cannot read."""
    state = state_of(request)
    if wait := state.attempts.wait(limited_as(peer_of(request))):
        raise HTTPException(429, "too many attempts", {"Retry-After": str(wait)})
    form = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=10)
    then = _inside((form.get("next") or ["/"])[0])
    token = state.signin.token((form.get("token") or [""])[0].strip())
    if token is None:
        state.audit.refuse("sign_in_refused", peer=peer_of(request))
        return _page(request, "login.html", status=403, next=then, wrong=True)
    answer = RedirectResponse(then, 303)
    value = await to_thread.run_sync(state.sessions.begin, token)
    state.audit.write("sign_in", user=token.name, role=token.role, peer=peer_of(request), by="page")
    secure = state.settings.public_url.startswith("https:")
    answer.set_cookie(
        COOKIE,
        value,
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="strict",
        secure=secure,
    )
    return answer


@router.post("/logout")
def logout(request: Request, everywhere: Annotated[bool, Query()] = False) -> Response:
    """End the session, or all of a person's; a copy of the cookie is good for nothing any more."""
    state, user = state_of(request), user_of(request)
    if user.named:
        state.sessions.end(cookie(headers_of(request.scope)))
        ended = state.sessions.end_all(user.name) if everywhere else 0
        state.audit.write("sign_out", user=user.name, peer=peer_of(request), others=ended)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE)
    return answer


def _inside(target: str) -> str:
    # `//elsewhere` and `/\elsewhere` would lead to another site.
    return target if re.fullmatch(r"/(?![/\\])[\w./%~-]*", target) else "/"


def _page(request: Request, name: str, *, status: int = 200, **values: Any) -> Response:
    state, user = state_of(request), user_of(request)
    template = _environment().get_template(name)
    shown = template.render(user=user, by_token=state.signin.by_token, now=time.time_ns(), **values)
    return HTMLResponse(shown, status)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(loader=PackageLoader("service.web"), autoescape=True, undefined=StrictUndefined)
    environment.filters |= {"moment": _moment, "ago": _ago}
    return environment


def _moment(value: int | str | None) -> str:
    """Return `2026-11-21 14:02:11` of an instant."""
    if value is None:
        return ""
    instant = parse_instant(value) if isinstance(value, str) else value
    return f"{present.date(instant)} {present.time(instant)}"


def _ago(value: int | None, now: int) -> str:
    if value is None:
        return "never"
    seconds = (now - value) / 1e9
    told = present.duration(abs(seconds), up=False)
    return f"{told} ago" if seconds >= 0 else f"in {told}"


def static_folder() -> str:
    """Return where styles and scripts are."""
    return str(resources.files("service.web").joinpath("static"))
