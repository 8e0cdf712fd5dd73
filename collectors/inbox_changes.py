"""What GitHub and GitLab say of changes in their webhooks; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from collectors.github import facts as github_facts
from collectors.github.api import Item
from collectors.github.facts import Deployment, Repository, Writer
from collectors.kit.webhooks import Delivered, Told, UnreadableError, other, required, text_in, time_in
from timeline import facts
from timeline.instant import precise
from timeline.kinds import Kind
from timeline.model import Fact, Subject
from timeline.statements import Name


def github(one: Delivered, told: Told) -> Iterator[Fact]:
    """Yield deployments, releases and merges as the `github` collector does; the rest under its own name."""
    body = one.body if isinstance(one.body, dict) else {}
    page, name = text_in(body, "repository", "html_url"), text_in(body, "repository", "full_name")
    if not page or not name:
        yield from other(one)
        return
    writer = Writer(Repository(name, page, page, urlsplit(page).hostname or page), one.source, None)
    try:
        found = [f for f in _github(one, body, writer) if f]
    except github_facts.UnreadableError as err:
        raise UnreadableError(str(err)) from err
    for person in writer.people():
        told.person(person.identity, *person.names, bot=person.bot)
    yield from found or other(one)


def _github(one: Delivered, body: dict[str, Any], writer: Writer) -> Iterator[Fact | None]:
    def item(part: str) -> Item:
        if not isinstance(body.get(part), dict):
            raise UnreadableError(f"it has no {part}")
        return Item(body[part], one.evidence(f"/body/{part}"))

    event = one.type.split(".")[0]
    if event == "deployment_status":
        yield from writer.deployment(Deployment(item("deployment"), [item("deployment_status")]))
    elif one.type == "release.published":
        yield writer.released(item("release"))
    elif one.type == "pull_request.closed":
        yield writer.merged(item("pull_request"))


_GITLAB: dict[str, Kind] = {
    "running": "deploy.started", "success": "deploy.finished", "failed": "deploy.failed",
}  # fmt: skip


def gitlab(one: Delivered, told: Told) -> Iterator[Fact]:
    """Yield deployments, merges, releases and flags of GitLab; the rest under its own name."""
    body = one.body if isinstance(one.body, dict) else {}
    origin = text_in(body, "project", "web_url") or one.origin
    kind, what = text_in(body, "object_kind"), body.get("object_attributes")
    actor = _gitlab_user(body, told)
    more: dict[str, Any] = {"origin": origin, "actor": actor, "clock": urlsplit(origin).hostname}
    if kind == "deployment":
        yield _gitlab_deploy(one, body, more)
    elif kind == "merge_request" and text_in(what, "action") == "merge":
        names: dict[str, Name] = {
            "change": f"!{text_in(what, 'iid')}",
            "branch": text_in(what, "target_branch"),
            "repository": text_in(body, "project", "path_with_namespace"),
        }
        at = time_in(what, "merged_at") if text_in(what, "merged_at") else time_in(what, "updated_at")
        means = "merged_at" if text_in(what, "merged_at") else "updated_at"
        yield one.fact(
            "change.merged",
            ["merge_request", text_in(what, "id")],
            at,
            means,
            names,
            text=text_in(what, "title"),
            link=text_in(what, "url"),
            **more,
        )
    elif kind == "release" and text_in(body, "action") == "create":
        names = {
            "release": text_in(body, "tag"),
            "repository": text_in(body, "project", "path_with_namespace"),
        }
        yield one.fact(
            "change.released",
            ["release", text_in(body, "id")],
            time_in(body, "released_at"),
            "released_at",
            names,
            text=text_in(body, "name"),
            link=text_in(body, "url"),
            **more,
        )
    elif kind == "feature_flag":
        names = {"flag": required(what, "name"), "value": "on" if what and what.get("active") else "off"}
        yield one.fact(
            "change.flag",
            ["flag", one.id],
            precise(one.received, 1),
            "received_at",
            names,
            **{**more, "clock": one.origin},
        )
    else:
        yield from other(one)


def _gitlab_user(body: Mapping[str, Any], told: Told) -> str | None:
    name = text_in(body, "user", "username") or text_in(body, "user_username")
    names = (name, text_in(body, "user", "name"), text_in(body, "user", "email"))
    return told.person(f"gitlab:{name}", *names) if name else None


def _gitlab_deploy(one: Delivered, body: Mapping[str, Any], more: Mapping[str, Any]) -> Fact:
    status, number = required(body, "status"), required(body, "deployment_id")
    kind = _GITLAB.get(status, "custom")
    names: dict[str, Name] = {
        "deploy": number, "environment": text_in(body, "environment") or None, "revision": text_in(body, "short_sha") or None,
        "label": f"deployment {number} {status}", "source": text_in(body, "project", "path_with_namespace") or one.hook,
    }  # fmt: skip
    subject = Subject(
        component=text_in(body, "project", "path_with_namespace") or None,
        environment=text_in(body, "environment") or None,
    )
    return one.fact(
        kind, ["deployment", number, status], time_in(body, "status_changed_at"), "status_changed_at", names, subject=subject,
        text=text_in(body, "commit_title"), link=text_in(body, "deployable_url"), thread=facts.thread_key("deploy", more["origin"], number), **more,
    )  # fmt: skip
