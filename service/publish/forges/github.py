"""GitHub and GitHub Enterprise Server: comments and pull requests over the REST API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.publish.forges.api import Api
from service.publish.forges.base import AbsentError, Author, Comment, Pull, ReadOnlyError, RefusedError

HEADERS = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}


class Github:
    """Pull request `number` of `repository` (`owner/name`)."""

    mermaid_limit = 50_000

    def __init__(self, api: Api, repository: str, number: int) -> None:
        self._api = api
        self._repository, self._number = f"repos/{repository}", number

    async def me(self) -> Author | None:
        """Return whose token this is; a workflow's own token is known to GraphQL alone."""
        try:
            found: Any = await self._api.get("user")
        except ReadOnlyError:
            return await self._viewer()
        return _author(found)

    async def _viewer(self) -> Author | None:
        # Beside the REST API: `/graphql` on github.com, `/api/graphql` on an Enterprise server.
        try:
            answer: Any = await self._api.write(
                "POST", self._api.beside("graphql"), {"query": "{ viewer { login } }"}
            )
        except RefusedError:
            return None
        viewer = ((answer or {}).get("data") or {}).get("viewer")
        # By name alone: no account of a person can have the brackets of `github-actions[bot]`.
        return Author("", viewer["login"]) if viewer else None

    async def comments(self) -> Sequence[Comment]:
        """Return every comment of the conversation, oldest first."""
        await self._api.get(f"{self._repository}/pulls/{self._number}")  # an issue is no pull request
        rows = self._api.pages(f"{self._repository}/issues/{self._number}/comments", {})
        return sorted([_comment(row) async for row in rows], key=lambda c: c.id)

    async def create(self, body: str) -> Comment:
        """Add a comment."""
        path = f"{self._repository}/issues/{self._number}/comments"
        return _comment(await _write(self._api, "POST", path, {"body": body}))

    async def edit(self, comment: Comment, body: str) -> Comment:
        """Replace a comment's text."""
        path = f"{self._repository}/issues/comments/{comment.id}"
        return _comment(await _write(self._api, "PATCH", path, {"body": body}))

    async def delete(self, comment: Comment) -> None:
        """Remove a comment."""
        try:
            await self._api.write("DELETE", f"{self._repository}/issues/comments/{comment.id}")
        except AbsentError:
            return

    async def open_pull(self, head: str, base: str, title: str, body: str) -> Pull:
        """Return the open pull request from `head` into `base`, opening it where there is none."""
        owner = self._repository.split("/")[1]
        path, asked = f"{self._repository}/pulls", {"head": f"{owner}:{head}", "base": base, "state": "open"}
        found: Any = await self._api.get(path, asked)
        if found:
            return Pull(found[0]["number"], found[0]["html_url"], opened=False)
        body_sent = {"title": title, "head": head, "base": base, "body": body}
        made: Any = await self._api.write("POST", path, body_sent)
        return Pull(made["number"], made["html_url"], opened=True)


async def _write(api: Api, method: str, path: str, body: dict[str, str]) -> Any:
    # To a token without the right, a private repository's comments are not there when written to.
    try:
        return await api.write(method, path, body)
    except AbsentError as err:
        raise ReadOnlyError(str(err)) from err


def _author(account: dict[str, Any] | None) -> Author:
    # The author of a comment is null once the account is deleted.
    return Author(str(account["id"]), account["login"]) if account else Author("", "")


def _comment(row: dict[str, Any]) -> Comment:
    return Comment(row["id"], _author(row.get("user")), row.get("body") or "", row["html_url"])
