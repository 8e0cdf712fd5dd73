"""CircleCI's API v2 on loopback, in the form of recorded answers: pipelines in ms, workflows and jobs in seconds."""

from datetime import UTC, datetime
from typing import Any

from tests.fakes.rest import Call, RefusalError, RestServer, Route, Row

TOKEN = "CCIPAT_" + "a1" * 20
SLUG = "gh/acme/shop"


def seconds(at: datetime | None) -> str | None:
    """Write a time to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


class FakeCircleci(RestServer):
    """One project; `pipeline`, `workflow` and `job` make its records."""

    prefix = "/api/v2"

    def __init__(self) -> None:
        super().__init__()
        self.pipelines: list[Row] = []
        self.workflows: dict[str, list[Row]] = {}
        self.jobs: dict[str, list[Row]] = {}
        self.size = 20
        self.refused: dict[str, RefusalError] = {}

    def routes(self) -> list[Route]:
        """Give what is used of the API."""
        return [
            ("GET", f"/project/{SLUG}", lambda call: {"slug": SLUG, "name": "shop"}),
            ("GET", f"/project/{SLUG}/pipeline", lambda call: self._page(self.pipelines, call)),
            ("GET", r"/pipeline/([\w-]+)/workflow", lambda call, one: self._page(self.workflows[one], call)),
            ("GET", r"/workflow/([\w-]+)/job", lambda call, one: self._page(self.jobs[one], call)),
        ]  # fmt: skip

    def pipeline(self, at: datetime, by: str = "ada", branch: str = "main") -> str:
        """Trigger a pipeline; give its id."""
        number = len(self.pipelines) + 1
        identity = f"p-{number}"
        self.pipelines.insert(0, {
            "id": identity, "errors": [], "project_slug": SLUG, "number": number, "state": "created",
            "created_at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.446Z"),
            "updated_at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.446Z"),
            "trigger": {"type": "webhook", "received_at": "1970-01-01T00:00:00.000Z", "actor": {"login": by}},
            "vcs": {"revision": "c" * 40, "branch": branch},
        })  # fmt: skip
        self.workflows[identity] = []
        return identity

    def workflow(
        self, pipeline: str, name: str, at: datetime, until: datetime | None = None, status: str = "success"
    ) -> str:
        """Give a pipeline a workflow, or the same one again; give its id."""
        identity = f"w-{len(self.jobs) + 1}"
        self.jobs[identity] = []
        self.workflows[pipeline].insert(0, {
            "pipeline_id": pipeline, "id": identity, "name": name, "project_slug": SLUG, "status": status,
            "started_by": "1c762fc2", "pipeline_number": 5, "created_at": seconds(at), "stopped_at": seconds(until),
        })  # fmt: skip
        return identity

    def job(
        self, workflow: str, name: str, at: datetime | None, until: datetime | None, status: str = "success", kind: str = "build"
    ) -> None:  # fmt: skip
        """Give a workflow a job."""
        rows = self.jobs[workflow]
        rows.append({
            "id": f"j-{workflow}-{len(rows)}", "name": name, "type": kind, "status": status, "dependencies": [],
            "job_number": len(rows), "project_slug": SLUG, "started_at": seconds(at), "stopped_at": seconds(until),
        })  # fmt: skip

    def answer(self, call: Call) -> Any:
        """Find the route and ask it, unless the path is refused."""
        if refusal := self.refused.get(call.path):
            self.calls.append(call)
            raise refusal
        return super().answer(call)

    def _page(self, rows: list[Row], call: Call) -> Row:
        first = int(call.query.get("page-token", "at-0").removeprefix("at-"))
        end = first + self.size
        return {"next_page_token": f"at-{end}" if end < len(rows) else None, "items": rows[first:end]}
