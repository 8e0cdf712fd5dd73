"""Which alert a silence was of, and for how long: by the matchers it has, else by name and labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from timeline.alerts.matchers import Matcher, match, read
from timeline.alerts.states import alert_name, labels_of
from timeline.model import Content, Fact
from timeline.order import ClockErrors, display_key, of_kind, precedes
from timeline.text import code

KINDS = frozenset({"alert.silenced", "alert.unsilenced"})
#: What a collector says where the server itself names the silence of an alert.
NAMED = "silencedBy"
#: Labels of a record that the alert itself does not have.
_RECORD = frozenset({"__name__", "alertstate"})
#: Labels of an alert that its record leaves out: vmalert's name of the group.
_LEFT_OUT = frozenset({"alertgroup"})


class Undetermined(NamedTuple):
    """How many silences may have been of the alert, and the labels that its record lacks to tell."""

    number: int
    labels: tuple[str, ...]


def of_alert(fact: Fact, firing: Fact, others: frozenset[str | None]) -> bool:
    """Tell whether a record of a silence is about the alert that fired; `others` are other firings' threads."""
    if fact.thread is not None and fact.thread == firing.thread:
        return True
    return fact.thread not in others and bool(_about(fact, firing))


def silences(facts: Sequence[Fact], firing: Fact) -> Iterator[tuple[Fact, Fact | None]]:
    """Yield the spans in which the alert was silenced, by at least one silence; the last may be open."""
    marks = of_kind(facts, *KINDS)
    return spans(marks, firing, other_threads(facts, firing))


def other_threads(facts: Sequence[Fact], firing: Fact) -> frozenset[str | None]:
    """Return the threads of every firing but this one's."""
    return frozenset({f.thread for f in of_kind(facts, "alert.firing")} - {firing.thread})


def spans(
    marks: Sequence[Fact], firing: Fact, others: frozenset[str | None]
) -> Iterator[tuple[Fact, Fact | None]]:
    """Yield the spans of `marks`, which are facts of `KINDS` in display order.

    A silence with a life of its own ends with it; other records begin and end one silence each.
    """
    open_: dict[str | None, int] = {}
    begun = firing
    for fact in marks:
        if fact.kind == "alert.silenced":
            if of_alert(fact, firing, others):
                begun = begun if open_ else fact
                life = _life(fact)
                open_[life] = open_.get(life, 0) + 1 if life is None else 1
        elif (life := _life(fact)) in open_ and (life or of_alert(fact, firing, others)):
            open_[life] -= 1
            if not open_[life]:
                del open_[life]
            if not open_:
                yield begun, fact
    if open_:
        yield begun, None


class Silenced(NamedTuple):
    """A span in which an alert was silenced: the first firing of its thread, begin, end (None: open)."""

    firing: Fact
    begin: Fact
    end: Fact | None


def by_alert(ordered: Sequence[Fact]) -> list[Silenced]:
    """Return, for every alert that fired, when it was silenced; `ordered` is in display order."""
    marks = of_kind(ordered, *KINDS)
    if not marks:
        return []
    first: dict[str, Fact] = {}
    for fact in of_kind(ordered, "alert.firing"):
        first.setdefault(fact.thread or fact.id, fact)
    threads = {fact.thread for fact in first.values()}
    return [
        Silenced(firing, *span)
        for firing in first.values()
        for span in spans(marks, firing, frozenset(threads - {firing.thread}))
    ]


def undetermined(facts: Sequence[Fact], firing: Fact) -> Undetermined:
    """Return which silences may have been of the alert: what their matchers name, its record lacks."""
    begun = [fact for fact in facts if fact.kind == "alert.silenced"]
    told = {fact.thread for fact in begun if _about(fact, firing)}
    doubtful = [f for f in begun if f.thread not in told and _about(f, firing) is None]
    had = _labels(firing)
    lacking = {m.name for fact in doubtful for m in _matchers(fact) or () if m.name not in had}
    return Undetermined(len(doubtful), tuple(sorted(lacking)))


def _life(fact: Fact) -> str | None:
    """Return the thread of a silence that is a life of its own; None for a mark in an alert's."""
    named = any(one.rule == NAMED for one in fact.related)
    return fact.thread if named or _matchers(fact) is not None else None


