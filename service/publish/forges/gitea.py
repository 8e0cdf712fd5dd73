"""Gitea and Forgejo: comments and pull requests over their common API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.publish.forges.api import Api
from service.publish.forges.base import (
    AbsentError,
    Author,
    Comment,
    ConflictError,
    ForgeError,
    Pull,
    ReadOnlyError,
)


class Gitea:
    """Pull request `number` of `repository` (`owner/name`)."""

    mermaid_limit = 5_000  # longer ones are refused where the setting is the old default

    def __init__(self, api: Api, repository: str, number: int) -> None:
        self._api = api
        self._repository, self._number = f"repos/{repository}", number

    async def me(self) -> Author | None:
        """Return whose token this is; None where its scopes lack `read:user`."""
        try:
            return _author(await self._api.get("user"))
        except ReadOnlyError:
            return None

    async def comments(self) -> Sequence[Comment]:
        """Return every comment of the conversation, oldest first; the list has no pages."""
        await self._api.get(f"{self._repository}/pulls/{self._number}")  # an issue is no pull request
        rows: Any = await self._api.get(f"{self._repository}/issues/{self._number}/comments")
        return sorted((_comment(row) for row in rows), key=lambda c: c.id)

    async def create(self, body: str) -> Comment:
        """Add a comment."""
        path = f"{self._repository}/issues/{self._number}/comments"
        return _comment(await self._api.write("POST", path, {"body": body}))

    async def edit(self, comment: Comment, body: str) -> Comment:
        """Replace a comment's text."""
        path = f"{self._repository}/issues/comments/{comment.id}"
        try:
            return _comment(await self._api.write("PATCH", path, {"body": body}))
        except ForgeError as err:  # two edits at once: the second one is answered by 500
            raise ConflictError(str(err)) from err

    async def delete(self, comment: Comment) -> None:
        """Remove a comment."""
        try:
            await self._api.write("DELETE", f"{self._repository}/issues/comments/{comment.id}")
        except AbsentError:
            return

    async def open_pull(self, head: str, base: str, title: str, body: str) -> Pull:
        """Return the open pull request from `head` into `base`, opening it where there is none."""
        path = f"{self._repository}/pulls"
        try:
            found: Any = await self._api.get(f"{path}/{base}/{head}")
        except AbsentError:
            found = None
        if found and found["state"] == "open":
            return Pull(found["number"], found["html_url"], opened=False)
        body_sent = {"title": title, "head": head, "base": base, "body": body}
        made: Any = await self._api.write("POST", path, body_sent)
        return Pull(made["number"], made["html_url"], opened=True)


def _author(account: Any) -> Author:
    return Author(str(account["id"]), account["login"])


def _comment(row: Any) -> Comment:
    return Comment(row["id"], _author(row["user"]), row["body"], row["html_url"])
