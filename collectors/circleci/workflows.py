"""Workflows of CircleCI and their jobs as a CI's work; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.kit import fields
from collectors.kit.changes.pipelines import Moment, Outcome, Work
from collectors.kit.links import filled
from collectors.kit.people import People
from timeline.model import Evidence

#: `error` is a workflow that could not be run; `not_run` and `unauthorized` never began.
_OUTCOMES: Mapping[str, Outcome] = {
    "success": "succeeded", "failed": "failed", "error": "failed", "infrastructure_fail": "failed", "timedout": "failed",
    "canceled": "cancelled", "terminated-unknown": "other", "not_run": "other", "unauthorized": "other",
}  # fmt: skip
_UNBEGUN = frozenset({"not_run", "unauthorized", "error", "queued", "not_running", "on_hold", "blocked"})
_HELD = "on_hold"
_APP = "https://app.circleci.com"


def branch_of(pipeline: Any) -> str:
    """Return the branch, else the tag, of a pipeline."""
    return fields.text(pipeline, "vcs.branch") or fields.text(pipeline, "vcs.tag")


def workflow_work(pipeline: Any, workflow: Any, evidence: Evidence, people: People) -> Work:
    """Make the work of a workflow; one that was run again is another workflow. Raises UnreadableError."""
    name, status = fields.required(workflow, "name"), fields.required(workflow, "status")
    outcome, begun = _OUTCOMES.get(status), status not in _UNBEGUN
    created = Moment(fields.time(workflow, "created_at"), "created_at")
    ended = Moment(fields.time(workflow, "stopped_at"), "stopped_at") if outcome else None
    login = fields.text(pipeline, "trigger.actor.login")
    # One that is held has run up to where it waits.
    return Work(
        key=["workflow", fields.required(workflow, "id")], called=_called(pipeline, name), names=[name], state=status,
        outcome=outcome, started=created if begun or status == _HELD else None, ended=ended,
        pending=None if begun or outcome or status == _HELD else created,
        branch=branch_of(pipeline), revision=fields.text(pipeline, "vcs.revision"),
        evidence=[evidence.replace(link=_link(pipeline, workflow))],
        actor=people.add(f"circleci:{login}", login) if login else None,
        labels={"pipeline": fields.text(pipeline, "number")},
    )  # fmt: skip


def job_work(pipeline: Any, workflow: Any, job: Any, evidence: Evidence) -> Work:
    """Make the work of a job; raise UnreadableError. A job that is an approval waits for one."""
    name, status = fields.required(job, "name"), fields.required(job, "status")
    outcome = _OUTCOMES.get(status)
    started = fields.nullable(job, "started_at")
    begun = Moment(fields.time(job, "started_at"), "started_at") if started else None
    over = fields.at(job, "stopped_at")
    ended = Moment(fields.time(job, "stopped_at"), "stopped_at") if outcome and over else None
    held = status == _HELD
    return Work(
        key=["job", fields.required(job, "id")], called=f"{_called(pipeline, fields.required(workflow, 'name'))}, {name}",
        names=[fields.required(workflow, "name")], job=name, state=status, outcome=outcome if ended else None,
        started=None if held else begun, ended=ended, is_held=held,
        pending=Moment(fields.time(workflow, "created_at"), "created_at of the workflow") if held else None,
        branch=branch_of(pipeline), revision=fields.text(pipeline, "vcs.revision"),
        evidence=[evidence.replace(link=_link(pipeline, workflow))], labels={"pipeline": fields.text(pipeline, "number")},
    )  # fmt: skip


def _called(pipeline: Any, workflow: str) -> str:
    return f"{workflow} #{fields.number(pipeline, 'number')}"


def _link(pipeline: Any, workflow: Any) -> str:
    slug = "/".join(filled("{part}", part=part) for part in fields.text(pipeline, "project_slug").split("/"))
    number, identity = fields.text(pipeline, "number"), fields.text(workflow, "id")
    return f"{_APP}/pipelines/{slug}" + filled(
        "/{number}/workflows/{identity}", number=number, identity=identity
    )
