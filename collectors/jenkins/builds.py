"""Builds of Jenkins and their stages as a CI's work; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from collectors.kit import fields
from collectors.kit.changes.pipelines import Moment, Outcome, Work
from collectors.kit.links import web
from collectors.kit.people import People
from timeline.instant import NS, Bounds
from timeline.model import Evidence

_MS = NS // 1000
#: UNSTABLE and NOT_BUILT are neither a success nor a failure.
_OUTCOMES: Mapping[str, Outcome] = {"SUCCESS": "succeeded", "FAILURE": "failed", "FAILED": "failed", "ABORTED": "cancelled"}  # fmt: skip
_STAGES_OPEN = frozenset({"IN_PROGRESS", "PAUSED_PENDING_INPUT", "NOT_EXECUTED"})


def names_of(job: str) -> tuple[str, ...]:
    """Return what a job is known by: its full name, that of what it is a branch of, its own."""
    above, _, own = job.rpartition("/")
    return tuple(dict.fromkeys(filter(None, (job, above, own))))


def branch_of(job: str, build: Any) -> str:
    """Return the branch that was built, where the build or the name of a multibranch job tells it."""
    for action in fields.at(build, "actions") or ():
        branch = fields.text(action, "lastBuiltRevision.branch.0.name")
        if branch:
            return branch.removeprefix("refs/remotes/").removeprefix("origin/")
    return unquote(job.rpartition("/")[2]) if "%" in job else ""


def build_work(job: str, build: Any, evidence: Evidence, people: People) -> Work:
    """Make the work of a build; raise UnreadableError. It ends its `duration` after its `timestamp`."""
    number = fields.number(build, "number")
    started = fields.time(build, "timestamp", unit="ms")
    building, result = fields.member(build, "building"), fields.nullable(build, "result")
    over = building is False and result is not None
    ended = (
        Moment(_later(started, fields.number(build, "duration")), "timestamp + duration") if over else None
    )
    return Work(
        key=["build", job, number], called=f"{job} #{number}", names=names_of(job), state=(result or "building").lower(),
        outcome=_OUTCOMES.get(result or "", "other") if over else None, started=Moment(started, "timestamp"), ended=ended,
        branch=branch_of(job, build), revision=_revision(build), actor=_actor(build, people),
        evidence=[evidence.replace(link=web(fields.text(build, "url")))],
    )  # fmt: skip


def stage_work(job: str, build: Any, stage: Any, evidence: Evidence) -> Work:
    """Make the work of a stage; raise UnreadableError."""
    number, name = fields.number(build, "number"), fields.required(stage, "name")
    status = fields.required(stage, "status")
    started = fields.time(stage, "startTimeMillis", unit="ms")
    over = status not in _STAGES_OPEN
    held = status == "PAUSED_PENDING_INPUT"
    begun = status not in {"NOT_EXECUTED", "PAUSED_PENDING_INPUT"}
    ended = Moment(
        _later(started, fields.number(stage, "durationMillis")), "startTimeMillis + durationMillis"
    )
    return Work(
        key=["stage", job, number, fields.required(stage, "id")], called=f"{job} #{number}, {name}", names=names_of(job),
        job=name, state=status.lower(), outcome=_OUTCOMES.get(status, "other") if over else None,
        started=Moment(started, "startTimeMillis") if begun else None, is_held=held,
        pending=None if begun else Moment(started, "startTimeMillis"), ended=ended if over else None,
        branch=branch_of(job, build), revision=_revision(build),
        evidence=[evidence.replace(link=web(fields.text(build, "url")))],
    )  # fmt: skip


def _later(at: Bounds, ms: int) -> Bounds:
    return Bounds(None if at.earliest is None else at.earliest + ms * _MS, at.latest + ms * _MS)


def _revision(build: Any) -> str:
    actions = fields.at(build, "actions") or ()
    return next((sha for one in actions if (sha := fields.text(one, "lastBuiltRevision.SHA1"))), "")


def _actor(build: Any, people: People) -> str | None:
    causes = [cause for one in fields.at(build, "actions") or () for cause in fields.at(one, "causes") or ()]
    for cause in causes:
        if user := fields.text(cause, "userId"):
            return people.add(f"jenkins:{user}", user, fields.text(cause, "userName"))
    return None
