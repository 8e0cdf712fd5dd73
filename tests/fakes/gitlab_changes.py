"""A GitLab project's deployments, pipelines, jobs, merges and releases, in the forms and orders its API has."""

import re
from datetime import UTC, datetime
from typing import Any

from tests.fakes.rest import Call, Made, RefusalError, Route, Row

PAGE = "https://git.example/acme/tools/shop"
SHA = "279484c09fbe69ededfced8c1bb6e6d24616b468"
_LAST_OFFSET = 50_000


def stamp(at: datetime | None) -> str | None:
    """Write a time as GitLab does: to the millisecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z" if at else None


def user(name: str) -> Row:
    """Give an account."""
    return {
        "id": 7,
        "username": name,
        "name": name.title(),
        "state": "active",
        "web_url": f"https://git.example/{name}",
    }


class Changes:
    """The records; `routes` answer below a project's path."""

    def __init__(self) -> None:
        self.deployments: list[Row] = []
        self.pipelines: list[Row] = []
        self.jobs: dict[int, list[Row]] = {}
        self.merges: list[Row] = []
        self.releases: list[Row] = []
        self.last_offset, self.largest_page = _LAST_OFFSET, 100
        self._number = 100

    def _next(self) -> int:
        self._number += 1
        return self._number

    def deployment(
        self, created: datetime, status: str = "success", *, started: datetime | None = None, finished: datetime | None = None,
        updated: datetime | None = None, environment: str = "production", by: str = "ada", has_job: bool = True,
    ) -> Row:  # fmt: skip
        """Make a deployment, by a job or by the API."""
        number = self._next()
        job = {
            "id": number + 10_000, "status": status, "stage": "deploy", "name": "deploy", "ref": "main", "tag": False,
            "created_at": stamp(created), "started_at": stamp(started), "finished_at": stamp(finished), "user": user(by),
            "commit": {"id": SHA, "short_id": SHA[:8], "title": "Smaller pool, says @carol"},
            "web_url": f"{PAGE}/-/jobs/{number + 10_000}",
        }  # fmt: skip
        row = {
            "id": number, "iid": number, "ref": "main", "sha": SHA, "status": status, "created_at": stamp(created),
            "updated_at": stamp(updated or finished or started or created), "user": user(by),
            "environment": {"id": 1, "name": environment}, "deployable": job if has_job else None,
        }  # fmt: skip
        self.deployments.append(row)
        return row

    def pipeline(
        self, created: datetime, status: str = "success", *, started: datetime | None = None, finished: datetime | None = None,
        name: str | None = None, source: str = "push", ref: str = "main", updated: datetime | None = None,
    ) -> int:  # fmt: skip
        """Make a pipeline; give its number."""
        number = self._next()
        self.jobs[number] = []
        self.pipelines.append({
            "id": number, "iid": number, "project_id": 5, "sha": SHA, "ref": ref, "status": status, "source": source,
            "created_at": stamp(created), "updated_at": stamp(updated or finished or started or created), "name": name,
            "web_url": f"{PAGE}/-/pipelines/{number}", "started_at": stamp(started), "finished_at": stamp(finished),
            "user": user("ada"),
        })  # fmt: skip
        return number

    def job(
        self, pipeline: int, name: str, created: datetime, status: str = "success", *, started: datetime | None = None,
        finished: datetime | None = None, retried: bool = False,
    ) -> int:  # fmt: skip
        """Give a pipeline a job; give its number."""
        number = self._next()
        self.jobs[pipeline].insert(0, {
            "id": number, "status": status, "stage": "deploy", "name": name, "ref": "main", "tag": False,
            "created_at": stamp(created), "started_at": stamp(started), "finished_at": stamp(finished), "retried": retried,
            "user": user("ada"), "commit": {"id": SHA, "short_id": SHA[:8], "title": "Smaller pool"},
            "web_url": f"{PAGE}/-/jobs/{number}",
        })  # fmt: skip
        return number

    def merge(self, iid: int, title: str, merged: datetime | None, updated: datetime, by: str = "ada") -> Row:
        """Make a merge request."""
        row = {
            "id": 1_000 + iid, "iid": iid, "project_id": 5, "title": title, "state": "merged" if merged else "closed",
            "created_at": stamp(updated.replace(year=2020)), "updated_at": stamp(updated), "merged_at": stamp(merged),
            "merge_user": user(by) if merged else None, "target_branch": "main", "source_branch": "pool",
            "merge_commit_sha": SHA, "web_url": f"{PAGE}/-/merge_requests/{iid}",
        }  # fmt: skip
        self.merges.append(row)
        return row

    def release(self, tag: str, released: datetime, name: str = "", by: str = "ada") -> Row:
        """Publish a release; it has no number."""
        row = {
            "tag_name": tag, "name": name or tag, "description": "", "created_at": stamp(released), "upcoming_release": False,
            "released_at": stamp(released), "author": user(by), "_links": {"self": f"{PAGE}/-/releases/{tag}"},
        }  # fmt: skip
        self.releases.append(row)
        return row

    def routes(self, project: str, page: Any) -> list[Route]:
        """Give what answers below a project; `page` cuts a list into pages."""

        def listed(rows: Any) -> Any:
            return lambda call, *groups: page(self._asked(rows(*map(int, groups)), call), call)

        return [
            ("GET", rf"{project}/deployments", listed(lambda: self.deployments)),
            ("GET", rf"{project}/pipelines", listed(lambda: [_brief(row) for row in self.pipelines])),
            ("GET", rf"{project}/pipelines/(\d+)", lambda call, number: self._pipeline(int(number))),
            ("GET", rf"{project}/pipelines/(\d+)/jobs", lambda call, number: page(self._jobs(int(number), call), call)),
            ("GET", rf"{project}/jobs", listed(lambda: [job for jobs in self.jobs.values() for job in jobs])),
            ("GET", rf"{project}/releases", lambda call: page(self._released(call), call)),
        ]  # fmt: skip

    def merged(self, call: Call) -> list[Row]:
        """Give the merge requests that were asked for."""
        asked = call.query
        rows = [row for row in self.merges if asked.get("state") in (None, row["state"])]
        rows = [row for row in rows if row["created_at"] < asked.get("created_before", "9")]
        return self._asked(rows, call)

    def _asked(self, rows: list[Row], call: Call) -> list[Row]:
        """Order and filter as GitLab does: by number unless told, and by a filter only in its own order."""
        asked = call.query
        size = min(int(asked.get("per_page", "20")), self.largest_page)
        if int(asked.get("page", "1")) * size > self.last_offset:
            raise RefusalError(405, "Offset pagination has a maximum allowed offset of 50000")
        order = asked.get("order_by", "id")
        if order == "updated_at":
            low, high = asked.get("updated_after", ""), asked.get("updated_before", "9")
            assert all(re.fullmatch(r"[0-9T:.-]+Z", text) for text in (low, high) if text not in {"", "9"})
            rows = [row for row in rows if low <= row["updated_at"] <= high]
        return sorted(
            rows, key=lambda row: (row[order], row["id"]), reverse=asked.get("sort", "asc") == "desc"
        )

    def _jobs(self, pipeline: int, call: Call) -> list[Row]:
        rows = self.jobs[pipeline]
        return (
            rows
            if call.query.get("include_retried", "").lower() == "true"
            else [row for row in rows if not row["retried"]]
        )

    def _pipeline(self, number: int) -> Made:
        found = next((row for row in self.pipelines if row["id"] == number), None)
        if found is None:
            raise RefusalError(404, "404 Not found")
        return Made(found)

    def _released(self, call: Call) -> list[Row]:
        order, descends = call.query.get("order_by", "released_at"), call.query.get("sort", "desc") == "desc"
        return sorted(self.releases, key=lambda row: str(row[order]), reverse=descends)


def _brief(pipeline: Row) -> Row:
    """Give a pipeline as lists show it: without its start, its end and who made it."""
    return {
        name: value for name, value in pipeline.items() if name not in {"started_at", "finished_at", "user"}
    }
