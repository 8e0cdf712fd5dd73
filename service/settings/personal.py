"""Data of persons: which kinds of it are taken out of what is kept."""

from __future__ import annotations

from collectors.kit.redaction.personal import KINDS, Personal
from service.settings.config import Settings


def chosen(settings: Settings) -> Personal | None:
    """Return what finds the configured kinds; None where it is switched off. Raise UsageError without the extra."""
    kinds = settings.redact_personal
    if not kinds:
        return None
    return Personal(kinds if isinstance(kinds, tuple) else KINDS, settings.phone_regions)
