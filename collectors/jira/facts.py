"""What Jira says of issues as facts: an incident from its creation to its end, or a change, and what was written; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from typing import Any, NamedTuple

from collectors.jira.options import ChangeRule, JiraOptions
from collectors.jira.text import plain
from collectors.kit import fields
from collectors.kit.chat import Channel, Message
from collectors.kit.fields import Row, Skipped
from collectors.kit.links import host_of, web
from collectors.kit.lives import INCIDENT, Life
from collectors.kit.people import People
from timeline.canonical import Json
from timeline.facts import quote, quote_marked, thread_key
from timeline.instant import Bounds
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Quote, Subject
from timeline.statements import Name

DONE = "done"
#: Tells whether a change is of a field.
Tells = Callable[[Any], bool]
#: Fields whose texts name people.
_OF_PEOPLE = frozenset({"assignee", "reporter", "creator", "watcher", "watchers", "voter", "comment"})


class Issue(NamedTuple):
    """An issue with its changes, oldest first, and its comments; `is_whole`: all of its changes were read."""

    row: Row
    changes: list[Row]
    comments: list[Row]
    is_whole: bool


class Users:
    """Who is named by records: as an account, by a server's key or its name, or in a text."""

    def __init__(self) -> None:
        self.people = People()
        self._keys: dict[str, str] = {}

    def add(self, user: Any) -> str | None:
        """Note a user's record; None for nobody."""
        own = next((o for p in ("accountId", "key", "name") if (o := fields.text(user, p))), "")
        if not own:
            return None
        name = fields.text(user, "name")
        if name:
            self._keys.setdefault(name, own)
        is_app = fields.text(user, "accountType") == "app"
        return self.people.add(
            f"jira:{own}",
            fields.text(user, "displayName"),
            fields.text(user, "emailAddress"),
            name,
            bot=is_app,
        )

    def known(self, own: str, name: str) -> str:
        """Note who is named by an account's id, or a server's key."""
        return self.people.add(f"jira:{own}", name)

    def named(self, own: str, name: str) -> str:
        """Note whom a text names: by an account's id, or by a server's name, whose key is known of a user who was seen."""
        return self.known(self._keys.get(own, own), name)

    def seen_in(self, issue: Issue) -> None:
        """Note all whose records an issue holds: texts of others may name them."""
        for path in ("creator", "assignee"):
            self.add(fields.at(issue.row.data, f"fields.{path}"))
        for row in (*issue.changes, *issue.comments):
            self.add(fields.at(row.data, "author"))


class JiraFacts:
    """Makes the facts of issues; `categories` has those of statuses by id, `severity` what that field is called."""

    def __init__(
        self, base: str, source: str, options: JiraOptions, categories: Mapping[str, str], severity: Set[str]
    ) -> None:  # fmt: skip
        self.users = Users()
        self.unknown: set[str] = set()  # statuses without a category
        self.service = options.service
        self._base, self._source, self._options = base, source, options
        self._origin = options.origin or host_of(base) or base
        self._categories, self._severity = categories, severity

    def issue(self, one: Issue, unread: Skipped) -> Iterator[Fact]:
        """Yield all that an issue's records say; what cannot be read of it is counted."""
        told = one.row.data
        with unread.over(one.row.evidence):
            about = _Teller(self, one, self._rule(told))
            yield from about.begun()
            for row in one.changes:
                with unread.over(row.evidence):
                    for n, item in enumerate(fields.listing(row.data, "items")):
                        yield about.changed(row, n, item)
            for row in one.comments:
                with unread.over(row.evidence):
                    yield about.comment(row)

    def _rule(self, told: Any) -> ChangeRule | None:
        project, kind = (fields.text(told, f"fields.{p}") for p in ("project.key", "issuetype.name"))
        return next((rule for rule in self._options.change if rule.fits(project, kind)), None)

    def life(self, told: Any, rule: ChangeRule | None) -> Life:
        """Return the life of an issue; raise UnreadableError."""
        key, own = fields.required(told, "key"), fields.required(told, "id")
        labels = {
            p: fields.text(told, f"fields.{m}")
            for p, m in (("project", "project.key"), ("type", "issuetype.name"))
        }
        subject = Subject(
            service=(rule.service if rule else None) or self.service,
            environment=rule.environment if rule else None,
            labels={name: text for name, text in sorted(labels.items()) if text},
        )  # fmt: skip
        return Life(
            origin=self._origin, source=self._source, clock=self._origin, subject=subject,
            names={"incident": key, "source": "Jira", "claimant": "Jira"},
            thread=thread_key("jira", self._origin, own),
        )  # fmt: skip

    def is_done(self, item: Any, side: str) -> bool | None:
        """Tell whether a status ends an issue; None for one of which nothing is known. Raise UnreadableError."""
        own = fields.required(item, side)
        category = self._categories.get(own)
        if not category:
            self.unknown.add(own)
        return category == DONE if category else None

    def is_severity(self, item: Any) -> bool:
        """Tell whether a change is of the field that is the severity."""
        return not self._severity.isdisjoint((fields.text(item, "fieldId"), fields.text(item, "field")))

    def severity_of(self, told: Any) -> str | None:
        """Return an issue's severity as it is now."""
        value = fields.at(told, f"fields.{self._options.severity}")
        return next((s for p in ("name", "value", "") if (s := fields.text(value, p))), None)

    def page(self, key: str) -> str | None:
        """Return the page of an issue."""
        return web(f"{self._base}/browse/{key}")


