"""Issues of Jira, their changes and comments, in the form of published answers; what the fake server has."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.fakes.rest import RefusalError, Row

BASE = "https://acme.atlassian.net"
BEGIN = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
CATEGORIES = {
    "10000": ("Open", "new"),
    "3": ("In Progress", "indeterminate"),
    "10001": ("Done", "done"),
    "10002": ("Closed", "done"),
}


class Issues:
    """What people do with issues; `is_cloud` decides how users and documents are written, `zone` how times are."""

    is_cloud = True

    def __init__(self) -> None:
        self.zone = ZoneInfo("Asia/Shanghai")
        self.issues: list[Row] = []
        self.changes: dict[str, list[Row]] = {}
        self.comments: dict[str, list[Row]] = {}

    def printed(self, after: float) -> str:
        """Give a time so many seconds after the beginning as it is printed: in the user's zone, its offset without a colon."""
        at = (BEGIN + timedelta(seconds=after)).astimezone(self.zone)
        return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}" + at.strftime("%z")

    def user(self, name: str, kind: str = "atlassian") -> Row:
        """Give a user's record."""
        own = name.split()[0].lower()
        shown = {"displayName": name, "active": True, "timeZone": str(self.zone), "avatarUrls": {}}
        if self.is_cloud:
            return {
                "self": f"{BASE}/rest/api/3/user?accountId=557058:{own}",
                "accountId": f"557058:{own}",
                "accountType": kind,
                **shown,
            }
        return {
            "self": f"{BASE}/rest/api/2/user?username={own}",
            "name": own,
            "key": f"JIRAUSER{own}",
            "emailAddress": f"{own}@example.org",
            **shown,
        }

    def key_of(self, name: str) -> str:
        """Give what a changelog calls a user by."""
        made = self.user(name)
        return str(made.get("accountId") or made["key"])

    def issue(
        self,
        after: float,
        summary: str = "Checkout fails",
        *,
        project: str = "SHOP",
        kind: str = "Incident",
        **more: Any,
    ) -> str:
        """Add an issue; give its key."""
        number = len(self.issues) + 1
        key, own = f"{project}-{990 + number}", str(10062 + number)
        fields = {
            "summary": summary, "status": status_of("10000"), "priority": {"id": "2", "name": "High"}, "assignee": None,
            "creator": self.user("Ada Example"), "created": self.printed(after), "updated": self.printed(after), "components": [],
            "issuetype": {"id": "10003", "name": kind, "subtask": False}, "project": {"id": "1", "key": project, "name": project},
            "resolutiondate": None, **({"statuscategorychangedate": self.printed(after)} if self.is_cloud else {}), **more,
        }  # fmt: skip
        self.issues.append(
            {
                "expand": "changelog",
                "id": own,
                "self": f"{BASE}/rest/api/3/issue/{own}",
                "key": key,
                "fields": fields,
            }
        )
        return key

    def change(self, key: str, after: float, *items: Row, by: str = "Ada Example") -> Row:
        """Add changes to an issue's log, and to its fields."""
        issue = self.named(key)
        rows = self.changes.setdefault(issue["id"], [])
        row = {
            "id": str(57277 + 4 * len(rows) + int(issue["id"])),
            "author": self.user(by),
            "created": self.printed(after),
            "items": list(items),
        }
        rows.append(row)
        issue["fields"]["updated"] = max(issue["fields"]["updated"], row["created"])
        return row

    def item(
        self,
        field: str,
        was: tuple[str | None, str | None],
        now: tuple[str | None, str | None],
        kind: str = "jira",
        own: str = "",
    ) -> Row:
        """Give one change of a field, from id and text to id and text."""
        named = {"fieldId": own or field} if self.is_cloud else {}
        return {
            "field": field,
            "fieldtype": kind,
            **named,
            "from": was[0],
            "fromString": was[1],
            "to": now[0],
            "toString": now[1],
        }

    def move(self, key: str, after: float, status: str, by: str = "Ada Example") -> None:
        """Change an issue's status."""
        fields = self.named(key)["fields"]
        was = fields["status"]["id"]
        fields["status"] = status_of(status)
        is_done = CATEGORIES[status][1] == "done"
        fields["resolutiondate"] = self.printed(after) if is_done else None
        if self.is_cloud and is_done != (CATEGORIES[was][1] == "done"):
            fields["statuscategorychangedate"] = self.printed(after)
        self.change(
            key, after, self.item("status", (was, CATEGORIES[was][0]), (status, CATEGORIES[status][0])), by=by
        )

    def assign(self, key: str, after: float, name: str | None) -> None:
        """Assign an issue to somebody, or to nobody."""
        fields = self.named(key)["fields"]
        was, fields["assignee"] = fields["assignee"], self.user(name) if name else None
        before = (self.key_of(was["displayName"]), was["displayName"]) if was else (None, None)
        self.change(
            key, after, self.item("assignee", before, (self.key_of(name), name) if name else (None, None))
        )

    def prioritise(self, key: str, after: float, name: str) -> None:
        """Change an issue's priority."""
        fields = self.named(key)["fields"]
        was, fields["priority"] = fields["priority"], {"id": str(len(name)), "name": name}
        self.change(key, after, self.item("priority", (was["id"], was["name"]), (str(len(name)), name)))

    def comment(
        self, key: str, after: float, body: Any, by: str = "Bo Example", edited: float | None = None
    ) -> str:
        """Add a comment; a text becomes a document on Cloud."""
        issue = self.named(key)
        rows = self.comments.setdefault(issue["id"], [])
        if self.is_cloud and isinstance(body, str):
            body = {
                "version": 1,
                "type": "doc",
                "content": [{"type": "paragraph", "content": [{"type": "text", "text": body}]}],
            }
        own = str(10035 + len(rows) + 100 * int(issue["id"]))
        rows.append({
            "self": f"{BASE}/rest/api/2/issue/{issue['id']}/comment/{own}", "id": own, "author": self.user(by), "body": body,
            "updateAuthor": self.user(by), "created": self.printed(after), "updated": self.printed(after if edited is None else edited), "jsdPublic": True,
        })  # fmt: skip
        issue["fields"]["updated"] = max(issue["fields"]["updated"], rows[-1]["updated"])
        return own

    def named(self, key: str) -> Row:
        """Give an issue by its key or id; raise RefusalError."""
        for one in self.issues:
            if key in (one["key"], one["id"]):
                return one
        raise RefusalError(404, "Issue does not exist or you do not have permission to see it.")


def status_of(own: str) -> Row:
    """Give a status by its id."""
    name, key = CATEGORIES[own]
    return {"id": own, "name": name, "statusCategory": {"id": 2, "key": key, "name": key}}
