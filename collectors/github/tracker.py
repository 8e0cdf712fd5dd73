"""GitHub's issues as a tracker's incidents: what people call them, one as a record, and those of a window with their events."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

from collectors.base import Collector, Payload, Record, SourceError
from collectors.github.api import HEADERS, Api
from collectors.github.facts import GithubFacts, Repository, repository_of
from collectors.github.issues import IssueFacts, labels_of
from collectors.github.options import GithubOptions
from collectors.kit import fields
from collectors.kit.fields import Row, Skipped
from collectors.kit.http import Http
from collectors.kit.links import web
from collectors.kit.together import gather
from collectors.kit.tracker import IncidentRecord, Tracker, issue_number, severity_of, where
from timeline.instant import NS, format_instant
from timeline.model import Evidence, Incident, Window
from timeline.relative import in_window

_CALLED = re.compile(r"([\w.-]{1,100}/[\w.-]{1,100})#([1-9][0-9]{0,9})")
_PAGE = re.compile(r"/([\w.-]{1,100}/[\w.-]{1,100})/issues/([1-9][0-9]{0,9})")
_API = "api.github.com"


class _Read(NamedTuple):
    """An issue with its events as far as they were read."""

    issue: Row
    events: list[Row]
    failure: SourceError | None


#: The number of the issue that a text names in a repository on a host.
number_of = partial(issue_number, called=_CALLED, page=_PAGE)


class GithubTracker(Collector[GithubOptions], Tracker):
    """What `github` is beside: issues that are incidents."""

    references = (_CALLED.pattern,)
    called = "`owner/name#12` or its address"

    @classmethod
    def reference(cls, text: str, options: GithubOptions) -> str | None:
        """Return the number of an issue of the configured repository."""
        host = urlsplit(options.url).hostname
        return number_of(text, options.repository, "github.com" if host == _API else host)

    async def incident(self, reference: str) -> IncidentRecord | None:
        """Return an issue by its number; None where there is none, or a pull request. Raises SourceError."""
        async with Http(self.context, self.options, headers=HEADERS) as http:
            api = Api(http, self.options.repository, self._evidence)
            repository = known(await api.repository(), self.options.origin)
            issue = await api.issue(reference)
        if issue is None or fields.at(issue.data, "pull_request"):
            return None
        writer = GithubFacts(repository, self.context.source, self.options.service)
        return record(issue, repository, writer, self.options.severities)

    def _evidence(self, payload: Payload, pointer: str, path: str) -> Evidence:
        query = (
            f"GET repos/{self.options.repository}/{path} (from {self.options.lookback} before the window on)"
        )
        return self.evidence(payload, pointer, query=query)

    async def _issues(self, api: Api, writer: GithubFacts, window: Window) -> AsyncIterator[Record]:
        """Yield what became of issues with one of the labels, and of those that links lead to."""
        unread, failure = Skipped("record of an issue", plural="records of issues"), None
        rows: dict[int, Row] = {}
        try:
            for label in self.options.incidents:
                asked = {
                    "state": "all", "labels": label, "sort": "created", "direction": "asc",
                    "since": format_instant(window.start // NS * NS),
                }  # fmt: skip
                async for page in api.pages("issues", asked):
                    self._take(page, rows, window, unread)
            for number in self._linked(writer.repository):
                issue = await api.issue(number)
                self._take([issue] if issue else [], rows, window, unread)
                if issue is None:
                    yield self.gap(
                        "partial", window, f"There is no issue #{number} to be seen", missing=f"#{number}"
                    )
        except SourceError as err:
            failure = err
        facts = IssueFacts(
            writer.repository, self.context.source, self.options.service, writer, self.options.severities
        )
        for one in await gather([partial(_whole, api, number, row) for number, row in sorted(rows.items())]):
            for fact in facts.issue(one.issue, one.events, unread):
                if in_window(fact, window):
                    yield fact
            if one.failure:
                text = f"Events of #{fields.text(one.issue.data, 'number')} were not all read: {one.failure}"
                yield self.gap(one.failure.reason, window, text, missing="events")
        for gap in unread.gaps(self.gap, window):
            yield gap
        if failure:
            raise failure

    def _take(self, page: Iterable[Row], rows: dict[int, Row], window: Window, unread: Skipped) -> None:
        """Keep the issues of a page that may have changed in the window, and no pull request."""
        for row in page:
            with unread.over(row.evidence):
                touches = fields.time(row.data, "created_at").latest < window.end
                is_quiet = fields.is_before(row.data, "updated_at", window.start)
                if touches and not is_quiet and not fields.at(row.data, "pull_request"):
                    rows.setdefault(fields.number(row.data, "number"), row)

    def _linked(self, repository: Repository) -> list[str]:
        below = f"{repository.page}/issues/"
        found = (one.removeprefix(below) for one in self.context.incident.links if one.startswith(below))
        return sorted({number for number in found if number.isdecimal()}, key=int)


async def _whole(api: Api, number: int, row: Row) -> _Read:
    events: list[Row] = []
    try:
        async for page in api.pages(f"issues/{number}/timeline"):
            events += page
    except SourceError as err:
        return _Read(row, events, err)
    return _Read(row, events, None)


def known(answer: Payload, origin: str | None) -> Repository:
    """Return the repository of its own record; raise SourceError where it is none."""
    if (found := repository_of(answer.json(), origin)) is None:
        raise SourceError("undecodable", "the repository's own record has no name and page; check `url`")
    return found


def record(
    issue: Row, repository: Repository, writer: GithubFacts, severities: tuple[str, ...]
) -> IncidentRecord:
    """Return the incident that an issue is; raise UnreadableError where it is none."""
    told, number = issue.data, fields.number(issue.data, "number")
    labels, link = labels_of(told), web(fields.text(told, "html_url"))
    level = severity_of(labels, severities)
    who = [one for user in fields.many(told, "assignees") if (one := writer.user(user))]
    ended = fields.required(told, "state") == "closed"
    incident = Incident(
        id=f"{repository.name.replace('/', '-')}-{number}", title=fields.text(told, "title") or None, severity=level,
        start=fields.time(told, "created_at").earliest, end=fields.time(told, "closed_at").earliest if ended else None,
        roles={"assignee" if n == 1 else f"assignee {n}": one for n, one in enumerate(who, 1)}, links=(link,) if link else (),
    )  # fmt: skip
    places: Mapping[str, str] = {
        "title": "title" if incident.title else "", "severity": f"labels/{labels.index(level)}" if level else "",
        "start": "created_at", "end": "closed_at" if ended else "", "roles": "assignees" if who else "",
        "links": "html_url" if link else "",
    }  # fmt: skip
    return IncidentRecord(incident, where(places, issue.evidence, link), tuple(writer.people))
