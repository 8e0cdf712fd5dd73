"""Sentences about durations and order: a true and a false one of the same form, as in `moments`."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from benchmarks.judged.facts import Fact, View, span
from benchmarks.judged.moments import ABOUT, only
from benchmarks.judged.words import capital, cited, clause, duration, mark, noun
from timeline.instant import HOUR, MINUTE, NS
from timeline.references.grammar import measure_id

FACTORS = (0.15, 0.3, 0.45, 2.3, 3.5, 6.0, 15.0)


def lasted(low: float, high: float, rng: Random, *, is_true: bool, hedged: bool) -> str | None:
    """Write a duration that a range meets, or does not; None where it is too short to be told."""
    if low < 40 * NS:
        return None
    lean, factor, own = rng.uniform(0.92, 1.08), rng.choice(FACTORS), Random(rng.random())
    for attempt in (factor, *FACTORS):
        value = (low + high) / 2 * ((lean if hedged else 1.0) if is_true else attempt)
        text, least, most = duration(value, Random(own.random()), hedged=hedged)
        slack = 0.2 if hedged else 0.0
        meets = least * (1 - slack) <= high and most * (1 + slack) >= low
        if is_true and meets:
            return (rng.choice(ABOUT) + " " + text).replace("~ ", "~") if hedged else text
        if not is_true and value > 30 * NS and not (least * 0.72 <= high and most * 1.3 >= low):
            return (rng.choice(ABOUT) + " " + text).replace("~ ", "~") if hedged else text
    return None


def took(view: View, rng: Random, *, is_true: bool, hedged: bool = False) -> str | None:
    """Say how long it was from one fact to another."""
    pairs = [(a, b) for a, b in view.ordered(MINUTE) if b.earliest - a.latest < 5 * HOUR and only(view, a, b)]
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    own = Random(rng.random())
    text = lasted(*span(a, b), Random(own.random()), is_true=is_true, hedged=hedged)
    if text is None:
        return None
    before, after, first, last = clause(a, own), clause(b, own), noun(a, own), noun(b, own)
    return own.choice((
        f"It took {text} from {first} ({a.id}) to {last} ({b.id}).", f"{capital(before)} ({a.id}); {text} later, {after} ({b.id}).",
        f"{capital(after)} {text} after {first} ({b.id}, {a.id}).", f"Between {first} ({a.id}) and {last} ({b.id}) {text} passed.",
        f"{capital(text)} passed between {first} and {last} ({a.id}, {b.id}).", f"{text.capitalize()} after {before} ({a.id}), {after} ({b.id}).",
        f"{capital(first)} came {text} before {last} ([from](timeline.html#{a.id}) [to](timeline.html#{b.id})).",
        f"From [{first}](timeline.html#{a.id}) to [{last}](timeline.html#{b.id}) we needed {text}.",
        f"{a.id} and {b.id} are {text} apart.", f"The time from {first} to {last} was {text} ({a.id}, {b.id}).",
    ))  # fmt: skip


def took_about(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Say about how long it was."""
    return took(view, rng, is_true=is_true, hedged=True)


