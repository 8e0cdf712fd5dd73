"""What people could see and who they were: the first signal, what customers were told, participants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from render.draft.parts import Parts
from render.text import markdown
from timeline import present, terms
from timeline.alerts.states import alert_name, is_person
from timeline.instant import NS
from timeline.measures.chain import Point
from timeline.model import Fact
from timeline.order import display_key, elapsed, precedes
from timeline.relative import inside
from timeline.series.units import unit_of

_SEEN = {
    "alert.firing": "an alert",
    "alert.notified": "an alert",
    "status.posted": "a status post",
    "chat.message": "a message",
}
_UNKNOWN, _POSTS = "not known", 8
_OVER = ("resolved", "completed", "operational")


def first_seen(parts: Parts) -> str:
    """Return a sentence: what people could see first inside the incident, an alert or something else."""
    told = first_signal(parts)
    return f"First signal: {told}" if told.endswith(".") else f"First signal: {told}."


def first_signal(parts: Parts) -> str:
    """Return what people could see first inside the incident, and what may have come before it."""
    seen = [
        f
        for f in parts.timeline.facts
        if f.surfaced is not None and _tells(f) and inside(f, parts.timeline.incident)
    ]
    if not seen:
        return "nothing that people could see was recorded inside the incident"
    first = min(seen, key=lambda f: (f.surfaced or 0, display_key(f)))
    rivals = {
        _SEEN[f.kind]
        for f in seen
        if _SEEN[f.kind] != _SEEN[first.kind] and not precedes(first, f, parts.clocks)
    }
    said = f": {parts.statement(first)}" if parts.audience.identifiers else ""
    text = f"{_SEEN[first.kind]}, {parts.at(first)}{said}"
    if rivals:
        text += f". Whether {present.listed(sorted(rivals))} came before it is uncertain."
    return text


def _tells(fact: Fact) -> bool:
    if fact.kind not in _SEEN or fact.earliest is None:
        return False
    return fact.kind != "chat.message" or is_person(fact.actor)


# --- customers -----------------------------------------------------------------------------------


def customers(parts: Parts) -> str:
    """Return internal times beside what customers were told, and the delay as a range.

    When customer impact started is known where a threshold is marked so (`impact = true`).
    """
    posts = [f for f in parts.timeline.facts if f.kind == "status.posted" and inside_or_after(parts, f)]
    if not posts:
        return "No post on a status page was recorded.\n"
    over = next((f for f in reversed(posts) if str(f.names.get("status", "")).lower() in _OVER), None)
    points = parts.course.points
    rows = [
        (terms.IMPACT_STARTED, terms.IMPACT_STARTED, posts[0]),
        ("alert fired", "firing", posts[0]),
        (terms.IMPACT_ENDED, terms.IMPACT_ENDED, over),
        ("alert resolved", "resolved", over),
    ]
    shown = [
        (name, *_told(parts, points[point], post))
        for name, point, post in rows
        if not (point.startswith("customer") and isinstance(points[point], str))
    ]
    if any(name == terms.IMPACT_STARTED for name, *_ in shown):  # what an alert did is then beside the point
        shown = [row for row in shown if row[0].startswith("customer")]
    count = f"{present.count(len(posts), 'post')} on a status page."
    known = [row for row in shown if row[1] != _UNKNOWN]
    if not known:
        said = "".join(f"- {parts.at(post)}{parts.quote(post)}\n" for post in posts[:_POSTS])
        return f"{count}\n\n{said}"
    header = ("", "internally (UTC)", "on the status page (UTC)", "delay")
    return f"{count}\n\n{markdown.table(header, known)}"


def inside_or_after(parts: Parts, fact: Fact) -> bool:
    """Tell whether a fact lies in the incident or after it: the last post often does."""
    start = parts.timeline.incident.start
    return start is None or fact.latest >= start


def _told(parts: Parts, point: Point, post: Fact | None) -> tuple[str, str, str]:
    internal = None if isinstance(point, str) else point
    span = elapsed(internal, post, parts.clocks) if internal and post else None
    return (
        f"{parts.at(internal)} {parts.statement(internal)}" if internal else _UNKNOWN,
        f"{parts.at(post)}{parts.quote(post) or f' {parts.statement(post)}'}" if post else "not posted",
        present.duration_range(span[0] / NS, span[1] / NS) if span else "not known",
    )


# --- participants --------------------------------------------------------------------------------


class _Part(NamedTuple):
    name: str
    facts: list[Fact]


def participants(parts: Parts) -> str:
    """Return who took part, by role, with what was recorded of each; people's names are in no draft."""
    if not parts.audience.people:
        return "Participants are not part of this version.\n"
    found: dict[str, list[Fact]] = {}
    for fact in parts.timeline.facts:
        if fact.actor and is_person(fact.actor):
            found.setdefault(fact.actor, []).append(fact)
    held: dict[str, str] = {}
    for role, who in parts.timeline.incident.roles.items():
        if who in found:
            held[who] = f"{held[who]}, {role}" if who in held else role
    absent = [(role, "") for role, who in parts.timeline.incident.roles.items() if who not in found]
    ordered = sorted(found, key=lambda who: (who not in held, display_key(found[who][0])))
    rows = [_participant(_Part(who, found[who]), held.get(who)) for who in ordered]
    rows += [(markdown.escape(role), "nothing recorded", "") for role, _ in absent]
    if not rows:
        return "Nobody's part was recorded.\n"
    return markdown.table(("role", "recorded", "first to last (UTC)"), rows)


