"""Grafana's annotations, as facts: what people and tools noted, and where alert rules write what they passed through."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from collectors.base import Payload
from collectors.grafana.options import GrafanaOptions
from collectors.grafana.states import Change, state_fact
from collectors.kit import fields
from collectors.kit.http import Http
from collectors.kit.links import filled
from collectors.kit.paging import Piece, in_spans
from collectors.kit.people import People
from collectors.kit.rows.tagged import about, kind_of
from timeline import facts
from timeline.instant import Bounds
from timeline.kinds import Kind
from timeline.model import Evidence, Fact
from timeline.text import line

_MS = 1_000_000
_LONGEST = 120  # characters of a text that name something


async def annotation_pages(http: Http, start: int, end: int, limit: int) -> AsyncIterator[Piece[Payload]]:
    """Yield the answers for `[start, end)` (ns), widened to milliseconds; raise SourceError.

    There is no cursor, and the limit keeps the newest without a word: a full answer is asked for by halves.
    """

    async def read(low: int, high: int) -> Payload:
        # Both ends are part of what is asked for.
        return await http.get(
            "api/annotations", {"from": str(low // _MS), "to": str(high // _MS - 1), "limit": limit}
        )

    def is_full(payload: Payload) -> bool:
        return len(fields.listing(payload.json())) >= limit

    first, last = start // _MS * _MS, -(-end // _MS) * _MS
    async for piece in in_spans(read, first, last, least=_MS, full=is_full):
        yield piece


class Annotations:
    """Tells annotations of one Grafana; pure."""

    def __init__(self, options: GrafanaOptions, origin: str, source: str, *, states: bool) -> None:
        self._options, self._origin, self._source = options, origin, source
        self._states = states  # whether those of alert rules are told: else their history is
        self.people = People()

    def facts(self, item: Any, evidence: Evidence) -> Iterator[Fact]:
        """Yield the facts of an annotation; raise UnreadableError."""
        number, begun = fields.required(item, "id"), fields.time(item, "time", unit="ms")
        if fields.text(item, "newState"):
            if self._states:
                yield self._state(item, number, begun, evidence)
            return
        kind, called = kind_of(_tags(item), self._options.kinds), _about(item)
        ended = fields.time(item, "timeEnd", unit="ms") if fields.at(item, "timeEnd") else begun
        if ended.latest <= begun.latest:
            yield self._fact(item, kind, ["annotation", number], begun, "time", called, evidence)
            return
        is_deploy = kind.startswith("deploy.")
        yield self._fact(
            item,
            "deploy.started" if is_deploy else kind,
            ["annotation", number],
            begun,
            "time",
            called,
            evidence,
        )
        told, label = (kind, called) if is_deploy else ("custom", f"The end of {called}")
        if told != "deploy.started":
            yield self._fact(item, told, ["annotation", number, "end"], ended, "timeEnd", label, evidence)

    def _fact(
        self, item: Any, kind: Kind, key: list[str], at: Bounds, means: str, called: str, evidence: Evidence
    ) -> Fact:
        told, actor = about(kind, _tags(item), called, "Grafana"), self._actor(item)
        return facts.fact(
            kind, origin=self._origin, key=key, at=at, time_means=means, clock=self._origin, source=self._source,
            names={**told.names, "actor": actor} if actor else told.names, subject=told.subject,
            quote=facts.quote(fields.text(item, "text")), actor=actor,
            thread=facts.thread_key("grafana annotation", self._origin, key[1]), evidence=[evidence],
        )  # fmt: skip

    def _actor(self, item: Any) -> str | None:
        login = fields.text(item, "login")
        return self.people.add(f"grafana:{self._origin}:{login}", login) if login else None

    def _state(self, item: Any, number: str, at: Bounds, evidence: Evidence) -> Fact:
        """Return what a rule's own annotation tells; its labels are there as one text alone."""
        text = fields.text(item, "text")
        before, _, rest = text.partition(" {")
        labels, closed, _ = rest.rpartition("} - ")
        title = fields.text(item, "alertName") or line(before if closed else text, _LONGEST) or "unnamed"
        rule = fields.text(item, "alertUID") or fields.text(item, "alertId")
        change = Change(rule, title, fields.text(item, "prevState"), fields.text(item, "newState"), {}, at)
        thread = facts.thread_key("grafana alert", self._origin, rule, labels)
        return state_fact(
            change, ["annotation", number], evidence, origin=self._origin, source=self._source, thread=thread
        )


def link_of(url: str, item: Any) -> str | None:
    """Return the dashboard that an annotation is on."""
    uid = fields.text(item, "dashboardUID")
    return filled(f"{url}/d/{{uid}}", uid=uid) if uid else None


def _tags(item: Mapping[str, Any]) -> list[str]:
    found = fields.at(item, "tags")
    return [tag for tag in found if isinstance(tag, str)] if isinstance(found, list) else []


def _about(item: Any) -> str:
    """Return what an annotation is called: the first line of its text, else its number."""
    lines = [text for text in fields.text(item, "text").splitlines() if text.strip()]
    return line(lines[0], _LONGEST) if lines else f"annotation {fields.text(item, 'id')}"
