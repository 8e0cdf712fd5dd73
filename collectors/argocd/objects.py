"""What is kept of an application, and what all facts of it have."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from collectors.base import Context
from collectors.kit import fields
from collectors.kit.kubernetes.client import Item
from collectors.kit.links import filled
from collectors.kit.people import People
from timeline.canonical import Json
from timeline.facts import fact
from timeline.instant import Bounds
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Quote, Related, Subject
from timeline.statements import Name

SHORT = 12  # digits of a commit that are shown
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_ANY: dict[str, Any] = {}
#: Parameters of charts and of plug-ins hold secrets of any name.
_SOURCE = dict.fromkeys(("repoURL", "path", "chart", "targetRevision"), _ANY)
_SOURCES = {"source": _SOURCE, "sources": _SOURCE}
_RESOURCE = dict.fromkeys(
    ("group", "kind", "namespace", "name", "status", "message", "hookPhase", "syncPhase", "hookType"), _ANY
)
APPLICATIONS = {
    "metadata": dict.fromkeys(("uid", "name", "namespace", "labels", "creationTimestamp", "deletionTimestamp"), _ANY),
    "spec": {
        **_SOURCES, "project": _ANY, "revisionHistoryLimit": _ANY,
        "destination": dict.fromkeys(("server", "name", "namespace"), _ANY),
    },
    "status": {
        "history": {
            **dict.fromkeys(("id", "revision", "revisions", "deployedAt", "deployStartedAt", "initiatedBy"), _ANY), **_SOURCES,
        },
        "operationState": {
            **dict.fromkeys(("phase", "message", "startedAt", "finishedAt", "retryCount"), _ANY),
            "operation": {"initiatedBy": _ANY, "sync": {"revision": _ANY, "revisions": _ANY, "dryRun": _ANY, "resources": _RESOURCE}},
            "syncResult": {"revision": _ANY, "revisions": _ANY, "resources": _RESOURCE, **_SOURCES},
        },
        "health": _ANY, "conditions": _ANY, "resources": _RESOURCE,
        "sync": dict.fromkeys(("status", "revision", "revisions"), _ANY),
    },
}  # fmt: skip


class Revision(NamedTuple):
    """What was deployed: the revision of each source, and what tells it apart from others of the same name."""

    parts: tuple[str, ...]
    sources: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """Return it for reading: commits by their first digits."""
        return ", ".join(one[:SHORT] if _COMMIT.fullmatch(one) else one for one in self.parts)

    @property
    def commit(self) -> str:
        """Return the one commit that it is; empty where it is none, or several."""
        return self.parts[0] if len(self.parts) == 1 and _COMMIT.fullmatch(self.parts[0]) else ""

    @property
    def identity(self) -> tuple[str, ...]:
        """Return what is equal for equal revisions alone; empty where that is not known.

        A commit is itself wherever it is; a version is one of a chart, or a name in a repository.
        """
        if self.parts and all(_COMMIT.fullmatch(one) for one in self.parts):
            return self.parts
        return (*self.parts, *self.sources) if self.parts and self.sources else ()


def revision_of(value: Any) -> Revision:
    """Return the revision of an entry of the history, or of a result; without parts where it has none."""
    several = [one for one in fields.many(value, "revisions") if isinstance(one, str) and one]
    one = fields.text(value, "revision")
    sources = fields.many(value, "sources") or [fields.at(value, "source")]
    named = tuple(f"{fields.text(s, 'repoURL')} {fields.text(s, 'chart')}" for s in sources)
    return Revision(tuple(several) or ((one,) if one else ()), named if any(n.strip() for n in named) else ())


class Application(NamedTuple):
    """An application by its own identity, and as `namespace/name`."""

    item: Item
    uid: str
    called: str

    @property
    def data(self) -> Any:
        """Return what is kept of it."""
        return self.item.data


def application(item: Item, *, has_status: bool = False) -> Application:
    """Return an application; raise UnreadableError. `has_status`: also one that no controller has seen has an empty one."""
    called = (
        f"{fields.required(item.data, 'metadata.namespace')}/{fields.required(item.data, 'metadata.name')}"
    )
    if has_status or fields.at(item.data, "status"):
        fields.member(item.data, "status.health")
    return Application(item, fields.required(item.data, "metadata.uid"), called)


class Source(NamedTuple):
    """What every fact of a source has: whose record it is, by whose clock, where people open it."""

    context: Context
    origin: str
    clock: str
    environment: str | None
    service_label: str
    pages: str
    people: People

    def user(self, name: str) -> str | None:
        """Note who did something; return the identity. A token of a project is nobody."""
        return self.people.add(f"argocd:{name}", name, bot=name.startswith("proj:")) if name else None

    def evidence(self, item: Item, below: str = "", app: Application | None = None) -> Evidence:
        """Return where a part of an object stands, with the page of the application."""
        link = None
        if app and self.pages:
            namespace, _, name = app.called.partition("/")
            link = self.pages + filled("/applications/{namespace}/{name}", namespace=namespace, name=name)
        return Evidence(
            source=self.context.source, payload=item.payload.sha256, pointer=item.pointer + below, query=item.query, link=link,
        )  # fmt: skip

    def subject(self, app: Application, **labels: str) -> Subject:
        """Return what a fact of an application is about; its service is what a label of it says."""
        found = fields.at(app.data, "metadata.labels")
        service = found.get(self.service_label) if isinstance(found, dict) else None
        told = {
            "application": app.called, "project": fields.text(app.data, "spec.project"),
            "namespace": fields.text(app.data, "spec.destination.namespace"),
            "cluster": fields.text(app.data, "spec.destination.name") or fields.text(app.data, "spec.destination.server"),
            **labels,
        }  # fmt: skip
        return Subject(
            service=service if isinstance(service, str) else None, component=app.called.partition("/")[2],
            environment=self.environment, labels={name: value for name, value in told.items() if value},
        )  # fmt: skip

    def fact(
        self, kind: Kind, key: Json, at: Bounds, means: str, *, names: dict[str, Name], evidence: list[Evidence],
        subject: Subject, thread: str | None = None, quote: Quote | None = None, actor: str | None = None,
        related: tuple[Related, ...] = (),
    ) -> Fact:  # fmt: skip
        """Make a fact."""
        return fact(
            kind, origin=self.origin, key=key, at=at, time_means=means, source=self.context.source, clock=self.clock,
            names=names, evidence=evidence, subject=subject, thread=thread, quote=quote, actor=actor, related=related,
        )  # fmt: skip
