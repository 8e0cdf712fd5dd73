"""Sentences about times: a true and a false one of the same form.

Each maker gets a timeline, what draws, and which of the two is wanted; the same draw gives the same form. None:
this timeline has nothing to say so of.
"""

from __future__ import annotations

from random import Random

from benchmarks.judged.facts import Fact, View
from benchmarks.judged.words import capital, clause, clock, mark
from timeline.instant import DAY, HOUR, MINUTE, NS

ABOUT = ("about", "around", "roughly", "approximately", "~")
FIVE = 5 * MINUTE


def drawn(view: View, rng: Random) -> Fact | None:
    """Draw a fact that sentences can be written about."""
    return rng.choice(view.told) if view.told else None


def misses(view: View, fact: Fact, instant: int, margin: int) -> bool:
    """Tell whether a time is that of no fact like this one, on any day, in a zone's summer or winter."""
    alike = [f for f in view.facts if f.kind == fact.kind or (f.own and f.own == fact.own)]
    return all(
        (off := (instant + turn - f.earliest) % DAY) > f.latest - f.earliest + margin + MINUTE and DAY - off > margin + MINUTE
        for f in alike for turn in (-HOUR, 0, HOUR)
    )  # fmt: skip


def other_time(view: View, fact: Fact, rng: Random, margin: int = FIVE) -> int | None:
    """Give a time near a fact, and not its own."""
    for _ in range(60):
        instant = fact.earliest + rng.choice((-1, 1)) * rng.randrange(12, 300) * MINUTE
        if misses(view, fact, instant, margin):
            return instant
    return None


