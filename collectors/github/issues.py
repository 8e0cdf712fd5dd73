"""Issues of GitHub that are incidents as facts: opened, labelled, assigned, closed, opened again, written to; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from collectors.github.facts import GithubFacts, Repository
from collectors.kit import fields
from collectors.kit.chat import Channel, Message
from collectors.kit.fields import Row, Skipped
from collectors.kit.links import web
from collectors.kit.lives import INCIDENT, Life
from collectors.kit.tracker import severity_of
from timeline.canonical import Json
from timeline.facts import quote, thread_key
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Quote, Subject
from timeline.statements import Name

#: Events of an issue that have a kind of their own; others are told by their own name.
_KINDS: dict[str, Kind] = {
    "closed": INCIDENT["closed"], "reopened": INCIDENT["reopened"], "assigned": "incident.role_assigned",
}  # fmt: skip
#: Where an event's own words stand.
_WORDS = ("label.name", "rename.to", "milestone.title")


def labels_of(issue: Any) -> list[str]:
    """Return the names of an issue's labels."""
    given = fields.many(issue, "labels")
    return [name for one in given if (name := fields.text(one, "name") or fields.string(one))]


class IssueFacts:
    """Makes the facts of a repository's issues; `severities` are globs over labels."""

    def __init__(
        self, repository: Repository, source: str, service: str | None, writer: GithubFacts, severities: Sequence[str]
    ) -> None:  # fmt: skip
        self._repository, self._source, self._writer = repository, source, writer
        self._service, self._severities = service, severities

    def issue(self, issue: Row, events: Sequence[Row], unread: Skipped) -> Iterator[Fact]:
        """Yield all that an issue and its events say; what cannot be read is counted."""
        with unread.over(issue.evidence):
            life = self._life(issue.data)
            yield self._opened(life, issue, events)
            for row in events:
                with unread.over(row.evidence):
                    yield self._event(life, row)

    def _life(self, told: Any) -> Life:
        called, own = f"{self._repository.name}#{fields.number(told, 'number')}", fields.number(told, "id")
        origin = self._repository.origin
        return Life(
            origin=origin, source=self._source, clock=self._repository.clock,
            names={"incident": called, "source": "GitHub", "claimant": "GitHub"},
            subject=Subject(service=self._service, component=self._repository.name),
            thread=thread_key("github issue", origin, own),
        )  # fmt: skip

    def _opened(self, life: Life, issue: Row, events: Sequence[Row]) -> Fact:
        told = issue.data
        renamed = (fields.text(row.data, "rename.from") for row in events)
        title = next((name for name in renamed if name), fields.text(told, "title"))
        return life.fact(
            INCIDENT["opened"], ["issue", fields.number(told, "id")], fields.time(told, "created_at"), "created_at",
            actor=self._writer.user(fields.at(told, "user")), quote=self._writer.quote(title),
            evidence=[issue.evidence.replace(link=web(fields.text(told, "html_url")))],
        )  # fmt: skip

    def _event(self, life: Life, row: Row) -> Fact:
        """Make the fact of one event; raise UnreadableError."""
        told, event = row.data, fields.required(row.data, "event")
        if event == "commented":
            return self._comment(life, row)
        at = fields.time(told, "created_at")
        # A reference from elsewhere has no id: what refers, and when, tells it apart.
        own: list[Json] = (
            [event, fields.text(told, "source.issue.id"), fields.text(told, "created_at")]
            if event == "cross-referenced" else [event, fields.number(told, "id")]
        )  # fmt: skip
        actor, kind = self._writer.user(fields.at(told, "actor")), _KINDS.get(event, "custom")
        label = fields.text(told, "label.name")
        names: dict[str, Name] = {
            "label": f"{event} of {life.names['incident']}", "role": f"assignee of {life.names['incident']}",
        }  # fmt: skip
        if event == "labeled" and severity_of([fields.required(told, "label.name")], self._severities):
            kind, names["severity"] = "incident.severity_changed", label
        if event == "assigned":
            actor = self._writer.user(fields.at(told, "assignee"))
        words = next((text for path in _WORDS if (text := fields.text(told, path))), "")
        said: Quote | None = quote(words) if kind == "custom" and words else None
        return life.fact(
            kind, ["issue event", *own], at, "created_at of the event", actor=actor, names=names, quote=said,
            evidence=[self._linked(row.evidence, told, life)],
        )  # fmt: skip

    def _comment(self, life: Life, row: Row) -> Fact:
        told, author = row.data, self._writer.user(fields.at(row.data, "user"))
        return Channel(life.origin, life.source, str(life.names["incident"])).posted(Message(
            key=["issue comment", fields.number(told, "id")], at=fields.time(told, "created_at"), means="created_at",
            clock=life.clock, thread=life.thread, evidence=self._linked(row.evidence, told, life), author=author,
            text=self._writer.quote(fields.text(told, "body")),
            is_edited=fields.text(told, "updated_at") not in ("", fields.text(told, "created_at")),
            is_bot=bool(author) and self._writer.people.is_bot(str(author)),
        ))  # fmt: skip

    def _linked(self, evidence: Evidence, told: Any, life: Life) -> Evidence:
        number = str(life.names["incident"]).rpartition("#")[2]
        own = f"{self._repository.page}/issues/{number}"
        page = f"{own}#event-{fields.text(told, 'id')}" if fields.text(told, "id") else own
        return evidence.replace(link=web(fields.text(told, "html_url")) or web(page))
