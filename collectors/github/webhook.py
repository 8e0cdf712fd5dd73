"""GitHub's webhook: deployments, releases and merges as the `github` collector tells them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from collectors.github.api import ListMember
from collectors.github.facts import Deployment, GithubFacts, Repository
from collectors.kit import fields
from collectors.kit.fields import UnreadableError
from collectors.kit.proof import Proof, Request, require_signature
from collectors.kit.webhooks import Delivery, Event, Seen, Webhook, own_text
from timeline.model import Fact


def verify(request: Request, proof: Proof) -> None:
    """Check `X-Hub-Signature-256`; raise RefusedError."""
    require_signature(proof, request.body, request.headers.get("x-hub-signature-256", ""), prefix="sha256=")


def deliveries(request: Request) -> list[Delivery]:
    """Return the one event, named by GitHub's own id."""
    event, action = request.headers.get("x-github-event", "unknown")[:200], own_text(request.value, "action")
    # The signature covers the body alone: an equal body under another id is a replay as well.
    name = f"{event}.{action}" if action else event
    return [Delivery(request.headers.get("x-github-delivery"), name, request.content, 0)]


def facts(event: Event, seen: Seen) -> Iterator[Fact]:
    """Yield deployments, releases and merges as the `github` collector does; the rest by their arrival."""
    page, name = (
        fields.text(event.object, "repository.html_url"),
        fields.text(event.object, "repository.full_name"),
    )
    if not page or not name:
        yield event.arrival()
        return
    writer = GithubFacts(Repository(name, page, page, urlsplit(page).hostname or page), event.source, None)
    made = [fact for fact in _facts(event, writer) if fact]
    seen.people.update(writer.people)
    yield from made or [event.arrival()]


def _facts(event: Event, writer: GithubFacts) -> Iterator[Fact | None]:
    name = event.type.split(".")[0]
    if name == "deployment_status":
        yield from writer.deployment(Deployment(_item(event, "deployment"), [_item(event, name)]))
    elif event.type == "release.published":
        yield writer.released(_item(event, "release"))
    elif event.type == "pull_request.closed":
        yield writer.merged(_item(event, "pull_request"))


def _item(event: Event, part: str) -> ListMember:
    data = event.object.get(part)
    if not isinstance(data, dict):
        raise UnreadableError(f"it has no {part}")
    return ListMember(data, event.evidence(f"/body/{part}"))


WEBHOOK = Webhook(verify, deliveries, facts)