def at_time(
    view: View, rng: Random, *, is_true: bool, zoned: bool = False, hedged: bool = False
) -> str | None:
    """Say when a fact was."""
    fact = drawn(view, rng)
    if fact is None:
        return None
    seconds = not hedged and fact.latest - fact.earliest < 20 * NS and rng.random() < 0.3
    seed, wrong, lean = rng.random(), other_time(view, fact, rng), rng.randrange(-3, 4)
    if wrong is None:
        return None
    right = -(-fact.earliest // NS) * NS if seconds else fact.earliest + (fact.latest - fact.earliest) // 2
    right += lean * MINUTE if hedged else 0
    own = Random(seed)
    text = clock(right if is_true else wrong, own, dated=days_apart(view), zoned=zoned, seconds=seconds)
    if hedged:
        text = own.choice(ABOUT) + " " + text
        text = text.replace("~ ", "~")
    said = clause(fact, own)
    where, ident = f"timeline.html#{fact.id}", fact.id
    forms = [
        f"{capital(said)} at {text} {mark(ident, own)}.", f"At {text}, {said} {mark(ident, own)}.",
        f"[{text}](timeline.html#{ident}) {said}.", f"{ident}: {said} at {text}.", f"As {ident} shows, {said} at {text}.",
        f"{capital(said)} ({ident}) at {text}.", f"It was {text} when {said} {mark(ident, own)}.",
        f"[{capital(said)}]({where}) at {text}.", f"{text}: {said} {mark(ident, own)}.",
        f"{text} - {said} ([{ident}]({where})).", f"According to [the chart]({where}), {said} at {text}.",
        f"When {said} at {text} {mark(ident, own)}, nobody on the call knew what it meant.",
    ]  # fmt: skip
    return own.choice(forms).replace("at ~", "at ~")


def at_zoned(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Say when a fact was, in another zone."""
    return at_time(view, rng, is_true=is_true, zoned=True)


def at_about(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Say about when a fact was."""
    return at_time(view, rng, is_true=is_true, hedged=True)


def only(view: View, *facts: Fact) -> bool:
    """Tell whether no other firing (end, page) of the same alerts could be meant."""
    return all(
        sum(o.kind == f.kind and o.own == f.own for o in view.facts) == 1
        for f in facts
        if f.kind.startswith(("alert.", "metric."))
    )


def days_apart(view: View) -> bool:
    """Tell whether a time of a fact needs its date."""
    return view.end - view.start > DAY


def by_time(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Say by when, or not before when, a fact was."""
    fact = drawn(view, rng)
    if fact is None or not only(view, fact):
        return None
    far, own = rng.randrange(7, 45) * MINUTE, Random(rng.random())
    late = own.random() < 0.6
    instant = fact.latest + far if late == is_true else fact.earliest - far
    text, said = clock(instant, own, dated=days_apart(view), zoned=False), clause(fact, own)
    ways = (
        ("by {t}", "no later than {t}", "before {t}")
        if late
        else ("not before {t}", "no earlier than {t}", "after {t}")
    )
    way = own.choice(ways).format(t=text)
    forms = (f"{capital(said)} {way} {mark(fact.id, own)}.", f"{capital(way)}, {said} {mark(fact.id, own)}.",
             f"{fact.id} shows that {said} {way}.", f"[{capital(said)}](timeline.html#{fact.id}) {way}.")  # fmt: skip
    return own.choice(forms[:1] + forms[2:] if way.startswith(("not", "no ")) else forms)


def between_times(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Say from when to when, of two facts."""
    pairs = [(a, b) for a, b in view.ordered() if b.earliest - a.latest < 6 * HOUR and not days_apart(view)]
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    wrong_a, wrong_b, which, own = (
        other_time(view, a, rng),
        other_time(view, b, rng),
        rng.random() < 0.5,
        Random(rng.random()),
    )
    if wrong_a is None or wrong_b is None:
        return None
    first = a.earliest if is_true or which else min(wrong_a, b.earliest - MINUTE)
    last = b.earliest if is_true or not which else max(wrong_b, a.latest + MINUTE)
    if not is_true and not (
        misses(view, a, first, 2 * MINUTE) if not which else misses(view, b, last, 2 * MINUTE)
    ):
        return None
    return two_times(a, b, hhmm(first), hhmm(last), own)


def swapped(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Say when two facts were; false: each at the other's time."""
    pairs = [(a, b) for a, b in view.ordered(8 * MINUTE) if only(view, a, b) and not days_apart(view)
             and misses(view, a, b.earliest, MINUTE) and misses(view, b, a.earliest, MINUTE)]  # fmt: skip
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    t, u = hhmm(a.earliest), hhmm(b.earliest)
    return two_times(a, b, *((t, u) if is_true else (u, t)), Random(rng.random()))


def nth(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Say when the first, second, or last firing of an alert was."""
    held: dict[str, list[Fact]] = {}
    for fact in view.of("alert.firing"):
        held.setdefault(fact.own, []).append(fact)
    several = sorted(name for name, facts in held.items() if len(facts) > 1)
    if not several:
        return None
    name, own = rng.choice(several), Random(rng.random())
    facts = held[name]
    place = rng.randrange(len(facts))
    which = (
        "last"
        if place == len(facts) - 1 and rng.random() < 0.7
        else ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")[place]
    )
    fact, other = facts[place], rng.choice([f for f in facts if f.id != facts[place].id])
    t = hhmm((fact if is_true else other).earliest + NS)
    return own.choice((
        f"The {which} firing of `{name}` was at {t} UTC {mark(fact.id, own)}.", f"`{name}` fired for the {which} time at {t} UTC ({fact.id}).",
        f"At {t} UTC, {name} went off for the {which} time {mark(fact.id, own)}.",
    ))  # fmt: skip


def two_times(a: Fact, b: Fact, t: str, u: str, own: Random) -> str:
    """Say when two facts were."""
    return own.choice((
        f"{capital(clause(a, own))} at {t} UTC ({a.id}) and {clause(b, own)} at {u} UTC ({b.id}).",
        f"[{t}](timeline.html#{a.id}) {clause(a, own)}, [{u}](timeline.html#{b.id}) {clause(b, own)} (all UTC).",
        f"At {t} UTC {clause(a, own)} ({a.id}); at {u} UTC {clause(b, own)} ({b.id}).",
        f"From {t} UTC, when {clause(a, own)} ({a.id}), until {u} UTC, when {clause(b, own)} ({b.id}), we knew little.",
    ))  # fmt: skip


def hhmm(instant: int) -> str:
    """Write hours and minutes of UTC."""
    minutes = instant % DAY // MINUTE
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
