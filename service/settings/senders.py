"""Webhook senders by name, from their entry-point group; a configuration names those that are installed."""

from __future__ import annotations

from collectors.kit import webhooks
from collectors.kit.webhooks import UnknownSenderError, Webhook
from service.settings.registry import nearest
from service.settings.serve import ServeSettings
from timeline.errors import UsageError


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


def check(settings: ServeSettings, where: str) -> None:
    """Raise UsageError for a webhook whose sender is not installed, or does not prove itself so."""
    for place, hook in enumerate(settings.webhooks):
        key = f"{where}: 'serve.webhook.{place}"
        if hook.sender not in webhooks.names():
            known = webhooks.names()
            hint = f"{nearest(hook.sender, known)}; installed are {', '.join(known)}"
            raise UsageError(f"{key}.sender': there is no webhook sender {hook.sender!r}{hint}")
        if hook.basic and not load(hook.sender).basic:
            raise UsageError(f"{key}': {hook.sender} proves itself by `secret`, not by `basic`")
