"""Values: what a reference says now, with its bounds, as a label and where it leads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple, Protocol

from timeline import present
from timeline.instant import NS
from timeline.model import Fact, Gap, Impact, Measure, Timeline
from timeline.order import ClockErrors, clock_errors, elapsed
from timeline.references.grammar import FORMS, Form, Reference, measure_id, parse, reference
from timeline.references.names import UnknownReferenceError, impact_named, measure_named, nearest
from timeline.text import number

Named = Fact | Gap | Measure | Impact


def named(timeline: Timeline) -> dict[str, Named]:
    """Return what may be cited, by its id."""
    known: dict[str, Named] = {fact.id: fact for fact in timeline.facts}
    known |= {gap.id: gap for gap in timeline.gaps}
    known |= {measure_id(one.name): one for one in timeline.measures}
    return known | {one.id: one for one in timeline.impact}


class Markup(Protocol):
    """How values are written for a draft's readers; a value that they are not shown is None."""

    def link(self, label: str, anchor: str) -> str:
        """Return Markdown that links a label, Markdown already, to an element of the page; a bare `<span>` without a page."""

    def quoted(self, fact: Fact) -> str | None:
        """Return a fact's own words as inert, short Markdown in quotation marks."""

    def measured(self, fact: Fact, value: str) -> str | None:
        """Return a fact's value in Markdown."""

    def words(self, text: str) -> str:
        """Return a configured text, such as a unit, in inert Markdown."""

    def kept(self, given: Reference, identity: str) -> str:
        """Return the reference that stays beside the value; `identity` is the id of what it names."""


class Value(NamedTuple):
    """What a reference says: its label in Markdown (None: not for these readers), where it leads, whose id that is."""

    label: str | None
    anchor: str
    identity: str


class Values:
    """The values of a timeline for the readers that `markup` writes for."""

    def __init__(self, timeline: Timeline, markup: Markup) -> None:
        self.timeline = timeline
        self.markup = markup

    @cached_property
    def by_id(self) -> Mapping[str, Named]:
        """What may be cited, by its id."""
        return named(self.timeline)

    @cached_property
    def _errors(self) -> ClockErrors:
        return clock_errors(self.timeline)

    def of(self, given: Reference) -> Value:
        """Return what a reference says; raise UnknownReferenceError where it names nothing, or no such value."""
        if given.end:
            return self._between(self._fact(given.target), self._fact(given.end))
        one = self._named(given)
        if isinstance(one, Measure):
            return Value(_range(one), measure_id(one.name), measure_id(one.name))
        if isinstance(one, Impact):
            return Value(self._amount(one), one.id, one.id)
        if isinstance(one, Gap):
            anchor = f"gap={one.id}"  # as the page's own links to gaps have it
            return Value(self._moment(given, one.start, one.end), anchor, one.id)
        return Value(self._of_fact(given, one), one.id, one.id)

    def _named(self, given: Reference) -> Named:
        if given.named == "m":
            return measure_named(given.target, self.timeline.measures)
        if given.named == "i":
            return impact_named(given.target, self.timeline.impact)
        return self.find(given.target)

    def find(self, identity: str) -> Named:
        """Return what has an id; raise UnknownReferenceError with the nearest id."""
        one = self.by_id.get(identity)
        if one is None:
            raise UnknownReferenceError(f"there is no {_WHAT[identity[0]]} {identity}{self.near(identity)}")
        return one

    def near(self, identity: str) -> str:
        """Return `; did you mean 'x'?` for the nearest id of the same form; nothing where none is near."""
        told = nearest(identity, [one for one in self.by_id if one[:2] == identity[:2]])
        return told if told.startswith("; did") or identity[0] in "mi" else "; copy the id from the page"

    def _fact(self, identity: str) -> Fact:
        one = self.find(identity)
        if not isinstance(one, Fact):
            raise UnknownReferenceError(f"{identity} is no fact: a duration lies between two facts")
        return one

    def _of_fact(self, given: Reference, fact: Fact) -> str | None:
        if given.form == "time":
            return self._moment(given, fact.earliest, fact.latest)
        if given.form == "quote":
            if fact.quote is None:
                raise UnknownReferenceError(_none_of(fact, "quote"))
            return self.markup.quoted(fact)
        quantity = fact.quantity
        if quantity is None or quantity.value is None:
            raise UnknownReferenceError(_none_of(fact, "value"))
        shown = present.quantity(quantity.value, quantity.unit, quantity.threshold)
        return self.markup.measured(fact, shown)

    def _moment(self, given: Reference, earliest: int | None, latest: int) -> str:
        if given.form != "time":
            raise UnknownReferenceError(f"{given.target} is a gap: it has a time, {reference(given.target)}")
        return moment(self.timeline, earliest, latest)

    def _between(self, start: Fact, end: Fact) -> Value:
        span = elapsed(start, end, self._errors)
        if span is None:
            which = start if start.earliest is None else end
            raise UnknownReferenceError(f"when {which.id} began is not known: it was already so")
        low, high = (-span[1], -span[0]) if span[1] < 0 else span  # named in the other order
        return Value(
            present.duration_range(low / NS, high / NS), f"{start.id}&open={end.id}", f"{start.id}..{end.id}"
        )

    def _amount(self, one: Impact) -> str:
        if one.value is None:
            raise UnknownReferenceError(f"{one.name!r} is not known: its query gave no value")
        return f"{number(one.value)} {self.markup.words(one.unit)}".rstrip()