def _about(fact: Content, firing: Content) -> bool | None:
    """Tell whether a silence is of the alert; None where its matchers name labels that the record lacks.

    A sender may add labels on the way (Prometheus' `external_labels`), so that one that is lacking may be there.
    """
    labels, had, matchers = labels_of(fact), _labels(firing), _matchers(fact)
    if matchers is None:
        agree = all(had.get(name, value) == value for name, value in labels.items())
        return agree and alert_name(fact) == alert_name(firing)
    added = _selector(labels.get("external_labels"))
    known = {m.name: m.value for m in added or ()}
    return match(matchers, known | had, complete=added is not None, unknown=_LEFT_OUT)


def _matchers(fact: Content) -> tuple[Matcher, ...] | None:
    return _selector(labels_of(fact).get("matchers"))


def _selector(text: str | None) -> tuple[Matcher, ...] | None:
    try:
        return None if text is None else read(text)
    except ValueError:
        return None  # another source's label of that name


def _labels(firing: Content) -> dict[str, str]:
    own = {name: value for name, value in labels_of(firing).items() if name not in _RECORD}
    return {"alertname": alert_name(firing) or "", **own}


class Held(NamedTuple):
    """A span of silence while the alert fired: its own ends, and what of it is in the firing.

    `begin` is the later of silenced and firing, `end` the earlier of unsilenced and resolved; None: open.
    """

    silenced: Fact
    unsilenced: Fact | None
    begin: Fact
    end: Fact | None

    @property
    def ends(self) -> str:
        """The names of the two points between which it lasted."""
        begin = "silenced" if self.begin.id == self.silenced.id else "firing"
        own = self.unsilenced is not None and self.end is not None and self.end.id == self.unsilenced.id
        return f"{'unsilenced' if own else 'resolved'} - {begin}"


def while_firing(
    facts: Sequence[Fact], firing: Fact, resolved: Fact | None, errors: ClockErrors
) -> list[Held]:
    """Return the spans in which the alert was silenced while it fired, as far as bounds and clocks tell."""
    found = []
    for silenced, unsilenced in silences(facts, firing):
        before = unsilenced is not None and precedes(unsilenced, firing, errors)
        after = resolved is not None and precedes(resolved, silenced, errors)
        if not before and not after:
            begin, end = _later(silenced, firing, errors), _earlier(unsilenced, resolved, errors)
            found.append(Held(silenced, unsilenced, begin, end))
    return found


def none_recorded(facts: Sequence[Fact], firing: Fact) -> str:
    """Say that no silence of the alert was recorded, and of how many that cannot be told."""
    doubt, other = undetermined(facts, firing), next(silences(facts, firing), None)
    none = f"no silence of the alert was recorded{' while it fired' if other else ''}"
    if not doubt.number:
        return none
    lacking = ", ".join(map(code, doubt.labels)) or "what is not known of it"
    what = "a silence was" if doubt.number == 1 else f"{doubt.number} silences were"
    return f"{none}; whether {what} of it depends on labels that its record lacks ({lacking})"


def _later(a: Fact, b: Fact, errors: ClockErrors) -> Fact:
    if precedes(a, b, errors) or precedes(b, a, errors):
        return max(a, b, key=display_key)
    slack = _slack(a, b, errors)
    known = [f.earliest for f in (a, b) if f.earliest is not None]
    update = {
        "earliest": max(known) - slack if known else None,
        "latest": max(a.latest, b.latest) + slack,
    }
    return max(a, b, key=display_key).replace(**update)


def _earlier(a: Fact | None, b: Fact | None, errors: ClockErrors) -> Fact | None:
    if a is None or b is None or precedes(a, b, errors) or precedes(b, a, errors):
        return min((f for f in (a, b) if f is not None), key=display_key, default=None)
    slack, known = _slack(a, b, errors), [f.earliest for f in (a, b) if f.earliest is not None]
    update = {
        "earliest": min(known) - slack if len(known) == 2 else None,
        "latest": min(a.latest, b.latest) + slack,
    }
    return min(a, b, key=display_key).replace(**update)


def _slack(a: Fact, b: Fact, errors: ClockErrors) -> int:
    return 0 if a.clock == b.clock else errors.get(a.clock, 0) + errors.get(b.clock, 0)
