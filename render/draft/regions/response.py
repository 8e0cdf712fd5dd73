"""The response: who joined in which role, what was decided, each change tried between two readings, the longest pause.

Rows stand in the order of time. Nothing says that a metric moved for a change: they stand beside each other.
"""

from __future__ import annotations

from collections.abc import Iterator

from render.draft.parts import Parts
from render.draft.regions.shown import before_and_after
from render.text import markdown
from timeline import present
from timeline.instant import NS
from timeline.model import Fact
from timeline.response.people import Joined, Pause
from timeline.response.tried import Tried

_READ = (
    "Each value is the one furthest in breach of its step: the last step before the change, then the first that begins "
    "five minutes after it, or the last before the next change where that came earlier."
)
_PEOPLE, _DECISIONS, _CHANGES = 12, 8, 10


def response(parts: Parts) -> str:
    """Return people, decisions, changes and the longest pause; each where there is something to say."""
    blocks = [one for one in (_joined(parts), _decisions(parts), _tried(parts), _pause(parts)) if one]
    return "\n".join(blocks) or "No response was recorded.\n"


# --- people --------------------------------------------------------------------------------------


def _joined(parts: Parts) -> str:
    people = parts.course.joined
    if not people:
        return "Nobody's part was recorded.\n"
    if not parts.audience.people:
        return f"{present.count(len(people), 'person', 'people')} took part.\n"
    rows = [_person(parts, one) for one in people[:_PEOPLE]]
    more = len(people) - len(rows)
    rest = (
        f"\n{present.count(more, 'more person', 'more people')} in {parts.to_page('the chart')}.\n"
        if more > 0
        else ""
    )
    return markdown.table(("who", "joined (UTC)", "first recorded"), rows) + rest + _absent(parts)


def _person(parts: Parts, one: Joined) -> tuple[str, str, str]:
    roles = ", ".join(one.roles)
    called = f"{roles} ({one.who})" if roles and not _same(roles, one.who) else roles or one.who
    said = quoted(parts, one.first) or parts.statement(one.first)
    assigned = [f"role assigned {parts.at(fact)}" for fact in one.assigned if fact.id != one.first.id]
    return markdown.escape(called), parts.at(one.first), "; ".join([said, *assigned])


def _same(role: str, who: str) -> bool:
    return role.lower().replace(" ", "-") == who


def _absent(parts: Parts) -> str:
    there = {one.who for one in parts.course.joined}
    absent = [role for role, who in parts.timeline.incident.roles.items() if who not in there]
    names = present.listed([markdown.escape(role) for role in absent])
    return (
        f"\nNothing was recorded of the {'role' if len(absent) == 1 else 'roles'} {names}.\n"
        if absent
        else ""
    )


def quoted(parts: Parts, fact: Fact) -> str:
    """Return a fact's own words, `“...”`, or nothing where the audience is shown none."""
    return parts.quote(fact).removeprefix(": ")


# --- decisions -----------------------------------------------------------------------------------


def _decisions(parts: Parts) -> str:
    marked = [fact for fact in parts.course.decisions if quoted(parts, fact)]
    if not marked:
        return ""
    lines = [
        f"- {parts.at(fact)} {parts.who(fact.actor)}: {quoted(parts, fact)}\n" for fact in marked[:_DECISIONS]
    ]
    more = len(marked) - len(lines)
    rest = f"- {more} more in {parts.to_page('the chart')}\n" if more > 0 else ""
    return f"**Decisions** (messages that people pinned or reacted to)\n\n{''.join(lines)}{rest}"


# --- changes -------------------------------------------------------------------------------------


def _tried(parts: Parts) -> str:
    found = parts.course.tried
    if not found:
        return "No change was recorded in its course.\n"
    watched = parts.course.watched if parts.audience.identifiers else ()
    names = [markdown.code(one.name) for one in watched]
    rows = [_change(parts, one, len(names)) for one in found[:_CHANGES]]
    more = len(found) - len(rows)
    rest = f"\n{present.count(more, 'more change')} in {parts.to_page('the chart')}.\n" if more > 0 else ""
    header = ("time (UTC)", "change", *(f"{name} before, after" for name in names))
    note = f"\n<sub>{_READ}</sub>\n" if names else ""
    return f"{markdown.table(header, rows)}{rest}{note}"


def _change(parts: Parts, one: Tried, columns: int) -> tuple[str, ...]:
    readings = [before_and_after(reading) for reading in one.readings[:columns]]
    by = ", ".join(_by(parts, one))
    return (parts.at(one.change), parts.statement(one.change) + (f" ({by})" if by else ""), *readings)


def _by(parts: Parts, one: Tried) -> Iterator[str]:
    if parts.audience.people and one.change.actor:
        yield f"by {parts.who(one.change.actor)}"
    for fact in one.also if parts.audience.identifiers else ():
        yield f"also recorded: {parts.to_page(fact.kind.partition('.')[2].replace('_', ' '), fact)}"


# --- the longest pause ---------------------------------------------------------------------------


def _pause(parts: Parts) -> str:
    pause = parts.course.pause
    if pause is None:
        return ""
    length = present.duration((pause.end - pause.start) / NS, up=False)
    span = f"{present.time(pause.start)}-{present.time(pause.end)}"
    return f"Longest pause without any recorded response: {length} ({span} UTC){_around(parts, pause)}.\n"


def _around(parts: Parts, pause: Pause) -> str:
    if not parts.audience.identifiers:
        return ""
    ends = [
        f"after {parts.at(pause.before)}" if pause.before else "",
        f"until {parts.at(pause.after)}" if pause.after else "",
    ]
    said = " ".join(end for end in ends if end)
    gaps = ", ".join(markdown.code(name) for name in dict.fromkeys(gap.source for gap in pause.gaps))
    return (f", {said}" if said else "") + (f"; records of {gaps} have a gap in that time" if gaps else "")
