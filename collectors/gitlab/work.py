"""Pipelines and their jobs as a CI's work, and deployments as facts; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from collectors.gitlab.facts import Project, linked, time
from collectors.kit import fields
from collectors.kit.changes.pipelines import Moment, Outcome, Work
from collectors.kit.fields import Row
from timeline.instant import Bounds
from timeline.model import Fact

_OUTCOMES: Mapping[str, Outcome] = {
    "success": "succeeded", "failed": "failed", "canceled": "cancelled", "skipped": "other",
}  # fmt: skip


def deployment_facts(project: Project, row: Row) -> Iterator[Fact]:
    """Yield when a deployment began and what it came to; raise UnreadableError.

    GitLab keeps its last status alone: the times are those of the job, which one made by the API has not.
    """
    data = row.data
    number, status = fields.required(data, "id"), fields.required(data, "status")
    job = fields.member(data, "deployable")
    evidence = [linked(row.evidence, fields.at(job, "web_url"))]
    labels = {
        "commit": fields.required(data, "sha"), "ref": fields.text(data, "ref"), "job": fields.text(job, "id"),
    }  # fmt: skip

    def told(state: str, at: Bounds, means: str) -> Fact:
        return project.deployment(
            number, state, at, means, evidence, environment=fields.required(data, "environment.name"),
            revision=labels["commit"], text=fields.text(job, "commit.title"), actor=project.person(data.get("user")),
            labels=labels,
        )  # fmt: skip

    begun = fields.nullable(job, "started_at") if job else None
    created = time(data, "created_at")
    if begun:
        yield told("running", time(job, "started_at"), "started_at of the job")
    elif status == "running":
        yield told("running", created, "created_at")
    if status in _OUTCOMES:
        yield told(status, *_ended(data, job, created))
    elif status != "running":
        yield told(status, created, "created_at")


def _ended(data: Any, job: Any, created: Bounds) -> tuple[Bounds, str]:
    if job and fields.nullable(job, "finished_at"):
        return time(job, "finished_at"), "finished_at of the job"
    until = max(time(data, "updated_at").latest, created.latest)
    return Bounds(created.earliest, until), "between created_at and updated_at"


def names_of(pipeline: Any) -> tuple[str, ...]:
    """Return what a pipeline is known by: its name, where it has one, and what set it off."""
    return tuple(filter(None, (fields.text(pipeline, "name"), fields.required(pipeline, "source"))))


def is_over(record: Any) -> bool:
    """Tell whether a pipeline or a job has ended; raise UnreadableError."""
    return fields.required(record, "status") in _OUTCOMES


def pipeline_work(project: Project, row: Row) -> Work:
    """Make the work of a pipeline's whole record; a retried one is one pipeline, which ends later."""
    data = row.data
    return _work(
        row, project, key=["pipeline", fields.number(data, "id")], called=_called(data), names=names_of(data),
        pipeline=data,
    )  # fmt: skip


def job_work(project: Project, pipeline: Row, row: Row) -> Work:
    """Make the work of a job; each try of a retried one is a job of its own."""
    data = row.data
    name = fields.required(data, "name")
    return _work(
        row, project, key=["job", fields.number(data, "id")], called=f"{_called(pipeline.data)}, {name}",
        names=names_of(pipeline.data), pipeline=pipeline.data, job=name,
    )  # fmt: skip


def _work(row: Row, project: Project, *, pipeline: Any, **own: Any) -> Work:
    data = row.data
    status = fields.required(data, "status")
    started, ended = fields.nullable(data, "started_at"), fields.nullable(data, "finished_at")
    begun = Moment(time(data, "started_at"), "started_at") if started else None
    outcome = _OUTCOMES.get(status)
    end = Moment(time(data, "finished_at"), "finished_at") if ended and outcome else None
    if outcome and not end:  # skipped, or cancelled before it began
        low, high = time(data, "created_at"), time(pipeline, "updated_at")
        end = Moment(Bounds(low.earliest, max(low.latest, high.latest)), "between created_at and updated_at")
    return Work(
        **own, state=status, outcome=outcome, started=begun, ended=end,
        pending=None if begun or outcome else Moment(time(data, "created_at"), "created_at"),
        branch=fields.required(pipeline, "ref"), revision=fields.required(pipeline, "sha"),
        evidence=[linked(row.evidence, fields.text(data, "web_url"))], actor=project.person(data.get("user")),
        quote=project.quote(fields.text(data, "commit.title")), labels={"pipeline": fields.text(pipeline, "id")},
    )  # fmt: skip


def _called(pipeline: Any) -> str:
    return f"{fields.text(pipeline, 'name') or 'pipeline'} #{fields.number(pipeline, 'id')}"
