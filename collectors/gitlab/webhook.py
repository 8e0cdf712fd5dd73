"""GitLab's webhook: deployments, merges, releases and flags."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from collectors.gitlab.facts import Project
from collectors.kit import fields
from collectors.kit.links import web
from collectors.kit.proof import (
    Proof,
    RefusedError,
    Request,
    digest,
    is_same,
    require,
    require_form,
    require_fresh,
)
from collectors.kit.webhooks import RETRYING, Delivery, Event, Seen, Webhook, described
from timeline.canonical import sha256
from timeline.model import Evidence, Fact
from timeline.statements import Name


def verify(request: Request, proof: Proof) -> None:
    """Check the signature by a `whsec_` secret (Standard Webhooks), else `X-Gitlab-Token`; raise RefusedError."""
    if screen(request, proof):
        return
    secret, (identity, stamp) = proof.secret or "", _named(request)
    signed = f"{identity}.{stamp}.".encode() + request.body
    try:
        wanted = base64.b64encode(digest(base64.b64decode(secret.removeprefix("whsec_")), signed)).decode()
    except (binascii.Error, ValueError) as err:
        raise RefusedError("the configured signing token is none") from err
    require(any(is_same(signature, f"v1,{wanted}") for signature in _signatures(request)))


def screen(request: Request, proof: Proof) -> bool:
    """Take a token for proof; look for an id, a time that is fresh and a signature's form; raise RefusedError."""
    secret = proof.secret or ""
    require(bool(secret))
    if not secret.startswith("whsec_"):
        require(is_same(request.headers.get("x-gitlab-token", ""), secret))
        return True
    identity, stamp = _named(request)
    # A point in an id would let it end elsewhere than where it was signed.
    require_form(r"[^.\s]+", identity)
    require_fresh(stamp, request.now)
    require_form("v1,[A-Za-z0-9+/]{43}=", *_signatures(request))
    return False


def _named(request: Request) -> tuple[str, str]:
    return request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")


def _signatures(request: Request) -> list[str]:
    return request.headers.get("webhook-signature", "").split()


def deliveries(request: Request) -> list[Delivery]:
    """Return the one event, named by the id of the delivery, else by that of the event and the body."""
    kind, event = described(request.value, "object_kind"), request.headers.get("x-gitlab-event-uuid")
    given = request.headers.get("webhook-id") or request.headers.get("idempotency-key")
    # One event's id is shared by the events it set off; with the body it names one delivery.
    own = given or (f"{event} {sha256(request.content)}" if event else None)
    return [Delivery(own, kind, request.content, None if own else RETRYING)]


def facts(event: Event, seen: Seen) -> Iterator[Fact]:
    """Yield deployments, merges, releases and flags as the `gitlab` collector does; the rest by their arrival."""
    body = event.object
    kind, action = fields.text(body, "object_kind"), fields.text(body, "object_attributes.action")
    origin = fields.text(body, "project.web_url") or event.origin
    path = fields.text(body, "project.path_with_namespace")
    project = Project(origin, path, event.source, people=seen.people)
    if kind == "deployment":
        yield _deployment(event, project)
    elif kind == "merge_request" and action == "merge":
        what = body.get("object_attributes")
        yield project.merge(what, _evidence(event, fields.text(what, "url")), _actor(event, project))
    elif kind == "release" and fields.text(body, "action") == "create":
        tag = fields.required(body, "tag")
        yield project.release(tag, body, _evidence(event, fields.text(body, "url")), _actor(event, project))
    elif kind == "feature_flag":
        yield _flag(event, project)
    else:
        yield event.arrival()


def _evidence(event: Event, link: str) -> list[Evidence]:
    return [event.evidence(event.whole, web(link))]


def _actor(event: Event, project: Project) -> str | None:
    body = event.object
    named = {"username": fields.text(body, "user_username"), "name": fields.text(body, "user_name")}
    return project.person(body.get("user")) or project.person(named)


def _deployment(event: Event, project: Project) -> Fact:
    """Make the fact of what a deployment came to."""
    body, text = event.object, fields.text
    return project.deployment(
        fields.required(body, "deployment_id"), fields.required(body, "status"),
        fields.time(body, "status_changed_at"), "status_changed_at", _evidence(event, text(body, "deployable_url")),
        environment=text(body, "environment"), revision=text(body, "short_sha"), text=text(body, "commit_title"),
        actor=_actor(event, project),
    )  # fmt: skip


def _flag(event: Event, project: Project) -> Fact:
    """Make the fact that a flag was turned; GitLab tells no time of it."""
    what = event.object.get("object_attributes")
    value = "on" if fields.at(what, "active") else "off"
    names: dict[str, Name] = {"flag": fields.required(what, "name"), "value": value}
    return event.fact(
        "change.flag", ["flag", event.id], event.arrived, "received_at", names, origin=project.origin,
        actor=_actor(event, project), clock=event.origin,
    )  # fmt: skip


WEBHOOK = Webhook(verify, deliveries, facts, screen=screen)
