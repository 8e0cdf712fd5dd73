"""Webhook senders by name, from their entry-point group; a configuration names those that are installed."""

from __future__ import annotations

from collections.abc import Iterator

from collectors.kit import webhooks
from collectors.kit.webhooks import UnknownSenderError, Webhook
from service.settings.registry import nearest
from service.settings.serve import ServeSettings, WebhookSettings
from service.settings.written import Written
from timeline.errors import UsageError
from timeline.invalid.problems import Problem, named


def names() -> list[str]:
    """Return the registered senders, sorted."""
    return webhooks.names()


def load(name: str) -> Webhook:
    """Import a sender; raise UsageError with the nearest name, or what failed."""
    try:
        return webhooks.load(name)
    except UnknownSenderError as err:
        known = webhooks.names()
        hint = "" if name in known else nearest(name, known)
        raise UsageError(f"{err}{hint}; installed are {', '.join(known)}") from err


def check(settings: ServeSettings, written: Written) -> None:
    """Raise UsageError for a webhook whose sender is not installed, or does not prove itself so."""
    told = [
        Problem(("serve", "webhook", place, *path), text)
        for place, hook in enumerate(settings.webhooks)
        for path, text in _refused(hook)
    ]
    if told:
        raise UsageError(written.said([Problem(path, f"{named(path)}: {text}") for path, text in told]))


def _refused(hook: WebhookSettings) -> Iterator[Problem]:
    known = webhooks.names()
    if hook.sender not in known:
        hint = f"{nearest(hook.sender, known)}; installed are {', '.join(known)}"
        yield Problem(("sender",), f"there is no webhook sender {hook.sender!r}{hint}")
    elif hook.basic and not load(hook.sender).basic:
        yield Problem((), f"{hook.sender} proves itself by `secret`, not by `basic`")
