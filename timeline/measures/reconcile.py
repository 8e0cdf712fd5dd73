"""What thresholds and alerts say of each other: breaches with no alert, and the reverse; stated, not judged.

A crossing and an alert belong together when they share a thread (rule and labels); an alert of
another system, which has no crossings of its own, when it has the name of the threshold's alert. They
meet when the time in breach and the time of firing may overlap, as far as bounds and clocks tell. Many
of one series are one row, with the first and their number. What was in breach was silenced while a silence
of its alert may have held: of the alert with its thread, else of another system's alert of its name.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from timeline.alerts.silences import by_alert
from timeline.alerts.states import alert_name, begins_breach, ends_breach, expression, threshold_name
from timeline.apart import apart
from timeline.instant import NS
from timeline.measures.chain import Headline, headline
from timeline.model import Fact, Incident, Panel, Reconciled
from timeline.order import ClockErrors, display_key, elapsed, in_display_order, precedes
from timeline.relative import inside, may_precede
from timeline.terms import EARLIER, SUPPRESSED, UNALERTED, UNCROSSED
from timeline.text import code

_ALWAYS, _NEVER = -(2**70), 2**70


class StateSpan(NamedTuple):
    """A time in breach or of firing: its begin, its end where there is one, and what it is of."""

    begin: Fact
    end: Fact | None
    thread: str | None
    name: str
    expression_index: str


def reconcile(
    incident: Incident, facts: Sequence[Fact], errors: ClockErrors, *, measured: bool = True
) -> tuple[Reconciled, ...]:
    """Return the rows of the table: by name, then in the order of their first facts.

    Where nothing is `measured`, no metric was read: then that an alert has no breach says nothing.
    """
    ordered = in_display_order(facts)
    breaches, firings = list(_breaches(ordered)), list(_firings(ordered))
    own = {span.thread for span in breaches}
    foreign = [span for span in firings if span.thread not in own]
    rows = [
        *_alone(breaches, _Overlap(firings, foreign, errors), UNALERTED),
        *_alone(
            firings if measured else (),
            _Overlap(breaches, _of_no_alert(breaches, firings), errors),
            UNCROSSED,
        ),
        *_earlier(breaches, incident, headline(incident, ordered), errors),
        *_silenced(breaches, firings, _silences(ordered), errors),
    ]
    return tuple(rows)


def is_measured(panels: Sequence[Panel], facts: Iterable[Fact]) -> bool:
    """Tell whether metrics were read at all."""
    return bool(panels) or any(fact.kind.startswith("metric.") for fact in facts)


def _of_no_alert(breaches: Iterable[StateSpan], firings: Iterable[StateSpan]) -> list[StateSpan]:
    alerted = {span.thread for span in firings}
    return [span for span in breaches if span.thread not in alerted]


def _breaches(facts: Iterable[Fact]) -> Iterator[StateSpan]:
    """Yield every time in breach, of each series against each threshold, when it ended."""
    begun: dict[tuple[str | None, str], Fact] = {}
    for fact in facts:
        begins = begins_breach(fact)
        if not begins and not ends_breach(fact):
            continue
        key = (fact.thread, expression(fact))
        if begins:
            begun.setdefault(key, fact)
        elif key in begun:
            yield StateSpan(begun.pop(key), fact, key[0], threshold_name(fact), key[1])
    for key, fact in begun.items():
        yield StateSpan(fact, None, key[0], threshold_name(fact), key[1])


def _firings(facts: Iterable[Fact]) -> Iterator[StateSpan]:
    begun: dict[str | None, Fact] = {}
    for fact in facts:
        life = fact.thread or fact.id
        if fact.kind == "alert.firing":
            begun.setdefault(life, fact)
        elif fact.kind == "alert.resolved" and life in begun:
            yield _firing(begun.pop(life), fact)
    yield from (_firing(fact, None) for fact in begun.values())


def _firing(fact: Fact, end: Fact | None) -> StateSpan:
    return StateSpan(fact, end, fact.thread, alert_name(fact) or "", "")


def _silences(ordered: Sequence[Fact]) -> list[StateSpan]:
    """Return when each alert that fired was silenced, as spans of its thread and name."""
    return [
        StateSpan(begin, end, firing.thread, alert_name(firing) or "", "")
        for firing, begin, end in by_alert(ordered)
    ]


class _Overlap:
    """Finds whether a span may overlap one of its thread, or a foreign one of its name."""

    def __init__(self, spans: Sequence[StateSpan], foreign: Iterable[StateSpan], errors: ClockErrors) -> None:
        self._errors = errors
        self._threads = _unions((f"t{s.thread}", *self._bounds(s, 0)) for s in spans if s.thread)
        self._clocks = {s.thread: s.begin.clock for s in spans}
        self._names = _unions(
            (f"n{s.name}", *self._bounds(s, errors.get(s.begin.clock, 0))) for s in foreign if s.name
        )

    def meets(self, span: StateSpan) -> bool:
        """Tell whether there is one that may overlap `span`."""
        slack = self._errors.get(span.begin.clock, 0)
        other = self._clocks.get(span.thread, span.begin.clock)
        apart = 0 if other == span.begin.clock else slack + self._errors.get(other, 0)
        return _hit(self._threads.get(f"t{span.thread}"), *self._bounds(span, apart)) or _hit(
            self._names.get(f"n{span.name}"), *self._bounds(span, slack)
        )

    @staticmethod
    def _bounds(span: StateSpan, slack: int) -> tuple[int, int]:
        low = _ALWAYS if span.begin.earliest is None else span.begin.earliest
        return low - slack, (_NEVER if span.end is None else span.end.latest) + slack


def _unions(spans: Iterable[tuple[str, int, int]]) -> dict[str, list[tuple[int, int]]]:
    """Join what overlaps, by key, so that one look tells."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for key, low, high in sorted(spans):
        own = found[key]
        if own and low <= own[-1][1]:
            own[-1] = (own[-1][0], max(own[-1][1], high))
        else:
            own.append((low, high))
    return found


