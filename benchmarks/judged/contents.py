"""Sentences about numbers, words, absence, names and people: a true and a false one of the same form."""

from __future__ import annotations

import re
from random import Random

from benchmarks.judged.facts import Fact, View
from benchmarks.judged.moments import hhmm
from benchmarks.judged.words import CLAUSES, capital, clause, mark, spelled, times
from timeline.instant import DAY, HOUR, MINUTE

COUNTED = {
    "deploy.finished": ("deploys", "releases", "deployments"), "chat.message": ("messages",), "status.posted": ("status posts", "status updates"),
}  # fmt: skip


def firings(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Say how often an alert fired."""
    held: dict[str, list[Fact]] = {}
    for fact in view.of("alert.firing"):
        held.setdefault(fact.own, []).append(fact)
    whole = [
        n
        for n, facts in held.items()
        if is_true or view.is_whole(facts[0].source, *view.window) or len(facts) > 1
    ]
    if not whole:
        return None
    name = rng.choice(sorted(whole))
    count, fact = len(held[name]), rng.choice(held[name])
    more, own = rng.choice((2, 3, 5, 7, 11)), Random(rng.random())
    wrong = count + more if view.is_whole(fact.source, *view.window) else max(1, count - more)
    number = count if is_true else wrong
    if number == count and not is_true:
        return None
    said = own.choice((times(number), times(number), f"{number} times" if number > 1 else "one time"))
    return own.choice((
        f"`{name}` fired {said} {mark(fact.id, own)}.", f"{capital(said)}, the alert {name} fired ({fact.id}).",
        f"The on-call saw {name} fire {said} during the incident ({fact.id}).", f"`{name}` ({fact.id}) went off {said} that day.",
        f"There {'was' if number == 1 else 'were'} {spelled(number)} firing{'s' * (number > 1)} of `{name}` {mark(fact.id, own)}.",
    ))  # fmt: skip


def counted(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Say how many deploys, messages or posts there were."""
    kinds = [
        k for k in COUNTED if view.of(k) and all(view.is_whole(s, *view.window) for s in view.sources(k))
    ]
    if not kinds:
        return None
    kind = rng.choice(kinds)
    facts = view.of(kind)
    gone = (
        sum(f.kind == "chat.deleted" and "posted" in f.names for f in view.facts)
        if kind == "chat.message"
        else 0
    )
    count, more, own = len(facts) + gone, rng.choice((2, 3, 4, 9)), Random(rng.random())
    number = count if is_true else count + more
    what, fact = own.choice(COUNTED[kind]), own.choice(facts)
    what = what.removesuffix("s") if number == 1 else what
    said = own.choice((spelled(number), str(number)))
    be = "was" if number == 1 else "were"
    where = {"chat.message": " in the incident channel", "status.posted": ""}.get(kind, "")
    return own.choice((
        f"There {be} {said} {what}{where} during the incident {mark(fact.id, own)}.", f"{capital(said)} {what}{where} {be} recorded ({fact.id}).",
        f"During the incident we counted {said} {what}{where} ({fact.id}).", f"In all, {said} {what}{where} {be} made ({fact.id}).",
    ))  # fmt: skip


def measured(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Say the number of an impact, or what a metric was at."""
    lines = [(i["id"], i["value"], i["unit"], i["name"]) for i in view.data["impact"]]
    crossed = [
        f
        for f in view.of("metric.crossed_above", "metric.crossed_below")
        if f.quantity.get("value") is not None
    ]
    factor, own, pick = rng.choice((0.1, 0.4, 3.0, 10.0)), Random(rng.random()), rng.random()
    scale = 1.0 if is_true else factor
    if lines and pick < 0.6:
        ident, value, unit, name = rng.choice(lines)
        if unit.startswith("%"):
            said = f"{value * scale:.{own.choice((0, 1, 2))}f}"
            return own.choice((f"The incident burnt {said} % of the error budget ({ident}).", f"{said} percent of the monthly error budget went ([{name}](timeline.html#{ident})).",
                               f"We lost {said}% of the error budget of checkout ({ident})."))  # fmt: skip
        number = round(value * scale)
        said, noun = (
            own.choice((f"{number:,}", str(number))),
            "failed requests" if unit == "requests" else "customers",
        )
        return own.choice((f"{said} {noun} were counted ({ident}).", f"The impact was {said} {noun} [{ident}].",
                           f"We saw {said} {noun} ([number](timeline.html#{ident})).", f"{ident}: {said} {noun}."))  # fmt: skip
    if not crossed:
        return None
    fact = rng.choice(crossed)
    value, unit = float(fact.quantity["value"]) * scale, fact.quantity["unit"] or ""
    said = f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    return own.choice((
        f"`{fact.own}` was at {said} {unit}".rstrip() + f" when it crossed its threshold ({fact.id}).",
        f"The value of `{fact.own}` was {said} {unit}".rstrip() + f" {mark(fact.id, own)}.",
        f"At {said} {unit}".rstrip() + f", `{fact.own}` crossed its threshold ({fact.id}).",
    ))  # fmt: skip


def spoken(view: View) -> list[Fact]:
    """Give the facts with enough words to be quoted."""
    return [
        f
        for f in view.facts
        if f.kind in {"chat.message", "status.posted", "alert.firing"} and len(f.quote.split()) > 3
    ]


SWAPS = (
    ("no ", "every "),
    ("is ", "is not "),
    ("are ", "are not "),
    ("fail", "work"),
    ("slow", "quick"),
    ("again", "never again"),
    ("out", "stuck"),
    ("now", "tomorrow"),
)


def other_words(quote: str, rng: Random) -> str:
    """Give a quotation that nobody said: a word changed, words put in, or another sentence."""
    changed = [quote.replace(a, b, 1) for a, b in SWAPS if a in quote]
    words = quote.split()
    spot = rng.randrange(1, len(words))
    ways = [*changed, " ".join([*words[:spot], rng.choice(("certainly", "perhaps", "deliberately")), *words[spot:]]),
            rng.choice(("I told you that this release was not tested", "nobody looked at the dashboards all day", "we knew about this since last week"))]  # fmt: skip
    return rng.choice(ways)


def quoted(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Quote what was said."""
    facts = spoken(view)
    if not facts:
        return None
    fact = rng.choice(facts)
    wrong, own = other_words(fact.quote, rng), Random(rng.random())
    text = fact.quote if is_true else wrong
    text = text.rstrip(".")
    cut = own.random()
    words = text.split()
    if cut < 0.15 and len(words) > 6 and is_true:
        text = f"{' '.join(words[:3])} [...] {' '.join(words[-3:])}"
    elif cut < 0.3 and is_true:
        text = capital(text)
    opening, closing = own.choice((("“", "”"), ('"', '"'), ("“", "”"), ("«", "»")))
    text = f"{opening}{text}{closing}"
    who = fact.actor or {"status.posted": "the status page", "alert.firing": "the alert"}[fact.kind]
    return own.choice((
        f"{capital(who)} wrote {text} {mark(fact.id, own)}.", f"{text}, wrote {who} ({fact.id}).", f"{text} ({fact.id}), said {who}.",
        f"As {who} put it: {text} {mark(fact.id, own)}.", f"{fact.id}: {who} said {text}.", f"[{capital(who)}](timeline.html#{fact.id}) said: {text}.",
    ))  # fmt: skip


NOBODY = {
    "alert.firing": ("no alert fired", "none of the alerts fired", "no alert went off"),
    "deploy.finished": ("no deploy was made", "nothing was deployed", "no release went out"),
    "chat.message": ("nobody wrote in the channel", "no message was posted", "no one posted a message in chat"),
    "status.posted": ("nothing was posted on the status page", "no status post was made", "the status page had no update"),
}  # fmt: skip


def absent(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Say that nothing of a kind happened in a span."""
    kinds = [k for k in NOBODY if view.sources(k)]
    if not kinds or view.end - view.start > DAY:
        return None
    kind, own = rng.choice(kinds), Random(rng.random())
    also = {"chat.message": {"chat.message", "chat.edited", "chat.deleted"}, "deploy.finished": {"deploy.finished", "deploy.started", "deploy.failed", "deploy.rolled_back"},
            "alert.firing": {"alert.firing"}}.get(kind, {kind})  # fmt: skip
    there = [f for f in view.facts if f.kind in also]
    if kind in {"alert.firing", "deploy.finished"}:
        there += [
            f
            for f in view.facts
            if f.kind in {"alert.pending", "alert.notified", "change.tagged", "change.merged"}
            and f.kind[:5] in {kind[:5], "chang"}
        ]
    pairs = [(a, b) for a, b in view.ordered(4 * MINUTE) if b.earliest - a.latest < 3 * HOUR]
    rng.shuffle(pairs)
    for a, b in pairs[:200]:
        low, high = a.latest + view.errors(a, b), b.earliest - view.errors(a, b)
        inside = [
            f
            for f in there
            if f.earliest > low + 2 * MINUTE and f.latest < high - 2 * MINUTE and f.kind == kind
        ]
        near = [
            f
            for f in there
            if f.latest > low - 2 * MINUTE and f.earliest < high + 2 * MINUTE and f.id not in {a.id, b.id}
        ]
        whole = all(view.is_whole(s, a.earliest, b.latest) for s in view.sources(*also))
        if (
            (whole and not near and kind not in {a.kind, b.kind})
            if is_true
            else (inside and kind not in {a.kind, b.kind})
        ):
            break
    else:
        return None
    none, t, u = own.choice(NOBODY[kind]), hhmm(a.earliest), hhmm(b.latest)
    x, y = clause(a, own), clause(b, own)
    return own.choice((
        f"Between {t} ({a.id}) and {u} UTC ({b.id}), {none}.", f"From the time {x} ({a.id}) until {y} ({b.id}), {none}.",
        f"{capital(none)} between [{t}](timeline.html#{a.id}) and [{u}](timeline.html#{b.id}) UTC.",
        f"After {x} ({a.id}) and before {y} ({b.id}), {none}.", f"{capital(none)} from {t} to {u} UTC ({a.id}, {b.id}).",
    ))  # fmt: skip


def uncollected(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Say that nothing of a kind happened where no source tells of it, or where a gap lies over the span."""
    lacking = [k for k in NOBODY if not view.sources(k)]
    if is_true or not lacking or not view.told:
        return None
    kind, fact, own = rng.choice(lacking), rng.choice(view.told), Random(rng.random())
    none = own.choice(NOBODY[kind])
    return own.choice((f"{capital(none)} during the incident ({fact.id}).", f"After {clause(fact, own)} ({fact.id}), {none}.",
                       f"While this went on ({fact.id}), {none}."))  # fmt: skip


def subject(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Name what a fact is about, or something else."""
    facts = [
        f
        for f in view.told
        if f.kind
        in {"alert.firing", "alert.resolved", "alert.acknowledged", "deploy.finished", "alert.notified"}
    ]
    if not facts:
        return None
    fact = rng.choice(facts)
    strange = (
        "db-replica-7",
        "checkout-eu-3",
        "k8s-prod-west",
        "PodCrashLooping",
        "NodeDown",
        "v9.9.1",
        "feature-x",
    )
    known = [
        f.own for f in facts if f.kind[:5] == fact.kind[:5] and f.own != fact.own and f.own not in fact.quote
    ]
    own, wrong = Random(rng.random()), rng.choice([*known, *known, rng.choice(strange)])
    name = fact.own if is_true else wrong
    form = own.choice([c for c in CLAUSES[fact.kind] if "`" in c]).format(x=name)
    return own.choice((f"{capital(form)} {mark(fact.id, own)}.", f"{fact.id}: {form}.", f"As [the chart](timeline.html#{fact.id}) says, {form}.",
                       f"On that day, {form} ({fact.id}), which surprised us."))  # fmt: skip


def actor(view: View, rng: Random, *, is_true: bool) -> str | None:
    """Say who wrote or did something."""
    facts = [
        f
        for f in view.facts
        if f.actor and f.kind in {"chat.message", "deploy.finished"} and not f.actor.startswith("bot")
    ]
    facts = [f for f in facts if {o.actor for o in facts if o.source == f.source} - {f.actor}]
    if not facts:
        return None
    fact = rng.choice(facts)
    wrong = rng.choice(sorted({o.actor for o in facts if o.source == fact.source} - {fact.actor}))
    own, who = Random(rng.random()), fact.actor if is_true else wrong
    spaced = who if re.search(r"\d$", who) else f"the {who.replace('-', ' ')}"
    if fact.kind == "deploy.finished":
        return own.choice((f"{capital(spaced)} deployed `{fact.own}` ({fact.id}).", f"`{fact.own}` was deployed by {spaced} {mark(fact.id, own)}.",
                           f"The deploy of {fact.own} was made by {who} ({fact.id})."))  # fmt: skip
    return own.choice((
        f"{capital(spaced)} wrote this in the channel {mark(fact.id, own)}.", f"The message was posted by {spaced} ({fact.id}).", f"{fact.id} was written by {who}.",
        f"[{capital(spaced)} said](timeline.html#{fact.id}) so in chat.", f"It was {spaced} who told the channel ({fact.id}).",
        f"{capital(spaced)} posted it in the incident channel ({fact.id}).",
    ))  # fmt: skip
