"""The digest of a period: its incidents by the archive, how the programme does over them, as Markdown, HTML or a mail."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple

from archive.cases.store import Archive, Kept
from render.draft.digest import LONGEST, Again, Entry, FollowUp, Health, Share, digest
from service import names
from service.archive.actions import Row, rows, today
from service.archive.asking import asked
from service.archive.due import follow_ups, link_of
from service.archive.keeping import opened, update
from service.check import draft as check_draft
from service.check import notes as check_notes
from service.evidence.document import load
from service.evidence.masking import masked
from service.evidence.place import evidence_of
from service.review import reviews
from service.settings.check import settings
from service.settings.config import Config, of_incident
from timeline.canonical import sha256
from timeline.cases.details import Details
from timeline.cases.progress import completion, counts
from timeline.cases.query import Query
from timeline.cases.recurrence import recurrences
from timeline.checks import completeness
from timeline.checks.draft import CODE, Block
from timeline.errors import TimelineError, UsageError
from timeline.instant import NS
from timeline.model import Timeline
from timeline.notes.bodies import Meeting, Verification
from timeline.response.samples import Samples

_WEEK = re.compile(r"(\d{4})-?W(\d\d)")
_SUMMARY = re.compile(r"\bsummary\b|\bin short\b|\babstract\b|\btl;?dr\b", re.IGNORECASE)
#: What comes back is called so.
_CALLED = {"alert": "alert", "signature": "log line", "factor": "factor", "mode": "failure mode"}


class Period(NamedTuple):
    """What is told of: its name, and the incidents that began in it."""

    name: str
    query: Query


class Told(NamedTuple):
    """The digest in Markdown, its title, and what could not be read."""

    text: str
    title: str
    unread: tuple[str, ...]


class _Look(NamedTuple):
    entry: Entry
    due: bool
    in_time: bool | None  # None: it is complete, and nothing tells since when
    notes: int | None  # None: no review was held


def period(month: str | None, week: str | None, since: str | None, until: str | None) -> Period:
    """Return the period that was asked for. Raises UsageError."""
    given = [one for one in (month, week, since or until) if one]
    if len(given) != 1:
        raise UsageError("name one period: --month 2026-11, --week 2026-W48, or --since and --until")
    if week:
        match = _WEEK.fullmatch(week)
        try:
            first = date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else None
        except ValueError:
            first = None
        if first is None:
            raise UsageError(f"--week {week}: it is a week of ISO 8601, such as 2026-W48")
        last = first + timedelta(days=6)
        return Period(f"week {week}", asked("", {}, first.isoformat(), last.isoformat()))
    if month:
        if not re.fullmatch(r"\d{4}-\d\d", month):
            raise UsageError(f"--month {month}: it is a month such as 2026-11")
        return Period(month, asked("", {}, month, month))
    name = " ".join(filter(None, (f"since {since}" if since else "", f"until {until}" if until else "")))
    return Period(name, asked("", {}, since, until))


def made(wanted: Period, config: Path | None = None, now: int | None = None) -> Told:
    """Return the digest of a period. Raises UsageError."""
    at = time.time_ns() if now is None else now
    with opened(config) as (archive, conf):
        unread = list(update(archive, conf).unread)
        chosen = archive.chosen(wanted.query)
        every = archive.details()
        told = [kept for kept, _ in every if kept.folder in chosen]
        day = today() if now is None else datetime.fromtimestamp(at // NS, UTC).date()
        again = _again(every, chosen)
        actions = list(rows(archive, conf, day, wanted.query))
        reviews = _reviews(archive, conf, at)
    looks, hours = list[_Look](), conf.settings.check.hours
    for kept in sorted(told, key=lambda one: (one.start or 0, one.id)):
        own = [row for row in actions if row.kept.folder == kept.folder]
        try:
            looks.append(_look(Path(kept.folder), own, config, at))
        except (TimelineError, OSError) as err:
            unread.append(str(err))
    due = [look for look in looks if look.due]
    health = Health(
        hours,
        Share(sum(look.in_time is True for look in due), len(due), sum(look.in_time is None for look in due)),
        Share(sum(look.notes is not None for look in looks), len(looks)),
        completion(((row.action, row.progress) for row in actions), day),
        _states(actions), tuple(sorted(look.notes for look in looks if look.notes is not None)), tuple(unread), again, reviews,
    )  # fmt: skip
    title = f"Incidents of {wanted.name}"
    return Told(digest(wanted.name, [look.entry for look in looks], health), title, tuple(unread))


def _again(every: Sequence[tuple[Kept, Details]], folders: Collection[str]) -> tuple[Again, ...]:
    """Return what came back in these incidents, of each the rarest thing."""
    pairs = recurrences([(kept.start, details.features) for kept, details in every])
    return tuple(
        Again(every[one.later][0].id, every[one.former][0].id, _CALLED[one.same[0].aspect], one.same[0].value)
        for one in reversed(pairs)  # in the order of the incidents
        if every[one.later][0].folder in folders
    )


def _reviews(archive: Archive, conf: Config, now: int) -> tuple[FollowUp, ...]:
    """Return the follow-up reviews that are due, of whatever incident: the longest overdue first."""
    day = conf.settings.review.day_of(now)
    there = [(kept, one) for kept, one in follow_ups(archive, conf, now) if one.is_due(day)]
    return tuple(
        FollowUp(kept.id, one.due.isoformat(), one.left(day), link_of(conf, kept.folder))
        for kept, one in sorted(there, key=lambda pair: (pair[1].due, pair[0].id))
    )


def _states(actions: list[Row]) -> str:
    return ", ".join(f"{count} {state}" for state, count in counts(row.progress for row in actions).items())


def _look(directory: Path, actions: list[Row], config: Path | None, now: int) -> _Look:
    timeline, conf = load(directory), of_incident(config, directory)
    draft = directory / names.DRAFT
    prose = check_draft.prose_of(draft)
    placed = check_notes.placed(directory)
    until = completeness.deadline(timeline, settings(directory, conf.settings.check).hours)
    waits = not prose or bool(completeness.prompts(prose, check_notes.noted(placed).subjects))
    held = any(isinstance(one.note.head.body, Meeting) for one in placed)
    own = sum(not isinstance(one.note.head.body, Meeting | Verification) for one in placed)
    states = _states(actions)
    entry = Entry(
        timeline, masked(timeline.incident.title or timeline.incident.id, directory, conf), masked(_summary(prose), directory, conf),
        f"Actions: {states}." if states else "No action is written down.", _samples(timeline, directory, conf),
    )  # fmt: skip
    in_time = None if until is None or waits else _in_time(directory, draft, until.due)
    is_due = until is not None and (not waits or now > until.due)
    return _Look(entry, is_due, False if waits else in_time, own if held else None)


def _samples(timeline: Timeline, directory: Path, conf: Config) -> Samples:
    from render.draft.draft import samples_of

    return samples_of(timeline, evidence_of(directory, conf).get)


def _in_time(directory: Path, draft: Path, due: int) -> bool | None:
    """Tell whether a complete draft was so when it was due: it was not changed since, or somebody signed off until then."""
    signed = reviews.read(directory)
    if draft.stat().st_mtime_ns <= due or any(one.at <= due for one in signed):
        return True
    return None


def _summary(prose: list[Block]) -> str:
    """Return what people wrote under the heading of the summary, as far as it is quoted."""
    return " ".join(_said(prose))[: LONGEST * 2]


def _said(prose: list[Block]) -> Iterator[str]:
    for block in prose:
        people = block.form == "paragraph" and not (block.prompt or block.quoted or block.kept)
        if people and block.section and _SUMMARY.search(block.section[-1]):
            yield " ".join(block.text.replace(CODE, "…").split())


def html(told: Told) -> bytes:
    """Return the digest as one HTML file."""
    from render.printing.document import document
    from render.printing.html import to_html

    return to_html(document(told.text))


def mail(told: Told, sender: str, to: str, at: int | None = None) -> bytes:
    """Return the digest as a message of RFC 5322, with a text and an HTML part; nobody is sent anything. Raises UsageError."""
    message = EmailMessage(policy=SMTP)
    try:
        message["Subject"] = told.title
        message["From"] = sender
        if to:
            message["To"] = to
        message["Date"] = format_datetime(datetime.fromtimestamp((at or time.time_ns()) // NS, UTC))
    except (ValueError, IndexError) as err:
        raise UsageError(f"--from {sender!r} and --to {to!r} are addresses of a mail: {err}") from err
    message.set_content(told.text)
    message.add_alternative(html(told).decode(), subtype="html")
    message.set_boundary(f"=_{sha256(told.text.encode())[:32]}")  # the same digest, the same bytes
    return message.as_bytes()
