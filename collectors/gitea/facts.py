"""Gitea's pull requests, releases and tags as facts; Forgejo's are the same. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collectors.kit import fields
from collectors.kit.links import filled, host_of, web
from collectors.kit.people import GITLAB, People, quoted
from timeline.canonical import Json
from timeline.facts import fact
from timeline.instant import NS, Bounds
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Subject
from timeline.statements import Name

_SHORT = 12  # digits of a hash that are shown


def time(value: Any, path: str) -> Bounds:
    """Return a time, which Gitea tells to the second in its own zone; raise UnreadableError."""
    return fields.time(value, path, precision=NS)


@dataclass(frozen=True)
class Repository:
    """A repository: its page is the facts' origin, its full name what people call it."""

    origin: str
    page: str
    name: str
    source: str
    service: str | None = None
    people: People = field(default_factory=People)

    def merged(self, pull: Any, evidence: Evidence) -> Fact:
        """Make the fact of a merged pull request; raise UnreadableError."""
        names = {
            "change": f"#{fields.number(pull, 'number')}",
            "branch": fields.text(pull, "base.ref") or None,
        }
        link = evidence.replace(link=web(fields.text(pull, "html_url")))
        return self._fact(
            "change.merged", ["pull", fields.number(pull, "number")], time(pull, "merged_at"), "merged_at", names, link,
            {"commit": fields.text(pull, "merge_commit_sha")}, fields.text(pull, "title"), self._user(pull, "merged_by"),
        )  # fmt: skip

    def released(self, release: Any, evidence: Evidence) -> Fact:
        """Make the fact of a release; raise UnreadableError."""
        tag = fields.required(release, "tag_name")
        words = [fields.text(release, "name"), fields.text(release, "body")]
        link = evidence.replace(link=web(fields.text(release, "html_url")))
        return self._fact(
            "change.released", ["release", fields.number(release, "id")], time(release, "published_at"), "published_at",
            {"release": tag}, link, {"tag": tag}, "\n".join(filter(None, words)), self._user(release, "author"),
        )  # fmt: skip

    def tagged(self, tag: Any, evidence: Evidence) -> Fact:
        """Make the fact of an annotated tag's own record, which has a time; raise UnreadableError."""
        name, sha = fields.required(tag, "tag"), fields.required(tag, "object.sha")
        mail, who = fields.text(tag, "tagger.email"), fields.text(tag, "tagger.name")
        actor = self.people.add(f"git:{mail or who}", who, mail) if mail or who else None
        link = evidence.replace(link=self.page + filled("/src/tag/{name}", name=name))
        return self._fact(
            "change.tagged", ["tag", name, fields.required(tag, "sha")], time(tag, "tagger.date"), "tagger date",
            {"tag": name, "revision": sha[:_SHORT]}, link, {"commit": sha, "tag": name}, fields.text(tag, "message").strip(), actor,
        )  # fmt: skip

    def _fact(
        self, kind: Kind, key: list[Json], at: Bounds, means: str, names: Mapping[str, Name], evidence: Evidence,
        labels: Mapping[str, str], text: str, actor: str | None,
    ) -> Fact:  # fmt: skip
        told = {name: value for name, value in sorted(labels.items()) if value}
        return fact(
            kind, origin=self.origin, key=key, at=at, time_means=means, clock=host_of(self.page) or self.origin,
            source=self.source, names={**names, "repository": self.name}, actor=actor, evidence=[evidence],
            quote=quoted(text, GITLAB, lambda login: self.people.add(f"gitea:{login}", login)),
            subject=Subject(service=self.service, component=self.name, labels=told), category="change", surfaced=True,
        )  # fmt: skip

    def _user(self, record: Any, path: str) -> str | None:
        user = fields.at(record, path)
        login = fields.text(user, "login")
        return self.people.add(f"gitea:{login}", login, fields.text(user, "full_name")) if login else None
