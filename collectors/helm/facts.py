"""Helm's records as facts: what was installed, upgraded or rolled back, and how it ended; pure."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from collectors.kit import fields
from collectors.kit.fields import UnreadableError
from collectors.kit.kubernetes.client import Item
from timeline.facts import fact, quote, thread_key
from timeline.instant import Bounds
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Subject
from timeline.statements import Name

#: What `helm rollback` writes; `--description` puts other words in its place.
_BACK = re.compile(r"Rollback to (\d+)")
_NEVER = "0001-01-01T00:00:00Z"


class Source(NamedTuple):
    """What every fact of a source has."""

    name: str
    origin: str
    clock: str
    environment: str | None


class Release:
    """One revision of a release, as its record tells it; raises UnreadableError."""

    def __init__(self, source: Source, item: Item) -> None:
        if why := fields.text(item.data, "unreadable"):
            raise UnreadableError(f"it is no release ({why})")
        self._source, self.item = source, item
        self.data = fields.at(item.data, "release")
        self.name = f"{fields.required(self.data, 'namespace')}/{fields.required(self.data, 'name')}"
        self.revision = fields.number(self.data, "version")
        self.status = fields.required(self.data, "info.status")
        self.start = fields.time(self.data, "info.last_deployed")
        self._uid = fields.required(item.data, "metadata.uid")

    @property
    def called(self) -> str:
        """Return the revision as Helm's own record of it is called, with its namespace."""
        return f"{self.name}.v{self.revision}"

    @property
    def chart(self) -> str:
        """Return the chart as `helm list` prints it."""
        return f"{fields.text(self.data, 'chart.metadata.name')}-{fields.text(self.data, 'chart.metadata.version')}"

    def facts(self, before: Release | None) -> list[Fact]:
        """Return what is known of it; `before` is the revision that it took the place of."""
        words = fields.text(self.data, "info.description")
        means = "info.last_deployed, the start of the operation by the clock of the machine that ran helm"
        # The machine that ran helm is not known: its clock is none of the cluster's.
        made = [
            self._fact("deploy.started", self.start, means, words=words, clock=f"{self._source.clock} client")
        ]
        back = _BACK.match(words)
        if (back or self.status == "pending-rollback") and before is not None:
            names: dict[str, Name] = {"deploy": before.called, "by": self.called, "previous": before.chart}
            made.append(self._fact("deploy.rolled_back", self.start, means, words=words, names=names, life=before, clock=f"{self._source.clock} client"))  # fmt: skip
        # A record is written at its start and at its end; one that was superseded once more, later.
        if self.status in {"deployed", "failed"}:
            kind: Kind = "deploy.finished" if self.status == "deployed" else "deploy.failed"
            made.append(
                self._fact(
                    kind,
                    self._written(),
                    f"managedFields of the record: when it was written as {self.status}",
                    words=words,
                )
            )
        deleted = fields.text(self.data, "info.deleted")
        if self.status in {"uninstalled", "uninstalling"} and deleted not in {"", _NEVER}:
            at = fields.time(self.data, "info.deleted")
            made.append(self._fact("change.removed", at, "info.deleted", words=words, names={"change": self.name}, clock=f"{self._source.clock} client"))  # fmt: skip
        return made

    def _written(self) -> Bounds:
        """Return when the record was written last. Its label modifiedAt may be the one of the revision before."""
        times = [fields.time(one, "time") for one in fields.many(self.item.data, "metadata.managedFields")]
        if not times:
            raise UnreadableError("it does not say when it was written")
        return max(times, key=lambda at: at.latest)

    def _fact(
        self, kind: Kind, at: Bounds, means: str, *, words: str, names: dict[str, Name] | None = None,
        life: Release | None = None, clock: str = "",
    ) -> Fact:  # fmt: skip
        labels = {
            "namespace": fields.text(self.data, "namespace"), "release": fields.text(self.data, "name"), "revision": str(self.revision),
            "status": self.status, "app_version": fields.text(self.data, "chart.metadata.appVersion"),
        }  # fmt: skip
        called: dict[str, Name] = {
            "deploy": self.called, "environment": self._source.environment, "revision": self.chart, **(names or {}),
        }  # fmt: skip
        of = life or self
        return fact(
            kind, origin=self._source.origin, key=[self._uid, kind], at=at, time_means=means, clock=clock or self._source.clock,
            source=self._source.name, names=called, evidence=[self._evidence()], quote=quote(words),
            subject=Subject(component=self.name, environment=self._source.environment, labels={k: v for k, v in labels.items() if v}),
            thread=thread_key("deploy", self._source.origin, of.uid),
        )  # fmt: skip

    @property
    def uid(self) -> str:
        """Return the record's own identity."""
        return self._uid

    def _evidence(self) -> Evidence:
        one = self.item
        return Evidence(
            source=self._source.name,
            payload=one.payload.sha256,
            pointer=f"{one.pointer}/release",
            query=one.query,
        )


def revision_of(release: Any) -> int:
    """Return a release's revision, for their order."""
    return int(release.revision)
