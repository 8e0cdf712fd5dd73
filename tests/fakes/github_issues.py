"""A repository's issues and their timelines, in the forms and orders GitHub's API has."""

from datetime import UTC, datetime
from typing import Any

from tests.fakes.github_openapi import filled

PAGE = "https://git.example/acme/shop"
Row = dict[str, Any]
#: What the official description calls each event.
_SCHEMAS = {
    "labeled": "labeled-issue-event", "unlabeled": "unlabeled-issue-event", "renamed": "renamed-issue-event",
    "assigned": "timeline-assigned-issue-event", "unassigned": "timeline-unassigned-issue-event",
    "closed": "state-change-issue-event", "reopened": "state-change-issue-event", "commented": "timeline-comment-event",
    "cross-referenced": "timeline-cross-referenced-event",
}  # fmt: skip


def stamp(at: datetime) -> str:
    """Write a time as GitHub does: to the second, UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def user(login: str) -> Row:
    """Give an account; a name ending in `[bot]` is one."""
    return {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"}


class Issues:
    """The issues by number, and what happened to each."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.events: dict[int, list[Row]] = {}

    def open(
        self,
        number: int,
        at: datetime,
        *labels: str,
        title: str = "Checkout fails",
        by: str = "ada",
        **more: Any,
    ) -> int:
        """Open an issue with labels; give its number."""
        self.rows[number] = {
            "id": 4_000_000 + number, "number": number, "title": title, "state": "open", "user": user(by), "labels": [], "assignees": [],
            "created_at": stamp(at), "updated_at": stamp(at), "closed_at": None, "html_url": f"{PAGE}/issues/{number}", **more,
        }  # fmt: skip
        self.events[number] = []
        for name in labels:
            self.label(number, at, name, by=by)
        return number

    def happen(self, number: int, at: datetime, event: str, *, by: str = "ada", **more: Any) -> Row:
        """Add an event to an issue."""
        row = {
            "id": 9_000_000 + 1000 * number + len(self.events[number]),
            "event": event,
            "actor": user(by),
            "created_at": stamp(at),
            **more,
        }
        self.events[number].append(row)
        self.rows[number]["updated_at"] = max(self.rows[number]["updated_at"], stamp(at))
        return row

    def label(self, number: int, at: datetime, name: str, *, by: str = "ada") -> None:
        """Label an issue."""
        self.rows[number]["labels"].append({"name": name, "color": "d73a4a"})
        self.happen(number, at, "labeled", by=by, label={"name": name, "color": "d73a4a"})

    def assign(self, number: int, at: datetime, login: str) -> None:
        """Assign an issue to somebody."""
        self.rows[number]["assignees"].append(user(login))
        self.happen(number, at, "assigned", assignee=user(login))

    def close(self, number: int, at: datetime, *, by: str = "ada") -> None:
        """Close an issue."""
        self.rows[number] |= {"state": "closed", "closed_at": stamp(at)}
        self.happen(number, at, "closed", by=by, state_reason="completed")

    def reopen(self, number: int, at: datetime) -> None:
        """Open an issue again."""
        self.rows[number] |= {"state": "open", "closed_at": None}
        self.happen(number, at, "reopened", state_reason=None)

    def comment(
        self, number: int, at: datetime, body: str, *, by: str = "bo", edited: datetime | None = None
    ) -> None:
        """Comment on an issue."""
        row = self.happen(
            number, at, "commented", by=by, user=user(by), body=body, updated_at=stamp(edited or at)
        )
        row["html_url"] = f"{PAGE}/issues/{number}#issuecomment-{row['id']}"

    def listed(self, query: dict[str, list[str]]) -> list[Row]:
        """Give the issues with a label, of the state and updated since, as they are asked for."""
        label, since, state = (query.get(name, [""])[0] for name in ("labels", "since", "state"))
        assert (query["sort"], query["direction"]) == (["created"], ["asc"])
        return [
            row for row in sorted(self.rows.values(), key=lambda row: row["created_at"])
            if (not label or label in [one["name"] for one in row["labels"]]) and row["updated_at"] >= since
            and state in ("all", row["state"])
        ]  # fmt: skip

    def timeline(self, number: int, openapi: Row | None) -> list[Row]:
        """Give what happened to an issue, each with what the description requires of such an event."""
        rows = self.events.get(number, [])
        if not openapi:
            return rows
        schemas = openapi["components"]["schemas"]
        return [filled(openapi, schemas[_SCHEMAS[row["event"]]], row) for row in rows]
