"""Publish a built incident: a branch with a pull request, annotations in Grafana, a message in Slack."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import anyio

from render.text import markdown
from service import names
from service.evidence.document import load, path_in
from service.publish import grafana
from service.publish.branches import Clone
from service.publish.forges.base import Pull, RefusedError
from service.publish.forges.target import Target, from_remote, remote, resolve
from service.publish.slack import SLACK_API, post, slack_link
from service.settings import secrets
from service.settings.config import of_incident
from timeline.errors import TimelineError, UsageError
from timeline.model import Timeline


@dataclass(frozen=True)
class PublishRequest:
    """What to publish and where; a place that is empty is left out. Tokens are secrets' references."""

    directory: Path
    pull: bool = True
    target: Target = field(default_factory=Target)
    remote: str = "origin"
    branch: str = ""
    base: str = ""
    grafana: str = ""
    grafana_token: str = "env:GRAFANA_TOKEN"  # noqa: S105 - a reference
    dashboard: str = ""
    slack: str = ""
    slack_token: str = "env:SLACK_TOKEN"  # noqa: S105 - a reference
    slack_api: str = SLACK_API
    config: Path | None = None


@dataclass
class Published:
    """What was done, what was not, and the exit code that says so."""

    done: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    exit_code: int = 0
    pull: Pull | None = None


class _Part(NamedTuple):
    name: str
    wanted: bool
    publish: Callable[[], str]


def publish(request: PublishRequest, environ: Mapping[str, str] | None = None) -> Published:
    """Publish part by part: one that fails is named, and the others go on. Raises UsageError at first."""
    timeline, page = _loaded(request)
    target = _target(request, os.environ if environ is None else environ) if request.pull else Target()
    wanted = {request.grafana_token: request.grafana, request.slack_token: request.slack}
    for reference in (target.token, *(name for name, place in wanted.items() if place)):
        if reference:
            secrets.resolve(reference)  # missing ones are named before anything is sent
    result = Published()
    parts = (
        _Part("pull request", request.pull, lambda: _pull(request, target, timeline, result)),
        _Part("Grafana", bool(request.grafana), lambda: _grafana(request, timeline, page)),
        _Part("Slack", bool(request.slack), lambda: _slack(request, timeline, page, result.pull)),
    )
    if not any(part.wanted for part in parts):
        raise UsageError("nothing to publish: leave --no-pull out, or name --grafana or --slack")
    for part in (part for part in parts if part.wanted):
        try:
            result.done.append(f"{part.name}: {part.publish()}")
        except TimelineError as err:
            result.failed.append(f"{part.name}: {err}")
            result.exit_code = max(result.exit_code, 4 if isinstance(err, RefusedError) else 1)
    return result


def _loaded(request: PublishRequest) -> tuple[Timeline, str]:
    timeline = load(path_in(request.directory))
    chart_url = of_incident(request.config, request.directory).settings.chart_url
    return timeline, chart_url if markdown.is_web(chart_url) else ""


def _target(request: PublishRequest, environ: Mapping[str, str]) -> Target:
    from_clone = from_remote(remote(request.directory, request.remote), request.target.forge)
    target = resolve(request.target.or_else(from_clone), environ, request.directory)
    if not target.token:
        raise UsageError("no token is at hand: name it with --token env:NAME")
    return target


def _title(timeline: Timeline) -> str:
    incident = timeline.incident
    return markdown.excerpt(": ".join(part for part in (incident.id, incident.title) if part), 200)


def _pull(request: PublishRequest, target: Target, timeline: Timeline, result: Published) -> str:
    branch = request.branch or f"postmortem/{timeline.incident.id}"
    message = f"Add the timeline of {_title(timeline)}\n\nTimeline-Digest: {timeline.digest}"
    pushed = Clone(request.directory, request.remote).push(branch, message, request.base)
    title = f"Postmortem {_title(timeline)}"
    body = (
        f"The timeline of {markdown.escape(_title(timeline))}, built from evidence; digest {markdown.code(timeline.digest[:8])}.\n\n"
        "The generated regions of `postmortem.md` are refreshed by the tool, the prose is people's.\n"
    )
    result.pull = anyio.run(_opened, target, branch, pushed.base, title, body)
    how = "opened" if result.pull.opened else "up to date" if not pushed.new else "pushed to"
    return f"{how} {result.pull.url}"


async def _opened(target: Target, branch: str, base: str, title: str, body: str) -> Pull:
    async with target.open(secrets.resolve) as forge:
        return await forge.open_pull(branch, base, title, body)


def _grafana(request: PublishRequest, timeline: Timeline, page: str) -> str:
    notes = grafana.wanted(timeline, page)
    written, removed = anyio.run(
        grafana.annotate, request.grafana, request.grafana_token, secrets.resolve, notes, request.dashboard
    )
    return f"{len(notes)} annotations, {written} written, {removed} removed"


def _slack(request: PublishRequest, timeline: Timeline, page: str, pull: Pull | None) -> str:
    """Tell the channel once: with a pull request, when it is opened."""
    if pull and not pull.opened:
        return "not told again: the pull request is there already"
    address = pull.url if pull else f"{page}{names.PAGE}" if page else ""
    if not address:
        return "not told: there is no link to give (no pull request, no chart_url)"
    text = f"Postmortem {slack_link(address, _title(timeline))}"
    anyio.run(post, request.slack_api, request.slack_token, secrets.resolve, request.slack, text)
    return f"told {request.slack}"
