"""Annotations in Grafana: the incident as a region, its named points; made once, then kept up to date."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from typing import Any, NamedTuple

from collectors.kit.http import Params
from service.names import PAGE
from service.publish.forges import api
from service.publish.forges.base import AbsentError
from timeline import terms
from timeline.measures.chain import chain, endpoints
from timeline.model import Fact, Timeline

_TAG = "incident-timeline"
_MS = 1_000_000  # ns
_MOST = 1_000


class Annotation(NamedTuple):
    """What is shown, from and to in milliseconds; its tags name the incident and the fact."""

    tags: tuple[str, ...]
    time: int
    end: int
    text: str


def wanted(timeline: Timeline, page: str = "") -> list[Annotation]:
    """Return the region from where the breach started to where it ended, and each named point of the headline."""
    return list(_annotations(timeline, page))


def _annotations(timeline: Timeline, page: str) -> Iterator[Annotation]:
    incident = timeline.incident
    points = dict(endpoints(chain(incident, timeline.facts)))
    start, end = (
        points.get(terms.MET, points.get("firing")),
        points.get(terms.CLEARED, points.get("resolved")),
    )
    title = escape(": ".join(part for part in (incident.id, incident.title) if part))
    if start and end:
        yield _made(timeline, "incident", title, start, end, page)
    for name, fact in points.items():
        text = f"{title}: {escape(name)}: {escape(fact.statement.replace('`', ''))}"
        yield _made(timeline, fact.id, text, fact, fact, page)


def _made(timeline: Timeline, what: str, text: str, start: Fact, end: Fact, page: str) -> Annotation:
    link = f' <a href="{escape(page)}{PAGE}#{start.id}">{start.id}</a>' if page else ""
    tags = (_TAG, f"incident:{timeline.incident.id}", f"fact:{what}")
    return Annotation(tags, start.latest // _MS, max(end.latest, start.latest) // _MS, text + link)


async def annotate(
    url: str, token: str, secret: Callable[[str], str], notes: list[Annotation], dashboard: str = ""
) -> tuple[int, int]:
    """Make what is missing, change what differs, remove what is no more; return (made or changed, removed)."""
    async with api.connect(url, token, secret) as client:
        if not notes:
            return 0, 0
        asked: Params = {"tags": list(notes[0].tags[:2]), "limit": _MOST, "type": "annotation"}
        there: Any = await client.get("api/annotations", asked)
        held = {_key(row): row for row in there}
        written = [await _write(client, one, held.get(one.tags[2]), dashboard) for one in notes]
        kept = {held[one.tags[2]]["id"] for one in notes if one.tags[2] in held}
        surplus = [row["id"] for row in there if row["id"] not in kept]
        for number in surplus:
            await _remove(client, number)
        return sum(written), len(surplus)


async def _write(client: api.Api, one: Annotation, held: Any, dashboard: str) -> bool:
    body = {"time": one.time, "timeEnd": one.end, "tags": list(one.tags), "text": one.text}
    if held is None:
        await client.write(
            "POST", "api/annotations", body | ({"dashboardUID": dashboard} if dashboard else {})
        )
        return True
    differs = (held["time"], held["timeEnd"] or held["time"], held["text"]) != (one.time, one.end, one.text)
    if differs:
        await client.write("PATCH", f"api/annotations/{held['id']}", body)
    return differs


async def _remove(client: api.Api, number: int) -> None:
    try:
        await client.write("DELETE", f"api/annotations/{number}")
    except AbsentError:
        return


def _key(row: Any) -> str:
    return next((tag for tag in row.get("tags") or () if tag.startswith("fact:")), "")
