"""Spans whose status is error: the first one of each operation of a service, of the traces that were kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from collectors.base import Collector
from timeline import facts
from timeline.canonical import Json
from timeline.instant import Bounds
from timeline.model import Evidence, Fact

_KEPT = "traces are those that were kept: what sampling dropped is not known"


class SpanError(NamedTuple):
    """A span with an error: operation, service, from its begin to its end, and what it says of the error."""

    operation: str
    service: str | None
    at: Bounds
    text: str = ""


class FirstErrors:
    """The first error of each operation, with the instant since when one may have been."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[SpanError, Evidence]] = {}

    def add(self, error: SpanError, evidence: Evidence) -> None:
        """Keep what surely was first: one that began before it may yet have erred after it."""
        key = (error.service or "", error.operation)
        before = self._found.get(key)
        if before is None:
            self._found[key] = (error, evidence)
            return
        first, at = min(before, (error, evidence), key=lambda one: one[0].at.latest)
        begins = [one.at.earliest for one in (before[0], error)]
        earliest = None if None in begins else min(begin for begin in begins if begin is not None)
        self._found[key] = (first._replace(at=Bounds(earliest, first.at.latest)), at)

    def facts(self, collector: Collector[Any]) -> Iterator[Fact]:
        """Yield them, by service and operation."""
        for _, (error, evidence) in sorted(self._found.items()):
            yield first_error(collector, error, evidence)


def first_error(collector: Collector[Any], error: SpanError, evidence: Evidence) -> Fact:
    """Make the fact of the first error of an operation; that traces are sampled is noted once."""
    assumed = collector.context.assumed
    if _KEPT not in assumed:
        assumed.append(_KEPT)
    service, key = error.service, list[Json]([error.service, error.operation])
    return facts.fact(
        "trace.first_error", origin=collector.origin, key=key, at=error.at,
        time_means="begin to end of the span, of the traces that were kept", clock=service or collector.origin,
        source=collector.context.source, names={"operation": error.operation, "service": service},
        subject=facts.subject_of({"service": service} if service else {}, {}), quote=facts.quote(error.text),
        thread=facts.thread_key("trace", collector.origin, *key), evidence=[evidence],
    )  # fmt: skip
