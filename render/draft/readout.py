"""An incident for people who were not there: a page for a reading club, and the sheet of who leads an exercise. Questions are open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from render.draft.parts import Parts
from render.draft.regions import summary
from render.text import markdown
from render.text.audience import ENGINEERS
from render.text.names import CHARTS
from timeline import present
from timeline.answers.knowledge import situation
from timeline.instant import NS
from timeline.model import Fact, Timeline
from timeline.order import display_key
from timeline.relative import first_instant
from timeline.response.people import decisions
from timeline.response.samples import Samples
from timeline.response.tried import changes

_READERS = replace(ENGINEERS, page=False, sources=False)
#: Moments at which a group stops; alerts that are named at one.
MOST, ALERTS = 8, 5


class Reading(NamedTuple):
    """What is read: the timeline, its title, stills that are there, factors and lessons as people wrote them (pseudonyms for names)."""

    timeline: Timeline
    title: str
    stills: Sequence[str] = ()
    factors: Sequence[str] = ()
    lessons: Sequence[str] = ()
    samples: Samples | None = None


class Stop(NamedTuple):
    """A moment before somebody decided: what was done then (facts), and how long after the stop before (s)."""

    at: int
    facts: tuple[Fact, ...]
    after: float | None = None


def stops(timeline: Timeline, parts: Parts) -> list[Stop]:
    """Return the moments before changes and marked messages, in their order; what was done within a minute is one."""
    acted = [fact for fact, _ in changes(timeline.facts, *parts.course.span)]
    every = sorted({fact.id: fact for fact in (*acted, *decisions(timeline))}.values(), key=display_key)
    made = list[Stop]()
    for fact in every:
        at = first_instant(fact)
        if made and at - made[-1].at < 60 * NS:
            made[-1] = made[-1]._replace(facts=(*made[-1].facts, fact))
        else:
            made.append(Stop(at, (fact,), (at - made[-1].at) / NS if made else None))
    return made[:MOST]


def readout(one: Reading) -> str:
    """Return the page of a reading club as Markdown; what was done stands at its end, behind the questions."""
    parts = _parts(one)
    there = stops(one.timeline, parts)
    told = [_title(one, "to read together"), "## What happened\n", f"{summary.sentences(parts)}\n"]
    told += [f"![The incident on one axis of time]({CHARTS}/{name})\n" for name in list(one.stills)[:1]]
    told.append("## What would you do?\n")
    told += [_asked(number, stop, one, parts) for number, stop in enumerate(there, 1)] or [_NONE]
    told += [
        "## Contributing factors\n",
        _points(one.factors, "Nobody has written down a contributing factor."),
    ]
    told += ["## Lessons\n", _points(one.lessons, "Nobody has written down a lesson.")]
    told.append("## What was done\n")
    told += [f"{number}. {_done(stop, parts)}" for number, stop in enumerate(there, 1)] or [
        "Nothing is recorded."
    ]
    return "\n".join(told).rstrip("\n") + "\n"


def sheet(one: Reading) -> str:
    """Return the sheet of who leads an exercise: each stop with what was known, what to ask, and what was done then."""
    parts = _parts(one)
    there = stops(one.timeline, parts)
    told = [
        _title(one, "facilitator's sheet"), f"{summary.sentences(parts)}\n",
        "Let the group step through `drill.html`; it shows nothing that came later. Stop at each moment below and let everybody write down"
        " an answer before anybody speaks. Then say what was done. No answer is wrong: people had what stands under *known*.\n",
    ]  # fmt: skip
    for number, stop in enumerate(there, 1):
        told += [_asked(number, stop, one, parts), f"- Then: {_done(stop, parts)}\n"]
    told += [] if there else [_NONE]
    told += ["## At the end\n", _points(_CLOSING, ""), "## Contributing factors\n"]
    told += [_points(one.factors, "Nobody has written down a contributing factor.")]
    return "\n".join(told).rstrip("\n") + "\n"


_NONE = "No change and no marked message is recorded while it lasted: nothing tells where to stop.\n"
_CLOSING = (
    "What would have told you earlier?", "What did you want to look at, and where is it?", "What would you change before it comes again?",
)  # fmt: skip


def _title(one: Reading, what: str) -> str:
    incident = one.timeline.incident
    return f"# {markdown.escape(incident.id)}: {markdown.escape(one.title)} ({what})\n"


def _parts(one: Reading) -> Parts:
    return Parts(one.timeline, "", (), str, _READERS, one.samples, "")


def _asked(number: int, stop: Stop, one: Reading, parts: Parts) -> str:
    after = f", {present.duration(stop.after, up=False)} later" if stop.after is not None else ""
    known = "; ".join(_known(stop, one.timeline, parts)) or "nothing that was recorded"
    return (
        f"### {number}. {present.time(stop.at)} UTC{after}\n\n"
        f"- Known: {known}.\n- What would you do now, and what would you want to know first?\n"
    )


def _known(stop: Stop, timeline: Timeline, parts: Parts) -> Iterator[str]:
    """Yield what was known a moment before: alerts, what was said last, what was changed last."""
    before = situation(timeline.facts, stop.at - 1)
    if before.firing:
        names = [markdown.code(str(fact.names.get("alert", ""))) for fact in before.firing]
        more = len(names) - ALERTS
        some = [*dict.fromkeys(names[:ALERTS]), *([f"{more} more"] if more > 0 else [])]
        yield f"firing: {present.listed(some)}"
    done = [f for f, _ in changes(timeline.facts, timeline.window.start, stop.at - 1) if f.latest < stop.at]
    if done:
        yield f"changed last: {parts.statement(done[-1])} at {parts.at(done[-1])}"
    if before.message is not None and before.message.quote is not None:
        yield f"said last: {markdown.quoted(before.message.quote.text)}"


def _done(stop: Stop, parts: Parts) -> str:
    told = []
    for fact in stop.facts:
        said = f": {markdown.quoted(fact.quote.text)}" if fact.quote is not None else ""
        told.append(f"{parts.at(fact)} {parts.statement(fact)}{said}")
    return "; ".join(told)


def _points(texts: Sequence[str], nothing: str) -> str:
    return "".join(f"- {markdown.escape(markdown.excerpt(text, 400))}\n" for text in texts) or f"{nothing}\n"
