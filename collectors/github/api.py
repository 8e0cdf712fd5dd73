"""Reading GitHub's REST API: pages by their `Link` alone, what is lost by name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

from collectors.base import Payload, SourceError
from collectors.kit import fields
from collectors.kit.fields import Row
from collectors.kit.http import Http, Params
from collectors.kit.paging import by_link
from timeline.model import Evidence
from timeline.text import code

HEADERS = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}
#: (payload, pointer, path below the repository) -> evidence entry
MakeEvidence = Callable[[Payload, str, str], Evidence]


class Page(list[Row]):
    """The members of one page; `whole` is the answer's JSON."""

    def __init__(self, members: Iterable[Row], whole: Any) -> None:
        super().__init__(members)
        self.whole = whole


class Api:
    """Reads one repository (`owner/name`)."""

    def __init__(self, http: Http, repository: str, evidence: MakeEvidence) -> None:
        self._http, self._repository, self._evidence = http, repository, evidence

    async def repository(self) -> Payload:
        """Return the answer that is the repository's own record; raise SourceError where it is not to be seen."""
        payload = await self._http.get(f"repos/{self._repository}", allow=(301, 307, 308, 404))
        name = code(self._repository)
        if payload.status == 404:
            text = f"no repository {name} can be seen; check `repository` and what the token may read"
            raise SourceError("unauthorised", text)
        if (payload.status or 200) >= 300:
            raise SourceError("unreachable", f"{name} was moved or renamed; set `repository` to its new name")
        if not page_of(payload):
            raise SourceError(
                "undecodable", "the answer is not GitHub's; check `url` (of Enterprise: .../api/v3)"
            )
        return payload

    async def pages(self, path: str, params: Params | None = None, member: str = "") -> AsyncIterator[Page]:
        """Yield each page of a list below the repository, which is in `member` of an answer, else the answer itself.

        What is no list raises SourceError.
        """
        url, query = f"repos/{self._repository}/{path}", {"per_page": 100, **(params or {})}
        async for payload in by_link(self._http.get, url, query):
            whole, inside = payload.json(), f"/{member}" if member else ""
            rows = fields.listing(whole, member)
            items = (Row(data, self._evidence(payload, f"{inside}/{n}", path)) for n, data in enumerate(rows))
            yield Page(items, whole)

    async def everything(self, path: str, params: Params | None = None, member: str = "") -> list[Row]:
        """Return the items of all pages."""
        return [item async for page in self.pages(path, params, member) for item in page]

    async def record(self, path: str) -> Row:
        """Return one record below the repository."""
        payload = await self._http.get(f"repos/{self._repository}/{path}")
        return Row(payload.json(), self._evidence(payload, "", path))

    async def issue(self, number: str) -> Row | None:
        """Return one issue; None where there is none any more, or it is in another repository."""
        path = f"issues/{number}"
        payload = await self._http.get(f"repos/{self._repository}/{path}", allow=(301, 404, 410))
        return Row(payload.json(), self._evidence(payload, "", path)) if payload.status == 200 else None

    async def compare(self, base: str, head: str) -> tuple[str | None, Evidence]:
        """Return where `head` stands seen from `base` (`behind`, ...), None when GitHub cannot say."""
        path = f"repos/{self._repository}/compare/{base}...{head}"
        # The changed files, which can be megabytes, come with the first page alone.
        payload = await self._http.get(path, {"per_page": 1, "page": 2}, allow=(404,))
        status = fields.required(payload.json(), "status") if payload.status == 200 else None
        return status, self._evidence(payload, "/status", f"compare/{base}...{head}")


def page_of(payload: Payload) -> str:
    """Return the page of the repository whose record an answer is; empty where it is none."""
    return fields.text(payload.json(), "html_url")
