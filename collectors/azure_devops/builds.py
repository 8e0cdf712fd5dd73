"""Builds of Azure Pipelines, their stages and jobs, as a CI's work; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.kit import fields
from collectors.kit.changes.pipelines import Moment, Outcome, Work
from collectors.kit.links import web
from collectors.kit.people import People
from timeline.model import Evidence

_OUTCOMES: Mapping[str, Outcome] = {
    "succeeded": "succeeded", "partiallySucceeded": "other", "succeededWithIssues": "succeeded", "failed": "failed",
    "canceled": "cancelled", "skipped": "other", "abandoned": "other", "none": "other",
}  # fmt: skip
_NEVER = "0001-01-01T00:00:00"  # .NET's way to say that a time is not set; it has no zone
_REFS = ("refs/heads/", "refs/tags/", "refs/")
#: What of a build's timeline a rule over jobs may name.
STEPS = frozenset({"Stage", "Job"})


def names_of(build: Any) -> tuple[str, ...]:
    """Return what a build's pipeline is known by: its name, and that below its folder; raise UnreadableError."""
    name = fields.required(build, "definition.name")
    folder = fields.text(build, "definition.path").strip("\\").replace("\\", "/")
    return (name, f"{folder}/{name}") if folder else (name,)


def branch_of(build: Any) -> str:
    """Return the branch or tag of a build, without what git has before it."""
    ref = fields.required(build, "sourceBranch")
    return next((ref.removeprefix(prefix) for prefix in _REFS if ref.startswith(prefix)), ref)


def build_work(build: Any, evidence: Evidence, people: People) -> Work:
    """Make the work of a build; raise UnreadableError."""
    status = fields.required(build, "status")
    result = fields.required(build, "result") if status == "completed" else None
    who = fields.at(build, "requestedFor")
    identity = fields.text(who, "id")
    started = _moment(build, "startTime", required=_is_begun(status, result))
    return Work(
        key=["build", fields.number(build, "id")], called=_called(build), names=names_of(build), state=result or status,
        outcome=_OUTCOMES.get(result, "other") if result else None, started=started,
        ended=_moment(build, "finishTime", required=True) if result else None,
        pending=None if result or started else _moment(build, "queueTime"),
        branch=branch_of(build), revision=fields.text(build, "sourceVersion"),
        evidence=[evidence.replace(link=web(fields.text(build, "_links.web.href")))],
        actor=people.add(f"azure:{identity}", fields.text(who, "displayName"), fields.text(who, "uniqueName")) if identity else None,
        labels={"build": fields.text(build, "id"), "reason": fields.text(build, "reason")},
    )  # fmt: skip


def step_work(build: Any, step: Any, evidence: Evidence) -> Work:
    """Make the work of a stage or a job; raise UnreadableError. What has not begun has no time of its own."""
    name, state = fields.required(step, "name"), fields.required(step, "state")
    result = fields.required(step, "result") if state == "completed" else None
    attempt = fields.number(step, "attempt")
    begun = _is_begun(state, result)
    started = _moment(step, "startTime", required=begun) if result != "skipped" else None
    return Work(
        key=["step", fields.number(build, "id"), fields.required(step, "id"), attempt],
        called=f"{_called(build)}, {name}" + (f", attempt {attempt}" if attempt > 1 else ""), names=names_of(build), job=name,
        state=result or state, outcome=_OUTCOMES.get(result, "other") if result else None, started=started,
        ended=_moment(step, "finishTime", required=begun) if result else None, branch=branch_of(build),
        revision=fields.text(build, "sourceVersion"),
        evidence=[evidence.replace(link=web(fields.text(build, "_links.web.href")))],
        labels={"build": fields.text(build, "id"), "type": fields.required(step, "type").lower()},
    )  # fmt: skip


def _is_begun(state: str, result: str | None) -> bool:
    """Tell whether a record must say when it began; what was not run, or cancelled before, need not."""
    return state == "inProgress" or result in {
        "succeeded",
        "succeededWithIssues",
        "partiallySucceeded",
        "failed",
    }


def _called(build: Any) -> str:
    return f"{names_of(build)[0]} #{fields.required(build, 'buildNumber')}"


def _moment(record: Any, name: str, *, required: bool = False) -> Moment | None:
    if required:
        fields.member(record, name)
    text = fields.text(record, name)
    return None if not text or text.startswith(_NEVER) else Moment(fields.time(record, name), name)
