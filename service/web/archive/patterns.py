"""`/patterns`: what the incidents have in common, over all of them or those that properties choose."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from render.patterns.page import policy, render_patterns
from service.archive.asking import described
from service.web import pages
from service.web.archive.choice import Chosen
from service.web.state import state_of
from timeline.errors import UsageError

router = APIRouter(include_in_schema=False)


@router.get("/patterns")
def patterns(
    request: Request, chosen: Chosen, zone: Annotated[str, Query(max_length=60)] = "UTC"
) -> Response:
    """Show the patterns of the incidents that have all properties; several of one property are alternatives."""
    state = state_of(request)
    try:
        found, reading = state.archive.patterns(chosen.query(), zone)
    except UsageError as err:
        return pages.failed(request, str(err)[:500], 400)
    links = {
        name: f"/incidents/{quote(name, safe='')}"
        for name, folder in found.folders.items()
        if state.library.serves(name, str(folder))
    }
    told = ", ".join(
        filter(
            None,
            [
                described(chosen.facets, chosen.since, chosen.until),
                "folders are still being read" if reading else "",
            ],
        )
    )
    page = render_patterns(found.patterns, links, home="/", chosen=told)
    headers = {"content-security-policy": f"{policy()}; frame-ancestors 'none'"}
    return HTMLResponse(page, headers=headers)