def fired_for(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Say how long an alert fired, citing its firing alone."""
    lives = [(f, life) for f in view.of("alert.firing") if (life := view.life(f)) and life[1] < 6 * HOUR]
    if not lives:
        return None
    fact, life = rng.choice(lives)
    own, hedged = Random(rng.random()), rng.random() < 0.4
    text = lasted(*life, Random(own.random()), is_true=is_true, hedged=hedged)
    if text is None or (not is_true and any(o.own == fact.own and o.id != fact.id for o, _ in lives)):
        return None
    return own.choice((
        f"`{fact.own}` fired for {text} {mark(fact.id, own)}.", f"The alert {fact.own} was active for {text} ({fact.id}).",
        f"For {text}, `{fact.own}` kept firing [{fact.id}].", f"{fact.id}: `{fact.own}` stayed red for {text}.",
        f"`{fact.own}` ([fired](timeline.html#{fact.id})) went on for {text}.",
        f"After it had fired for {text}, `{fact.own}` ({fact.id}) stopped.",
    ))  # fmt: skip


def named_measure(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Say a measure by its name, citing the measure or its ends."""
    known = [m for m in view.data["measures"] if m["min_s"] and m["min_s"] > 60]
    if not known:
        return None
    one = rng.choice(known)
    own, hedged = Random(rng.random()), rng.random() < 0.3
    text = lasted(one["min_s"] * NS, one["max_s"] * NS, Random(own.random()), is_true=is_true, hedged=hedged)
    if text is None:
        return None
    ident = measure_id(one["name"])
    cite = own.choice((ident, f"{one['from']}, {one['to']}", ident))
    return own.choice((
        f"{capital(one['name'])} took {text} ({cite}).", f"From {one['name']} it was {text} ({cite}).", f"{capital(one['name'])}: {text} ({cite}).",
        f"We measured {text} for {one['name']} [{cite}].",
    ))  # fmt: skip


def within(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Give a bound of how long it was."""
    pairs = [
        (a, b) for a, b in view.ordered(3 * MINUTE) if b.earliest - a.latest < 5 * HOUR and only(view, a, b)
    ]
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    low, high = span(a, b)
    own, upper, far = Random(rng.random()), rng.random() < 0.6, rng.uniform(1.25, 1.9)
    value = high * far if upper == is_true else low / far
    if value < 70 * NS:
        return None
    text = duration(value, own)[0]
    if upper:
        return own.choice((
            f"{capital(clause(b, own))} within {text} of {noun(a, own)} ({b.id}, {a.id}).",
            f"Less than {text} after {clause(a, own)} ({a.id}), {clause(b, own)} ({b.id}).",
            f"It took less than {text} from {noun(a, own)} ({a.id}) to {noun(b, own)} ({b.id}).",
            f"From {noun(a, own)} ({a.id}) to {noun(b, own)} ({b.id}) it was at most {text}.",
        ))  # fmt: skip
    return own.choice((
        f"It took at least {text} from {noun(a, own)} ({a.id}) to {noun(b, own)} ({b.id}).",
        f"More than {text} after {clause(a, own)} ({a.id}), {clause(b, own)} ({b.id}).",
        f"{capital(clause(b, own))} more than {text} after {noun(a, own)} ({b.id}, {a.id}).",
        f"Over {text} passed between {noun(a, own)} ({a.id}) and {noun(b, own)} ({b.id}).",
    ))  # fmt: skip


def in_order(a: Fact, b: Fact, own: Random) -> str:
    """Say that one fact came before another."""
    x, y, first, last = clause(a, own), clause(b, own), noun(a, own), noun(b, own)
    return own.choice((
        f"{capital(x)} ({a.id}) before {y} ({b.id}).", f"{capital(y)} ({b.id}) after {x} ({a.id}).",
        f"After {x} ({a.id}), {y} ({b.id}).", f"Before {y} ({b.id}), {x} ({a.id}).",
        f"First {x} ({a.id}), then {y} ({b.id}).", f"{capital(first)} ({a.id}) was followed by {last} ({b.id}).",
        f"{capital(last)} ({b.id}) followed {first} ({a.id}).", f"{capital(first)} preceded {last} ({a.id}, {b.id}).",
        f"{capital(x)} ({a.id}), and then {y} ({b.id}).", f"{capital(last)} came later than {first} ({b.id}, {a.id}).",
        f"By the time {y} ({b.id}), {x} already ({a.id}).", f"Only after {x} ({a.id}) it happened that {y} ({b.id}).",
        f"{capital(cited(first, a.id, own))} came earlier than {cited(last, b.id, own)}.",
        f"Once {x} ({a.id}), {y} ({b.id}).", f"{capital(first)} was earlier than {last}: see {a.id} and {b.id}.",
        f"{capital(cited(last, b.id, own))} came after {cited(first, a.id, own)}.",
        f"{capital(x)} ({a.id}). Afterwards, {y} ({b.id}).", f"{capital(last)} was preceded by {first} ({b.id}, {a.id}).",
    ))  # fmt: skip


def as_cause(a: Fact, b: Fact, own: Random) -> str:
    """Say that one fact brought about another."""
    x, y, first, last = clause(a, own), clause(b, own), noun(a, own), noun(b, own)
    return own.choice((
        f"{capital(first)} ({a.id}) caused {last} ({b.id}).", f"{capital(last)} ({b.id}) was caused by {first} ({a.id}).",
        f"{capital(first)} ({a.id}) led to {last} ({b.id}).", f"{capital(y)} ({b.id}) because {x} ({a.id}).",
        f"{capital(first)} ({a.id}) triggered {last} ({b.id}).", f"{capital(last)} ({b.id}) was triggered by {first} ({a.id}).",
        f"Due to {first} ({a.id}), {y} ({b.id}).", f"{capital(last)} ({b.id}) was a result of {first} ({a.id}).",
    ))  # fmt: skip


def told_of_two(
    view: View, rng: Random, say: Callable[[Fact, Fact, Random], str], *, is_true: bool
) -> str | None:
    """Say of two facts what is true of one order alone; false in the other order."""
    pairs = [pair for pair in view.ordered() if only(view, *pair)]
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    return say(*((a, b) if is_true else (b, a)), Random(rng.random()))


def ordered(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Say which of two facts came first."""
    return told_of_two(view, rng, in_order, is_true=is_true)


def caused(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Say that one fact brought about another; false where it came later."""
    return told_of_two(view, rng, as_cause, is_true=is_true)


def left_open(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Say an order that is proven, or one that bounds leave open."""
    pairs = [pair for pair in (view.ordered() if is_true else view.undetermined()) if only(view, *pair)]
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    a, b = (a, b) if is_true or rng.random() < 0.5 else (b, a)
    return (as_cause if Random(rng.random()).random() < 0.15 else in_order)(a, b, Random(rng.random()))
