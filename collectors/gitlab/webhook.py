"""GitLab's webhook: deployments, merges, releases and flags."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from collectors.kit import fields
from collectors.kit.links import host_of
from collectors.kit.people import GITLAB, quoted
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
from timeline.facts import thread_key
from timeline.instant import Bounds
from timeline.kinds import Kind
from timeline.model import Fact, Quote, Subject
from timeline.statements import Name

_KINDS: dict[str, Kind] = {
    "running": "deploy.started", "success": "deploy.finished", "failed": "deploy.failed",
}  # fmt: skip


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
    """Yield deployments, merges, releases and flags; the rest by their arrival."""
    change = _Change(event, seen)
    kind, action = (
        fields.text(event.object, "object_kind"),
        fields.text(event.object, "object_attributes.action"),
    )
    if kind == "deployment":
        yield change.deployment()
    elif kind == "merge_request" and action == "merge":
        yield change.merge()
    elif kind == "release" and fields.text(event.object, "action") == "create":
        yield change.release()
    elif kind == "feature_flag":
        yield change.flag()
    else:
        yield event.arrival()


class _Change:
    """One change of a project: its facts are the project's, by whoever made it."""

    def __init__(self, event: Event, seen: Seen) -> None:
        self._event, self._seen, self._body = event, seen, event.object
        self._what = self._body.get("object_attributes")
        self._origin = fields.text(self._body, "project.web_url") or event.origin
        self._repository = fields.text(self._body, "project.path_with_namespace")
        name = fields.text(self._body, "user.username") or fields.text(self._body, "user_username")
        names = (name, fields.text(self._body, "user.name"), fields.text(self._body, "user.email"))
        self._actor = seen.people.add(f"gitlab:{name}", *names) if name else None

    def _fact(
        self, kind: Kind, key: list[Any], at: Bounds, means: str, names: dict[str, Name], **more: Any
    ) -> Fact:
        more = {"clock": host_of(self._origin), **more, "quote": self._quote(more.get("text", ""))}
        return self._event.fact(kind, key, at, means, names, origin=self._origin, actor=self._actor, **more)

    def _quote(self, text: str) -> Quote | None:
        return quoted(text, GITLAB, lambda login: self._seen.people.add(f"gitlab:{login}", login))

    def deployment(self) -> Fact:
        """Make the fact of what a deployment came to."""
        body, text = self._body, fields.text
        status, number = fields.required(body, "status"), fields.required(body, "deployment_id")
        place = text(body, "environment") or None
        names: dict[str, Name] = {
            "deploy": number, "environment": place, "revision": text(body, "short_sha") or None,
            "label": f"deployment {number} {status}", "source": self._repository or self._event.hook,
        }  # fmt: skip
        return self._fact(
            _KINDS.get(status, "custom"), ["deployment", number, status],
            fields.time(body, "status_changed_at"), "status_changed_at", names,
            subject=Subject(component=self._repository or None, environment=place),
            text=text(body, "commit_title"), link=text(body, "deployable_url"),
            thread=thread_key("deploy", self._origin, number),
        )  # fmt: skip

    def merge(self) -> Fact:
        """Make the fact that a merge request was merged."""
        what, text = self._what, fields.text
        names: dict[str, Name] = {
            "change": f"!{text(what, 'iid')}", "branch": text(what, "target_branch"), "repository": self._repository,
        }  # fmt: skip
        means = "merged_at" if text(what, "merged_at") else "updated_at"
        return self._fact(
            "change.merged", ["merge_request", text(what, "id")], fields.time(what, means), means, names,
            text=text(what, "title"), link=text(what, "url"),
        )  # fmt: skip

    def release(self) -> Fact:
        """Make the fact that a release was made."""
        body, text = self._body, fields.text
        names: dict[str, Name] = {"release": text(body, "tag"), "repository": self._repository}
        return self._fact(
            "change.released", ["release", text(body, "id")], fields.time(body, "released_at"), "released_at", names,
            text=text(body, "name"), link=text(body, "url"),
        )  # fmt: skip

    def flag(self) -> Fact:
        """Make the fact that a flag was turned; GitLab tells no time of it."""
        value = "on" if fields.at(self._what, "active") else "off"
        names: dict[str, Name] = {"flag": fields.required(self._what, "name"), "value": value}
        event = self._event
        return self._fact(
            "change.flag", ["flag", event.id], event.arrived, "received_at", names, clock=event.origin
        )


WEBHOOK = Webhook(verify, deliveries, facts, screen=screen)
