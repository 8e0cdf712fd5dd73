"""What changed between two builds, as text for people: facts added, gone, changed; sign-off on changed ones."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from timeline import present
from timeline.assembly.diff import Difference, FactChange
from timeline.model import Fact, Gap, Measure


def render_difference(what: Difference, *, cited: Collection[str] = (), to_sign: Collection[str] = ()) -> str:
    """Return the difference as plain text; `to_sign` are cited facts whose change nobody signed off."""
    if what.empty:
        return "the two builds say the same\n"
    return "".join(f"{line}\n" for line in _lines(what, cited, to_sign))


def _lines(what: Difference, cited: Collection[str], to_sign: Collection[str]) -> Iterator[str]:
    yield (
        f"{present.count(len(what.added), 'fact')} added, {len(what.gone)} gone, {len(what.changed)} changed; "
        f"{present.count(len(what.gaps_added), 'gap')} added, {len(what.gaps_gone)} gone"
    )
    for fact in what.added:
        yield f"+ {_fact(fact)}"
    for fact in what.gone:
        yield f"- {_fact(fact)}" + ("  (cited in the draft)" if fact.id in cited else "")
    for change in what.changed:
        yield from _change(change, sign=change.new.id in to_sign)
    for gap in what.gaps_added:
        yield f"+ {_gap(gap)}"
    for gap in what.gaps_gone:
        yield f"- {_gap(gap)}"
    for moved in what.measures:
        yield f"~ measure {moved.name}: {_range(moved.old)} -> {_range(moved.new)}"


def _change(change: FactChange, *, sign: bool) -> Iterator[str]:
    yield f"~ {_fact(change.new)}" + ("  (cited, waits for sign-off)" if sign else "")
    for name in change.members:
        if name == "statement":
            yield f"    was: {change.old.statement}"
        elif name in {"earliest", "latest"}:
            yield f"    {name} was: {_instant(getattr(change.old, name))}"
        elif name == "quote":
            yield f"    quote was: {change.old.quote.text[:200] if change.old.quote else 'none'}"
        else:
            yield f"    {name} differs"


def _instant(value: int | None) -> str:
    return "unknown" if value is None else f"{present.date(value)} {present.time(value, 3)}"


def _fact(fact: Fact) -> str:
    return (
        f"{fact.id} {present.date(fact.latest)} {present.bounds(fact.earliest, fact.latest)} {fact.statement}"
    )


def _gap(gap: Gap) -> str:
    return f"gap {gap.source} {present.date(gap.start)} {present.time(gap.start)}-{present.time(gap.end)}: {gap.statement}"


def _range(measure: Measure | None) -> str:
    if measure is None:
        return "none"
    if measure.min_s is None or measure.max_s is None:
        return measure.reason or "not known"
    return present.duration_range(measure.min_s, measure.max_s)
