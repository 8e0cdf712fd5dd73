"""Azure DevOps' builds on loopback, in the form of recorded answers: the next page's token is in a header alone."""

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

from tests.fakes.rest import Call, Made, RefusalError, RestServer, Route, Row

TOKEN = "a1b2c3d4" * 6
_PAGE = "https://dev.azure.com/acme/shop/_build/results?buildId="
NEVER = "0001-01-01T00:00:00"


def stamp(at: datetime | None) -> str | None:
    """Write a time as Azure does: seven digits."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond:06}7Z" if at else None


class FakeAzureDevops(RestServer):
    """The project `acme/shop`."""

    def __init__(self) -> None:
        super().__init__()
        self.builds: list[Row] = []
        self.records: dict[int, list[Row]] = {}
        self.largest_page = 1_000
        self.retry_after = 0  # seconds that an answer asks for, beside what it gives
        self.refused: dict[str, RefusalError] = {}

    def routes(self) -> list[Route]:
        """Give what is used of the API."""
        return [
            ("GET", "/acme/shop/_apis/build/builds", self._listed),
            ("GET", r"/acme/shop/_apis/build/builds/(\d+)/timeline", self._timeline),
        ]  # fmt: skip

    def build(
        self, queued: datetime, status: str = "completed", result: str | None = "succeeded", *, started: datetime | None = None,
        finished: datetime | None = None, name: str = "deploy_to_prod", branch: str = "refs/heads/main", never: str | None = None,
    ) -> int:  # fmt: skip
        """Queue a build; `never` stands where a time is not set. Give its number."""
        number = len(self.builds) + 12
        self.records[number] = []
        self.builds.append({
            "id": number, "buildNumber": f"20251121.{number}", "status": status, "sourceVersion": "c" * 40, "reason": "manual",
            **({"result": result} if status == "completed" else {}), "queueTime": stamp(queued),
            "startTime": stamp(started) or never, "finishTime": stamp(finished) or never, "sourceBranch": branch,
            "definition": {"id": 5, "name": name, "path": "\\shop", "type": "build"},
            "requestedFor": {"displayName": "Ada Example", "id": "bc538feb", "uniqueName": "ada@example.org"},
            "_links": {"web": {"href": f"{_PAGE}{number}"}},
        })  # fmt: skip
        return number

    def step(
        self, build: int, name: str, started: datetime | None, finished: datetime | None, *, kind: str = "Stage",
        state: str = "completed", result: str | None = "succeeded", attempt: int = 1,
    ) -> None:  # fmt: skip
        """Give a build's timeline a record."""
        rows = self.records[build]
        rows.append({
            "id": f"s-{build}-{len(rows)}", "parentId": None, "type": kind, "name": name, "startTime": stamp(started),
            "finishTime": stamp(finished), "state": state, "result": result, "attempt": attempt, "previousAttempts": [],
            "lastModified": NEVER,
        })  # fmt: skip

    def answer(self, call: Call) -> Made:
        """Find the route and ask it, unless the path is refused."""
        if call.token != b64encode(f":{TOKEN}".encode()).decode():
            raise RefusalError(401, "Access Denied: The Personal Access Token used has expired.")
        if refusal := self.refused.get(call.path):
            self.calls.append(call)
            raise refusal
        made = super().answer(call)
        if self.retry_after:
            made.headers["Retry-After"] = str(self.retry_after)
        return made

    def _listed(self, call: Call) -> Made:
        asked = call.query
        assert asked.get("queryOrder", "queueTimeAscending") == "queueTimeAscending"
        low, high = asked.get("minTime", ""), asked.get("maxTime", "9")
        rows = sorted(
            (row for row in self.builds if low <= row["queueTime"] <= high), key=lambda row: row["queueTime"]
        )
        first, size = int(asked.get("continuationToken", "0")), min(int(asked["$top"]), self.largest_page)
        more = {"X-MS-ContinuationToken": str(first + size)} if first + size < len(rows) else {}
        page = rows[first : first + size]
        return Made({"count": len(page), "value": page}, headers=more)

    def _timeline(self, call: Call, build: str) -> Any:
        return {"id": "t-1", "changeId": 18, "lastChangedOn": NEVER, "records": self.records[int(build)]}
