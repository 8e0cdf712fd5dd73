"""A Deployment's rollouts as facts: started, finished, failed, rolled back, scaled; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from collectors.kit import fields
from collectors.kit.fields import UnreadableError
from collectors.kit.kubernetes.client import Item
from collectors.kit.kubernetes.events import Event
from collectors.kubernetes.objects import CAUSE, REVISION, Source, annotation, images, named, uid
from collectors.kubernetes.revisions import Rollout, Scaling, is_step, missing, progress, rollouts, scalings
from timeline.canonical import short_id
from timeline.facts import quote, thread_key
from timeline.instant import Bounds
from timeline.kinds import Kind
from timeline.model import Evidence, Fact, Related, Subject
from timeline.statements import Name

#: How a rollout ended, by the reason of the condition Progressing.
_ENDS: dict[str, Kind] = {
    "NewReplicaSetAvailable": "deploy.finished",
    "ProgressDeadlineExceeded": "deploy.failed",
}
ROLL_BACK = "deployed the template of an older revision"


class Told(NamedTuple):
    """What a Deployment's objects tell: facts of each rollout, the others, and what is not kept."""

    lives: list[list[Fact]]
    scaled: list[Fact]
    endless: list[Rollout]  # whose end a later rollout took the place of
    unplaced: list[Rollout]  # that began nobody knows when
    lost: list[int]  # revisions without a ReplicaSet
    oldest: Rollout | None


def scaling(source: Source, one: Scaling, subject: Subject, thread: str | None = None) -> Fact:
    """Return that a ReplicaSet was scaled; a step of a rollout is in its thread, and not surfaced."""
    return source.fact(
        "change.scale", [one.event.uid, one.when.number], one.when.at, f"{one.when.means} of event ScalingReplicaSet",
        names={"change": f"{one.event.namespace}/{one.set}", "previous": one.before or None, "value": one.after},
        evidence=[source.evidence(one.event.item)], quote=quote(one.event.message), subject=subject,
        surfaced=thread is None, host=one.event.host, thread=thread,
    )  # fmt: skip


class Deployment:
    """One Deployment with its ReplicaSets and events."""

    def __init__(self, source: Source, item: Item, sets: Sequence[Item], events: Iterable[Event]) -> None:
        self._source, self._item, self._sets = source, item, sets
        self._uid, self._name = uid(item), named(item)
        self._scaled = list(scalings(events))

    def told(self) -> Told:
        """Return all that is known of it; raise UnreadableError."""
        number = annotation(self._item, REVISION)
        # One that no controller has seen yet has neither.
        if number.isdecimal() != bool(fields.many(self._item.data, "status.conditions")):
            raise UnreadableError("it has no revision, or no conditions")
        current = int(number) if number.isdecimal() else 0
        condition = progress(self._item)
        ended = fields.time(condition[1], "lastUpdateTime") if condition else None
        found = rollouts(self._sets, self._scaled, current, ended)
        lives = [self._life(one, found, ended if one.revision == current else None) for one in found]
        kept = [one for one in found if one.revision < current and one.start]
        return Told(
            lives, [self._scaling(one, found) for one in self._scaled], kept, [one for one in found if not one.start],
            missing(found, current), found[0] if found else None,
        )  # fmt: skip

    def _life(self, one: Rollout, found: Sequence[Rollout], ended: Bounds | None) -> list[Fact]:
        if one.start is None:
            return []
        facts = [self._fact("deploy.started", one, one.start, one.means, self._evidence(one))]
        before = next((r for r in found if r.revision == one.revision - 1), None)
        if one.older and before is not None:
            facts.append(self._rolled_back(one, before, facts[0]))
        if (end := self._end(one, ended)) is not None:
            facts.append(end)
        return facts

    def _end(self, one: Rollout, ended: Bounds | None) -> Fact | None:
        condition = progress(self._item)
        kind = _ENDS.get(fields.text(condition[1], "reason")) if condition else None
        # Between the first sight of a template and its first step the condition is still of the one before.
        if condition is None or kind is None or ended is None or ended.latest < one.earliest:
            return None
        evidence = [self._source.evidence(self._item, f"/status/conditions/{condition[0]}")]
        means = f"lastUpdateTime of condition Progressing, {fields.text(condition[1], 'reason')}"
        return self._fact(kind, one, ended, means, evidence, words=fields.text(condition[1], "message"))

    def _rolled_back(self, one: Rollout, before: Rollout, started: Fact) -> Fact:
        names: dict[str, Name] = {
            "deploy": self._deploy(before), "by": self._deploy(one), "previous": images(before.set) or None,
        }  # fmt: skip
        related = [Related(fact=started.id, rule=ROLL_BACK)]
        if before.start:
            known = short_id("f", [1, self._source.origin, "deploy.started", self._key(before)])
            related.append(Related(fact=known, rule=ROLL_BACK))
        return self._fact(
            "deploy.rolled_back", one, one.start or Bounds(None, 0), one.means, self._evidence(one), names=names,
            life=before, related=tuple(related),
        )  # fmt: skip

    def _scaling(self, one: Scaling, found: Sequence[Rollout]) -> Fact:
        begun = [r for r in found if r.start and r.earliest <= one.when.at.latest]
        of = begun[-1] if begun and is_step(one, found, self._scaled) else None
        subject = self._source.subject(self._item, replica_set=one.set)
        return scaling(self._source, one, subject, thread=self._thread(of) if of else None)

    def _fact(
        self, kind: Kind, one: Rollout, at: Bounds, means: str, evidence: list[Evidence], *, words: str = "",
        names: dict[str, Name] | None = None, life: Rollout | None = None, related: tuple[Related, ...] = (),
    ) -> Fact:  # fmt: skip
        subject = self._subject(one)
        shown: dict[str, Name] = {
            "deploy": self._deploy(one), "environment": subject.environment, "service": subject.service,
            "revision": images(one.set) or None, **(names or {}),
        }  # fmt: skip
        cause = annotation(one.set, CAUSE) if kind == "deploy.started" else ""
        return self._source.fact(
            kind, self._key(one), at, means, names=shown, evidence=evidence, subject=subject, related=related,
            thread=self._thread(life or one), quote=quote(words or cause), host=one.told.host if one.told else "",
        )  # fmt: skip

    def _key(self, one: Rollout) -> list[str | int]:
        return [self._uid, "revision", one.revision]

    def _thread(self, one: Rollout) -> str:
        return thread_key("deploy", self._source.origin, self._uid, one.revision)

    def _deploy(self, one: Rollout) -> str:
        return named(one.set)

    def _subject(self, one: Rollout) -> Subject:
        return self._source.subject(
            self._item, deployment=fields.text(self._item.data, "metadata.name"), revision=str(one.revision)
        )

    def _evidence(self, one: Rollout) -> list[Evidence]:
        found = [self._source.evidence(one.set, "/metadata")]
        return [*found, self._source.evidence(one.told.item)] if one.told else found
