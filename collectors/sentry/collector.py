"""sentry: issues that were seen or changed, releases and deploys of an organization."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

from pydantic import Field

from collectors.base import Check, Collector, Context, Mark, Payload, Record, SourceError
from collectors.kit import fields
from collectors.kit.fields import Row, Skipped
from collectors.kit.http import Auth, Http, HttpOptions, Params
from collectors.kit.paging import by_cursor
from collectors.kit.probing import failed, limit, timed
from collectors.kit.together import gather
from collectors.sentry.facts import Organization
from collectors.sentry.manual import MANUAL
from timeline.instant import format_instant
from timeline.model import Fact, Window
from timeline.relative import in_window
from timeline.text import code
from timeline.zones import Duration, parse_duration

PAGE = 100  # what Sentry gives at most
ACTIVITIES = 100  # of an issue, the latest ones
_LINK = re.compile(r"<[^<>]*>([^<>]*)")
_CURSOR = re.compile(r'\bcursor="([^"<>]*)"')


class SentryOptions(HttpOptions):
    """Options of one organization."""

    url: str = Field(
        "https://sentry.io",
        description="Sentry, or its region (`https://de.sentry.io`), or a server of one's own",
    )
    auth: Auth = Field(
        Auth(bearer="env:SENTRY_TOKEN"), description="a token of an internal integration or of a user",
        examples=[{"bearer": "env:SENTRY_TOKEN"}],
    )  # fmt: skip
    organization: str = Field(min_length=1, description="its slug", examples=["acme"])
    projects: tuple[str, ...] = Field((), description="slugs; default: all", examples=[["checkout"]])
    environments: tuple[str, ...] = Field((), description="default: all", examples=[["production"]])
    query: str = Field(
        "", description="which issues, in Sentry's search; default: all, resolved ones too", examples=["level:error"],
    )  # fmt: skip
    releases: bool = Field(True, description="releases and their deploys, too")
    lookback: Duration = Field(
        "1d", description="issues with events from this much before the window are read for what was done with them",
    )  # fmt: skip
    releases_lookback: Duration = Field(
        "14d", description="releases made this long before the window are read for their deploys"
    )
    service: str | None = Field(
        None, description="whose errors and deploys these are; default: the project", examples=["checkout"]
    )

    @property
    def site(self) -> str:
        """The address that people open, where the API's was given too."""
        return self.url.removesuffix("/api/0")


class _More(NamedTuple):
    """An issue with its first event in the window, where it was seen before, its activities, and what went wrong."""

    issue: Row
    event: Row | None = None
    activities: Sequence[Row] = ()
    error: SourceError | None = None


