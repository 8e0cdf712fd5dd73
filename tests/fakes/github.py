"""GitHub's REST API on loopback: deployments, releases and pull requests of one repository.

Not a server that can be had for real. The checking proxy holds its answers, and our requests,
against the official description; paging, limits and permissions follow the documentation.
"""

import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from collectors.testing.answering import Answering
from tests.fakes.github_actions import Actions, Counted
from tests.fakes.github_issues import Issues
from tests.fakes.github_openapi import PATHS, answer_schema, filled

TOKEN = "github_pat_" + "2026testtokenofthefake"
PAGE = "https://git.example/acme/shop"
Row = dict[str, Any]


def stamp(at: datetime) -> str:
    """Write a time as GitHub does: to the second, UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def user(login: str) -> Row:
    """Give an account; a name ending in `[bot]` is one."""
    return {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"}


class AnswerError(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers or {}


@dataclass
class FakeGithub:
    """The server; `with FakeGithub() as github: github.url`. Lists are newest first, as GitHub's."""

    openapi: Row | None = None
    prefix: str = ""  # "/api/v3" makes it an Enterprise server
    token: str = TOKEN
    history: list[str] = field(default_factory=list)  # commits, each on top of the one before
    deployments: list[Row] = field(default_factory=list)
    statuses: dict[int, list[Row]] = field(default_factory=dict)
    releases: list[Row] = field(default_factory=list)
    pulls: list[Row] = field(default_factory=list)
    largest_page: int = 100
    limited: dict[str, AnswerError] = field(default_factory=dict)  # part of a path -> its next answer
    always: dict[str, AnswerError] = field(default_factory=dict)  # part of a path -> its every answer
    calls: list[str] = field(default_factory=list)
    actions: Actions = field(default_factory=Actions)
    issues: Issues = field(default_factory=Issues)
    files: dict[int, list[Row]] = field(default_factory=dict)  # of pull requests
    public_url: str = ""  # what `Link` names: the proxy's address, where there is one
    _number: int = 100

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.public_url = self.public_url or self.url
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Give the API's address."""
        return f"http://127.0.0.1:{self._server.server_port}{self.prefix}"

    def next_number(self) -> int:
        """Give a number that no record has."""
        self._number += 1
        return self._number

    def deploy(
        self, at: datetime, sha: str, environment: str = "production", by: str = "ada", **more: Any
    ) -> int:
        """Request a deployment; give its number."""
        number = self.next_number()
        row = {
            "id": number, "sha": sha, "ref": "main", "task": "deploy", "environment": environment, "description": None,
            "creator": user(by), "payload": {}, "created_at": stamp(at), "updated_at": stamp(at), **more,
        }  # fmt: skip
        self.deployments = sorted([*self.deployments, row], key=lambda r: r["created_at"], reverse=True)
        self.statuses[number] = []
        return number

    def status(self, deployment: int, state: str, at: datetime, by: str = "ada", **more: Any) -> int:
        """Give a deployment a status; give the status' number."""
        number = self.next_number()
        row = {
            "id": number, "state": state, "creator": user(by), "description": "",
            "created_at": stamp(at), "updated_at": stamp(at), **more,
        }  # fmt: skip
        self.statuses[deployment].insert(0, row)
        next(r for r in self.deployments if r["id"] == deployment)["updated_at"] = stamp(at)
        return number

    def release(self, tag: str, committed: datetime, published: datetime | None, **more: Any) -> int:
        """Publish a release of a commit; without a time it stays a draft."""
        number = self.next_number()
        row = {
            "id": number, "tag_name": tag, "name": tag, "body": "", "draft": published is None, "prerelease": False,
            "created_at": stamp(committed), "published_at": stamp(published) if published else None,
            "author": user("ada"), "html_url": f"{PAGE}/releases/tag/{tag}", **more,
        }  # fmt: skip
        self.releases = sorted([*self.releases, row], key=lambda r: r["created_at"], reverse=True)
        return number

    def pull(self, number: int, title: str, updated: datetime, merged: datetime | None) -> None:
        """Close a pull request, by merging where a time is given."""
        row = {
            "id": self.next_number(), "number": number, "title": title, "state": "closed", "base": {"ref": "main"},
            "merged_at": stamp(merged) if merged else None, "updated_at": stamp(updated),
            "html_url": f"{PAGE}/pull/{number}", "merge_commit_sha": "f" * 40,
        }  # fmt: skip
        self.pulls = sorted([*self.pulls, row], key=lambda r: r["updated_at"], reverse=True)

    def _routes(self) -> list[tuple[str, str, Callable[..., Any]]]:
        base = "/repos/acme/shop"
        found: dict[str, Callable[..., Any]] = {
            "": lambda: {"id": 1, "full_name": "acme/shop", "html_url": PAGE, "archived": False},
            "/deployments": lambda: self.deployments,
            r"/deployments/(\d+)/statuses": lambda number: self.statuses[int(number)],
            "/releases": lambda: self.releases, "/pulls": lambda: self.pulls,
            r"/compare/(\w+)\.\.\.(\w+)": self._compare,
            "/actions/runs": self.actions.listed, r"/actions/runs/(\d+)/jobs": self.actions.jobs_of,
            r"/actions/runs/(\d+)/attempts/(\d+)": self.actions.attempt,
            r"/pulls/(\d+)/files": lambda number: self.files.get(int(number), []),
            "/issues": self.issues.listed, r"/issues/(\d+)": self._issue,
            r"/issues/(\d+)/timeline": lambda number: self.issues.timeline(int(number), self.openapi),
        }  # fmt: skip
        return [
            (base + pattern, path, give) for (pattern, give), path in zip(found.items(), PATHS, strict=True)
        ]

    def _issue(self, number: str) -> Row:
        if not (found := self.issues.rows.get(int(number))):
            raise AnswerError(404, "Not Found")
        return found

    def _compare(self, base: str, head: str) -> Row:
        if base not in self.history or head not in self.history:
            raise AnswerError(404, "Not Found")
        step = self.history.index(head) - self.history.index(base)
        status = "ahead" if step > 0 else "behind" if step else "identical"
        return {
            "status": status,
            "ahead_by": max(step, 0),
            "behind_by": max(-step, 0),
            "total_commits": max(step, 0),
            "commits": [],
        }

    def _answer(self, target: str, authorization: str) -> tuple[Any, dict[str, str]]:
        self.calls.append(target)
        parts, headers = urlsplit(target), {"X-RateLimit-Remaining": "4999"}
        for name, answer in [*self.always.items(), *self.limited.items()]:
            if name in target:
                self.limited.pop(name, None)
                raise answer
        if authorization != f"Bearer {self.token}":
            raise AnswerError(401, "Bad credentials")
        for pattern, path, give in self._routes():
            if match := re.fullmatch(self.prefix + pattern, parts.path):
                query = parse_qs(parts.query)
                asks = "/actions/" in path or path.endswith("/issues")
                value = give(*match.groups(), query) if asks else give(*match.groups())
                rows = value.rows if isinstance(value, Counted) else value
                if isinstance(rows, list):
                    page, link = self._page(rows, parts.path, query)
                    value = value.answer(page) if isinstance(value, Counted) else page
                    headers |= {"Link": link} if link else {}
                schema = answer_schema(self.openapi, path) if self.openapi else None
                return filled(self.openapi, schema, value) if self.openapi and schema else value, headers
        raise AnswerError(404, "Not Found")

    def _page(self, rows: list[Row], path: str, query: dict[str, list[str]]) -> tuple[list[Row], str]:
        size = min(int(query.get("per_page", ["30"])[0]), self.largest_page)
        number = int(query.get("page", ["1"])[0])
        kept = {k: v[0] for k, v in query.items()}
        base = self.public_url.removesuffix(self.prefix)

        def link(page: int, rel: str) -> str:
            return f'<{base}{path}?{urlencode(kept | {"page": page})}>; rel="{rel}"'

        last = -(-len(rows) // size)
        links = [link(number - 1, "prev")] if number > 1 else []
        links += [link(number + 1, "next"), link(last, "last")] if number < last else []
        return rows[(number - 1) * size : number * size], ", ".join(links)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(Answering):
            def do_GET(self) -> None:  # noqa: N802 - the name http.server looks for
                status = 200
                try:
                    value, headers = fake._answer(self.path, self.headers.get("Authorization", ""))
                except AnswerError as err:
                    status, headers = err.status, err.headers
                    value = {"message": str(err), "documentation_url": "https://git.example/docs"}
                body = json.dumps(value).encode()
                self.send_response(status)
                for name, text in {**headers, "Content-Type": "application/json; charset=utf-8"}.items():
                    self.send_header(name, text)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler


def limit_used_up(seconds: int) -> AnswerError:
    """Give GitHub's answer to who asked too often: 403, and when the limit is renewed."""
    renewed = str(int(time.time()) + seconds)
    return AnswerError(
        403, "API rate limit exceeded", {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": renewed}
    )


def asked_too_fast(seconds: int) -> AnswerError:
    """Give GitHub's answer to its secondary limit."""
    return AnswerError(429, "You have exceeded a secondary rate limit", {"Retry-After": str(seconds)})