def moment(timeline: Timeline, earliest: int | None, latest: int) -> str:
    """Return bounds as a reference shows them: `14:07:31-14:07:46 UTC`, with the day where the window has several."""
    text = present.bounds(earliest, latest)
    if present.date(timeline.window.start) != present.date(timeline.window.end - 1):
        day = present.date(latest if earliest is None else earliest)
        text = f"by {day} {text.removeprefix('by ')}" if earliest is None else f"{day} {text}"
    return f"{text} UTC"


_WHAT = {"f": "fact", "g": "gap", "m": "measure", "i": "number of the impact"}


def _range(one: Measure) -> str:
    if one.min_s is None or one.max_s is None:
        raise UnknownReferenceError(f"{one.name!r} is not known: {one.reason or 'no fact'}")
    return present.duration_range(one.min_s, one.max_s)


def _none_of(fact: Fact, form: Form) -> str:
    has: list[str] = [reference(fact.id, "time")]
    has += [reference(fact.id, "value")] if fact.quantity and fact.quantity.value is not None else []
    has += [reference(fact.id, "quote")] if fact.quote else []
    return f"fact {fact.id} has no {form}; it has {present.listed(has)}"


def wrong(text: str, values: Values) -> str:
    """Return what is wrong with braces that begin like a reference and are none."""
    inside = text.strip("{} ")
    target, _, form = (part.strip() for part in inside.partition(":"))
    if not text.endswith("}"):
        return f"{text} has no end: write }} after it"
    if target[:2] in {"f-", "g-", "m-", "i-"}:
        first, dots, last = target.partition("..")
        for identity in filter(None, (first.lower(), last.lower())):
            if identity not in values.by_id:
                return f"there is no {identity}{values.near(identity)}"
        forms = ["duration"] if dots or target[0] == "m" else ["value"] if target[0] == "i" else FORMS[:3]
        return f"{text} is no reference: after the colon stands {present.listed(list(forms))}{_example(first, last)}"
    if not form:
        return f"{text} names nothing: write a name, such as {{{target}:time to detect}}"
    return f"{text} is no reference: a name has none of `, |, \\, <, > and --; use its id"


def _example(first: str, last: str) -> str:
    made: Iterable[str] = (
        f"{{{first.lower()}..{last.lower()}:duration}}" if last else f"{{{first.lower()}:time}}",
    )
    return "".join(f", as in {one}" for one in made if parse(one))
