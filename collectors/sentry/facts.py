"""Issues, events, releases and deploys of Sentry as facts; pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote as escaped

from collectors.kit import fields
from collectors.kit.fields import Row
from collectors.kit.links import web
from collectors.kit.people import People
from timeline.canonical import Json
from timeline.facts import fact, quote_marked, thread_key
from timeline.instant import Bounds
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Subject
from timeline.statements import Name
from timeline.text import clean

CLOCK = "sentry"
NEW = "first in the window, and not before in its issue"
AGAIN = "first in the window"
#: What the issue itself tells.
_TOLD = frozenset({"first_seen"})


class Organization:
    """What an organization's records mean; `people` are those who acted in it."""

    def __init__(self, origin: str, source: str, name: str, url: str, service: str | None) -> None:
        self._origin, self._source, self._name, self._service = origin, source, name, service
        self._page = f"{url.rstrip('/')}/organizations/{escaped(name, safe='')}"
        self.people = People()

    def first_seen(self, row: Row, at: Bounds) -> Fact:
        """Make the fact that an issue was first seen; raise UnreadableError."""
        return self._error(
            row, at, "firstSeen", NEW, [fields.required(row.data, "id"), "firstSeen"], [row.evidence]
        )

    def first_event(self, issue: Row, event: Row) -> Fact:
        """Make the fact of the first event of the window, of an issue that was seen before; raise UnreadableError."""
        own = fields.text(event.data, "eventID") or fields.required(event.data, "id")
        link = web(fields.text(issue.data, "permalink"))
        there = f"{link.rstrip('/')}/events/{escaped(own, safe='')}/" if link else None
        key: list[Json] = [fields.required(issue.data, "id"), "event", own]
        evidence = [event.evidence.replace(link=there), self._linked(issue)]
        return self._error(issue, fields.time(event.data, "dateCreated"), "dateCreated of the event", AGAIN, key, evidence)  # fmt: skip

    def _error(
        self, issue: Row, at: Bounds, means: str, scope: str, key: list[Json], evidence: list[Evidence]
    ) -> Fact:
        title = clean(fields.text(issue.data, "title")) or self._called(issue)
        names: dict[str, Name] = {
            "signature": title, "index": fields.text(issue.data, "project.slug") or None, "scope": scope,
        }  # fmt: skip
        evidence = [one if one.link else one.replace(link=self._link(issue)) for one in evidence]
        return self._fact("log.first_seen", key, at, means, names, evidence, issue, text=fields.text(issue.data, "culprit"))  # fmt: skip

    def activity(self, issue: Row, row: Row) -> Fact | None:
        """Make the fact of what was done with an issue, or happened to it; None of what it tells itself. Raises UnreadableError."""
        kind = fields.required(row.data, "type")
        if kind in _TOLD:
            return None
        names: dict[str, Name] = {
            "label": f"{clean(kind)} of issue {self._called(issue)}",
            "source": "Sentry",
        }
        key: list[Json] = [
            fields.required(issue.data, "id"),
            "activity",
            kind,
            fields.required(row.data, "id"),
        ]
        evidence = [row.evidence.replace(link=self._link(issue))]
        return self._fact(
            "custom", key, fields.time(row.data, "dateCreated"), "dateCreated", names, evidence, issue,
            text=fields.text(row.data, "data.text"), actor=self._person(fields.at(row.data, "user")),
        )  # fmt: skip

    def released(self, row: Row) -> Fact:
        """Make the fact of a release that was marked as released; raise UnreadableError."""
        version = fields.required(row.data, "version")
        names: dict[str, Name] = {"release": version, "repository": None}
        return self._change(
            "change.released", ["release", version], row, version, row.data, "dateReleased", names
        )

    def deploys(self, release: Any, row: Row) -> Iterator[Fact]:
        """Yield that a deploy of a release began, where that is known, and ended; raise UnreadableError."""
        version, own = fields.required(release, "version"), fields.required(row.data, "id")
        called = fields.text(row.data, "name") or fields.text(release, "shortVersion") or version
        environment = fields.text(row.data, "environment") or None
        names: dict[str, Name] = {
            "deploy": called, "environment": environment, "service": self._service, "revision": version if version != called else None,
        }  # fmt: skip
        ends: tuple[tuple[Kind, str], ...] = (
            ("deploy.started", "dateStarted"),
            ("deploy.finished", "dateFinished"),
        )
        for kind, member in ends:
            if member == "dateFinished" or fields.nullable(row.data, member):
                yield self._change(
                    kind, ["deploy", own, kind], row, version, release, member, names, environment,
                    thread_key("deploy", self._origin, own),
                )  # fmt: skip

    def _change(
        self, kind: Kind, key: list[Json], row: Row, version: str, release: Any, member: str, names: dict[str, Name],
        environment: str | None = None, thread: str | None = None,
    ) -> Fact:  # fmt: skip
        slugs = sorted({fields.text(one, "slug") for one in fields.many(release, "projects")} - {""})
        # A deploy's own address is where it is made: its release is where Sentry shows it.
        link = f"{self._page}/releases/{escaped(version, safe='')}/"
        service = self._service or (slugs[0] if len(slugs) == 1 else None)
        return fact(
            kind, origin=self._origin, key=key, at=fields.time(row.data, member), time_means=member, clock=CLOCK, source=self._source,
            names=names, evidence=[row.evidence.replace(link=link)], thread=thread,
            subject=Subject(service=service, component=self._name, environment=environment, labels={"version": version, **({"projects": ", ".join(slugs)} if slugs else {})}),
        )  # fmt: skip

    def _fact(
        self, kind: Kind, key: list[Json], at: Bounds, means: str, names: dict[str, Name], evidence: list[Evidence], issue: Row, *,
        text: str = "", actor: str | None = None,
    ) -> Fact:  # fmt: skip
        project = fields.text(issue.data, "project.slug")
        told = {"issue": self._called(issue), "level": fields.text(issue.data, "level"), "project": project}
        subject = Subject(
            service=self._service or project or None, component=self._name,
            labels={name: value for name, value in sorted(told.items()) if value},
        )  # fmt: skip
        return fact(
            kind, origin=self._origin, key=key, at=at, time_means=means, clock=CLOCK, source=self._source, names=names, subject=subject,
            quote=quote_marked(clean(text)), actor=actor, thread=thread_key("sentry", self._origin, fields.required(issue.data, "id")),
            evidence=evidence,
        )  # fmt: skip

    def _called(self, issue: Row) -> str:
        return clean(fields.text(issue.data, "shortId") or fields.required(issue.data, "id"))

    def _link(self, issue: Row) -> str | None:
        return web(fields.text(issue.data, "permalink"))

    def _linked(self, issue: Row) -> Evidence:
        return issue.evidence.replace(link=self._link(issue))

    def _person(self, user: Any) -> str | None:
        if not (own := fields.text(user, "id")):
            return None
        names = (fields.text(user, name) for name in ("name", "username", "email"))
        return self.people.add(f"sentry:{self._origin}:{clean(own)}", *names)
