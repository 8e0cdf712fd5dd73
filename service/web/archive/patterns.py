"""`/patterns`: what the incidents have in common, over all of them or those that properties choose."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from render.patterns.page import policy, render_patterns
from service.archive.asking import asked, described
from service.web import pages
from service.web.state import state_of
from timeline.cases.case import FACETS
from timeline.errors import UsageError

router = APIRouter(include_in_schema=False)
_Chosen = Annotated[list[Annotated[str, Query(max_length=300)]], Query(max_length=20)]
_Date = Annotated[str | None, Query(max_length=40)]


@router.get("/patterns")
def patterns(
    request: Request,
    service: _Chosen = [], severity: _Chosen = [], factor: _Chosen = [], kind: _Chosen = [], alert: _Chosen = [],  # noqa: B006 - as FastAPI reads them
    team: _Chosen = [], tag: _Chosen = [], failure_mode: _Chosen = [],  # noqa: B006
    since: _Date = None, until: _Date = None, zone: Annotated[str, Query(max_length=60)] = "UTC",
) -> Response:  # fmt: skip
    """Show the patterns of the incidents that have all properties; several of one property are alternatives."""
    given = (service, kind, severity, factor, failure_mode, team, tag, alert)
    chosen = {name: tuple(values) for name, values in zip(FACETS, given, strict=True)}
    state = state_of(request)
    try:
        query = asked("", chosen, since, until, names=("since", "until"))
        found, reading = state.archive.patterns(query, zone)
    except UsageError as err:
        return pages.failed(request, str(err)[:500], 400)
    links = {
        name: f"/incidents/{quote(name, safe='')}"
        for name, folder in found.folders.items()
        if state.library.serves(name, str(folder))
    }
    told = ", ".join(
        filter(None, [described(chosen, since, until), "folders are still being read" if reading else ""])
    )
    page = render_patterns(found.patterns, links, home="/", chosen=told)
    headers = {"content-security-policy": f"{policy()}; frame-ancestors 'none'"}
    return HTMLResponse(page, headers=headers)
