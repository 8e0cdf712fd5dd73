"""Spans of a life, for drawing: an alert's pending and firing, from the facts of its thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from timeline.model import Fact, Window
from timeline.order import in_display_order

_STATES = {
    "alert.pending": "pending", "alert.firing": "firing", "alert.pending_ended": "", "alert.resolved": "",
}  # fmt: skip


class AlertSpan(NamedTuple):
    """One state of an alert, from the fact that begins it; `open`: its end was not seen in the window."""

    state: str
    start: int
    end: int
    fact: Fact
    open: bool


def alert_spans(facts: Iterable[Fact], window: Window) -> dict[str, list[AlertSpan]]:
    """Return the spans of each alert thread, in display order of the threads' first facts."""
    lives: dict[str, list[Fact]] = {}
    for fact in in_display_order(facts):
        if fact.kind in _STATES:
            lives.setdefault(fact.thread or fact.id, []).append(fact)
    return {thread: list(_spans(life, window)) for thread, life in lives.items()}


def _spans(life: list[Fact], window: Window) -> Iterator[AlertSpan]:
    for fact, following in zip(life, [*life[1:], None], strict=True):
        if state := _STATES[fact.kind]:
            start = window.start if fact.earliest is None else fact.latest
            end = window.end if following is None else following.latest
            yield AlertSpan(state, max(start, window.start), min(end, window.end), fact, following is None)
