"""What is drawn of a life: the spans of its states, each as far as records tell that it was so.

A state is certainly so from the `latest` of the fact that begins it to the `earliest` of the one that ends it.
What begins anew without an end before it had ended at a time that nobody recorded. `spansOf` in
`render/page/assets/data/lives.js` draws the same, from the same table of cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from timeline.alerts.silences import KINDS
from timeline.alerts.states import begins_breach, ends_breach, expression
from timeline.model import Fact, Gap, Window
from timeline.order import in_display_order
from timeline.relative import first_instant

State = Literal["pending", "firing", "no_data", "waiting", "running", "silenced", "breach"]
_BEGINS: Mapping[str, State] = {
    "alert.pending": "pending", "alert.firing": "firing", "alert.no_data": "no_data", "alert.silenced": "silenced",
    "deploy.waiting": "waiting", "deploy.started": "running",
}  # fmt: skip
#: The kinds that tell an alert's states.
STATES = frozenset({
    "alert.pending", "alert.pending_ended", "alert.firing", "alert.resolved", "alert.no_data", "alert.data_returned",
})  # fmt: skip
#: What a kind ends. What fires is no longer pending; what begins again has not ended by that. Without data nobody
#: knows whether it still fires: that is so until then, and no end of it.
_DEPLOYED: frozenset[State] = frozenset({"waiting", "running"})
_UNKNOWN: frozenset[State] = frozenset({"no_data"})
_ENDS: Mapping[str, frozenset[State]] = {
    "alert.pending": _UNKNOWN, "alert.firing": frozenset({"pending", "no_data"}),
    "alert.pending_ended": frozenset({"pending", "no_data"}), "alert.data_returned": _UNKNOWN,
    "alert.resolved": frozenset({"pending", "firing", "no_data"}), "alert.unsilenced": frozenset({"silenced"}),
    "alert.no_data": frozenset({"pending", "firing"}), "deploy.waiting": frozenset({"running"}),
    "deploy.started": frozenset({"waiting"}), "deploy.finished": _DEPLOYED, "deploy.failed": _DEPLOYED,
    "deploy.rolled_back": _DEPLOYED, "deploy.cancelled": _DEPLOYED,
}  # fmt: skip
#: Of a gap for one of these reasons, records of any kind may be lacking.
_LACKING = frozenset({
    "unreachable", "unauthorised", "rate_limited", "timed_out", "truncated", "partial", "past_retention",
    "never_recorded", "not_yet", "undecodable", "not_refreshed",
})  # fmt: skip


class Span(NamedTuple):
    """One state of a life, from the fact that begins it: it was so from `start` to `until` (ns), in the window.

    `end` is the fact that ended it, None where none was recorded; `open`: it was not seen to end in the window.
    """

    state: State
    begin: Fact
    end: Fact | None
    start: int
    until: int
    open: bool


def spans(facts: Iterable[Fact], window: Window, gaps: Sequence[Gap] = ()) -> dict[str, list[Span]]:
    """Return the spans of each life in display order of the lives' first facts.

    Lives are of alerts, deploys and silences by their thread, of breaches by thread and expression.
    """
    lives: dict[str, list[Fact]] = {}
    for fact in in_display_order(facts):
        if life := _life(fact):
            lives.setdefault(life, []).append(fact)
    lacking = sorted((gap for gap in gaps if gap.reason in _LACKING), key=lambda gap: gap.start)
    drawn = {name: list(_spans(life, window, lacking)) for name, life in lives.items()}
    return {name: held for name, held in drawn.items() if held}


def _life(fact: Fact) -> str:
    if begins_breach(fact) or ends_breach(fact):
        return f"breach {fact.thread or fact.id} {expression(fact)}"
    if fact.kind not in _BEGINS and fact.kind not in _ENDS:
        return ""
    family = "silence" if fact.kind in KINDS else fact.kind.partition(".")[0]
    return f"{family} {fact.thread or fact.id}"


def _begun(fact: Fact) -> State | None:
    return "breach" if begins_breach(fact) else _BEGINS.get(fact.kind)


def _ends(fact: Fact, state: State) -> bool:
    return ends_breach(fact) if state == "breach" else state in _ENDS.get(fact.kind, ())


def _spans(life: Sequence[Fact], window: Window, gaps: Sequence[Gap]) -> Iterator[Span]:
    begin: Fact | None = None
    for fact in in_turn(life):
        state = _begun(begin) if begin else None
        if state == "silenced" and not _ends(fact, state):
            continue  # whatever it is seen to silence meanwhile
        if begin and state and _ends(fact, state):
            yield _ended(state, begin, fact, window)
            begin = None
        elif begin and state and _begun(fact):
            yield _unended(state, begin, fact, window, gaps)
        begin = fact if _begun(fact) else begin
    if begin and (state := _begun(begin)):
        yield _unended(state, begin, None, window, gaps)


def in_turn(life: Sequence[Fact]) -> Iterator[Fact]:
    """Yield a life's facts in display order; those that may be of one moment as the state before asks for them."""
    left, state = list(reversed(life)), None
    while left:
        place = _next(left, state)
        fact = left[place]
        del left[place]
        yield fact
        state = _begun(fact) or (None if state and _ends(fact, state) else state)


def _next(left: Sequence[Fact], state: State | None) -> int:
    """Return the place of what comes next, of those that certainly do not come later than the first."""
    for place in range(len(left) - 1, -1, -1):
        fact = left[place]
        if fact.earliest is not None and fact.earliest > left[-1].latest:
            break
        if _ends(fact, state) if state else _begun(fact):
            return place
    return len(left) - 1


def _ended(state: State, begin: Fact, end: Fact, window: Window) -> Span:
    start = _start(begin, window)
    until = start if end.earliest is None else min(max(end.earliest, start), window.end)
    return Span(state, begin, end, start, max(until, start), end.latest >= window.end)


def _unended(state: State, begin: Fact, again: Fact | None, window: Window, gaps: Sequence[Gap]) -> Span:
    """Draw what has no recorded end up to where its source first lacks something; without that, to the window's end.

    What began anew had ended before: it is drawn no further than such a gap.
    """
    start = _start(begin, window)
    limit = window.end if again is None else first_instant(again)
    own = {begin.source, *(entry.source for entry in begin.evidence)}
    cut = next((gap.start for gap in gaps if gap.source in own and gap.start >= begin.latest), None)
    known = cut if cut is not None and cut <= limit else start if again else window.end
    return Span(state, begin, None, start, max(min(known, window.end), start), open=True)


def _start(begin: Fact, window: Window) -> int:
    return min(max(begin.latest, window.start), window.end)
