"""Runs of GitHub Actions and their jobs as a CI's work; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from collectors.kit import fields
from collectors.kit.changes.pipelines import Moment, Outcome, Work
from collectors.kit.fields import Row
from collectors.kit.links import web
from collectors.kit.people import GITHUB, People, quoted
from timeline.instant import Bounds
from timeline.model import Evidence
from timeline.text import clean

#: Skipped, neutral, stale and what needs an action are neither a success nor a failure.
_OUTCOMES: Mapping[str, Outcome] = {
    "success": "succeeded", "failure": "failed", "timed_out": "failed", "startup_failure": "failed",
    "cancelled": "cancelled",
}  # fmt: skip
_UNBEGUN = frozenset({"skipped", "action_required", "stale", "startup_failure"})
#: Of the states before a run is under way, this one waits for people.
_HELD = "waiting"
#: Pages of attempts and jobs lie below that of their run.
_RUN = re.compile(r"https?://[^/?#\s]{1,255}/[^?#\s]{1,500}?/actions/runs/\d{1,20}(?![^/?#])")


def run_address(page: str) -> str:
    """Return the address of the run of Actions that a page is of, empty where it is of none: what it shares with the deployment that it made."""
    match = _RUN.match(page)
    return match[0] if match else ""


def pipeline_of(run: Any) -> tuple[str, ...]:
    """Return what a run's workflow is known by: its name, its path and its file; raise UnreadableError."""
    name = fields.member(run, "name")
    # The path of a workflow of another repository ends with its branch: `.github/workflows/deploy.yml@main`.
    path = fields.required(run, "path").partition("@")[0]
    return tuple(dict.fromkeys(filter(None, (fields.string(name), path, path.rpartition("/")[2]))))


def attempt_of(run: Any) -> int:
    """Return which attempt of its run a record tells, from 1; raise UnreadableError."""
    return fields.number(run, "run_attempt")


def started_at(run: Any) -> Bounds:
    """Return when an attempt began; raise UnreadableError."""
    return fields.time(run, "run_started_at")


class Attempts:
    """Makes the work of one repository's runs, and remembers the people in it."""

    def __init__(self) -> None:
        self.people = People()

    def run(self, item: Row, jobs: Sequence[Row] | None) -> Work:
        """Make the work of one attempt of a run; without its `jobs`, its end is not told. Raises UnreadableError."""
        data = item.data
        status, conclusion = _state(data)
        own = _of(item, "html_url")
        begun = [job for job in jobs or () if _is_begun(job.data)]
        has_begun = _has_begun(status, conclusion) and (conclusion != "cancelled" or bool(begun))
        started = started_at(data)
        ended = None if conclusion is None or jobs is None else _ended(data, jobs, started)
        return Work(
            key=["run", fields.number(data, "id"), attempt_of(data)], called=_called(data), names=pipeline_of(data),
            state=conclusion or status, outcome=_OUTCOMES.get(conclusion, "other") if conclusion else None,
            pending=None if conclusion or has_begun else Moment(started, "run_started_at"),
            started=Moment(started, "run_started_at") if has_begun else None, ended=ended, is_held=status == _HELD,
            branch=fields.text(data, "head_branch"), revision=fields.text(data, "head_sha"),
            evidence=[own, *(_of(job, "html_url") for job in _last(jobs or ()))], actor=self._actor(data),
            quote=quoted(fields.text(data, "display_title"), GITHUB, self._seen),
            labels={"run": run_address(fields.text(data, "html_url")), "event": fields.text(data, "event")},
        )  # fmt: skip

    def job(self, run: Row, item: Row) -> Work:
        """Make the work of a job; raise UnreadableError."""
        data = item.data
        status, conclusion = _state(data)
        name = fields.required(data, "name")
        has_begun = _has_begun(status, conclusion) and (conclusion != "cancelled" or _is_begun(data))
        over = fields.member(data, "completed_at") is not None and conclusion is not None
        return Work(
            key=["job", fields.number(data, "id")], called=f"{_called(run.data)}, {name}", job=name,
            names=pipeline_of(run.data), state=conclusion or status,
            outcome=_OUTCOMES.get(conclusion, "other") if conclusion else None,
            pending=None if conclusion or has_begun else Moment(fields.time(data, "created_at"), "created_at of the job"),
            started=Moment(fields.time(data, "started_at"), "started_at of the job") if has_begun else None,
            ended=Moment(fields.time(data, "completed_at"), "completed_at of the job") if over else None,
            is_held=status == _HELD, branch=fields.text(run.data, "head_branch"),
            revision=fields.text(data, "head_sha"), evidence=[_of(item, "html_url"), run.evidence],
            actor=self._actor(run.data), labels={"run": run_address(fields.text(run.data, "html_url")), "job": fields.text(data, "id")},
        )  # fmt: skip

    def _actor(self, run: Mapping[str, Any]) -> str | None:
        # Who set this attempt off, which is not always who made the first one.
        who = run.get("triggering_actor") or run.get("actor")
        login = fields.text(who, "login")
        return self._seen(clean(login), bot=fields.text(who, "type") == "Bot") if login else None

    def _seen(self, login: str, *, bot: bool = False) -> str:
        return self.people.add(f"github:{login}", login, bot=bot)


def of_attempt(jobs: Iterable[Row], run: Any) -> list[Row]:
    """Return the jobs of an attempt; those that it took over from an earlier one ran before it began."""
    number, began = attempt_of(run), started_at(run).earliest or 0
    own = [job for job in jobs if fields.number(job.data, "run_attempt") == number]
    return [job for job in own if number == 1 or fields.time(job.data, "started_at").latest >= began]


def _state(data: Any) -> tuple[str, str | None]:
    """Return status and conclusion, None while it is not over."""
    status, conclusion = fields.required(data, "status"), fields.nullable(data, "conclusion")
    return status, conclusion if status == "completed" else None


def _has_begun(status: str, conclusion: str | None) -> bool:
    return status == "in_progress" or (conclusion is not None and conclusion not in _UNBEGUN)


def _is_begun(job: Any) -> bool:
    """Tell whether a job ran: one that was cancelled before has no steps."""
    return fields.text(job, "conclusion") != "skipped" and bool(fields.at(job, "steps"))


def _called(run: Any) -> str:
    name, attempt = pipeline_of(run)[0], attempt_of(run)
    again = f", attempt {attempt}" if attempt > 1 else ""
    return f"{name} #{fields.number(run, 'run_number')}{again}"


def _last(jobs: Sequence[Row]) -> list[Row]:
    """Return the job that ended last, as a list; none where none ended."""
    over = [job for job in jobs if fields.member(job.data, "completed_at") is not None]
    return [max(over, key=lambda job: (fields.time(job.data, "completed_at").latest, fields.text(job.data, "id")))] if over else []  # fmt: skip


def _ended(run: Any, jobs: Sequence[Row], started: Bounds) -> Moment:
    """Return the end of an attempt: its last job's, for `updated_at` moves later; without jobs, by then."""
    if last := _last(jobs):
        return Moment(fields.time(last[0].data, "completed_at"), "completed_at of the last job")
    by = fields.time(run, "updated_at")
    return Moment(Bounds(started.earliest, max(by.latest, started.latest)), "between run_started_at and updated_at")  # fmt: skip


def _of(item: Row, page: str) -> Evidence:
    return item.evidence.replace(link=web(fields.text(item.data, page)))
