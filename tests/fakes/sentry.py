"""Sentry's issues, activities, events, releases and deploys on loopback, in the form of its client for TypeScript.

Every page has a link to a next one, which says whether it has results, as Sentry's own: on another host.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from tests.fakes.rest import Call, Made, RefusalError, RestServer, Route, Row

TOKEN = "sntrys_" + "6c" * 16
BEGIN = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
_PAGE = "https://acme.sentry.io"


def at(after: float) -> str:
    """Give the time so many seconds after the beginning: milliseconds, where there are some."""
    moment = BEGIN + timedelta(seconds=after)
    millis = moment.microsecond // 1000
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{millis:03d}Z" if millis else "Z")


class FakeSentry(RestServer):
    """One organization; `issue`, `acted`, `release` and `deploy` make its records."""

    prefix = "/api/0"
    token = TOKEN

    def __init__(self) -> None:
        super().__init__()
        self.issues: list[Row] = []
        self.events: dict[str, list[Row]] = {}
        self.activities: dict[str, list[Row]] = {}
        self.releases: list[Row] = []
        self.deploys: dict[str, list[Row]] = {}
        self.size = 100
        self.knows_spans = True
        self.given: list[tuple[str, Any]] = []

    def routes(self) -> list[Route]:
        """Give what is used of the API."""
        base = "/organizations/acme"
        return [
            ("GET", f"{base}/issues/", self._issues),
            ("GET", f"{base}/issues/([0-9]+)/activities/", self._activities),
            ("GET", f"{base}/issues/([0-9]+)/events/oldest/", self._oldest),
            ("GET", f"{base}/releases/", self._releases),
            ("GET", f"{base}/releases/([^/]+)/deploys/", self._deploys),
        ]

    def answer(self, call: Call) -> Any:
        """Refuse whoever has no token."""
        if call.token != TOKEN:
            raise RefusalError(401, "Invalid token")
        return super().answer(call)

    def issue(self, title: str, *times: float, project: str = "checkout", **more: Any) -> str:
        """Add an issue with events at these times; give its id."""
        own = str(7000 + len(self.issues))
        self.issues.append({
            "id": own, "shareId": "", "shortId": f"{project.upper()}-{len(self.issues) + 1}", "title": title, "culprit": "pay.charge",
            "permalink": f"{_PAGE}/issues/{own}/", "logger": None, "level": "error", "status": "unresolved", "statusDetails": {},
            "substatus": "ongoing", "isPublic": False, "platform": "python", "priority": "high", "priorityLockedAt": None,
            "seerFixabilityScore": None, "seerAutofixLastTriggered": None,
            "project": {"id": "1", "name": project.title(), "slug": project, "platform": "python"}, "type": "error", "issueType": "error",
            "issueCategory": "error", "metadata": {"type": "ValueError", "value": "no card"}, "numComments": 0,
            "assignedTo": {"type": "team", "id": "5", "name": "payments"}, "isBookmarked": False, "isSubscribed": False,
            "subscriptionDetails": None, "hasSeen": False, "annotations": [], "isUnhandled": True, "count": str(len(times)), "userCount": 0,
            "firstSeen": at(min(times)), "lastSeen": at(max(times)), **more,
        })  # fmt: skip
        self.events[own] = [self._event(own, number, time) for number, time in enumerate(sorted(times))]
        self.activities[own] = []
        self.acted(own, "first_seen", min(times))
        return own

    def _event(self, issue: str, number: int, after: float) -> Row:
        own = f"{int(issue):016x}{number:016x}"
        return {
            "id": own, "groupID": issue, "eventID": own, "projectID": "1", "message": "no card", "title": "ValueError: no card", "location": "pay.py",
            "user": None, "tags": [{"key": "environment", "value": "production"}], "platform": "python", "dateReceived": at(after + 1), "contexts": {},
            "size": 900, "entries": [], "dist": None, "sdk": {"name": "sentry.python", "version": "2.0"}, "context": {}, "packages": {}, "type": "error",
            "metadata": {}, "errors": [], "occurrence": None, "_meta": {}, "culprit": "pay.charge", "dateCreated": at(after), "fingerprints": [],
            "release": None, "userReport": None, "sdkUpdates": [], "resolvedWith": [], "nextEventID": None, "previousEventID": None,
        }  # fmt: skip

    def acted(self, issue: str, kind: str, after: float, user: str | None = None, **data: Any) -> None:
        """Add an activity of an issue."""
        who = (
            {
                "id": "31",
                "name": user,
                "username": f"{user.split()[0].lower()}@acme.example",
                "email": f"{user.split()[0].lower()}@acme.example",
            }
            if user
            else None
        )
        number = str(sum(map(len, self.activities.values())) + 900)
        self.activities[issue].insert(
            0, {"id": number, "user": who, "type": kind, "data": data, "dateCreated": at(after)}
        )

    def release(
        self, version: str, made: float, released: float | None = None, projects: tuple[str, ...] = ("checkout",)
    ) -> None:  # fmt: skip
        """Add a release."""
        self.releases.append({
            "id": len(self.releases) + 1, "authors": [], "commitCount": 3, "data": {}, "dateCreated": at(made),
            "dateReleased": None if released is None else at(released), "deployCount": 0, "firstEvent": None, "lastCommit": None, "lastDeploy": None,
            "lastEvent": None, "newGroups": 1, "owner": None, "projects": [{"name": one.title(), "slug": one} for one in projects], "ref": None,
            "shortVersion": version.partition("@")[2][:12] or version, "version": version, "url": None,
        })  # fmt: skip
        self.deploys[version] = []

    def deploy(
        self, version: str, started: float | None, finished: float, environment: str = "production"
    ) -> None:
        """Add a deploy of a release."""
        row = {
            "id": str(300 + sum(map(len, self.deploys.values()))), "environment": environment, "dateStarted": None if started is None else at(started),
            "dateFinished": at(finished), "name": None, "url": None,
        }  # fmt: skip
        self.deploys[version].append(row)
        release = next(one for one in self.releases if one["version"] == version)
        release["deployCount"], release["lastDeploy"] = len(self.deploys[version]), row

    def _paged(self, kind: str, call: Call, rows: list[Row]) -> Made:
        place = int(call.query.get("cursor", "0:0:0").split(":")[1])
        size = min(int(call.query.get("limit") or call.query.get("per_page") or 100), 100, self.size)
        more = str(place + size < len(rows)).lower()
        there = f"https://us.sentry.io/api/0{call.path}?cursor"
        link = (
            f'<{there}=0:{max(0, place - size)}:1>; rel="previous"; results="{str(place > 0).lower()}"; cursor="0:{max(0, place - size)}:1", '
            f'<{there}=0:{place + size}:0>; rel="next"; results="{more}"; cursor="0:{place + size}:0"'
        )
        page = rows[place : place + size]
        self.given.append((kind, page))
        limits = {"X-Sentry-Rate-Limit-Remaining": "39", "X-Sentry-Rate-Limit-Limit": "40"}
        return Made(page, headers={"Link": link, **limits})

    def _issues(self, call: Call) -> Made:
        query = call.query
        if "project" not in query:
            raise RefusalError(400, "without a project those of one's own teams are meant")
        rows = self.issues
        if query.get("query", "is:unresolved") == "is:unresolved":
            rows = [one for one in rows if one["status"] == "unresolved"]
        if query.get("query", "").startswith("project:["):
            rows = [one for one in rows if one["project"]["slug"] in query["query"]]
        low, high = query.get("start"), query.get("end")
        if low and high:
            rows = [
                one for one in rows if any(low <= e["dateCreated"] < high for e in self.events[one["id"]])
            ]
        return self._paged("ListAnOrganizationSissuesResponse", call, sorted(rows, key=lambda one: str(one["firstSeen"]), reverse=True))  # fmt: skip

    def _activities(self, _: Call, own: str) -> Row:
        return {"activity": self.activities[own][:100]}

    def _oldest(self, call: Call, own: str) -> Row:
        low, high = call.query["start"], call.query["end"]
        for event in self.events[own]:
            if not self.knows_spans or low <= event["dateCreated"] < high:
                self.given.append(("RetrieveAnIssueEventResponse", event))
                return event
        raise RefusalError(
            404, "No matching event found, try changing the environments, date range, or query."
        )

    def _releases(self, call: Call) -> Made:
        rows = sorted(
            self.releases, key=lambda one: str(one["dateReleased"] or one["dateCreated"]), reverse=True
        )
        return self._paged("ListAnOrganizationSReleasesResponse", call, rows)

    def _deploys(self, call: Call, version: str) -> Made:
        rows = sorted(
            self.deploys[unquote(version)], key=lambda one: str(one.get("dateFinished")), reverse=True
        )
        return self._paged("ListAReleaseSDeploysResponse", call, rows)
