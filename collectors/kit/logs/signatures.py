"""Signatures of log lines: which fields make one, what it is called, and what the window's own scope is."""

from __future__ import annotations

from collections.abc import Collection, Mapping

#: A signature: pairs of field and value, in the order of the fields.
Signature = tuple[tuple[str, str | None], ...]
#: Usual names of what a log document holds (ECS, OpenTelemetry, common loggers), best first.
USUAL: Mapping[str, tuple[str, ...]] = {
    "message": ("message", "body", "log", "msg", "text"),
    "level": ("log.level", "level", "severity", "severityText", "severity_text", "loglevel"),
    "service": ("service.name", "service", "serviceName", "resource.attributes.service.name", "app"),
    "host": ("host.name", "host", "hostname"),
    "trace": ("trace.id", "trace_id", "traceId"),
    "logger": ("log.logger", "logger", "logger_name"),
    "error": ("error.type", "exception.type", "attributes.exception.type"),
}
#: What makes a signature where none is configured.
SIGNATURE = ("level", "service", "logger", "error")


def name_of(signature: Signature) -> str:
    """Return a signature for reading: `level=ERROR service=checkout`; a missing value is `-`."""
    return " ".join(
        f"{name.removesuffix('.keyword')}={value if value is not None else '-'}" for name, value in signature
    )


def scope(signature: Signature, known: Collection[Signature] | None, days: int) -> str:
    """Return what first in the window means, by the signatures of the same hours of `days` days before."""
    if known is None:
        return "first in the window"
    before = f"in the same hours of {'the day' if days == 1 else f'the {days} days'} before"
    return f"first in the window, {'and' if signature in known else 'and not'} {before}"