class _Teller:
    """One issue: its life, and how its records are told."""

    def __init__(self, of: JiraFacts, issue: Issue, rule: ChangeRule | None) -> None:
        self._of, self._issue, self._rule = of, issue, rule
        self._told = issue.row.data
        self._key, self._own = fields.required(self._told, "key"), fields.required(self._told, "id")
        self._life, self._page = of.life(self._told, rule), of.page(self._key)
        self._called: dict[str, Name] = dict.fromkeys(_CALLED, self._key)
        if rule:
            self._called |= {"environment": rule.environment, "service": rule.service or of.service}

    def begun(self) -> Iterator[Fact]:
        """Yield that it was created, as it was then, and to whom it was assigned at once."""
        at, told = fields.time(self._told, "fields.created"), self._told
        proof = [self._issue.row.evidence.replace(link=self._page)]
        severity = self._first(self._of.is_severity, "fromString", self._of.severity_of(told))
        title = self._first(_is("summary"), "fromString", fields.text(told, "fields.summary"))
        yield self._life.fact(
            "custom" if self._rule else INCIDENT["opened"], ["issue", self._own, "created"], at, "created", evidence=proof,
            names={"severity": severity or None, "label": f"creation of {self._key}"}, quote=quote(title or ""),
            actor=self._of.users.add(fields.at(told, "fields.creator")),
        )  # fmt: skip
        assignee = self._of.users.add(fields.at(told, "fields.assignee"))
        first = self._first(_is("assignee"), "from", assignee and assignee.removeprefix("jira:"))
        if first and not self._rule:
            name = self._first(_is("assignee"), "fromString", None) or ""
            yield self._assigned(["issue", self._own, "assigned"], at, "created", first, name, proof)

    def _first(self, about: Tells, member: str, now: str | None) -> str | None:
        """Return what a field was at first: what its first change changed, else what it is; None where changes are missing."""
        if not self._issue.is_whole:
            return None
        items = (item for row in self._issue.changes for item in fields.many(row.data, "items"))
        first = next((item for item in items if about(item)), None)
        return now if first is None else fields.text(first, member)

    def changed(self, row: Row, number: int, item: Any) -> Fact:
        """Make the fact of one change; raise UnreadableError."""
        own, at = fields.required(row.data, "id"), fields.time(row.data, "created")
        field, to = fields.required(item, "field"), fields.text(item, "toString")
        key: list[Json] = ["change", own, number]
        proof = [row.evidence.replace(pointer=f"{row.evidence.pointer}/items/{number}", link=self._page)]
        actor = self._of.users.add(fields.at(row.data, "author"))
        kind: Kind = "custom"
        names: dict[str, Name] = {"label": f"change of {field} of {self._key}"}
        if _is("status")(item):
            kind = self._became(item)
            names = {"label": f"status {to} of {self._key}", **self._called}
        elif self._of.is_severity(item) and not self._rule:
            kind, names = "incident.severity_changed", {"severity": fields.nullable(item, "toString")}
        elif _is("assignee")(item) and not self._rule:
            if who := fields.nullable(item, "to"):
                return self._assigned(key, at, "created of the change", who, to, proof)
            names = {"label": f"end of the assignment of {self._key}"}
        return self._life.fact(
            kind, key, at, "created of the change", evidence=proof, names=names, actor=actor,
            quote=self._words(item) if kind == "custom" else None,
        )  # fmt: skip

    def _became(self, item: Any) -> Kind:
        """Return what a change of status is: an end, a beginning again, a change that was made, or a record; raise UnreadableError."""
        was, now = self._of.is_done(item, "from"), self._of.is_done(item, "to")
        if now and not was:
            return self._rule.kind if self._rule else INCIDENT["closed"]
        return INCIDENT["reopened"] if was and now is False and not self._rule else "custom"

    def _assigned(
        self, key: list[Json], at: Bounds, means: str, who: str, name: str, proof: list[Evidence]
    ) -> Fact:
        return self._life.fact(
            "incident.role_assigned", key, at, means, evidence=proof, names={"role": f"assignee of {self._key}"},
            actor=self._of.users.known(who, name),
        )  # fmt: skip

    def _words(self, item: Any) -> Quote | None:
        """Return what a field was changed to, unless that may be somebody's name."""
        is_own = fields.text(item, "fieldtype") == "jira"
        known = (
            fields.text(item, "field").lower() not in _OF_PEOPLE if is_own else not fields.text(item, "to")
        )
        text = fields.text(item, "toString")
        return quote_marked(plain(text, self._of.users.named)) if known else None

    def comment(self, row: Row) -> Fact:
        """Make the fact of a comment; raise UnreadableError."""
        own, data = fields.required(row.data, "id"), row.data
        author = self._of.users.add(fields.at(data, "author"))
        link = web(f"{self._page}?focusedCommentId={own}") if self._page else None
        return Channel(self._life.origin, self._life.source, self._key).posted(Message(
            key=["comment", own], at=fields.time(data, "created"), means="created", clock=self._life.clock,
            thread=self._life.thread, evidence=row.evidence.replace(link=link), author=author,
            text=quote_marked(plain(fields.member(data, "body"), self._of.users.named)),
            is_edited=fields.text(data, "updated") not in ("", fields.text(data, "created")),
            is_bot=bool(author) and self._of.users.people.is_bot(str(author)),
        ))  # fmt: skip


#: What the templates of changes call what was changed.
_CALLED = ("change", "flag", "release", "deploy")


def _is(name: str) -> Tells:
    """Return what tells a change of one of Jira's own fields."""

    def is_so(item: Any) -> bool:
        return name in {fields.text(item, "fieldId"), fields.text(item, "field")}

    return is_so
