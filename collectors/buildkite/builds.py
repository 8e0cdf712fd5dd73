"""Builds of Buildkite and their jobs as a CI's work; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from collectors.kit import fields
from collectors.kit.changes.pipelines import Moment, Outcome, Work
from collectors.kit.links import web
from collectors.kit.people import People
from timeline.facts import quote
from timeline.model import Evidence

_OUTCOMES: Mapping[str, Outcome] = {
    "passed": "succeeded", "failed": "failed", "timed_out": "failed", "canceled": "cancelled", "skipped": "other",
    "not_run": "other", "broken": "other", "expired": "other", "waiting_failed": "other", "blocked_failed": "other",
    "unblocked_failed": "other",
}  # fmt: skip
_HELD = "blocked"


def names_of(build: Any) -> tuple[str, ...]:
    """Return what a build's pipeline is known by: its slug and its name; raise UnreadableError."""
    slug = fields.required(build, "pipeline.slug")
    return tuple(dict.fromkeys(filter(None, (slug, fields.text(build, "pipeline.name")))))


def build_work(build: Any, evidence: Evidence, people: People) -> Work:
    """Make the work of a build; raise UnreadableError. One that is blocked ran up to where it waits."""
    work = _work(
        build, build, evidence, key=["build", fields.required(build, "id")], called=_called(build),
        end=fields.nullable(build, "finished_at"),
    )  # fmt: skip
    creator = fields.at(build, "creator")
    identity = fields.text(creator, "id") or fields.text(creator, "email")
    who = (
        people.add(f"buildkite:{identity}", fields.text(creator, "name"), fields.text(creator, "email"))
        if identity
        else None
    )
    return work(actor=who, quote=quote(fields.text(build, "message").partition("\n")[0]))


def job_work(build: Any, job: Any, evidence: Evidence) -> Work:
    """Make the work of a job; raise UnreadableError. A step that blocks has no start, and waits since it was made."""
    name = fields.text(job, "name") or fields.text(job, "label") or fields.required(job, "type")
    return _work(
        build, job, evidence, key=["job", fields.required(job, "id")], called=f"{_called(build)}, {name}", job=name,
        end=fields.text(job, "finished_at") or None,
    )()  # fmt: skip


def _work(build: Any, record: Any, evidence: Evidence, *, end: str | None, **own: Any) -> Callable[..., Work]:
    state = fields.required(record, "state")
    outcome = _OUTCOMES.get(state)
    is_job = record is not build
    begun = fields.text(record, "started_at") if is_job else fields.nullable(record, "started_at")
    started = Moment(fields.time(record, "started_at"), "started_at") if begun else None
    made = (
        Moment(fields.time(record, "created_at"), "created_at") if fields.text(record, "created_at") else None
    )
    ended = Moment(fields.time(record, "finished_at"), "finished_at") if outcome and end else None
    link = web(fields.text(record, "web_url")) or web(fields.text(build, "web_url"))

    def made_of(**more: Any) -> Work:
        return Work(
            **own, **more, names=names_of(build), state=state, outcome=outcome if ended else None, started=started,
            ended=ended, pending=None if started or outcome else made, is_held=is_job and state == _HELD,
            branch=fields.text(build, "branch"), revision=_revision(build), evidence=[evidence.replace(link=link)],
            labels={"build": fields.text(build, "number")},
        )  # fmt: skip

    return made_of


def _called(build: Any) -> str:
    return f"{names_of(build)[-1]} #{fields.number(build, 'number')}"


def _revision(build: Any) -> str:
    commit = fields.text(build, "commit")
    return "" if commit == "HEAD" else commit  # what was to be built, before anybody looked which it is
