"""Jira's REST API on loopback, as Cloud (v3) and as a server of one's own (v2) answer; in the form of published answers.

JQL compares to the minute in the zone of the user who asks; Cloud pages by token, cuts what a search expands, and
finds nothing without a word for a login that it does not take. Documents of Cloud are Atlassian's, a server's wiki text.
"""

import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta

from tests.fakes.jira_issues import BASE, CATEGORIES, Issues, status_of
from tests.fakes.rest import Call, Made, RefusalError, RestServer, Route, Row

LOGIN = "ada@example.org:an-api-token-of-hers"
TOKEN = "a-personal-access-token"
_WINDOW = re.compile(
    r'\((.+)\) AND updated >= "([\d: -]{16})" AND created <= "([\d: -]{16})" ORDER BY created ASC, key ASC'
)


class FakeJira(Issues, RestServer):
    """A site, or a server; `size` is the most records of a page, `refusals` answers of 429 to come."""

    def __init__(self, *, is_cloud: bool = True) -> None:
        Issues.__init__(self)
        RestServer.__init__(self)
        self.is_cloud, self.size, self.refusals = is_cloud, 100, 0
        self.types = ["Bug", "Incident", "[System] Incident"]
        self.forgotten: set[str] = set()  # ids of statuses that are no more
        self.refused: dict[str, int] = {}  # how a path ends -> the status of its every answer

    def routes(self) -> list[Route]:
        """Give what is used of the API."""
        below = f"/rest/api/{3 if self.is_cloud else 2}"
        search = (
            (f"{below}/search/jql", self._by_token) if self.is_cloud else (f"{below}/search", self._by_offset)
        )
        return [
            ("GET", "/rest/api/2/serverInfo", self._info), ("GET", f"{below}/myself", self._myself),
            ("GET", f"{below}/status", self._statuses), ("GET", "/rest/api/2/issuetype", self._types), ("POST", *search),
            ("GET", f"{below}/issue/([^/]+)", self._issue), ("GET", f"{below}/issue/([^/]+)/changelog", self._changelog),
            ("GET", f"{below}/issue/([^/]+)/comment", self._commented),
            *([("GET", "/rest/api/2/issue/([^/]+)", self._issue)] if self.is_cloud else []),
            # Tickets are made by v2 on both: it takes texts, where v3 takes documents.
            ("POST", "/rest/api/2/issue", self._make), ("GET", "/rest/api/2/search/jql" if self.is_cloud else "/rest/api/2/search", self._labelled),
        ]  # fmt: skip

    def answer(self, call: Call) -> Made:
        """Refuse what is to be refused, and who is not known."""
        if self.refusals:
            self.refusals -= 1
            self.calls.append(call)
            reset = (datetime.now(UTC) + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%MZ")
            headers = {
                "Retry-After": "1",
                "X-RateLimit-Reset": reset,
                "RateLimit-Reason": "jira-quota-tenant-based",
            }
            return Made({"errorMessages": ["Rate limit exceeded."], "errors": {}}, 429, headers)
        for path, status in self.refused.items():
            if call.path.endswith(path):
                self.calls.append(call)
                return Made({"errorMessages": [f"No {path}"], "errors": {}}, status)
        try:
            return super().answer(call)
        except RefusalError as err:
            return Made({"errorMessages": [str(err)], "errors": {}}, err.status)

    def _knows(self, call: Call) -> bool:
        return call.token == (b64encode(LOGIN.encode()).decode() if self.is_cloud else TOKEN)

    def _info(self, _: Call) -> Row:
        told = {
            "baseUrl": BASE, "version": "1001.0.0-SNAPSHOT", "versionNumbers": [1001, 0, 0],
            "deploymentType": "Cloud" if self.is_cloud else "Server", "serverTitle": "Jira",
        }  # fmt: skip
        at = datetime.now(self.zone)
        return {
            **told,
            "serverTime": at.strftime("%Y-%m-%dT%H:%M:%S.")
            + f"{at.microsecond // 1000:03}"
            + at.strftime("%z"),
        }

    def _myself(self, call: Call) -> Made:
        if not self._knows(call):
            return Made(
                {"message": "Client must be authenticated to access this resource.", "status-code": 401}, 401
            )
        return Made(self.user("Ada Example"))

    def _statuses(self, _: Call) -> list[Row]:
        return [status_of(own) for own in CATEGORIES if own not in self.forgotten]

    def _types(self, _: Call) -> list[Row]:
        return [{"id": str(n), "name": name} for n, name in enumerate(self.types)]

    def _found(self, call: Call) -> list[Row]:
        if not self._knows(call):
            return []
        match = _WINDOW.fullmatch(call.body["jql"])
        if not match or "nonsense" in match[1]:
            raise RefusalError(400, "Error in the JQL Query")
        low, high = (
            datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=self.zone) for text in match.groups()[1:]
        )
        chosen = re.findall(r"[A-Z]{2,}(?=[,) ]|$)", match[1].partition("project")[2])
        return [
            one for one in sorted(self.issues, key=lambda one: (one["fields"]["created"], one["key"]))
            if low <= datetime.fromisoformat(one["fields"]["updated"]) and datetime.fromisoformat(one["fields"]["created"]) <= high
            and (not chosen or one["fields"]["project"]["key"] in chosen)
        ]  # fmt: skip

    def _by_token(self, call: Call) -> Row:
        found, size = self._found(call), min(call.body["maxResults"], self.size)
        token = call.body.get("nextPageToken", "t0")
        if not re.fullmatch(r"t\d+", token):
            raise RefusalError(400, "The nextPageToken is not valid")
        start = int(token[1:])
        rows = [self._shown(one, call.body.get("fields", [])) for one in found[start : start + size]]
        if start + size < len(found):
            return {"issues": rows, "nextPageToken": f"t{start + size}", "isLast": False}
        return {"issues": rows, "isLast": True}

    def _by_offset(self, call: Call) -> Row:
        found, size, start = self._found(call), min(call.body["maxResults"], self.size), call.body["startAt"]
        rows = [self._shown(one, call.body.get("fields", [])) for one in found[start : start + size]]
        return {
            "expand": "schema,names",
            "startAt": start,
            "maxResults": size,
            "total": len(found),
            "issues": rows,
        }

    def _shown(self, issue: Row, names: list[str]) -> Row:
        return {**issue, "fields": {name: value for name, value in issue["fields"].items() if name in names}}

    def _issue(self, call: Call, key: str) -> Row:
        if not self._knows(call):
            raise RefusalError(404, "Issue does not exist or you do not have permission to see it.")
        names = call.query.get("fields", "").split(",")
        told = self._shown(self.named(key), names)
        if "changelog" in call.query.get("expand", ""):
            rows = self.changes.get(told["id"], [])
            told |= {
                "changelog": {
                    "startAt": 0,
                    "maxResults": len(rows[: self.size]),
                    "total": len(rows),
                    "histories": rows[: self.size],
                }
            }
            told |= {
                "names": {
                    name: "Severity" if name.startswith("customfield") else name.title() for name in names
                }
            }
        return told

    def _make(self, call: Call) -> Made:
        if not self._knows(call):
            raise RefusalError(401, "You are not authenticated.")
        fields = dict(call.body["fields"])
        project, kind = fields.pop("project")["key"], fields.pop("issuetype")["name"]
        wrong = {}
        if kind not in self.types:
            wrong["issuetype"] = "Specify a valid issue type"
        if not fields.get("summary") or "\n" in fields["summary"] or len(fields["summary"]) > 255:
            wrong["summary"] = "Summary must be one line of at most 255 characters."
        if any(re.search(r"\s", one) for one in fields.get("labels", [])):
            wrong["labels"] = "The label contains spaces which is invalid."
        if wrong:
            return Made({"errorMessages": [], "errors": wrong}, 400)
        key = self.issue(60 * len(self.issues), fields.pop("summary"), project=project, kind=kind, **fields)
        own = self.named(key)["id"]
        return Made({"id": own, "key": key, "self": f"{BASE}/rest/api/2/issue/{own}"}, 201)

    def _labelled(self, call: Call) -> Row:
        match = re.fullmatch(
            r'project = "(\w+)" AND labels = "([\w-]+)" ORDER BY created DESC', call.query["jql"]
        )
        if not match:
            raise RefusalError(400, "Error in the JQL Query")
        found = [
            one for one in reversed(self.issues)
            if one["fields"]["project"]["key"] == match[1] and match[2] in one["fields"].get("labels", [])
        ] if self._knows(call) else []  # fmt: skip
        return {
            "issues": [
                self._shown(one, call.query["fields"].split(","))
                for one in found[: int(call.query["maxResults"])]
            ]
        }

    def _changelog(self, call: Call, own: str) -> Row:
        rows, start, size = self._paged(call, self.changes.get(self.named(own)["id"], []))
        total = len(self.changes.get(own, []))
        return {
            "startAt": start,
            "maxResults": size,
            "total": total,
            "isLast": start + size >= total,
            "values": rows,
        }

    def _commented(self, call: Call, own: str) -> Row:
        every = self.comments.get(self.named(own)["id"], [])
        rows, start, size = self._paged(call, every)
        return {"startAt": start, "maxResults": size, "total": len(every), "comments": rows}

    def _paged(self, call: Call, rows: list[Row]) -> tuple[list[Row], int, int]:
        start, size = int(call.query["startAt"]), min(int(call.query["maxResults"]), self.size)
        return rows[start : start + size], start, size
