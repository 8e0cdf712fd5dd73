"""What is kept of each kind of object, and what all of them have."""

from __future__ import annotations

from typing import Any, NamedTuple

from collectors.base import Context
from collectors.kit import fields
from collectors.kit.kubernetes.client import Item
from timeline.canonical import Json
from timeline.facts import fact
from timeline.instant import Bounds
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Quote, Related, Subject
from timeline.statements import Name

REVISION, HISTORY = "deployment.kubernetes.io/revision", "deployment.kubernetes.io/revision-history"
CAUSE = "kubernetes.io/change-cause"
_ANY: dict[str, Any] = {}
_META = {
    **dict.fromkeys(
        ("uid", "name", "namespace", "creationTimestamp", "deletionTimestamp", "generation", "labels", "ownerReferences"), _ANY
    ),
    "managedFields": dict.fromkeys(("manager", "operation", "subresource", "time"), _ANY),
    "annotations": {REVISION: _ANY, HISTORY: _ANY, CAUSE: _ANY},
}  # fmt: skip
_CONTAINER = {"name": _ANY, "image": _ANY}
_TEMPLATE = {"spec": {"containers": _CONTAINER, "initContainers": _CONTAINER}}
DEPLOYMENTS = {"metadata": _META, "spec": {"replicas": _ANY, "paused": _ANY, "revisionHistoryLimit": _ANY, "template": _TEMPLATE}, "status": _ANY}  # fmt: skip
REPLICA_SETS = {"metadata": _META, "spec": {"replicas": _ANY, "template": _TEMPLATE}, "status": _ANY}
SCALERS = {
    "metadata": _META,
    "spec": {"scaleTargetRef": _ANY, "minReplicas": _ANY, "maxReplicas": _ANY},
    "status": _ANY,
}


class Source(NamedTuple):
    """What every fact of a source has: whose record it is, by whose clock, of which service and environment."""

    context: Context
    origin: str
    clock: str
    environment: str | None
    service_label: str

    def evidence(self, item: Item, below: str = "") -> Evidence:
        """Return where a part of an object stands."""
        return Evidence(
            source=self.context.source,
            payload=item.payload.sha256,
            pointer=item.pointer + below,
            query=item.query,
        )

    def subject(self, item: Item, **labels: str) -> Subject:
        """Return what a fact of an object is about; its service is what a label of it says."""
        found = fields.at(item.data, "metadata.labels")
        service = found.get(self.service_label) if isinstance(found, dict) else None
        return Subject(
            service=service if isinstance(service, str) else None, component=fields.text(item.data, "metadata.name") or None,
            environment=self.environment,
            labels={"namespace": fields.text(item.data, "metadata.namespace"), **labels},
        )  # fmt: skip

    def fact(
        self, kind: Kind, key: Json, at: Bounds, means: str, *, names: dict[str, Name], evidence: list[Evidence],
        subject: Subject, thread: str | None = None, quote: Quote | None = None, surfaced: bool | None = None,
        related: tuple[Related, ...] = (), host: str = "",
    ) -> Fact:  # fmt: skip
        """Make a fact; `host` is the machine whose clock it has, where that is none of the control plane's."""
        return fact(
            kind, origin=self.origin, key=key, at=at, time_means=means, source=self.context.source,
            clock=f"{self.clock} {host}" if host else self.clock, names=names, evidence=evidence, subject=subject,
            thread=thread, quote=quote, surfaced=surfaced, related=related,
        )  # fmt: skip


def named(item: Item) -> str:
    """Return an object as `namespace/name`; raise UnreadableError."""
    return f"{fields.required(item.data, 'metadata.namespace')}/{fields.required(item.data, 'metadata.name')}"


def uid(item: Item) -> str:
    """Return an object's own identity, which no other has in any cluster; raise UnreadableError."""
    return fields.required(item.data, "metadata.uid")


def annotation(item: Item, name: str) -> str:
    """Return an annotation, whose name holds dots; empty where there is none."""
    return fields.text(fields.at(item.data, "metadata.annotations"), name)


def images(item: Item) -> str:
    """Return the images of a template's containers, as they are written."""
    return ", ".join(
        fields.text(one, "image") for one in fields.many(item.data, "spec.template.spec.containers")
    )
