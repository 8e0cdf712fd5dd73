"""Runs of GitHub Actions with their attempts and jobs, as the REST API lists them: the latest attempt alone.

As documented: a question that filters gives 1,000 runs at most, `created` holds the first trigger of a run, and the
jobs are those of the latest attempt unless all are asked for.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any]
PAGE = "https://git.example/acme/shop"
CAP = 1_000


def stamp(at: datetime) -> str:
    """Write a time as GitHub does: to the second, UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Counted:
    """A list in a member of the answer, beside how many there are."""

    member: str
    rows: list[Row]
    total: int

    def answer(self, page: list[Row]) -> Row:
        """Give the answer of one page."""
        return {"total_count": self.total, self.member: page}


@dataclass
class Actions:
    """The runs of one repository, newest first."""

    attempts: dict[int, list[Row]] = field(default_factory=dict)  # of each run, the first one first
    jobs: dict[int, list[Row]] = field(default_factory=dict)

    def run(
        self, at: datetime, name: str = "Deploy", *, until: datetime | None = None, conclusion: str | None = "success",
        status: str = "completed", by: str = "ada", **more: Any,
    ) -> int:  # fmt: skip
        """Trigger a run; it is over, and its record changes last, at `until`. Give its number."""
        number = 9_000 + len(self.attempts)
        self.attempts[number], self.jobs[number] = [], []
        row = {
            "id": number, "name": name, "path": f".github/workflows/{name.lower()}.yml", "run_number": len(self.attempts),
            "head_branch": "main", "head_sha": "a" * 40, "event": "push", "display_title": f"{name} it", "created_at": stamp(at),
            "html_url": f"{PAGE}/actions/runs/{number}", "head_commit": None, "pull_requests": [], **more,
        }  # fmt: skip
        self._attempt(row, at, until, conclusion, status, by)
        return number

    def again(
        self, run: int, at: datetime, *, until: datetime | None = None, conclusion: str | None = "success",
        status: str = "completed", by: str = "bob",
    ) -> None:  # fmt: skip
        """Run it again."""
        self._attempt(self.attempts[run][-1], at, until, conclusion, status, by)

    def job(
        self, run: int, name: str, at: datetime, until: datetime | None, conclusion: str | None = "success",
        status: str = "completed", **more: Any,
    ) -> int:  # fmt: skip
        """Give the latest attempt a job; give its number."""
        number, attempt = run * 100 + len(self.jobs[run]), self.attempts[run][-1]
        ran = conclusion != "skipped" and status in {"completed", "in_progress"}
        step = {"name": "Set up job", "status": "completed", "conclusion": "success", "number": 1}
        self.jobs[run].append({
            "id": number, "run_id": run, "run_attempt": attempt["run_attempt"], "name": name, "status": status,
            "conclusion": conclusion, "created_at": stamp(at), "started_at": stamp(at),
            "completed_at": stamp(until) if until else None, "head_sha": attempt["head_sha"], "labels": [],
            "html_url": f"{PAGE}/actions/runs/{run}/job/{number}", "steps": [step] if ran else [], "runner_id": None,
            "runner_name": None, "runner_group_id": None, "runner_group_name": None, "workflow_name": attempt["name"],
            "head_branch": "main", **more,
        })  # fmt: skip
        return number

    def _attempt(
        self, row: Row, at: datetime, until: datetime | None, conclusion: str | None, status: str, by: str
    ) -> None:
        number = row["id"]
        made = {
            "run_attempt": len(self.attempts[number]) + 1, "run_started_at": stamp(at), "status": status,
            "conclusion": conclusion if status == "completed" else None, "updated_at": stamp(until or at),
            "actor": {"login": "ada", "type": "User"},
            "triggering_actor": {"login": by, "type": "Bot" if by.endswith("[bot]") else "User"},
        }  # fmt: skip
        self.attempts[number].append(row | made)

    def listed(self, query: dict[str, list[str]]) -> Counted:
        """Give the runs, in their latest attempt; of those that are asked for by `created`, the newest 1,000."""
        rows = sorted(
            (each[-1] for each in self.attempts.values()),
            key=lambda r: (r["created_at"], r["id"]),
            reverse=True,
        )
        if "created" not in query:
            return Counted("workflow_runs", rows, len(rows))
        span = re.fullmatch(r"([0-9T:-]{19}Z)\.\.([0-9T:-]{19}Z)", query["created"][0])
        assert span, query
        rows = [row for row in rows if span[1] <= row["created_at"] <= span[2]]
        return Counted("workflow_runs", rows[:CAP], len(rows))

    def jobs_of(self, run: str, query: dict[str, list[str]]) -> Counted:
        """Give the jobs of a run's latest attempt, or of all."""
        rows = self.jobs[int(run)]
        if query.get("filter", ["latest"]) != ["all"]:
            rows = [row for row in rows if row["run_attempt"] == len(self.attempts[int(run)])]
        return Counted("jobs", rows, len(rows))

    def attempt(self, run: str, number: str, _: dict[str, list[str]]) -> Row:
        """Give one attempt."""
        return self.attempts[int(run)][int(number) - 1]
