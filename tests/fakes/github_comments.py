"""GitHub's comments and pull requests on loopback; the checking proxy holds it to the description."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.fakes.github_openapi import filled
from tests.fakes.rest import Call, Made, RefusalError, RestServer, Route, Row
from tests.servers.openapi import cut

_REPOSITORY = "/repos/{owner}/{repo}"
PATHS = (
    "/user", f"{_REPOSITORY}/pulls", f"{_REPOSITORY}/pulls/{{pull_number}}",
    f"{_REPOSITORY}/issues/{{issue_number}}/comments", f"{_REPOSITORY}/issues/comments/{{comment_id}}",
)  # fmt: skip
ACCOUNTS = {"writer": (7, "release-bot"), "reader": (8, "reader"), "other": (9, "mallory"), "workflow": (41898282, "github-actions[bot]")}  # fmt: skip
_PAGE = "https://git.example/acme/shop"


def description(node_modules: Path) -> Row:
    """Give the official description, cut to what is used here."""
    whole = node_modules / "@octokit/openapi/generated/api.github.com.json"
    return cut(whole, PATHS, ("get", "post", "patch", "delete"))


class FakeGithubComments(RestServer):
    """Repository `acme/shop` with one pull request, number 12; tokens are the names of `ACCOUNTS`."""

    def __init__(self, openapi: Row | None = None, prefix: str = "") -> None:
        super().__init__()
        self.prefix, self.openapi = prefix, openapi
        self.comments: list[Row] = []
        self.pulls: list[Row] = [self._pull(12, "postmortem/INC-1", "main")]
        self._next = 100

    def routes(self) -> list[Route]:
        """Give what is used of the REST API, and one question of GraphQL."""
        return [
            ("GET", "/user", self._user), ("POST", "/graphql", self._viewer),
            ("GET", "/repos/acme/shop/pulls", self._pulls), ("POST", "/repos/acme/shop/pulls", self._open),
            ("GET", r"/repos/acme/shop/pulls/(\d+)", self._one),
            ("GET", r"/repos/acme/shop/issues/12/comments", lambda c: self._list(c)),
            ("POST", r"/repos/acme/shop/issues/12/comments", self._create),
            ("PATCH", r"/repos/acme/shop/issues/comments/(\d+)", self._edit),
            ("DELETE", r"/repos/acme/shop/issues/comments/(\d+)", self._delete),
        ]  # fmt: skip

    def say(self, body: str, who: str = "other") -> int:
        """Add a comment as somebody; give its number."""
        self._next += 1
        row = {
            "id": self._next, "body": body, "user": _user(*ACCOUNTS[who]), "author_association": "NONE",
            "html_url": f"{_PAGE}/pull/12#issuecomment-{self._next}", "url": f"{_PAGE}/c/{self._next}",
            "issue_url": f"{_PAGE}/issues/12", "created_at": _now(), "updated_at": _now(), "node_id": "x",
        }  # fmt: skip
        self.comments.append(row)
        return self._next

    def _user(self, call: Call) -> Any:
        account = _account(call)
        if call.token == "workflow":
            raise RefusalError(403, "Resource not accessible by integration")
        return self._filled("/user", "get", "200", _user(*account))

    def _viewer(self, call: Call) -> Any:
        _, login = _account(call)
        assert call.body == {"query": "{ viewer { login } }"}
        return {"data": {"viewer": {"login": login}}}

    def _list(self, call: Call) -> Made:
        _account(call)
        return self.page(self.comments, call)

    def _create(self, call: Call) -> Made:
        self._may_write(call)
        if len(call.body["body"]) > 65_536:
            raise RefusalError(422, "body is too long (maximum is 65536 characters)")
        self.say(call.body["body"], call.token)
        return Made(self.comments[-1], 201)

    def _edit(self, call: Call, number: str) -> Any:
        self._may_write(call)
        row = self._comment(number)
        row |= {"body": call.body["body"], "updated_at": _now()}
        return row

    def _delete(self, call: Call, number: str) -> Made:
        self._may_write(call)
        self.comments.remove(self._comment(number))
        return Made(None, 204)

    def _comment(self, number: str) -> Row:
        found = next((c for c in self.comments if c["id"] == int(number)), None)
        if found is None:
            raise RefusalError(404, "Not Found")
        return found

    def _may_write(self, call: Call) -> None:
        _account(call)
        if call.token == "reader":
            raise RefusalError(403, "Resource not accessible by integration")

    def _pull(self, number: int, head: str, base: str) -> Row:
        return {
            "number": number,
            "head": {"ref": head},
            "base": {"ref": base},
            "html_url": f"{_PAGE}/pull/{number}",
        }

    def _one(self, call: Call, number: str) -> Any:
        _account(call)
        found = next((p for p in self.pulls if p["number"] == int(number)), None)
        if found is None:
            raise RefusalError(404, "Not Found")
        return self._filled(f"{_REPOSITORY}/pulls/{{pull_number}}", "get", "200", found)

    def _pulls(self, call: Call) -> Any:
        head = call.query["head"].partition(":")[2]
        rows = [p for p in self.pulls if (p["head"]["ref"], p["base"]["ref"]) == (head, call.query["base"])]
        return self._filled(f"{_REPOSITORY}/pulls", "get", "200", rows)

    def _open(self, call: Call) -> Made:
        self._may_write(call)
        self.pulls.append(self._pull(12 + len(self.pulls), call.body["head"], call.body["base"]))
        return Made(self._filled(f"{_REPOSITORY}/pulls", "post", "201", self.pulls[-1]), 201)

    def _filled(self, path: str, method: str, status: str, value: Any) -> Any:
        if self.openapi is None:
            return value
        answers = self.openapi["paths"][path][method]["responses"]
        return filled(self.openapi, answers[status]["content"]["application/json"]["schema"], value)


def _account(call: Call) -> tuple[int, str]:
    if call.token not in ACCOUNTS:
        raise RefusalError(401, "Bad credentials")
    return ACCOUNTS[call.token]


def _user(number: int, login: str) -> Row:
    page = f"https://git.example/{login.removesuffix('[bot]')}"
    urls = (
        "followers", "following", "gists", "starred", "subscriptions", "organizations", "repos", "events", "received_events",
    )  # fmt: skip
    return {
        "id": number, "login": login, "type": "Bot" if login.endswith("[bot]") else "User", "node_id": "x",
        "avatar_url": page, "gravatar_id": "", "url": page, "html_url": page, "site_admin": False,
        **{f"{name}_url": page for name in urls},
    }  # fmt: skip


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
