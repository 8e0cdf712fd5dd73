"""Buildkite's REST API on loopback: builds of one organization, newest first."""

from datetime import UTC, datetime
from typing import Any

from tests.fakes.rest import Call, Made, RefusalError, RestServer, Route, Row

TOKEN = "bkua_" + "a1" * 20
_PAGE = "https://buildkite.com/shop"


def stamp(at: datetime | None) -> str | None:
    """Write a time as Buildkite does: to the millisecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z" if at else None


class FakeBuildkite(RestServer):
    """The organization `shop`."""

    prefix = "/v2"

    def __init__(self) -> None:
        super().__init__()
        self.builds: list[Row] = []
        self.largest_page = 100

    def routes(self) -> list[Route]:
        """Give what is used of the API."""
        return [("GET", "/organizations/shop/builds", self._listed)]

    def build(
        self, created: datetime, state: str = "passed", *, started: datetime | None = None, finished: datetime | None = None,
        pipeline: str = "deploy-web", branch: str = "main", **more: Any,
    ) -> Row:  # fmt: skip
        """Make a build."""
        number = len(self.builds) + 1
        row = {
            "id": f"b-{number:04}", "number": number, "state": state, "branch": branch, "commit": "c" * 40,
            "message": "Smaller pool\n\nand more", "web_url": f"{_PAGE}/{pipeline}/builds/{number}", "blocked": state == "blocked",
            "creator": {"id": "u-1", "name": "Ada Example", "email": "ada@example.org"}, "jobs": [], "source": "webhook",
            "created_at": stamp(created), "scheduled_at": stamp(created), "started_at": stamp(started),
            "finished_at": stamp(finished), "pipeline": {"id": "p-1", "slug": pipeline, "name": pipeline.title()}, **more,
        }  # fmt: skip
        self.builds.insert(0, row)
        return row

    def job(
        self, build: Row, name: str | None, created: datetime, state: str = "passed", *, started: datetime | None = None,
        finished: datetime | None = None, kind: str = "script", retried: bool = False,
    ) -> None:  # fmt: skip
        """Give a build a job."""
        number = len(build["jobs"]) + 1
        build["jobs"].append({
            "id": f"{build['id']}-{number}", "type": kind, "name": name, "state": state, "retried": retried,
            "web_url": f"{build['web_url']}#{number}", "created_at": stamp(created), "scheduled_at": stamp(created),
            "started_at": stamp(started), "finished_at": stamp(finished),
        })  # fmt: skip

    def page(self, rows: list[Row], call: Call) -> Made:
        """Give one page."""
        size = min(int(call.query.get("per_page", "30")), self.largest_page)
        pairs = [*((k, v) for k, v in call.pairs if k != "per_page"), ("per_page", str(size))]
        return super().page(rows, Call(call.method, call.path, pairs, call.body, call.token))

    def _listed(self, call: Call) -> Made:
        if call.token != TOKEN:
            raise RefusalError(401, "Authentication required. Please supply a valid API Access Token")
        asked = call.query
        rows = [
            row
            for row in self.builds
            if asked.get("created_from", "") <= row["created_at"] < asked.get("created_to", "9")
        ]
        if asked.get("include_retried_jobs") != "true":
            rows = [{**row, "jobs": [job for job in row["jobs"] if not job["retried"]]} for row in rows]
        return self.page(rows, call)
