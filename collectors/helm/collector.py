"""helm: what Helm installed, upgraded and rolled back, from the records that it keeps in the cluster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from functools import partial
from itertools import pairwise

from pydantic import Field

from collectors.base import Check, Collector, Record, SourceError, Suggestion
from collectors.helm.facts import Release, Source, revision_of
from collectors.helm.manual import MANUAL
from collectors.helm.releases import KEEP, Storage, opened
from collectors.kit import fields
from collectors.kit.fields import Skipped
from collectors.kit.kubernetes.client import Cluster, Item, cluster
from collectors.kit.kubernetes.options import KubernetesOptions
from collectors.kit.links import host_of
from collectors.kit.probing import failed, timed
from timeline.instant import format_instant
from timeline.model import Gap, Person, Window
from timeline.relative import in_window, part

_KINDS: dict[Storage, str] = {"secrets": "helm.sh/release.v1", "configmaps": ""}


class HelmOptions(KubernetesOptions):
    """Options of the releases of one cluster."""

    storage: Storage = Field("secrets", description="where Helm keeps its records (its `HELM_DRIVER`)")
    environment: str | None = Field(None, description="what the cluster is for", examples=["production"])


class HelmCollector(Collector[HelmOptions]):
    """Reads Helm's own records of releases."""

    name = "helm"
    family = "changes"
    summary = "Installs, upgrades, failures and rollbacks of Helm's releases"
    tested_against = "real"
    manual = MANUAL
    options_type = HelmOptions
    reads = ("kube_context", "namespaces", "storage")

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the revisions of the window, and what of their lives is not kept."""
        skipped = Skipped("release")
        async with cluster(self.context, self.options) as api:
            items = await self._items(api)
            clock = f"helm:{host_of(api.url) or api.url}"
        source = Source(self.context.source, self.options.origin or "helm", clock, self.options.environment)
        named: dict[str, list[Release]] = defaultdict(list)
        for item in items:
            with skipped.over(self.evidence(item.payload, item.pointer, query=item.query)):
                one = Release(source, item)
                named[one.name].append(one)
        for releases in named.values():
            releases.sort(key=revision_of)
            befores = {new.revision: old for old, new in pairwise(releases)}
            for one in releases:
                with skipped.over(self.evidence(one.item.payload, one.item.pointer, query=one.item.query)):
                    found = one.facts(befores.get(one.revision))
                    if any(in_window(fact, window) for fact in found):
                        for fact in found:
                            yield fact
            for gap in self._lacking(releases, window):
                yield gap
        for gap in skipped.gaps(self.gap, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether the API server answers, how many records may be seen, its clock, and since when they are kept."""
        try:
            async with cluster(self.context, self.options) as api:
                answered = await timed(partial(api.get, "version"))
                items = await self._items(api)
        except SourceError as err:
            yield failed(err)
            return
        yield answered.reachable(api.url)
        yield Check("releases", True, f"{len(items)} records may be listed")
        yield answered.clock(self.options)

    async def suggest(self) -> AsyncIterator[Suggestion | Person]:
        """Yield the namespaces that have releases."""
        async with cluster(self.context, self.options) as api:
            items = await self._items(api)
        spaces = sorted({fields.text(one.data, "metadata.namespace") for one in items})
        if spaces and not self.options.namespaces:
            yield Suggestion("namespaces", spaces, "have releases; without it all are read", is_sure=False)

    async def _items(self, api: Cluster) -> list[Item]:
        storage = self.options.storage
        selected = {"labelSelector": "owner=helm"}
        if kind := _KINDS[storage]:
            selected["fieldSelector"] = f"type={kind}"
        return await api.items("api/v1", storage, KEEP, selected, partial(opened, storage=storage))

    def _lacking(self, releases: list[Release], window: Window) -> Iterator[Gap]:
        """Yield what is not kept of a release's revisions that the window may hold."""
        first, name = releases[0], releases[0].name
        until = first.start.earliest
        if first.revision > 1 and until is not None and (lost := part(window, None, until)):
            text = f"Revisions of `{name}` before {first.revision} are not kept; it began at {format_instant(until)}"
            yield self.gap("past_retention", lost, text, missing=f"{first.revision - 1} revisions")
        endless = [
            one for one in releases
            if one.status == "superseded" and part(window, one.start.earliest, one.start.latest + 1)
        ]  # fmt: skip
        if endless:
            text = f"When {len(endless)} revisions of `{name}` ended is not kept: a record is written again when it is superseded"
            yield self.gap("past_retention", window, text, missing=f"the end of {len(endless)} operations")
