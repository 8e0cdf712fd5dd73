"""jira: issues that are incidents or changes, with their changelogs and comments, of Cloud and of servers of one's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

from collectors.base import Check, Collector, Mark, Payload, Record, SourceError, Suggestion
from collectors.jira.api import Site, site_of
from collectors.jira.facts import Issue, JiraFacts
from collectors.jira.incident import KEY, key_of, linked, record
from collectors.jira.manual import MANUAL
from collectors.jira.options import JiraOptions
from collectors.kit import fields
from collectors.kit.fields import UNREADABLE, Row, Skipped
from collectors.kit.http import Http
from collectors.kit.probing import failed, timed
from collectors.kit.together import gather
from collectors.kit.tracker import IncidentRecord, Tracker
from timeline.instant import NS
from timeline.model import Evidence, Person, Window
from timeline.relative import in_window


class _Read(NamedTuple):
    """An issue as far as it was read, and what of it was not."""

    issue: Issue
    failures: Sequence[tuple[str, SourceError]]


class JiraCollector(Collector[JiraOptions], Tracker):
    """Reads every issue of a search that changed in the window, and those that the incident's links lead to."""

    name = "jira"
    family = "alerts"
    summary = "issues of Jira that are incidents: created, severity, assigned, resolved, reopened, comments; changes by rules"
    tested_against = "fake"
    manual = MANUAL
    options_type = JiraOptions
    reads = ("jql",)
    identities = ("accountId", "key", "name", "from", "to")
    marks = (
        Mark(address=r"(https://[\w-]+\.atlassian\.net)(?:/.*)?"),
        Mark(get="rest/api/2/serverInfo", members=("baseUrl", "versionNumbers")),
    )
    references = (KEY.pattern,)
    called = "`SHOP-991` or its address"

    @classmethod
    def reference(cls, text: str, options: JiraOptions) -> str | None:
        """Return the key of an issue; None for a text that is none, and for an address of another site."""
        return text if KEY.fullmatch(text) else key_of(text, urlsplit(options.url).hostname)

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield what became of issues and what was written to them; raise SourceError when nothing could be read."""
        unread = Skipped("record")
        async with Http(self.context, self.options) as http:
            site, _ = await site_of(http, self._evidence, self.options.severity)
            if self.options.auth.references():
                await site.myself()
            categories: dict[str, str] = {}
            rows: dict[str, Row] = {}
            async for gap in self._issues(site, window, rows):
                yield gap
            try:
                categories |= await site.statuses()
            except SourceError as err:
                text = f"What statuses mean was not read: {err}"
                yield self.gap(err.reason, window, text, missing="statuses")
            wanted = [row for _, row in sorted(rows.items()) if self._touches(row, window, unread)]
            read = await gather([partial(self._whole, site, row) for row in wanted])
        writer = JiraFacts(site.base, self.context.source, self.options, categories, site.severity)
        for one in read:
            writer.users.seen_in(one.issue)
            status = fields.at(one.issue.row.data, "fields.status")
            categories.setdefault(fields.text(status, "id"), fields.text(status, "statusCategory.key"))
        for one in read:
            for fact in writer.issue(one.issue, unread):
                if in_window(fact, window):
                    yield fact
            for what, failure in one.failures:
                text = f"{what} of {fields.text(one.issue.row.data, 'key') or 'an issue'} were not all read: {failure}"
                yield self.gap(failure.reason, window, text, missing=what.lower())
        if writer.unknown:
            text = f"Jira does not tell any more what {len(writer.unknown)} statuses meant: whether they ended an issue is not known"
            yield self.gap("partial", window, text, missing="statuses")
        for more in (*writer.users.people, *unread.gaps(self.gap, window)):
            yield more

    async def _issues(self, site: Site, window: Window, rows: dict[str, Row]) -> AsyncIterator[Record]:
        """Read the issues that the search finds, and those that links lead to; yield gaps for the others."""
        wanted = linked(self.context.incident.links, site.base)
        if not self.options.jql and not wanted:
            text = "the incident has no link to an issue: build it by its key, add its address to `links`, or set `jql`"
            raise SourceError("partial", text)
        try:
            async for row in site.found(self.options.jql, window) if self.options.jql else _none():
                rows.setdefault(
                    fields.text(row.data, "id") or f"{row.evidence.payload} {row.evidence.pointer}", row
                )
        except SourceError as err:
            if not rows and not wanted:
                raise
            yield self.gap(
                err.reason, window, f"Issues were not all read ({len(rows)} were): {err}", missing="issues"
            )
        for key in wanted:
            try:
                if found := await site.issue(key):
                    rows.setdefault(fields.required(found.data, "id"), found)
                else:
                    yield self.gap("partial", window, f"There is no issue {key} to be seen", missing=key)
            except SourceError as err:
                yield self.gap(err.reason, window, f"Issue {key} was not read: {err}", missing=key)

    def _touches(self, row: Row, window: Window, unread: Skipped) -> bool:
        """Tell whether an issue may have changed in the window, by its own times: the search knows minutes of some zone."""
        try:
            fields.required(row.data, "id")
            begun, last = (fields.time(row.data, f"fields.{p}") for p in ("created", "updated"))
        except UNREADABLE as err:
            unread.add(str(err), row.evidence)
            return False
        return begun.latest < window.end and last.latest >= window.start

    async def _whole(self, site: Site, row: Row) -> _Read:
        """Return an issue with what it has beside itself."""
        own, failures = fields.text(row.data, "id"), list[tuple[str, SourceError]]()
        changes, comments = list[Row](), list[Row]()
        for what, read, into in (("Changes", site.changelog, changes), ("Comments", site.comments, comments)):
            try:
                await read(own, into)
            except SourceError as err:
                failures.append((what, err))
        is_whole = not any(what == "Changes" for what, _ in failures)
        return _Read(Issue(row, sorted(changes, key=_order), comments, is_whole), failures)

    async def incident(self, reference: str) -> IncidentRecord | None:
        """Return an issue by its key; None where none is to be seen. Raises SourceError."""
        async with Http(self.context, self.options) as http:
            site, _ = await site_of(http, self._evidence, self.options.severity)
            if self.options.auth.references():
                await site.myself()
            issue = await site.issue(reference)
        if issue is None:
            return None
        writer = JiraFacts(site.base, self.context.source, self.options, {}, site.severity)
        return record(issue, writer, self.options.severity)

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether Jira answers, takes the login, knows what `jql` says, and its clock."""
        async with Http(self.context, self.options) as http:
            try:
                site, _ = await site_of(http, self._evidence, self.options.severity)
                answered = await timed(partial(http.get, "rest/api/2/serverInfo"))
            except SourceError as err:
                yield failed(err)
                return
            yield answered.reachable(self.options.url)
            try:
                if self.options.auth.references():
                    await site.myself()
                yield Check("authorised", True, f"{site.base}, {'Cloud' if site.is_cloud else 'a server'}")
                if self.options.jql:
                    yield Check("jql", True, await self._some(site))
            except SourceError as err:
                yield Check("authorised" if err.reason == "unauthorised" else "jql", False, str(err))
        try:
            shown = fields.time(answered.payload.json(), "serverTime").latest / NS
        except UNREADABLE:
            shown = None
        yield answered.clock(self.options, shown)

    async def _some(self, site: Site) -> str:
        day = Window(start=self.context.now - 86_400 * NS, end=self.context.now + NS)
        number = 0
        async for _ in site.found(self.options.jql, day):
            number += 1
        return f"it finds {number} issues that were updated of late"

    async def suggest(self) -> AsyncIterator[Suggestion | Person]:
        """Yield which types of issues may be incidents."""
        async with Http(self.context, self.options) as http:
            await site_of(http, self._evidence, self.options.severity)
            rows = fields.listing((await http.get("rest/api/2/issuetype")).json())
        names = sorted({name for row in rows if "incident" in (name := fields.text(row, "name")).lower()})
        if names:
            quoted = ", ".join('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in names)
            yield Suggestion("jql", f"issuetype in ({quoted})", f"it has issues of type {', '.join(names)}")

    def _evidence(self, payload: Payload, pointer: str, query: str) -> Evidence:
        return self.evidence(payload, pointer, query=query)


async def _none() -> AsyncIterator[Row]:
    """Yield no issue."""
    nothing: tuple[Row, ...] = ()
    for one in nothing:
        yield one


def _order(row: Row) -> tuple[int, int]:
    """Return where a change stands among those of its issue: by its time, then by its number."""
    number = fields.text(row.data, "id")
    try:
        at = fields.time(row.data, "created").earliest or 0
    except UNREADABLE:
        at = 0
    return at, int(number) if number.isdecimal() else 0
