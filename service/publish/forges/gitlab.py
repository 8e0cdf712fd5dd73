"""GitLab: notes of a merge request, and merge requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from service.publish.forges.api import Api
from service.publish.forges.base import AbsentError, Author, Comment, Pull, ReadOnlyError


class Gitlab:
    """Merge request `number` of `repository` (a path such as `group/sub/name`, or a number)."""

    mermaid_limit = 2_000  # longer ones wait for a click

    def __init__(self, api: Api, repository: str, number: int) -> None:
        self._api, self._number = api, number
        self._project = f"projects/{quote(repository, safe='')}"
        self._request = f"{self._project}/merge_requests/{number}"
        self._page = ""

    async def me(self) -> Author | None:
        """Return whose token this is."""
        try:
            return _author(await self._api.get("user"))
        except ReadOnlyError:
            return None

    async def comments(self) -> Sequence[Comment]:
        """Return every note that a person or a bot wrote, oldest first."""
        request: Any = await self._api.get(self._request)
        self._page = request["web_url"]
        rows = self._api.pages(f"{self._request}/notes", {"sort": "asc", "order_by": "created_at"})
        found = [self._comment(row) async for row in rows if not row["system"]]
        return sorted(found, key=lambda c: c.id)

    async def create(self, body: str) -> Comment:
        """Add a note."""
        return self._comment(await self._write("POST", f"{self._request}/notes", {"body": body}))

    async def edit(self, comment: Comment, body: str) -> Comment:
        """Replace a note's text."""
        path = f"{self._request}/notes/{comment.id}"
        return self._comment(await self._write("PUT", path, {"body": body}))

    async def delete(self, comment: Comment) -> None:
        """Remove a note."""
        try:
            await self._api.write("DELETE", f"{self._request}/notes/{comment.id}")
        except AbsentError:
            return

    async def open_pull(self, head: str, base: str, title: str, body: str) -> Pull:
        """Return the open merge request from `head` into `base`, opening it where there is none."""
        path = f"{self._project}/merge_requests"
        asked = {"source_branch": head, "target_branch": base}
        found: Any = await self._api.get(path, {**asked, "state": "opened"})
        if found:
            return Pull(found[0]["iid"], found[0]["web_url"], opened=False)
        made: Any = await self._api.write("POST", path, {**asked, "title": title, "description": body})
        return Pull(made["iid"], made["web_url"], opened=True)

    async def _write(self, method: str, path: str, body: dict[str, str]) -> Any:
        # GitLab hides what a token may not write to behind 404.
        try:
            return await self._api.write(method, path, body)
        except AbsentError as err:
            raise ReadOnlyError(str(err)) from err

    def _comment(self, row: Any) -> Comment:
        return Comment(row["id"], _author(row["author"]), row["body"], f"{self._page}#note_{row['id']}")


def _author(account: Any) -> Author:
    return Author(str(account["id"]), account["username"])
