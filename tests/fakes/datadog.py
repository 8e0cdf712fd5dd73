"""Datadog's search of events on loopback, in the form of recorded answers: `meta.page.after` on every page that holds some.

The last page holds none, and no `meta`. An event's own time is printed in ms, and cut to seconds outside.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.datadog_metrics import Metrics
from tests.fakes.rest import Call, Made, RefusalError, RestServer, Route, Row

API_KEY, APP_KEY = "an-api-key-of-an-organisation", "an-application-key-of-it"
BEGIN = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
_LIMITS = {"X-RateLimit-Limit": "100", "X-RateLimit-Period": "60", "X-RateLimit-Name": "events_search"}


class FakeDatadog(RestServer):
    """An account. `refusals` are answered with 429 first, `warnings` come with each answer."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Row] = []
        self.undated: list[Row] = []  # in every window
        self.refusals, self.reset = 0, 1
        self.warnings: list[Row] = []
        self.ends_early = False  # no page says where others are
        self.metrics = Metrics()

    def routes(self) -> list[Route]:
        """Give the search, and the query of metrics."""
        return [("POST", "/api/v2/events/search", self._search), ("GET", "/api/v1/query", self._query)]

    def event(self, after: float, title: str, *tags: str, message: str = "", **more: Any) -> Row:
        """Add an event so many seconds after the beginning; `more` are members of its own attributes."""
        number = len(self.events) + 1
        at = BEGIN + timedelta(seconds=after)
        own = {
            "status": "info", "title": title, "timestamp": int(at.timestamp() * 1000), "service": "undefined", "priority": "normal",
            "event_object": "deploy", "evt": {"source_id": 36, "type": "api", "id": f"65675979{number:011}"}, **more,
        }  # fmt: skip
        made = {
            "attributes": {
                "attributes": own,
                "message": message,
                "tags": list(tags),
                "timestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
            "type": "event",
            "id": base64.urlsafe_b64encode(b"an event of one organisation %06d" % number).decode(),
        }
        self.events.append(made)
        return made

    def transition(
        self,
        after: float,
        before: str,
        now: str,
        *groups: str,
        how: str = "",
        monitor: int = 7_061_921,
        **more: Any,
    ) -> Row:
        """Add what a monitor passed through."""
        recovers = "recovery" if now == "OK" else ""
        how = how or f"{(before if recovers else now).lower()} {recovers}".strip()
        status = {"Alert": "error", "Warn": "warning", "OK": "success"}.get(now, "error")
        address = f"/monitors/{monitor}?group=host%3Aa&from_ts=1795269600000&to_ts=1795270500000"
        told = {
            "id": monitor, "name": "Error rate of checkout", "type": "query alert", "tags": ["service:checkout"],
            "created_at": 1643639312000, "modified": 1646655224000, "query": "avg(last_5m):errors{*} by {host} > 5",
            "groups": list(groups), "result": {"result_ts": 1795269660, "alert_url": address},
            "transition": {"source_state": before, "destination_state": now, "transition_type": how},
        }  # fmt: skip
        tags = ("env:production", "monitor", "service:checkout", "source:alert", *groups)
        values: Row = {
            "status": status, "monitor": told, "monitor_id": monitor, "monitor_groups": list(groups),
            "sourcecategory": "monitor_alert", **more,
        }  # fmt: skip
        made = self.event(
            after, f"[{now}] Error rate of checkout", *tags, message="Errors are above 5 @slack-ops"
        )
        made["attributes"]["attributes"].update(values)
        return made

    def _refused(self, call: Call) -> Made | None:
        if self.refusals:
            self.refusals -= 1
            headers = {**_LIMITS, "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(self.reset)}
            return Made({"errors": ["Too many requests"]}, 429, headers)
        keys = call.headers.get("dd-api-key"), call.headers.get("dd-application-key")
        if keys != (API_KEY, APP_KEY):
            return Made(
                {"errors": ["Forbidden" if keys[0] == API_KEY else "Unauthorized"]},
                403 if keys[0] == API_KEY else 401,
            )
        return None

    def _query(self, call: Call) -> Made:
        if refused := self._refused(call):
            return refused
        limits = {**_LIMITS, "X-RateLimit-Remaining": "99", "X-RateLimit-Reset": "30"}
        return Made(self.metrics.answer(call.query), headers={**limits, "X-RateLimit-Name": "batch_query"})

    def _search(self, call: Call) -> Made:
        if refused := self._refused(call):
            return refused
        low, high = (int(call.body["filter"][name]) for name in ("from", "to"))  # date math is none here
        page = call.body.get("page", {})
        size, first = page.get("limit", 10), int(page.get("cursor", "0").rpartition("-")[2])
        if not 1 <= size <= 1_000:
            raise RefusalError(400, "Invalid page.limit")
        found = [one for one in self.events if low <= one["attributes"]["attributes"]["timestamp"] < high]
        found.sort(
            key=lambda one: one["attributes"]["attributes"]["timestamp"],
            reverse=call.body.get("sort") != "timestamp",
        )
        rows = [*found, *self.undated][first : first + size]
        told: Row = {"data": rows}
        meta: Row = {"warnings": self.warnings} if self.warnings else {}
        if rows and not self.ends_early:
            after = f"after-{first + len(rows)}"
            meta = {**meta, "page": {"after": after}}
            told["links"] = {"next": f"{self.url}{call.path}?page%5Bcursor%5D={after}"}
        return Made(
            {**told, "meta": meta} if meta else told,
            headers={**_LIMITS, "X-RateLimit-Remaining": "99", "X-RateLimit-Reset": "30"},
        )
