"""What GitLab's records mean, by its API and by its webhook alike; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from collectors.kit import fields
from collectors.kit.links import host_of, web
from collectors.kit.people import GITLAB, People, quoted
from timeline.canonical import Json
from timeline.facts import fact, thread_key
from timeline.instant import NS, Bounds
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Quote, Subject
from timeline.statements import Name

#: What a deployment came to; its other states (created, skipped) are told by their own name.
DEPLOYS: Mapping[str, Kind] = {
    "running": "deploy.started", "success": "deploy.finished", "failed": "deploy.failed", "blocked": "deploy.waiting",
    "canceled": "deploy.cancelled",
}  # fmt: skip
SHORT = 8  # digits of a hash that GitLab shows


def time(value: Any, path: str) -> Bounds:
    """Return the time at a path; raise UnreadableError. Where its fraction is zero, it was cut to the second."""
    is_cut = fields.text(value, path).endswith((".000Z", ".000+00:00"))
    return fields.time(value, path, precision=NS if is_cut else None)


@dataclass(frozen=True)
class Project:
    """A project: its page, which is the facts' origin, and its path, which people call it by."""

    origin: str
    path: str
    source: str
    service: str | None = None
    people: People = field(default_factory=People)
    page: str = ""

    @property
    def clock(self) -> str:
        """The name of the clock of its times."""
        return host_of(self.origin) or self.origin

    def person(self, user: Any) -> str | None:
        """Note who did something; return the identity."""
        name = fields.text(user, "username")
        if not name:
            return None
        return self.people.add(f"gitlab:{name}", name, fields.text(user, "name"), fields.text(user, "email"))

    def deployment(
        self, number: str, status: str, at: Bounds, means: str, evidence: Iterable[Evidence], *, environment: str,
        revision: str, text: str, actor: str | None, labels: Mapping[str, str] | None = None,
    ) -> Fact:  # fmt: skip
        """Make the fact of a status that a deployment had."""
        names: dict[str, Name] = {
            "deploy": number, "environment": environment or None, "revision": revision[:SHORT] or None,
            "label": f"deployment {number} {status}", "source": self.path or None, "service": self.service,
        }  # fmt: skip
        kind = DEPLOYS.get(status, "custom")
        return self.fact(
            kind, ["deployment", number, status], at, means, names, evidence,
            # Who made it is known, and not who cancelled it.
            environment=environment or None, text=text, actor=None if kind == "deploy.cancelled" else actor, labels=labels,
            thread=thread_key("deploy", self.origin, number),
        )  # fmt: skip

    def merge(self, what: Any, evidence: Iterable[Evidence], actor: str | None) -> Fact:
        """Make the fact that a merge request was merged; raise UnreadableError."""
        names: dict[str, Name] = {
            "change": f"!{fields.required(what, 'iid')}", "branch": fields.text(what, "target_branch") or None,
            "repository": self.path or None,
        }  # fmt: skip
        means = "merged_at" if fields.text(what, "merged_at") else "updated_at"
        return self.fact(
            "change.merged", ["merge_request", fields.required(what, "id")], time(what, means), means, names, evidence,
            text=fields.text(what, "title"), actor=actor, labels={"commit": fields.text(what, "merge_commit_sha")},
        )  # fmt: skip

    def release(self, tag: str, what: Any, evidence: Iterable[Evidence], actor: str | None) -> Fact:
        """Make the fact of a release; its tag is its own in the project, and all that the API tells of it."""
        names: dict[str, Name] = {"release": tag, "repository": self.path or None}
        return self.fact(
            "change.released", ["release", tag], time(what, "released_at"), "released_at", names, evidence,
            text=fields.text(what, "name"), actor=actor,
        )  # fmt: skip

    def fact(
        self, kind: Kind, key: list[Json], at: Bounds, means: str, names: Mapping[str, Name], evidence: Iterable[Evidence], *,
        text: str = "", actor: str | None = None, environment: str | None = None, thread: str | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> Fact:  # fmt: skip
        """Make a fact of the project."""
        told = {name: value for name, value in sorted((labels or {}).items()) if value}
        subject = Subject(
            service=self.service, component=self.path or None, environment=environment, labels=told
        )
        return fact(
            kind, origin=self.origin, key=key, at=at, time_means=means, clock=self.clock, source=self.source,
            names=names, subject=subject, quote=self.quote(text),
            actor=actor, thread=thread, evidence=evidence, category="change", surfaced=True,
        )  # fmt: skip

    def quote(self, text: str) -> Quote | None:
        """Quote a text, in which logins stand for people."""
        return quoted(text, GITLAB, lambda login: self.people.add(f"gitlab:{login}", login))


def linked(evidence: Evidence, link: object) -> Evidence:
    """Return an entry of evidence with the page that people open."""
    return evidence.replace(link=web(link))
