"""argocd: syncs of applications, how they ended, rollbacks, and events; by its own API, or in the cluster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import NamedTuple
from urllib.parse import quote

from collectors.argocd.facts import Writer
from collectors.argocd.manual import MANUAL
from collectors.argocd.objects import APPLICATIONS, Application, Source, application
from collectors.argocd.operations import Operation, read
from collectors.argocd.options import ArgoCDOptions
from collectors.base import Check, Collector, Mark, Record, SourceError
from collectors.kit import fields
from collectors.kit.fields import Skipped
from collectors.kit.kubernetes.client import Cluster, Item, cluster
from collectors.kit.kubernetes.events import KEEP, Event, events, forgotten, read_event
from collectors.kit.links import host_of
from collectors.kit.people import People
from collectors.kit.probing import failed, timed
from collectors.kit.together import gather
from timeline.instant import format_instant
from timeline.model import Gap, Window
from timeline.relative import in_window, part
from timeline.zones import parse_duration

_KIND = "apis/argoproj.io/v1alpha1"
_LIST = "api/v1/applications"
_KEPT = 10  # entries of a history, unless the application says otherwise


class _Listed(NamedTuple):
    """The events of applications, and of how many which could not be read, and why."""

    items: Sequence[Item] = ()
    failure: SourceError | None = None


class ArgoCDCollector(Collector[ArgoCDOptions]):
    """Reads what applications keep of their syncs, and what is not forgotten of their events."""

    name = "argocd"
    family = "changes"
    summary = "Syncs, failed syncs and rollbacks of Argo CD's applications, their health and events"
    tested_against = "real"
    manual = MANUAL
    options_type = ArgoCDOptions
    reads = ("through", "kube_context", "namespaces", "applications", "selector")
    marks = (Mark(get="api/v1/settings", members=("appLabelKey",)),)
    identities = ("username", "user")

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield the syncs, states and events of the window; an application whose events may not be read is a gap."""
        skipped, people = Skipped("application"), People()
        unread = Skipped("event")
        async with cluster(self.context, self.options) as api:
            apps = self._chosen(await self._items(api), skipped)
            listed = await self._events(api, apps)
            source = self._source(api, people)
        known: list[Event] = []
        for item in (item for one in listed for item in one.items):
            with unread.over(self.evidence(item.payload, item.pointer, query=item.query)):
                known.append(read_event(item))
        if failures := [one.failure for one in listed if one.failure]:
            which = f"{len(failures)} of {len(listed)} lists of events were not read: {failures[0]}"
            yield self.gap(failures[0].reason, window, which, missing=f"{len(failures)} lists of events")
        if apps and len(failures) < len(listed):
            ttl = parse_duration(self.options.event_ttl)
            what = "and what they alone tell: failed syncs before an application's newest one, who asked for a rollback, changes of health"
            for gap in forgotten(self.gap, window, known, self.context.now, ttl, what):
                yield gap
        of: dict[str, list[Event]] = defaultdict(list)
        for event in known:
            of[event.of].append(event)
        for app in (*apps, *self._gone(apps, of)):
            with skipped.over(source.evidence(app.item)):
                for record in self._records(source, app, of[app.uid], window):
                    yield record
        for person in people:
            yield person
        for gap in (*skipped.gaps(self.gap, window), *unread.gaps(self.gap, window)):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether it answers, how many applications may be read, its clock, and since when events and syncs are kept."""
        try:
            async with cluster(self.context, self.options) as api:
                path = "version" if self.options.in_cluster else "api/version"
                answered = await timed(partial(api.get, path))
                apps = self._chosen(await self._items(api), Skipped())
                listed = await self._events(api, apps)
        except SourceError as err:
            yield failed(err)
            return
        yield answered.reachable(api.url)
        yield Check("applications", bool(apps), f"{len(apps)} may be read")
        lacking = [one.failure for one in listed if one.failure]
        yield Check("events", not lacking, str(lacking[0]) if lacking else f"{sum(len(one.items) for one in listed)} may be read")  # fmt: skip
        yield answered.clock(self.options)
        times = [
            fields.time(e, "deployedAt").latest
            for app in apps
            for e in fields.many(app.data, "status.history")
        ]
        said = (
            f"the oldest sync that is kept ended at {format_instant(min(times))}"
            if times
            else "no sync is kept"
        )
        yield Check("retention", True, f"{said}; event_ttl is {self.options.event_ttl}")

    async def _items(self, api: Cluster) -> list[Item]:
        name = "labelSelector" if self.options.in_cluster else "selector"
        selected = {name: self.options.selector} if self.options.selector else {}
        if self.options.in_cluster:
            return await api.items(_KIND, "applications", APPLICATIONS, selected)
        page = await api.get(_LIST, selected, APPLICATIONS)
        # Without any application it answers null.
        if fields.member(page.json(), "items") is None:
            return []
        rows = fields.listing(page.json(), "items")
        return [Item(row, page, f"/items/{place}", f"GET {_LIST}") for place, row in enumerate(rows)]

    def _chosen(self, items: Iterable[Item], skipped: Skipped) -> list[Application]:
        found = []
        for item in items:
            with skipped.over(self.evidence(item.payload, item.pointer, query=item.query)):
                app = application(item, has_status=not self.options.in_cluster)
                if self._is_chosen(app):
                    found.append(app)
        return found

    def _is_chosen(self, app: Application) -> bool:
        namespace, _, name = app.called.partition("/")
        globs, spaces = self.options.applications, self.options.namespaces
        fits = not globs or any(fnmatchcase(one, glob) for one in (app.called, name) for glob in globs)
        return fits and (not spaces or namespace in spaces)

    def _gone(self, apps: Sequence[Application], of: Mapping[str, Sequence[Event]]) -> list[Application]:
        """Return applications that are no more, whose events are there: nothing else tells of them, and not their labels."""
        there = {app.uid for app in apps}
        known = {} if self.options.selector else {uid: one[0] for uid, one in of.items() if uid and uid not in there}  # fmt: skip
        found = [Application(one.item._replace(data={}), uid, f"{one.namespace}/{one.name}") for uid, one in known.items()]  # fmt: skip
        return [app for app in found if self._is_chosen(app)]

    async def _events(self, api: Cluster, apps: Sequence[Application]) -> list[_Listed]:
        async def all_of_them() -> _Listed:
            try:
                found = await events(api, fieldSelector="involvedObject.kind=Application")
            except SourceError as err:
                return _Listed(failure=err)
            about = ("involvedObject", "regarding")
            return _Listed(
                [one for one in found if "Application" in {fields.text(one.data, f"{a}.kind") for a in about}]
            )

        async def of(app: Application) -> _Listed:
            namespace, _, name = app.called.partition("/")
            path = f"{_LIST}/{quote(name, safe='')}/events"
            try:
                page = await api.get(path, {"appNamespace": namespace}, KEEP)
                value = page.json()
                rows = [] if fields.member(value, "items") is None else fields.listing(value, "items")
            except SourceError as err:
                return _Listed(failure=err)
            return _Listed(
                [Item(row, page, f"/items/{place}", f"GET {path}") for place, row in enumerate(rows)]
            )

        if self.options.in_cluster:
            return [await all_of_them()]
        return await gather([partial(of, app) for app in apps])

    def _source(self, api: Cluster, people: People) -> Source:
        own = "" if self.options.in_cluster else self.options.url
        return Source(
            self.context, self.options.origin or "argocd", f"argocd:{host_of(api.url) or api.url}", self.options.environment,
            self.options.service_label, self.options.web_url or own.rstrip("/"), people,
        )  # fmt: skip

    def _records(
        self, source: Source, app: Application, known: Sequence[Event], window: Window
    ) -> list[Record]:
        found = read(app, known)
        writer = Writer(source, app, found)
        made: list[Record] = []
        told: set[str] = set()
        for life in writer.lives():
            about = [fact for event in life.events for fact in writer.event(event, life.thread)]
            whole = [*life.facts, *about]
            told |= {event.uid for event in life.events}
            if any(in_window(fact, window) for fact in whole):
                made += whole
        told |= {event.uid for one in found if one.by_events for event in one.told or () if event is not None}
        others = [fact for event in known if event.uid not in told for fact in writer.event(event)]
        made += [fact for fact in (*others, *writer.states()) if in_window(fact, window)]
        return [*made, *self._lacking(source, app, found, window)]

    def _lacking(
        self, source: Source, app: Application, found: Sequence[Operation], window: Window
    ) -> list[Gap]:
        """Return what an application keeps no more of the syncs of the window."""
        kept = [one for one in found if one.number is not None]
        limit = fields.text(app.data, "spec.revisionHistoryLimit") or str(_KEPT)
        evidence = (source.evidence(app.item, "/metadata", app),)
        if not kept and limit == "0":
            text = f"Of the syncs of `{app.called}` the newest alone is kept: its revisionHistoryLimit is 0"
            return [
                self.gap(
                    "never_recorded", window, text, missing="syncs before the newest one", evidence=evidence
                )
            ]
        if not kept or not kept[0].number or not (lost := part(window, None, kept[0].first)):
            return []
        text = f"Syncs of `{app.called}` before {kept[0].number} are not kept: it keeps {limit}, and that one began at {format_instant(kept[0].first)}"
        return [self.gap("past_retention", lost, text, missing=f"{kept[0].number} syncs", evidence=evidence)]
