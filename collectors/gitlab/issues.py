"""Issues of GitLab that are incidents as facts: from states, labels and notes, of which some are the system's; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from collectors.gitlab.facts import Project, linked, time
from collectors.kit import fields
from collectors.kit.chat import Channel, Message
from collectors.kit.fields import Row, Skipped
from collectors.kit.lives import INCIDENT, Life
from collectors.kit.people import GITLAB
from collectors.kit.tracker import severity_of
from timeline.facts import quote, thread_key
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Subject
from timeline.statements import Name

_STATES: dict[str, Kind] = {"closed": INCIDENT["closed"], "reopened": INCIDENT["reopened"]}
#: How system notes begin that tell what no event does.
_ASSIGNED, _UNASSIGNED, _SEVERITY = "assigned to ", "unassigned", "changed the severity to "


class Issue(NamedTuple):
    """An issue with what happened to it."""

    row: Row
    states: list[Row]
    labels: list[Row]
    notes: list[Row]


def facts(project: Project, issue: Issue, severities: Sequence[str], unread: Skipped) -> Iterator[Fact]:
    """Yield all that an issue's records say; what cannot be read is counted."""
    with unread.over(issue.row.evidence):
        about = _About(project, issue.row, severities)
        yield about.opened()
        for rows, tell in (
            (issue.states, about.state),
            (issue.labels, about.label),
            (issue.notes, about.note),
        ):
            for row in rows:
                with unread.over(row.evidence):
                    yield from tell(row)


class _About:
    """One issue: its life, and how its records are told."""

    def __init__(self, project: Project, row: Row, severities: Sequence[str]) -> None:
        self._project, self._row, self._severities = project, row, severities
        self._called = f"{project.path}#{fields.number(row.data, 'iid')}"
        self._page, self._own = fields.text(row.data, "web_url"), fields.number(row.data, "id")
        self._life = Life(
            origin=project.origin, source=project.source, clock=project.clock,
            names={"incident": self._called, "source": "GitLab", "claimant": "GitLab"},
            subject=Subject(service=project.service, component=project.path or None),
            thread=thread_key("gitlab issue", project.origin, self._own),
        )  # fmt: skip

    def opened(self) -> Fact:
        told = self._row.data
        return self._life.fact(
            INCIDENT["opened"], ["issue", self._own], time(told, "created_at"), "created_at", evidence=[self._linked(self._row)],
            actor=self._project.person(fields.at(told, "author")), quote=self._project.quote(fields.text(told, "title")),
        )  # fmt: skip

    def state(self, row: Row) -> Iterator[Fact]:
        state = fields.required(row.data, "state")
        yield self._fact(
            _STATES.get(state, "custom"), "state event", row, {"label": f"{state} of {self._called}"}
        )

    def label(self, row: Row) -> Iterator[Fact]:
        action, name = fields.required(row.data, "action"), fields.text(row.data, "label.name")
        if action == "add" and name and severity_of([name], self._severities):
            yield self._fact("incident.severity_changed", "label event", row, {"severity": name})
        else:
            yield self._fact(
                "custom", "label event", row, {"label": f"label {action} of {self._called}"}, name
            )

    def note(self, row: Row) -> Iterator[Fact]:
        body = fields.text(row.data, "body")
        if fields.member(row.data, "system") is not True:
            yield self._message(row, body)
        elif body.startswith(_SEVERITY):
            names = {"severity": body.removeprefix(_SEVERITY).strip("* ") or None}
            yield self._fact("incident.severity_changed", "note", row, names)
        elif body.startswith(_ASSIGNED) and (to := GITLAB.findall(body.partition(_UNASSIGNED)[0])):
            for login in dict.fromkeys(to):
                who = self._project.person({"username": login})
                yield self._fact(
                    "incident.role_assigned", "note", row, {"role": f"assignee of {self._called}"}, actor=who
                )
        else:
            yield self._fact("custom", "note", row, {"label": f"system note of {self._called}"}, body)

    def _fact(
        self, kind: Kind, what: str, row: Row, names: Mapping[str, Name], text: str = "", *, actor: str | None = None
    ) -> Fact:  # fmt: skip
        own = fields.number(row.data, "id")
        by = actor or self._project.person(fields.at(row.data, "user") or fields.at(row.data, "author"))
        said = self._project.quote(text) if what == "note" else quote(text)
        return self._life.fact(
            kind, ["issue", what, own, *([actor] if actor else [])], time(row.data, "created_at"), f"created_at of the {what}",
            evidence=[self._linked(row, own if what == "note" else None)], actor=by, names=names, quote=said,
        )  # fmt: skip

    def _message(self, row: Row, body: str) -> Fact:
        told, own = row.data, fields.number(row.data, "id")
        return Channel(self._life.origin, self._life.source, self._called).posted(Message(
            key=["issue", "note", own], at=time(told, "created_at"), means="created_at of the note", clock=self._life.clock,
            thread=self._life.thread, evidence=self._linked(row, own), author=self._project.person(fields.at(told, "author")),
            text=self._project.quote(body),
            is_edited=fields.text(told, "updated_at") not in ("", fields.text(told, "created_at")),
        ))  # fmt: skip

    def _linked(self, row: Row, note: int | None = None) -> Evidence:
        return linked(row.evidence, f"{self._page}#note_{note}" if self._page and note else self._page)


def labels_of(told: Any) -> list[str]:
    """Return the names of an issue's labels."""
    return [one for one in fields.many(told, "labels") if isinstance(one, str)]