def _participant(part: _Part, role: str | None) -> tuple[str, str, str]:
    counts = Counter(_doing(f) for f in part.facts)
    did = ", ".join(
        present.count(times, what) for what, times in sorted(counts.items(), key=lambda i: (-i[1], i[0]))
    )
    first, last = present.time(part.facts[0].latest), present.time(part.facts[-1].latest)
    return markdown.escape(role or part.name), did, first if first == last else f"{first}-{last}"


def _doing(fact: Fact) -> str:
    family, _, rest = fact.kind.partition(".")
    named = {"chat": "message", "deploy": "deploy event", "change": "change", "status": "status post"}
    acts = {
        "alert.acknowledged": "acknowledgement", "alert.silenced": "silence", "alert.escalated": "escalation",
        "alert.reassigned": "reassignment",
    }  # fmt: skip
    return acts.get(fact.kind) or named.get(family, f"{family} {rest}".strip())


# --- words ---------------------------------------------------------------------------------------


_MOST_WORDS = 20


def glossary(parts: Parts) -> str:
    """Return the words of the team's own that this draft uses, one a line: alerts and thresholds, as they were written down."""
    if not parts.audience.identifiers:
        return "No word of ours is in this version.\n"
    found = list(_words(parts))
    lines = "".join(f"- {markdown.code(word)}: {said}\n" for word, said in found[:_MOST_WORDS])
    more = len(found) - _MOST_WORDS
    rest = f"- {present.count(more, 'more word')} in {parts.to_page('the chart')}\n" if more > 0 else ""
    return lines + rest or "No word of the team's own was recorded with what it means.\n"


def _words(parts: Parts) -> Iterator[tuple[str, str]]:
    """Yield each alert of the shown rows with its annotation, and each drawn threshold with its query."""
    said: dict[str, str] = {}
    for fact in parts.timeline.facts:
        name = alert_name(fact)
        if name and fact.quote and fact.kind.startswith(("alert.firing", "alert.pending")):
            said.setdefault(name, markdown.quoted(fact.quote.text))
    shown = {alert_name(row.fact) for row in parts.rows}
    yield from sorted((name, text) for name, text in said.items() if name in shown)
    for panel in parts.timeline.panels:
        limits = [
            f"{one.op} {present.quantity(one.value, panel.unit or unit_of(panel.query), one.value)}"
            for one in panel.thresholds
        ]
        named = [one.name for one in panel.thresholds if one.name not in said]
        if named:
            yield (
                ", ".join(named),
                f"{markdown.code(markdown.excerpt(panel.query))} {markdown.escape(', '.join(limits))}",
            )
