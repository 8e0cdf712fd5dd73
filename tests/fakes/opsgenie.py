"""Opsgenie's alerts, logs, incidents and timelines on loopback, and Jira Service Management's alerts in their envelope.

Shapes follow the vendor's OpenAPI description and published answers: times in ms whose trailing zeros are cut, a log's
place as its `offset`, `paging.next` only where there is more, and offset and limit together below 20,000.
"""

import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.rest import Call, Made, RefusalError, RestServer, Route, Row

KEY = "a-key-of-an-integration"
LOGIN = "ada@example.org:a-token-of-hers"
BEGIN = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
_BETWEEN = re.compile(r"createdAt >= (\d+) AND createdAt < (\d+)(?: AND \((.+)\))?")


def printed(after: float) -> str:
    """Give a time so many seconds after the beginning, as it is printed."""
    text = (BEGIN + timedelta(seconds=after)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3].rstrip("0")
    return text.removesuffix(".") + "Z"


class FakeOpsgenie(RestServer):
    """An account; `as_jsm` answers as the operations of Jira Service Management do. `cap` is the end of paging."""

    def __init__(self, *, as_jsm: bool = False) -> None:
        super().__init__()
        self.as_jsm, self.cap, self.refusals = as_jsm, 20_000, 0
        self.alerts: list[Row] = []
        self.logs: dict[str, list[Row]] = {}
        self.incidents: list[Row] = []
        self.entries: dict[str, list[Row]] = {}
        self.reads_timelines = True

    def routes(self) -> list[Route]:
        """Give what is used of either API."""
        if self.as_jsm:
            return [("GET", "/v1/alerts", self._alerts), ("GET", "/v1/alerts/([^/]+)/logs", self._logs)]
        return [
            ("GET", "/v2/alerts", self._alerts), ("GET", "/v2/alerts/([^/]+)/logs", self._logs), ("GET", "/v1/incidents", self._incidents),
            ("GET", "/v1/incidents/([^/]+)", self._incident), ("GET", "/v2/incident-timelines/([^/]+)/entries", self._timeline),
        ]  # fmt: skip

    def alert(self, after: float, message: str = "Error rate of checkout", **more: Any) -> str:
        """Add an alert created so many seconds after the beginning; give its id."""
        number = len(self.alerts) + 1
        own = f"70413a06-38d6-4c85-92b8-{number:012}"
        made = {
            "id": own, "tinyId": str(number), "alias": own, "message": message, "status": "open", "acknowledged": False, "isSeen": False,
            "tags": [], "snoozed": False, "count": 1, "createdAt": printed(after), "lastOccurredAt": printed(after), "updatedAt": printed(after),
            "source": "10.0.0.1", "owner": "", "priority": "P1", "responders": [], "integration": {"id": "i", "name": "API", "type": "API"}, **more,
        }  # fmt: skip
        self.alerts.append(made)
        return own

    def log(self, alert: str, after: float, text: str, owner: str = "System", sort: str = "system") -> Row:
        """Add a log to an alert."""
        at = int((BEGIN + timedelta(seconds=after)).timestamp() * 1000)
        row = {
            "log": text,
            "type": sort,
            "owner": owner,
            "createdAt": printed(after),
            "offset": f"{at}_{at * 1_000_000 + 234593}",
        }
        rows = self.logs.setdefault(alert, [])
        row["offset"] += f"{len(rows):02}"
        rows.append(row)
        for one in self.alerts:
            if one["id"] == alert:
                one["updatedAt"] = max(one["updatedAt"], printed(after))
        return row

    def incident(self, after: float, ended: float | None = None, **more: Any) -> str:
        """Add an incident; give its id."""
        number = len(self.incidents) + 1
        own = f"3a74524a-f492-4172-b3f5-{number:012}"
        made = {
            "id": own, "tinyId": str(number), "message": "Checkout fails", "status": "open" if ended is None else "resolved", "tags": [],
            "createdAt": printed(after), "updatedAt": printed(after if ended is None else ended), "priority": "P2", "ownerTeam": "", "responders": [],
            "impactedServices": [], "extraProperties": {}, "impactStartDate": printed(after), "actions": [],
            "links": {"web": f"https://acme.app.opsgenie.com/incident/detail/{own}", "api": f"https://api.opsgenie.com/v1/incidents/{own}"}, **more,
        }  # fmt: skip
        if ended is not None:
            made["impactEndDate"] = printed(ended)
        self.incidents.append(made)
        return own

    def entry(
        self, incident: str, after: float, sort: str, text: str, actor: str = "ada@example.org"
    ) -> None:
        """Add an entry to an incident's timeline."""
        rows = self.entries.setdefault(incident, [])
        rows.append({
            "id": f"{incident[:8]}-e{len(rows):04}", "group": "custom" if sort == "CustomUserEntry" else "incident", "type": sort, "hidden": False,
            "eventTime": printed(after), "actor": {"name": actor, "type": "user"}, "description": {"name": sort, "type": "plain_text", "content": text},
        })  # fmt: skip

    def _refuse(self, call: Call) -> None:
        if self.refusals:
            self.refusals -= 1
            raise RefusalError(
                429,
                "You are making too many requests! To avoid this error, please wait before sending again.",
            )
        wanted = {b64encode(LOGIN.encode()).decode()} if self.as_jsm else {KEY}
        if call.token not in wanted:
            raise RefusalError(401, "Could not authenticate")

    def answer(self, call: Call) -> Made:
        """Say when a limit is renewed as Opsgenie does."""
        try:
            return super().answer(call)
        except RefusalError as err:
            if err.status != 429:
                raise
            headers = {
                "X-RateLimit-State": "THROTTLED",
                "X-RateLimit-Reason": "ACCOUNT",
                "X-RateLimit-Period-In-Sec": "1",
            }
            return Made({"message": str(err), "took": 0.0, "requestId": "r"}, 429, headers)

    def _alerts(self, call: Call) -> Made:
        self._refuse(call)
        return self._listed(call, self.alerts)

    def _incidents(self, call: Call) -> Made:
        self._refuse(call)
        return self._listed(call, self.incidents)

    def _listed(self, call: Call, rows: list[Row]) -> Made:
        low, high = 0, 2**62
        if query := call.query.get("query"):
            match = _BETWEEN.fullmatch(query)
            if not match:
                raise RefusalError(422, f"Query {query} is not valid")
            low, high = int(match[1]), int(match[2])
        found = [
            row for row in rows if low <= datetime.fromisoformat(row["createdAt"]).timestamp() * 1000 < high
        ]
        found.sort(key=lambda row: (datetime.fromisoformat(row["createdAt"]), row["id"]))
        offset, limit = (
            int(call.query.get("offset", "0")),
            min(int(call.query.get("size" if self.as_jsm else "limit", "20")), 100),
        )
        if offset + limit >= self.cap:
            raise RefusalError(422, "Sum of offset and limit should be lower than 20000")
        return self._enveloped(call, found[offset : offset + limit], more=offset + limit < len(found))

    def _enveloped(self, call: Call, rows: list[Row], *, more: bool) -> Made:
        if self.as_jsm:
            return Made({"values": rows, "links": {"next": "/v1/alerts?offset=1"} if more else {}})
        following = (
            {"paging": {"first": self.url, "next": f"https://api.opsgenie.com{call.path}?offset=1"}}
            if more
            else {}
        )
        return Made({"data": rows, **following, "took": 0.605, "requestId": "9ae63dd7"})

    def _logs(self, call: Call, alert: str) -> Made:
        self._refuse(call)
        rows = sorted(self.logs.get(alert, []), key=lambda row: row["offset"])
        after = call.query.get("offset", "")
        rows = [row for row in rows if row["offset"] > after]
        limit = min(int(call.query.get("size" if self.as_jsm else "limit", "20")), 100)
        return self._enveloped(call, rows[:limit], more=limit < len(rows))

    def _incident(self, call: Call, own: str) -> Made:
        self._refuse(call)
        name = "tinyId" if call.query.get("identifierType") == "tiny" else "id"
        for one in self.incidents:
            if one[name] == own:
                return Made({"data": one, "took": 0.1, "requestId": "r"})
        raise RefusalError(404, "Incident does not exist")

    def _timeline(self, call: Call, own: str) -> Made:
        self._refuse(call)
        if not self.reads_timelines:
            raise RefusalError(403, "This endpoint is not allowed for this key")
        return Made({"data": {"entries": self.entries.get(own, [])}, "took": 0.1, "requestId": "r"})
