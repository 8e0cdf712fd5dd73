"""GitHub's webhook: deployments, releases and merges as the `github` collector tells them."""

from __future__ import annotations

from collections.abc import Iterator

from collectors.github.facts import STARTED, Deployment, GithubFacts, repository_of
from collectors.kit import fields
from collectors.kit.fields import Row, UnreadableError
from collectors.kit.proof import FORM, JSON, Proof, Request, require_form, require_signature
from collectors.kit.webhooks import Delivery, Event, Seen, Webhook, own_text
from timeline.model import Fact


def verify(request: Request, proof: Proof) -> None:
    """Check `X-Hub-Signature-256`; raise RefusedError."""
    require_signature(proof, request.body, request.headers.get("x-hub-signature-256", ""), prefix="sha256=")


def screen(request: Request, _: Proof) -> bool:
    """Look for a signature's form; raise RefusedError."""
    require_form("sha256=[0-9a-f]{64}", request.headers.get("x-hub-signature-256", ""))
    return False


def deliveries(request: Request) -> list[Delivery]:
    """Return the one event, named by GitHub's own id."""
    event, action = request.headers.get("x-github-event", "unknown")[:200], own_text(request.value, "action")
    # The signature covers the body alone: an equal body under another id is a replay as well.
    name = f"{event}.{action}" if action else event
    return [Delivery(request.headers.get("x-github-delivery"), name, request.content, 0)]


def facts(event: Event, seen: Seen) -> Iterator[Fact]:
    """Yield deployments, releases and merges as the `github` collector does; the rest by their arrival."""
    repository = repository_of(event.object.get("repository"))
    if repository is None:
        yield event.arrival()
        return
    writer = GithubFacts(repository, event.source, None)
    made = [fact for fact in _facts(event, writer, seen) if fact]
    seen.people.update(writer.people)
    yield from made or [event.arrival()]


def _facts(event: Event, writer: GithubFacts, seen: Seen) -> Iterator[Fact | None]:
    name = event.type.split(".")[0]
    if name == "deployment_status":
        deployment, status = _item(event, "deployment"), _item(event, name)
        # An event tells one status: whether another one told the start is known from the others.
        has_started = bool(seen.foreseen(_started(event)))
        yield from writer.deployment(Deployment(deployment, [status]), has_started=has_started)
    elif event.type == "release.published":
        yield writer.released(_item(event, "release"))
    elif event.type == "pull_request.closed":
        yield writer.merged(_item(event, "pull_request"))


def foresee(event: Event, seen: Seen) -> None:
    """Note which deployments were said to have started."""
    if (
        event.type.startswith("deployment_status")
        and fields.text(event.object, "deployment_status.state") == STARTED
    ):
        seen.foresee(_started(event), True)


def _started(event: Event) -> list[str]:
    return [
        "github started",
        *(fields.text(event.object, path) for path in ("repository.html_url", "deployment.id")),
    ]


def _item(event: Event, part: str) -> Row:
    data = event.object.get(part)
    if not isinstance(data, dict):
        raise UnreadableError(f"it has no {part}")
    return Row(data, event.evidence(f"/body/{part}"))


WEBHOOK = Webhook(verify, deliveries, facts, foresee=foresee, screen=screen, types=(JSON, FORM))
