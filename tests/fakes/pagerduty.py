"""PagerDuty's log entries, incidents and change events on loopback; PagerDuty's own client drives it in the tests as well.

Shapes and rules follow the REST API's description: newest first, `offset` and `limit` up to a hard end,
`total` only when it is asked for, times in the account's zone unless told, and read in it where they lack
one; 429 with the seconds until the reset, or without. Times are whole seconds, printed with six zeros.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.fakes.rest import Call, Made, RefusalError, RestServer, Route, Row

KEY = "u+a-key-of-twenty-marks"
BEGIN = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
_HOME = "https://acme.pagerduty.com"


def user(number: int, name: str) -> Row:
    """Give a reference to a person."""
    identity = f"PU{number:05}"
    return {
        "id": identity, "type": "user_reference", "summary": name,
        "self": f"https://api.pagerduty.com/users/{identity}", "html_url": f"{_HOME}/users/{identity}",
    }  # fmt: skip


SERVICE = {
    "id": "PSERV01", "type": "service_reference", "summary": "Checkout",
    "self": "https://api.pagerduty.com/services/PSERV01", "html_url": f"{_HOME}/service-directory/PSERV01",
}  # fmt: skip
ADA, BO = user(1, "Ada Example"), user(2, "Bo Example")


def _printed(after: float) -> str:
    return (BEGIN + timedelta(seconds=after)).strftime("%Y-%m-%dT%H:%M:%SZ")


class FakePagerduty(RestServer):
    """An account in California with log entries; `cap` is the end of paging, `refusals` answers of 429 to come."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Row] = []
        self.incidents: list[Row] = []
        self.beside: dict[str, list[Row]] = {"alerts": [], "notes": []}
        self.changes: list[Row] = []
        self.reads_changes = True  # whether the key may
        self.cap = 10_000
        self.zone = ZoneInfo("America/Los_Angeles")
        self.refusals = 0
        self.reset: str | None = "1"
        self._number = 0

    def routes(self) -> list[Route]:
        """Give what is used of the REST API."""
        return [
            ("GET", "/log_entries", self._list), ("GET", "/incidents/([^/]+)", self._incident),
            ("GET", "/incidents/([^/]+)/log_entries", self._list), ("GET", "/change_events", self._list_changes),
            ("GET", "/incidents/([^/]+)/(alerts|notes)", self._beside),
        ]  # fmt: skip

    def declare(self, number: int = 4, after: float = 60, ended: float | None = None, **more: Any) -> Row:
        """Add an incident, declared so many seconds after the beginning; give it as it is kept."""
        identity = f"Q{number:013}"
        made = {
            "id": identity, "type": "incident", "summary": f"[#{number}] Checkout fails", "incident_number": number,
            "title": "Checkout fails", "status": "triggered" if ended is None else "resolved", "urgency": "high",
            "self": f"https://api.pagerduty.com/incidents/{identity}", "html_url": f"{_HOME}/incidents/{identity}",
            "created_at": _printed(after), "resolved_at": None if ended is None else _printed(ended),
            "last_status_change_at": _printed(after if ended is None else ended), "service": SERVICE, "priority": None,
            "assignments": [{"at": _printed(after), "assignee": ADA}] if ended is None else [], **more,
        }  # fmt: skip
        self.incidents.append(made)
        return made

    def _incident(self, call: Call, reference: str) -> Made:
        self._refuse(call)
        for one in self.incidents:
            if reference in {one["id"], str(one["incident_number"])}:
                return Made({"incident": one})
        return Made({"error": {"message": "Not Found", "code": 2100}}, 404)

    def log(
        self, kind: str, after: float, agent: Row | None = None, *, incident: int = 4, channel: Row | None = None, **more: Any
    ) -> Row:  # fmt: skip
        """Add an entry, so many seconds after the beginning; give it as it is kept."""
        self._number += 1
        identity, about = f"R{self._number:025}", f"Q{incident:013}"
        page = f"{_HOME}/incidents/{about}"
        entry = {
            "id": identity, "type": f"{kind}_log_entry", "summary": f"{kind} of it",
            "self": f"https://api.pagerduty.com/log_entries/{identity}",
            "html_url": f"{page}/log_entries/{identity}" if kind == "trigger" else None,
            "created_at": BEGIN + timedelta(seconds=after), "channel": {"type": "auto", **(channel or {})}, "service": SERVICE,
            "incident": {
                "id": about, "type": "incident_reference", "summary": f"[#{incident}] Checkout fails",
                "self": f"https://api.pagerduty.com/incidents/{about}", "html_url": page,
            },
            "teams": [], **({"agent": agent} if agent else {}), **more,
        }  # fmt: skip
        self.entries.append(entry)
        return entry

    def alert(self, after: float, status: str = "triggered", *, incident: int = 4, **more: Any) -> Row:
        """Add an alert to an incident."""
        identity = f"A{len(self.beside['alerts']):013}"
        made = {
            "id": identity, "type": "alert", "summary": "HighErrorRate on checkout", "created_at": _printed(after), "status": status,
            "html_url": f"{_HOME}/alerts/{identity}", "alert_key": f"key-{identity}", "service": SERVICE, "severity": "critical",
            "suppressed": False, "incident": {"id": f"Q{incident:013}", "type": "incident_reference"}, "body": {"type": "alert_body"}, **more,
        }  # fmt: skip
        self.beside["alerts"].append(made)
        return made

    def note(self, after: float, user: Row, content: str, *, incident: int = 4) -> Row:
        """Add a note to an incident, with its log entry; give the entry."""
        note = {
            "id": f"N{len(self.beside['notes']):06}", "user": user, "channel": {"summary": "The PagerDuty website or APIs"}, "content": content,
            "created_at": _printed(after), "updated_at": _printed(after), "incident": {"id": f"Q{incident:013}"},
        }  # fmt: skip
        self.beside["notes"].append(note)
        return self.log(
            "annotate", after, user, incident=incident, channel={"type": "note", "content": content}
        )

    def change(self, after: float, summary: str, **more: Any) -> Row:
        """Add a change event."""
        number = len(self.changes)
        made = {
            "id": f"01CHANGE{number:018}", "type": "change_event", "summary": summary, "timestamp": _printed(after), "source": "ci.example",
            "services": [SERVICE], "integration": {"id": "PEYSGVF", "type": "inbound_integration_reference"}, "routing_key": "0" * 32,
            "links": [{"href": f"https://ci.example/build/{number}", "text": "Build"}], "images": [], "custom_details": {}, **more,
        }  # fmt: skip
        self.changes.append(made)
        return made

    def _list(self, call: Call, incident: str = "") -> Made:
        """List log entries, of one incident or of all."""
        if self.refusals:
            self.refusals -= 1
            headers = (
                {} if self.reset is None else {"ratelimit-reset": self.reset, "ratelimit-remaining": "0"}
            )
            return Made({"error": {"message": "Rate Limit Exceeded", "code": 2020}}, 429, headers)
        self._refuse(call)
        found = [
            entry for entry in self._between(call) if not incident or entry["incident"]["id"] == incident
        ]
        return self._paged(call, "log_entries", found, lambda entry: self._shown(entry, call))

    def _list_changes(self, call: Call) -> Made:
        self._refuse(call)
        if not self.reads_changes:
            raise RefusalError(403, "Access Denied")
        for name in ("since", "until"):
            if name in call.query and not call.query[name].endswith("Z"):
                raise RefusalError(400, "Invalid Input Provided")
        since, until = call.query.get("since", ""), call.query.get("until", "9")
        return self._paged(
            call, "change_events", [c for c in self.changes if since <= str(c["timestamp"]) < until]
        )

    def _beside(self, call: Call, incident: str, what: str) -> Made:
        self._refuse(call)
        rows = [row for row in self.beside[what] if row["incident"]["id"] == incident]
        if what == "notes":  # all at once, and without their incident
            return Made({"notes": [{k: v for k, v in row.items() if k != "incident"} for row in rows]})
        return self._paged(call, what, rows)

    def _paged(self, call: Call, key: str, found: list[Row], shown: Callable[[Row], Row] = dict) -> Made:
        offset, limit = (
            int(call.query.get(name, default)) for name, default in (("offset", "0"), ("limit", "25"))
        )
        limit = min(limit, 100)
        if offset + limit > self.cap:
            raise RefusalError(400, "Invalid Input Provided: Offset must be less than the limit")
        part = [shown(row) for row in found[offset : offset + limit]]
        total = len(found) if call.query.get("total") == "true" else None
        answer = {
            key: part,
            "limit": limit,
            "offset": offset,
            "more": offset + limit < len(found),
            "total": total,
        }
        return Made(answer, headers={"ratelimit-remaining": "959", "ratelimit-reset": "60"})

    def _refuse(self, call: Call) -> None:
        if call.token not in {f"token={KEY}", KEY}:
            raise RefusalError(401, "Unauthorized")

    def _between(self, call: Call) -> list[Row]:
        since, until = (self._time(call.query.get(name)) for name in ("since", "until"))
        found = [
            entry for entry in self.entries
            if (since is None or since <= entry["created_at"]) and (until is None or entry["created_at"] < until)
        ]  # fmt: skip
        return sorted(found, key=lambda entry: (entry["created_at"], entry["id"]), reverse=True)

    def _time(self, text: str | None) -> datetime | None:
        if not text:
            return None
        read = datetime.fromisoformat(text)
        return read if read.tzinfo else read.replace(tzinfo=self.zone)

    def _shown(self, entry: Row, call: Call) -> Row:
        """Give an entry as it is shown: details of its channel only where they are asked for."""
        zone = ZoneInfo(call.query["time_zone"]) if "time_zone" in call.query else self.zone
        at: Any = entry["created_at"]
        if isinstance(at, datetime):
            whole = at.replace(microsecond=0).astimezone(zone)
            at = whole.isoformat(timespec="microseconds").replace("+00:00", "Z")
        channel = entry["channel"]
        if ("include[]", "channels") not in call.pairs:
            channel = {"type": channel["type"]}
        return {**entry, "created_at": at, "channel": channel}