class SentryCollector(Collector[SentryOptions]):
    """Reads what an organization's issues, releases and deploys were in the window."""

    name = "sentry"
    family = "logs"
    marks = (
        Mark(address=r"https://([a-z0-9][a-z0-9-]*)\.sentry\.io(?:/.*)?"),
        Mark(address=r"https://sentry\.io/organizations/([a-z0-9][a-z0-9-]*)(?:/.*)?"),
    )
    summary = "errors, regressions, releases and deploys that Sentry recorded"
    tested_against = "schema"
    manual = MANUAL
    options_type = SentryOptions
    target = "organization"
    reads = ("url", "projects", "query")
    identities = ("email", "username", "id", "eventID", "version", "shortId")

    def __init__(self, options: SentryOptions, context: Context) -> None:
        super().__init__(options, context)
        self._unread = Skipped()
        self._base = f"organizations/{quote(options.organization, safe='')}"

    async def collect(self, window: Window) -> AsyncIterator[Record]:
        """Yield errors, what was done with their issues, releases, deploys, people; what fails is a gap."""
        options = self.options
        told = Organization(
            self.origin, self.context.source, options.organization, options.site, options.service
        )
        parts = [("Issues", self._issues)] + ([("Releases", self._releases)] if options.releases else [])
        errors: list[SourceError] = []
        async with self._http() as http:
            for what, read in parts:
                self.context.progress(what.lower())
                try:
                    async for record in read(http, told, window):
                        yield record
                except SourceError as err:
                    errors.append(err)
                    yield self.gap(
                        err.reason,
                        window,
                        f"{what} of {code(options.organization)} were not all read: {err}",
                    )
        if len(errors) == len(parts):
            raise errors[0]
        for person in told.people:
            yield person
        for gap in self._unread.gaps(self.gap, window):
            yield gap

    async def probe(self) -> AsyncIterator[Check]:
        """Yield whether Sentry answers, takes the token, what it may read, and its clock."""
        async with self._http() as http:
            try:
                answered = await timed(partial(http.get, f"{self._base}/issues/", self._asked(limit=1)))
            except SourceError as err:
                yield failed(err)
                return
            yield answered.reachable(self.options.url)
            yield Check("authorised", True, "issues may be read")
            yield answered.clock(self.options)
            for check in limit(answered.payload):
                yield check
            yield Check("retention", True, "events for 90 days, or as the plan has it; issues until they are deleted")  # fmt: skip
            if self.options.releases:
                try:
                    await http.get(f"{self._base}/releases/", {"per_page": 1})
                    yield Check("releases", True, "releases may be read")
                except SourceError as err:
                    yield Check("releases", False, str(err))

    def _http(self) -> Http:
        return Http(self.context, self.options, base_url=f"{self.options.site}/api/0")

    def _asked(self, **more: Any) -> dict[str, Any]:
        """Return what chooses issues; without a project those of the token's own teams alone would be meant."""
        options = self.options
        chosen = f"project:[{','.join(options.projects)}]" if options.projects else ""
        # Without a query, `is:unresolved` is meant: what was resolved since would be missing.
        query = " ".join(part for part in (chosen, options.query) if part)
        environments = {"environment": list(options.environments)} if options.environments else {}
        return {"project": -1, "query": query, **environments, **more}

    async def _pages(self, http: Http, path: str, params: Params) -> AsyncIterator[list[Row]]:
        """Yield the rows of each page, by the cursor of its Link: the address beside it may be another host's."""

        async def ask(cursor: str | None, _: int) -> Payload:
            return await http.get(path, {**params, **({"cursor": cursor} if cursor else {})})

        async for page in by_cursor(ask, _following, rows=lambda page: fields.listing(page.json())):
            yield [
                Row(one, self._at(page, f"/{place}", path))
                for place, one in enumerate(fields.listing(page.json()))
            ]

    def _at(self, payload: Payload, pointer: str, path: str) -> Any:
        return self.evidence(payload, pointer, query=f"GET {path}")

    async def _issues(self, http: Http, told: Organization, window: Window) -> AsyncIterator[Record]:
        start = window.start - parse_duration(self.options.lookback)
        span = {"start": _shown(start), "end": _shown(window.end)}
        asked = self._asked(sort="new", limit=PAGE, collapse=["stats", "unhandled"], **span)
        async for page in self._pages(http, f"{self._base}/issues/", asked):
            for more in await gather([partial(self._more, http, row, window) for row in page]):
                for record in self._told(told, more, window):
                    yield record

    async def _more(self, http: Http, issue: Row, window: Window) -> _More:
        """Ask for what the list does not tell of an issue; what cannot be had is told later, in the list's order."""
        own = fields.text(issue.data, "id")
        if not own:
            return _More(issue)
        base = f"{self._base}/issues/{quote(own, safe='')}"
        event: Row | None = None
        try:
            # An issue that was seen before, and may have events in the window.
            if fields.is_before(issue.data, "firstSeen", window.start) and not fields.is_before(
                issue.data, "lastSeen", window.start
            ):
                event = await self._oldest(http, f"{base}/events/oldest/", window)
            answer = await http.get(f"{base}/activities/")
            rows = fields.listing(answer.json(), "activity")
            at = partial(self._at, answer, path=f"{base}/activities/")
            return _More(issue, event, [Row(one, at(f"/activity/{n}")) for n, one in enumerate(rows)])
        except SourceError as err:
            return _More(issue, event, error=err)

    async def _oldest(self, http: Http, path: str, window: Window) -> Row | None:
        """Return the first event of the window; None where it has none."""
        span: dict[str, Any] = {"start": _shown(window.start), "end": _shown(window.end)}
        if self.options.environments:
            span["environment"] = list(self.options.environments)
        answer = await http.get(path, {**span, "collapse": "fullRelease"}, allow=(404,))
        return None if answer.status == 404 else Row(answer.json(), self._at(answer, "", path))

    def _told(self, told: Organization, more: _More, window: Window) -> Iterator[Record]:
        """Yield what one issue has in the window; what could not be read of it is a gap."""
        issue, error = more.issue, more.error
        found: list[Fact] = []
        with self._unread.over(issue.evidence):
            found.append(told.first_seen(issue, fields.time(issue.data, "firstSeen")))
            fields.time(issue.data, "lastSeen")  # by which it was decided what to ask for
        if more.event:
            with self._unread.over(more.event.evidence):
                first = told.first_event(issue, more.event)
                if first.latest is not None and first.latest < window.start:
                    error = SourceError(
                        "partial", "this version of Sentry does not tell the first event of a span"
                    )
                found.append(first)
        for row in more.activities:
            with self._unread.over(row.evidence):
                if fact := told.activity(issue, row):
                    found.append(fact)
        yield from (one for one in found if in_window(one, window))
        called = fields.text(issue.data, "shortId") or fields.text(issue.data, "id")
        if error:
            text = f"Events and activities of issue {code(called)} were not all read: {error}"
            yield self.gap(error.reason, window, text, missing=called)
        elif len(more.activities) >= ACTIVITIES and not any(
            fields.is_before(row.data, "dateCreated", window.start) for row in more.activities[:ACTIVITIES]
        ):
            text = f"Sentry tells the latest {ACTIVITIES} activities of issue {code(called)} alone"
            yield self.gap("truncated", window, text, missing=called)

    async def _releases(self, http: Http, told: Organization, window: Window) -> AsyncIterator[Record]:
        low = window.start - parse_duration(self.options.releases_lookback)
        asked: dict[str, Any] = {"project": -1, "per_page": PAGE, "sort": "date"}
        if self.options.environments:
            asked["environment"] = list(self.options.environments)
        async for page in self._pages(http, f"{self._base}/releases/", asked):
            wanted = [row for row in page if self._is_of(row.data, self.options.projects)]
            for row in wanted:
                with self._unread.over(row.evidence):
                    if fields.nullable(row.data, "dateReleased"):
                        released = told.released(row)
                        if in_window(released, window):
                            yield released
            deployed = [row for row in wanted if fields.at(row.data, "deployCount") != 0]
            for release, rows, error in await gather([partial(self._deploys, http, row) for row in deployed]):
                for row in rows:
                    with self._unread.over(row.evidence):
                        for fact in [*told.deploys(release.data, row)]:
                            if in_window(fact, window):
                                yield fact
                if error:
                    called = fields.text(release.data, "version")
                    text = f"Deploys of release {code(called)} were not all read: {error}"
                    yield self.gap(error.reason, window, text, missing=called)
            # The order is by when a release was released, else made.
            if page and all(_made_before(row.data, low) for row in page):
                return

    async def _deploys(self, http: Http, release: Row) -> tuple[Row, list[Row], SourceError | None]:
        rows: list[Row] = []
        try:
            version = fields.required(release.data, "version")
            path = f"{self._base}/releases/{quote(version, safe='')}/deploys/"
            async for page in self._pages(http, path, {"per_page": PAGE}):
                rows += page
        except SourceError as err:
            return release, rows, err
        return release, rows, None

    @staticmethod
    def _is_of(release: Any, projects: Iterable[str]) -> bool:
        slugs = {fields.text(one, "slug") for one in fields.many(release, "projects")}
        return not projects or not slugs or bool(slugs & set(projects))


def _following(page: Payload) -> str | None:
    """Return the cursor of the next page; a link to one is always there, and says whether it has results."""
    for match in _LINK.finditer(page.headers.get("link", "")):
        if 'rel="next"' in match[1] and 'results="true"' in match[1]:
            cursor = _CURSOR.search(match[1])
            return cursor[1] if cursor else None
    return None


def _made_before(release: Any, instant: int) -> bool:
    if fields.text(release, "dateReleased") and not fields.is_before(release, "dateReleased", instant):
        return False
    return fields.is_before(release, "dateCreated", instant)


def _shown(instant: int) -> str:
    """Return a time as Sentry reads it: in UTC, without a zone."""
    return format_instant(instant)[:23].removesuffix("Z")
