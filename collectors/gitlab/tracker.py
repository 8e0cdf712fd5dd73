"""GitLab's issues as a tracker's incidents: what people call them, one as a record, and those of a window with their events."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

from collectors.base import Collector, Payload, Record, SourceError
from collectors.gitlab.api import Api
from collectors.gitlab.facts import Project, time
from collectors.gitlab.issues import Issue, facts, labels_of
from collectors.gitlab.options import GitlabOptions
from collectors.kit import fields
from collectors.kit.fields import Row, Skipped
from collectors.kit.http import Http, Params
from collectors.kit.links import web
from collectors.kit.together import gather
from collectors.kit.tracker import IncidentRecord, Tracker, issue_number, severity_of, where
from timeline.instant import HOUR, NS, format_instant
from timeline.model import Evidence, Incident, Window
from timeline.relative import in_window

_CALLED = re.compile(r"([\w./-]{1,500})#([1-9][0-9]{0,9})")
_PAGE = re.compile(r"/([\w./-]{1,500})/-/(?:issues/(?:incident/)?|work_items/)([1-9][0-9]{0,9})")


class _Read(NamedTuple):
    """An issue with what was read of it, and what was not."""

    issue: Issue
    failures: list[tuple[str, SourceError]]


#: The number of the issue that a text names in a project on a host.
number_of = partial(issue_number, called=_CALLED, page=_PAGE)


class GitlabTracker(Collector[GitlabOptions], Tracker):
    """What `gitlab` is beside: issues that are incidents."""

    references = (_CALLED.pattern,)
    called = "`group/name#12` or its address"

    @classmethod
    def reference(cls, text: str, options: GitlabOptions) -> str | None:
        """Return the number of an issue of the configured project, where that is given by its path."""
        is_path = "/" in options.project
        return number_of(text, options.project, urlsplit(options.url).hostname) if is_path else None

    async def incident(self, reference: str) -> IncidentRecord | None:
        """Return an issue by its number; None where there is none. Raises SourceError."""
        async with self._http() as http:
            api = Api(http, self.options.project, self._evidence)
            project = self._project(await api.project())
            issue = await api.issue(reference)
        return record(issue, project, self.options.severities) if issue else None

    def _http(self) -> Http:
        return Http(self.context, self.options, base_url=f"{self.options.url}/api/v4")

    def _evidence(self, payload: Payload, pointer: str, path: str) -> Evidence:
        return self.evidence(payload, pointer, query=f"GET projects/{self.options.project}/{path}")

    def _project(self, answer: Payload) -> Project:
        """Return the project of its own record; raise SourceError where it is none."""
        told = answer.json()
        page, path = fields.text(told, "web_url"), fields.text(told, "path_with_namespace")
        if not page or not path:
            raise SourceError("undecodable", "the project's own record has no path and page; check `url`")
        return Project(
            self.options.origin or page, path, self.context.source, self.options.service, page=page
        )

    def _changed(
        self, api: Api, path: str, window: Window, params: Params, until: int, rows: dict[str, Row]
    ) -> AsyncIterator[Record]:
        raise NotImplementedError

    async def _issues(self, api: Api, project: Project, window: Window) -> AsyncIterator[Record]:
        """Yield what became of issues that are incidents, and of those that links lead to."""
        unread, failure = Skipped("record of an issue", plural="records of issues"), None
        rows: dict[str, Row] = {}
        common = {"scope": "all", "created_before": format_instant(-(-window.end // NS) * NS)}
        wanted = [{**common, "labels": label} for label in self.options.incident_labels]
        if self.options.incidents:
            wanted.append({**common, "issue_type": "incident"})
        try:
            for asked in wanted:
                async for gap in self._changed(api, "issues", window, asked, self.context.now + HOUR, rows):
                    yield gap
            for number in self._linked(project):
                if issue := await api.issue(number):
                    rows.setdefault(fields.required(issue.data, "id"), issue)
                else:
                    yield self.gap(
                        "partial", window, f"There is no issue #{number} to be seen", missing=f"#{number}"
                    )
        except SourceError as err:
            failure = err
        some = [row for row in rows.values() if _touches(row, window, unread)]
        for one in await gather([partial(_whole, api, row) for row in some]):
            for fact in facts(project, one.issue, self.options.severities, unread):
                if in_window(fact, window):
                    yield fact
            for what, lost in one.failures:
                text = f"{what} of #{fields.text(one.issue.row.data, 'iid')} were not all read: {lost}"
                yield self.gap(lost.reason, window, text, missing=what.lower())
        for more in unread.gaps(self.gap, window):
            yield more
        if failure:
            raise failure

    def _linked(self, project: Project) -> list[str]:
        host = urlsplit(project.page).hostname
        found = {number_of(one, project.path, host) for one in self.context.incident.links if web(one)}
        return sorted((number for number in found if number), key=int)


def _touches(row: Row, window: Window, unread: Skipped) -> bool:
    """Tell whether an issue may have changed in the window."""
    with unread.over(row.evidence):
        fields.number(row.data, "iid")
        quiet = fields.is_before(row.data, "updated_at", window.start, time)
        return time(row.data, "created_at").latest < window.end and not quiet
    return False


async def _whole(api: Api, row: Row) -> _Read:
    found: list[list[Row]] = []
    failures: list[tuple[str, SourceError]] = []
    for what, path in (
        ("States", "resource_state_events"),
        ("Labels", "resource_label_events"),
        ("Notes", "notes"),
    ):
        rows: list[Row] = []
        order = {"sort": "asc", "order_by": "created_at"} if path == "notes" else {}
        try:
            async for page in api.pages(f"issues/{fields.text(row.data, 'iid')}/{path}", order):
                rows += page
        except SourceError as err:
            failures.append((what, err))
        found.append(rows)
    return _Read(Issue(row, *found), failures)


def record(issue: Row, project: Project, severities: tuple[str, ...]) -> IncidentRecord:
    """Return the incident that an issue is; raise UnreadableError where it is none."""
    told, number = issue.data, fields.number(issue.data, "iid")
    labels, link = labels_of(told), web(fields.text(told, "web_url"))
    own = fields.text(told, "severity")
    label = severity_of(labels, severities)
    has_own = own.upper() not in ("", "UNKNOWN")
    who = [one for user in fields.many(told, "assignees") if (one := project.person(user))]
    ended = fields.required(told, "state") == "closed"
    incident = Incident(
        id=f"{project.path.replace('/', '-')}-{number}", title=fields.text(told, "title") or None,
        severity=own if has_own else label, start=time(told, "created_at").earliest,
        end=time(told, "closed_at").earliest if ended else None, links=(link,) if link else (),
        roles={"assignee" if n == 1 else f"assignee {n}": one for n, one in enumerate(who, 1)},
    )  # fmt: skip
    places: Mapping[str, str] = {
        "title": "title" if incident.title else "", "start": "created_at", "end": "closed_at" if ended else "",
        "severity": "severity" if has_own else f"labels/{labels.index(label)}" if label else "",
        "roles": "assignees" if who else "", "links": "web_url" if link else "",
    }  # fmt: skip
    return IncidentRecord(incident, where(places, issue.evidence, link), tuple(project.people))
