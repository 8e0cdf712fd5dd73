"""GitLab's merge requests and notes on loopback; python-gitlab drives it in the tests as well.

Shapes and rules follow the REST API's documentation: system notes stand in the list unless told
otherwise, what a token may not write to is not there, and lines that begin with `/` are commands.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tests.fakes.gitlab_changes import PAGE as _PAGE
from tests.fakes.gitlab_changes import Changes
from tests.fakes.gitlab_issues import Issues
from tests.fakes.rest import Call, Made, RefusalError, RestServer, Route, Row

ACCOUNTS = {"writer": (7, "project_5_bot"), "reader": (8, "reader"), "other": (9, "mallory")}
_PROJECT = r"/projects/(?:5|acme%2Ftools%2Fshop)"


class FakeGitlab(RestServer):
    """Project `acme/tools/shop` (5) with one merge request, 12; tokens are the names of `ACCOUNTS`."""

    prefix = "/api/v4"

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[Row] = []
        self.commands: list[str] = []  # quick actions that a note set off
        self.requests: list[Row] = [self._request(12, "postmortem/INC-1", "main")]
        self.changes = Changes()
        self.issues = Issues()
        self.always: dict[str, RefusalError] = {}  # part of a path -> its every answer
        self._next = 100

    def routes(self) -> list[Route]:
        """Give what is used of the REST API."""
        notes = rf"{_PROJECT}/merge_requests/12/notes"
        return [
            ("GET", "/user", self._user),
            ("GET", _PROJECT, self._project),
            ("GET", rf"{_PROJECT}/merge_requests", self._list), ("POST", rf"{_PROJECT}/merge_requests", self._open),
            ("GET", rf"{_PROJECT}/merge_requests/(\d+)", self._one),
            ("GET", notes, self._notes), ("POST", notes, self._create),
            ("PUT", rf"{notes}/(\d+)", self._edit), ("DELETE", rf"{notes}/(\d+)", self._delete),
            ("GET", rf"{notes}/(\d+)", lambda call, number: self._note(number)),
            *self.changes.routes(_PROJECT, self.page), *self.issues.routes(_PROJECT, self.page),
        ]  # fmt: skip

    def answer(self, call: Call) -> Made:
        """Find the route and ask it, unless the path is one that is refused."""
        for name, refusal in self.always.items():
            if name in call.path:
                self.calls.append(call)
                raise refusal
        return super().answer(call)

    def page(self, rows: list[Row], call: Call) -> Made:
        """Give one page of rows, of 20 unless told, to an account."""
        _account(call)
        size = min(int(call.query.get("per_page", "20")), self.changes.largest_page)
        pairs = [*((k, v) for k, v in call.pairs if k != "per_page"), ("per_page", str(size))]
        return super().page(rows, replace(call, pairs=pairs))

    def _project(self, call: Call) -> Row:
        _account(call)
        return {"id": 5, "path_with_namespace": "acme/tools/shop", "web_url": _PAGE}

    def say(self, body: str, who: str = "other", *, system: bool = False) -> int:
        """Add a note as somebody; give its number."""
        self._next += 1
        number, name = ACCOUNTS[who]
        self.notes.append({
            "id": self._next, "type": None, "body": body, "system": system, "noteable_id": 55, "noteable_type": "MergeRequest",
            "noteable_iid": 12, "project_id": 5, "resolvable": False, "confidential": False, "internal": False,
            "author": {"id": number, "username": name, "name": name, "state": "active", "web_url": f"https://git.example/{name}"},
            "created_at": _now(), "updated_at": _now(),
        })  # fmt: skip
        self.commands += re.findall(r"^/\w+.*", body, re.MULTILINE)
        return self._next

    def _user(self, call: Call) -> Row:
        number, name = _account(call)
        return {"id": number, "username": name, "name": name, "state": "active"}

    def _notes(self, call: Call) -> Made:
        _account(call)
        assert (call.query.get("sort"), call.query.get("order_by")) in {("asc", "created_at"), (None, None)}
        return self.page(self.notes, call)

    def _create(self, call: Call) -> Made:
        self._may_write(call)
        self.say(call.body["body"], call.token)
        return Made(self.notes[-1], 201)

    def _edit(self, call: Call, number: str) -> Row:
        self._may_write(call)
        note = self._note(number)
        note |= {"body": call.body["body"], "updated_at": _now()}
        return note

    def _delete(self, call: Call, number: str) -> Made:
        self._may_write(call)
        self.notes.remove(self._note(number))
        return Made(None, 204)

    def _note(self, number: str) -> Row:
        found = next((n for n in self.notes if n["id"] == int(number)), None)
        if found is None:
            raise RefusalError(404, "404 Not found")
        return found

    def _may_write(self, call: Call) -> None:
        _account(call)
        if call.token == "reader":
            raise RefusalError(404, "404 Project Not Found")

    def _request(self, number: int, head: str, base: str) -> Row:
        return {
            "id": 50 + number, "iid": number, "project_id": 5, "source_branch": head, "target_branch": base,
            "state": "opened", "title": "t", "web_url": f"{_PAGE}/-/merge_requests/{number}",
        }  # fmt: skip

    def _one(self, call: Call, number: str) -> Row:
        _account(call)
        found = next((r for r in self.requests if r["iid"] == int(number)), None)
        if found is None:
            raise RefusalError(404, "404 Not found")
        return found

    def _list(self, call: Call) -> list[Row] | Made:
        if "updated_after" in call.query:
            return self.page(self.changes.merged(call), call)
        return self._found(call)

    def _found(self, call: Call) -> list[Row]:
        asked = {k: v for k, v in call.query.items() if k in {"source_branch", "target_branch", "state"}}
        return [r for r in self.requests if all(r[k] == v for k, v in asked.items())]

    def _open(self, call: Call) -> Made:
        self._may_write(call)
        if self._found(Call("GET", "", [*call.body.items(), ("state", "opened")], None, "")):
            raise RefusalError(409, "Another open merge request already exists for this source branch")
        made = self._request(12 + len(self.requests), call.body["source_branch"], call.body["target_branch"])
        self.requests.append(made)
        return Made(made, 201)


def _account(call: Call) -> tuple[int, Any]:
    if call.token not in ACCOUNTS:
        raise RefusalError(401, "401 Unauthorized")
    return ACCOUNTS[call.token]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
