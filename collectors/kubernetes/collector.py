"""kubernetes: rollouts of Deployments, scaling, and events, over the API server."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from functools import partial

from pydantic import Field

from collectors.base import Check, Collector, Mark, Record, SourceError, Suggestion
from collectors.kit import fields
from collectors.kit.fields import Skipped
from collectors.kit.kubernetes.client import Cluster, Item, Keep, cluster
from collectors.kit.kubernetes.events import Event, events, forgotten, read_event
from collectors.kit.kubernetes.options import EventOptions
from collectors.kit.links import host_of
from collectors.kit.probing import failed, timed
from collectors.kit.together import gather
from collectors.kubernetes.deploys import Deployment, Told
from collectors.kubernetes.facts import condition_facts, event_facts, scaled
from collectors.kubernetes.manual import MANUAL
from collectors.kubernetes.objects import DEPLOYMENTS, REPLICA_SETS, SCALERS, Source, named, uid
from collectors.kubernetes.revisions import SCALED
from timeline.instant import format_instant
from timeline.model import Gap, Person, Window
from timeline.present import listed
from timeline.relative import in_window, part
from timeline.zones import parse_duration

#: What is listed beside events: group, kind, and what is kept of an object.
_LISTS: Mapping[str, tuple[str, Keep]] = {
    "deployments": ("apis/apps/v1", DEPLOYMENTS),
    "replicasets": ("apis/apps/v1", REPLICA_SETS),
    "horizontalpodautoscalers": ("apis/autoscaling/v2", SCALERS),
}
_SHOWN = 5  # of what a gap names


class KubernetesEventOptions(EventOptions):
    """Options of one cluster."""

    environment: str | None = Field(None, description="what the cluster is for", examples=["production"])
    service_label: str = Field(
        "app.kubernetes.io/name",
        description="the label whose value is the service of a Deployment",
        examples=["app"],
    )


class KubernetesCollector(Collector[KubernetesEventOptions]):
    """Reads what a cluster keeps of its rollouts, and what it has not forgotten of its events."""

    name = "kubernetes"
    family = "changes"
    summary = "Rollouts of Deployments, autoscaling, and events of a Kubernetes cluster"
    tested_against = "real"
    manual = MANUAL
    options_type = KubernetesEventOptions
    reads = ("kube_context", "namespaces")
    marks = (Mark(get="version", members=("gitVersion", "platform", "goVersion")),)

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield rollouts, scaling, conditions and events; a list that may not be read is a gap, the others go on."""
        skipped = Skipped("object")
        async with cluster(self.context, self.options) as api:
            found, failures = await self._lists(api)
            source = self._source(api)
        if len(failures) == len(_LISTS) + 1:
            raise next(iter(failures.values()))
        for kind, err in failures.items():
            yield self.gap(err.reason, window, f"{kind.capitalize()} of the cluster were not all read: {err}")
        known = list(self._events(found.pop("events", []), skipped))
        if "events" not in failures:
            ttl = parse_duration(self.options.event_ttl)
            for gap in forgotten(self.gap, window, known, self.context.now, ttl, "and what they alone tell: which scaling and which old template came when"):  # fmt: skip
                yield gap
        for record in self._records(source, found, known, window, skipped):
            yield record
        for gap in skipped.gaps(self.gap, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether the API server answers, which of what is read may be listed, its clock, and since when events are kept."""
        try:
            async with cluster(self.context, self.options) as api:
                answered = await timed(partial(api.get, "version"))
                found, failures = await self._lists(api)
        except SourceError as err:
            yield failed(err)
            return
        yield answered.reachable(api.url)
        if not found:
            yield failed(next(iter(failures.values())))
        for kind in ("events", *_LISTS) if found else ():
            said = str(failures[kind]) if kind in failures else f"{len(found[kind])} may be listed"
            yield Check(kind, kind not in failures, said)
        yield answered.clock(self.options)
        if "events" in found:
            read = list(self._events(found["events"], Skipped()))
            oldest = min((one.times[-1].at.latest for one in read), default=None)
            said = (
                f"the oldest event that is kept is of {format_instant(oldest)}"
                if oldest
                else "no event is kept"
            )
            yield Check("retention", True, f"{said}; event_ttl is {self.options.event_ttl}")

    async def suggest(self) -> AsyncIterator[Suggestion | Person]:
        """Yield the namespaces that have Deployments, and the label that names their services."""
        async with cluster(self.context, self.options) as api:
            items = await api.items(_LISTS["deployments"][0], "deployments", DEPLOYMENTS)
        spaces = sorted({fields.text(one.data, "metadata.namespace") for one in items})
        if spaces and not self.options.namespaces:
            yield Suggestion("namespaces", spaces, "have Deployments; without it all are read", is_sure=False)
        for label in ("app.kubernetes.io/name", "app", "k8s-app"):
            labelled = sum(label in (fields.at(one.data, "metadata.labels") or ()) for one in items)
            if items and labelled * 2 > len(items):
                if label != self.options.service_label:
                    yield Suggestion(
                        "service_label", label, f"{labelled} of {len(items)} Deployments have it"
                    )
                return

    async def _lists(self, api: Cluster) -> tuple[dict[str, list[Item]], dict[str, SourceError]]:
        """Read every list, those that may be read at the same time."""
        found: dict[str, list[Item]] = {}
        failures: dict[str, SourceError] = {}

        async def read(kind: str) -> None:
            try:
                group, keep = _LISTS.get(kind, ("", {}))
                found[kind] = await (api.items(group, kind, keep) if group else events(api))
            except SourceError as err:
                failures[kind] = err

        await gather([partial(read, kind) for kind in ("events", *_LISTS)])
        return found, {kind: failures[kind] for kind in ("events", *_LISTS) if kind in failures}

    def _source(self, api: Cluster) -> Source:
        clock = f"kubernetes:{host_of(api.url) or api.url}"
        # Every object has a uid that no other has: where the cluster is reached is no part of a record's identity.
        return Source(
            self.context,
            self.options.origin or "kubernetes",
            clock,
            self.options.environment,
            self.options.service_label,
        )

    def _events(self, items: Iterable[Item], skipped: Skipped) -> Iterator[Event]:
        for item in items:
            with skipped.over(self.evidence(item.payload, item.pointer, query=item.query)):
                yield read_event(item)

    def _records(
        self, source: Source, found: Mapping[str, list[Item]], known: list[Event], window: Window, skipped: Skipped
    ) -> Iterator[Record]:  # fmt: skip
        sets: dict[str, list[Item]] = defaultdict(list)
        for one in found.get("replicasets", []):
            for owner in fields.many(one.data, "metadata.ownerReferences"):
                sets[fields.text(owner, "uid")].append(one)
        of: dict[str, list[Event]] = defaultdict(list)
        for event in known:
            of[event.of].append(event)
        there: set[str] = set()
        for item in found.get("deployments", []):
            with skipped.over(source.evidence(item)):
                facts = list(condition_facts(source, item, "Deployment", but="Progressing"))
                if "replicasets" in found:
                    told = Deployment(source, item, sets[uid(item)], of[uid(item)]).told()
                    there.add(uid(item))
                    facts += told.scaled
                    yield from (
                        one for life in told.lives if any(in_window(f, window) for f in life) for one in life
                    )
                    yield from self._lacking(source, item, told, window)
                yield from (one for one in facts if in_window(one, window))
        for event in known:
            told_already = event.of in there and event.reason == SCALED
            for fact in event_facts(source, event):
                if in_window(fact, window) and not (told_already and fact.kind == "change.scale"):
                    yield fact
        for item in found.get("horizontalpodautoscalers", []):
            with skipped.over(source.evidence(item)):
                facts = [
                    *scaled(source, item, known),
                    *condition_facts(source, item, "HorizontalPodAutoscaler"),
                ]
                yield from (one for one in facts if in_window(one, window))

    def _lacking(self, source: Source, item: Item, told: Told, window: Window) -> Iterator[Gap]:
        """Yield what a Deployment keeps no more of its rollouts of the window."""
        name, evidence = named(item), (source.evidence(item, "/metadata"),)
        ends = [one for one in told.endless if one.start and part(window, one.earliest, one.start.latest + 1)]
        if ends:
            which = _some([f"revision {one.revision}" for one in ends])
            text = f"When {which} of `{name}` ended is not kept: a Deployment keeps the end of its newest rollout alone"
            yield self.gap(
                "past_retention", window, text, missing=f"the end of {len(ends)} rollouts", evidence=evidence
            )
        if told.unplaced:
            which = _some([f"revision {one.revision}" for one in told.unplaced])
            text = f"When {which} of `{name}` began is not kept: its template had been deployed before, and its event is forgotten"
            yield self.gap(
                "past_retention", window, text, missing=f"{len(told.unplaced)} rollouts", evidence=evidence
            )
        until = self._lost_until(told)
        if told.lost and until is not None and (span := part(window, None, until)):
            which = _some([f"revision {number}" for number in told.lost])
            text = f"Of {which} of `{name}` nothing is kept: a Deployment keeps ten old ReplicaSets unless told otherwise"
            yield self.gap(
                "past_retention", span, text, missing=f"{len(told.lost)} rollouts", evidence=evidence
            )

    def _lost_until(self, told: Told) -> int | None:
        """Return by when the rollouts that are lost had begun: when the next one that is kept did."""
        later = [
            f[0]
            for f in told.lives
            if f and int(f[0].subject.labels.get("revision", "0")) > max(told.lost, default=0)
        ]
        return min((f.latest for f in later), default=self.context.now) if told.lost else None


def _some(names: list[str]) -> str:
    shown = names[:_SHOWN]
    return listed(shown) if len(names) <= _SHOWN else f"{', '.join(shown)} and {len(names) - _SHOWN} more"
