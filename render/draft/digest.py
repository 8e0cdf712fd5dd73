"""A digest of incidents: two paragraphs each, from facts and what people published; then how the programme does. No person's name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from render.draft.parts import Parts
from render.draft.regions import letter, summary
from render.text import markdown
from render.text.audience import AUDIENCES
from timeline import present
from timeline.cases.progress import Completion
from timeline.model import Timeline
from timeline.response.samples import Samples

_READERS = replace(AUDIENCES["executives"], page=False, people=False)
_OUTSIDE = AUDIENCES["customers"]
#: Follow-up reviews that are named; the rest are counted.
_FOLLOW_UPS = 5
#: Characters of a summary that are quoted.
LONGEST = 700


class Share(NamedTuple):
    """How many of how many, and of how many it is not known."""

    number: int
    of: int
    unknown: int = 0

    def text(self, what: str) -> str:
        """Return it as a sentence's part; what is not known is said."""
        more = f"; of {self.unknown} it is not known" if self.unknown else ""
        return f"{self.number} of {self.of} {what}{more}"


class Entry(NamedTuple):
    """An incident of the digest: its timeline, what its people published of it (pseudonyms for names), its actions in words."""

    timeline: Timeline
    title: str
    published: str = ""
    actions: str = ""
    samples: Samples | None = None


class Again(NamedTuple):
    """An incident in which something of an earlier one came back: what it is (`alert`), and its name."""

    later: str
    former: str
    what: str
    value: str


class FollowUp(NamedTuple):
    """A follow-up review that is due: of which incident, on which day, how late, and where the incident is read."""

    incident: str
    due: str
    late: str
    link: str = ""


class Health(NamedTuple):
    """How the programme does over the incidents of a period; `notes` are how many each held review had, smallest first."""

    hours: int
    complete: Share
    reviewed: Share
    completion: Completion
    states: str
    notes: tuple[int, ...] = ()
    unread: tuple[str, ...] = ()
    recurred: tuple[Again, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()


def digest(period: str, entries: Sequence[Entry], health: Health) -> str:
    """Return the digest as Markdown, in which nothing that people or sources wrote is alive."""
    told = [f"# Incidents of {markdown.escape(period)}\n"]
    if not entries:
        told.append("No incident of the archive began in this time.\n")
    for one in entries:
        told += [_heading(one), f"{_facts(one)}\n", f"{_said(one)}\n"]
    return "\n".join([*told, *_health(health, len(entries))])


def _heading(one: Entry) -> str:
    incident = one.timeline.incident
    parts = [incident.severity or "", ", ".join(incident.services)]
    more = "".join(f", {markdown.escape(part)}" for part in parts if part)
    return f"## {markdown.escape(incident.id)}: {markdown.escape(one.title)}{more}\n"


def _facts(one: Entry) -> str:
    """Return the first paragraph: how long, how bad, when people knew, what was changed last, as the facts tell."""
    return summary.sentences(_parts(one, outside=False))


def _said(one: Entry) -> str:
    """Return the second paragraph: what was told to customers, what people published, what is left to do."""
    parts = _parts(one, outside=True)
    posts = " ".join(filter(None, (_line(letter.happened(parts)), _line(letter.did(parts)))))
    told = [posts or "No record tells what customers were told."]
    if one.published:
        told.append(_ended(f"Its people's summary says: {markdown.quoted(one.published, LONGEST)}"))
    else:
        told.append("Its people have published no summary.")
    return " ".join([*told, one.actions])


def _ended(sentence: str) -> str:
    """Return a sentence that ends in a quotation with one full stop."""
    return sentence if re.search(r"[.!?…]\W*\Z", sentence) else f"{sentence}."


def _parts(one: Entry, *, outside: bool) -> Parts:
    return Parts(one.timeline, "", (), str, _OUTSIDE if outside else _READERS, one.samples, "")


def _line(text: str) -> str:
    return " ".join(text.split())


def _health(health: Health, incidents: int) -> list[str]:
    told = [
        f"- Postmortems complete within {health.hours} hours: {health.complete.text('that are due')}.",
        f"- Reviews held: {health.reviewed.text(present.count(incidents, 'incident').partition(' ')[2])}.",
        f"- Actions: {health.completion.text()}{f'; {health.states}' if health.states else ''}.",
    ]
    if health.notes:
        low, high = health.notes[0], health.notes[-1]
        span = str(low) if low == high else f"{low} to {high}"
        told.append(f"- Notes per review: {span}, of {present.count(len(health.notes), 'review')}.")
    else:
        told.append("- Notes per review: no review is recorded.")
    came = [
        f"{markdown.escape(one.later)} has the {one.what} {markdown.code(markdown.excerpt(one.value, 80))} of {markdown.escape(one.former)}"
        for one in health.recurred
    ]
    told.append(f"- Came back within twenty days: {'; '.join(came) or 'nothing that is recorded'}.")
    named = [_follow_up(one) for one in health.follow_ups[:_FOLLOW_UPS]]
    if more := len(health.follow_ups) - len(named):
        named.append(f"{more:,} more (`timeline status` has them)")
    told.append(f"- Follow-up reviews due: {'; '.join(named) or 'none'}.")
    told += [f"- Not read: {markdown.escape(line)}." for line in health.unread]
    return ["## How the programme does\n", "\n".join(told) + "\n"]


def _follow_up(one: FollowUp) -> str:
    incident = markdown.escape(one.incident)
    return f"{markdown.link(incident, one.link) if one.link else incident} on {one.due} ({one.late})"
