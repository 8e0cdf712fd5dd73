"""A status page on loopback: its last fifty incidents and maintenances, newest first, in the zone of the page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from tests.fakes.rest import Call, Made, RestServer, Route, Row

BEGIN = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
_ZONE = timezone(timedelta(hours=-8))
_LISTED = 50


def printed(after: float) -> str:
    """Give a time so many seconds after the beginning, as the page prints it."""
    return (BEGIN + timedelta(seconds=after)).astimezone(_ZONE).isoformat(timespec="milliseconds")


class FakeStatuspage(RestServer):
    """A page."""

    def __init__(self) -> None:
        super().__init__()
        self.incidents: list[Row] = []
        self.maintenances: list[Row] = []

    def routes(self) -> list[Route]:
        """Give what everybody may read."""
        return [
            ("GET", "/api/v2/status.json", self._status),
            ("GET", "/api/v2/incidents.json", lambda _: self._listed("incidents", self.incidents)),
            ("GET", "/api/v2/scheduled-maintenances.json", lambda _: self._listed("scheduled_maintenances", self.maintenances)),
        ]  # fmt: skip

    @property
    def own(self) -> Row:
        """Give what each answer says of the page."""
        return {
            "id": "kctbh9vrtdwd",
            "name": "Acme",
            "url": "https://status.acme.example",
            "time_zone": "Etc/UTC",
            "updated_at": printed(0),
        }

    def incident(self, *posts: tuple[float, str], rows: list[Row] | None = None, **more: Any) -> Row:
        """Add an incident with posts, each so many seconds after the beginning with a status."""
        kept = self.incidents if rows is None else rows
        own = f"{'m' if rows is not None else 'i'}{len(kept):011}"
        updates: list[Row] = [
            {
                "id": f"{own}-{n}", "status": status, "body": f"We are {status}.", "incident_id": own, "created_at": printed(after),
                "updated_at": printed(after), "display_at": printed(after), "affected_components": None, "deliver_notifications": True,
                "custom_tweet": None, "tweet_id": None,
            }
            for n, (after, status) in enumerate(posts)
        ]  # fmt: skip
        made: Row = {
            "id": own, "name": "Payments are slow", "status": posts[-1][1], "created_at": printed(posts[0][0]),
            "updated_at": printed(posts[-1][0]), "monitoring_at": None, "resolved_at": None, "impact": "major",
            "shortlink": f"https://stspg.io/{own}", "started_at": printed(posts[0][0]), "page_id": self.own["id"],
            "incident_updates": updates[::-1], "components": [], **more,
        }  # fmt: skip
        kept.append(made)
        return made

    def _status(self, _: Call) -> Made:
        return Made(
            {"page": self.own, "status": {"indicator": "none", "description": "All Systems Operational"}}
        )

    def _listed(self, name: str, rows: list[Row]) -> Made:
        newest = sorted(rows, key=lambda row: str(row["created_at"]), reverse=True)
        return Made({"page": self.own, name: newest[:_LISTED]})