def _hit(spans: Sequence[tuple[int, int]] | None, low: int, high: int) -> bool:
    if not spans:
        return False
    place = bisect_right(spans, (high, _NEVER * 2))  # the last one that begins by `high`
    return place > 0 and spans[place - 1][1] >= low


def _alone(spans: Iterable[StateSpan], others: _Overlap, name: str) -> Iterator[Reconciled]:
    lives: dict[tuple[str, str], list[Fact]] = {}
    names: dict[tuple[str, str], str] = {}
    for span in spans:
        if not others.meets(span):
            key = (span.thread or span.begin.id, span.expression_index)
            lives.setdefault(key, []).append(span.begin)
            names[key] = span.name
    firsts = {key: min(life, key=display_key) for key, life in lives.items()}
    called = _called([(fact, names[key]) for key, fact in firsts.items()])
    for key in sorted(firsts, key=lambda k: display_key(firsts[k])):
        count = len(lives[key])
        text = _said(name, called[firsts[key].id], count)
        yield Reconciled(name=name, from_=firsts[key].id, count=count, statement=text)


def _silenced(
    breaches: Sequence[StateSpan],
    firings: Sequence[StateSpan],
    held: Sequence[StateSpan],
    errors: ClockErrors,
) -> Iterator[Reconciled]:
    """Yield, for each series, its breaches in which its alert was silenced."""
    own, alerted = {span.thread for span in breaches}, {span.thread for span in firings}
    overlap = _Overlap(held, [span for span in held if span.thread not in own], errors)
    foreign = _Overlap([span for span in held if span.thread in own], (), errors)
    # What has alerts of its own is not compared with another system's of the same name.
    hit = [s for s in breaches if (foreign if s.thread in alerted else overlap).meets(s)]
    lives: dict[tuple[str, str], list[StateSpan]] = {}
    for span in hit:
        lives.setdefault((span.thread or span.begin.id, span.expression_index), []).append(span)
    called = _called([(life[0].begin, life[0].name) for life in lives.values()])
    for life in lives.values():
        times = "once" if len(life) == 1 else f"{len(life)} times"
        text = f"{called[life[0].begin.id]} was in breach {times} while its alert was silenced"
        yield Reconciled(name=SUPPRESSED, from_=life[0].begin.id, count=len(life), statement=text)


def _called(firsts: Sequence[tuple[Fact, str]]) -> dict[str, str]:
    """Return what each row calls its series or alert, by the id of its first fact: with what differs, where it must."""
    parts = Counter(
        (fact.thread, name) for fact, name in firsts
    )  # a rule may compare more than one expression
    bare = {
        fact.id: f"{fact.names['part']} {code(name)}"
        if parts[fact.thread, name] > 1 and "part" in fact.names
        else code(name)
        for fact, name in firsts
    }
    told = apart((fact for fact, _ in firsts), lambda fact: bare[fact.id])
    differs = {identity: f" ({code(one.label)})" for identity, one in told.items()}
    return {identity: text + differs.get(identity, "") for identity, text in bare.items()}


def _said(name: str, what: str, count: int) -> str:
    times = "once" if count == 1 else f"{count} times"
    if name == UNALERTED:
        return f"{what} was in breach {times} while no alert of its rule and labels was recorded as firing"
    return f"Alert {what} fired {times} while no breach of its rule and labels was recorded"


def _earlier(
    breaches: Iterable[StateSpan], incident: Incident, head: Headline, errors: ClockErrors
) -> Iterator[Reconciled]:
    """Yield, for each threshold, its earliest breach of the incident where that precedes the first alert."""
    firing = head.fact
    if firing is None:
        return
    first: dict[tuple[str, str | None, float | None], Fact] = {}
    for span in breaches:
        fact, limit = span.begin, span.begin.quantity
        reaches = span.end is None or may_precede(firing, span.end)
        if not (reaches or inside(fact, incident)) or not precedes(fact, firing, errors):
            continue
        key = (span.name, limit.op if limit else None, limit.threshold if limit else None)
        first[key] = min(first.get(key, fact), fact, key=display_key)
    for key, fact in sorted(first.items(), key=lambda item: display_key(item[1])):
        low, high = elapsed(fact, firing, errors) or (0, 0)
        text = f"{code(key[0])} met its condition before the first alert, {code(alert_name(firing) or '')}, fired"
        yield Reconciled(
            name=EARLIER, from_=fact.id, to=firing.id, count=1, min_s=low / NS, max_s=high / NS, statement=text
        )  # fmt: skip
