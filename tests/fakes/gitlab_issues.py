"""A GitLab project's issues with their states, labels and notes, in the forms and orders its API has."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.fakes.gitlab_changes import PAGE, stamp, user
from tests.fakes.rest import Call, Made, RefusalError, Route, Row

Page = Callable[[list[Row], Call], Made]
_BESIDE = ("resource_state_events", "resource_label_events", "notes")


class Issues:
    """The issues by number in the project, and what each has beside."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.beside: dict[tuple[int, str], list[Row]] = {}
        self._number = 7_000

    def routes(self, project: str, page: Page) -> list[Route]:
        """Give what is used of the API."""

        def some(call: Call, number: str, what: str) -> Made:
            self._issue(number)
            return page(self.beside[int(number), what], call)

        return [
            ("GET", rf"{project}/issues", lambda call: page(self._listed(call.query), call)),
            ("GET", rf"{project}/issues/(\d+)", lambda _, number: self._issue(number)),
            ("GET", rf"{project}/issues/(\d+)/({'|'.join(_BESIDE)})", some),
        ]  # fmt: skip

    def open(self, number: int, at: datetime, *, kind: str = "incident", by: str = "ada", **more: Any) -> int:
        """Open an issue; give its number."""
        for what in _BESIDE:
            self.beside[number, what] = []
        self.rows[number] = {
            "id": 84_000 + number, "iid": number, "project_id": 5, "title": "Checkout fails, says @carol", "state": "opened",
            "created_at": stamp(at), "updated_at": stamp(at), "closed_at": None, "labels": [], "assignees": [], "author": user(by),
            "type": kind.upper(), "issue_type": kind, "severity": "UNKNOWN", "web_url": f"{PAGE}/-/issues/{number}", **more,
        }  # fmt: skip
        return number

    def _add(self, number: int, at: datetime, what: str, **more: Any) -> Row:
        self._number += 1
        row = {"id": self._number, "created_at": stamp(at), **more}
        self.beside[number, what].append(row)
        self.rows[number]["updated_at"] = max(self.rows[number]["updated_at"], str(stamp(at)))
        return row

    def state(self, number: int, at: datetime, state: str, *, by: str = "ada") -> None:
        """Close an issue, or open it again."""
        self.rows[number] |= {
            "state": "closed" if state == "closed" else "opened",
            "closed_at": stamp(at) if state == "closed" else None,
        }
        self._add(
            number,
            at,
            "resource_state_events",
            user=user(by),
            resource_type="Issue",
            resource_id=84_000 + number,
            state=state,
        )

    def label(self, number: int, at: datetime, name: str, action: str = "add", *, by: str = "ada") -> None:
        """Put a label on an issue, or take it off."""
        labels = self.rows[number]["labels"]
        (labels.append if action == "add" else labels.remove)(name)
        label = {"id": 73, "name": name, "color": "#34495E", "description": ""}
        self._add(
            number,
            at,
            "resource_label_events",
            user=user(by),
            resource_type="Issue",
            resource_id=84_000 + number,
            label=label,
            action=action,
        )

    def note(
        self,
        number: int,
        at: datetime,
        body: str,
        *,
        by: str = "bo",
        system: bool = False,
        edited: datetime | None = None,
    ) -> Row:
        """Write to an issue, or have the system write."""
        return self._add(
            number, at, "notes", type=None, body=body, author=user(by), updated_at=stamp(edited or at), system=system,
            noteable_id=84_000 + number, noteable_type="Issue", noteable_iid=number, resolvable=False, confidential=False, internal=False,
        )  # fmt: skip

    def assign(self, number: int, at: datetime, name: str) -> None:
        """Assign an issue to somebody."""
        self.rows[number]["assignees"].append(user(name))
        self.note(number, at, f"assigned to @{name}", by="ada", system=True)

    def _issue(self, number: str) -> Row:
        if int(number) not in self.rows:
            raise RefusalError(404, "404 Issue Not Found")
        return self.rows[int(number)]

    def _listed(self, query: dict[str, str]) -> list[Row]:
        if (query["order_by"], query["sort"]) == ("created_at", "desc"):
            return sorted(self.rows.values(), key=lambda row: (row["created_at"], row["id"]), reverse=True)
        assert (query["order_by"], query["sort"], query["scope"]) == ("updated_at", "asc", "all")
        kind, label = query.get("issue_type"), query.get("labels")
        low, high, until = (
            datetime.fromisoformat(query[name])
            for name in ("updated_after", "updated_before", "created_before")
        )
        return [
            row for row in sorted(self.rows.values(), key=lambda row: (row["updated_at"], row["id"]))
            if low <= datetime.fromisoformat(row["updated_at"]) < high and datetime.fromisoformat(row["created_at"]) < until
            and (kind is None or row["issue_type"] == kind) and (label is None or label in row["labels"])
        ]  # fmt: skip
