"""Actions of all incidents in one table, and what was run to verify one."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from archive.cases.store import Archive, Kept
from service.archive.keeping import Update, opened, update
from service.archive.tickets import cached, made
from service.incident.folders import shown
from service.review.notes import NotesFile
from service.settings.config import Config
from service.settings.registry import nearest
from timeline.canonical import Json, short_id
from timeline.cases.details import Details
from timeline.cases.followups import Followup, day_of
from timeline.cases.progress import (
    STALLED_AFTER,
    STATES,
    Completion,
    Progress,
    Recurred,
    State,
    Ticket,
    completion,
    counts,
    progress,
)
from timeline.cases.query import Query
from timeline.cases.recurrence import recurrences
from timeline.cases.reviews import FollowUpReview, follow_up
from timeline.errors import UsageError
from timeline.instant import format_instant
from timeline.notes.bodies import Verification


class Row(NamedTuple):
    """An action, its incident, how far it is, and what its ticket's tracker said last."""

    kept: Kept
    action: Followup
    progress: Progress
    ticket: Ticket | None = None
    review: FollowUpReview | None = None  # of its incident

    def answer(self) -> dict[str, Json]:
        """Return it as JSON."""
        one = self.action
        texts = ("owner", "due", "criterion", "verification", "effect", "likelihood", "severity", "ticket")
        return {
            "id": one.id, "incident": self.kept.id, "incident_title": self.kept.title, "directory": self.kept.folder, "title": one.title,
            **{name: getattr(one, name) or None for name in texts},
            "state": self.progress.state, "marks": list(self.progress.marks), "done": self.progress.done or None, "recurred": self.progress.recurred or None,
            "changed": None if one.changed is None else format_instant(one.changed), "draft_line": one.line or None,
            "follow_up_review": self.review and {
                "due": self.review.due.isoformat(), "held": self.review.held.isoformat() if self.review.held else None,
            },
            "verified": [
                {"ran": run.ran, "result": run.result, "by": run.by, "at": format_instant(run.at), "passed": run.passed} for run in one.verified
            ],
            "ticket_read": self.ticket and {
                "title": self.ticket.title, "open": self.ticket.is_open, "asked": format_instant(self.ticket.asked),
                "closed": None if self.ticket.closed is None else format_instant(self.ticket.closed),
            },
        }  # fmt: skip


class Table(NamedTuple):
    """The rows that were asked for, and what is so of all actions of the incidents that were chosen."""

    rows: tuple[Row, ...]
    total: int
    counts: dict[State, int]
    completion: Completion
    update: Update

    def answer(self) -> dict[str, Json]:
        """Return it as JSON."""
        done = self.completion
        return {
            "total": self.total, "counts": {**self.counts}, "actions": [row.answer() for row in self.rows],
            "completion": {
                "in_time": done.in_time, "due": done.due, "without_date": done.undated, "percent": done.percent, "low": done.is_low, "few": done.is_few,
            },
        }  # fmt: skip


class Wanted(NamedTuple):
    """Which actions are asked for: of which incidents, in which states, whose."""

    query: Query = Query()
    states: Collection[str] = ()
    owners: Collection[str] = ()
    stalled_after: int = STALLED_AFTER


def today() -> date:
    """Return the day (UTC)."""
    return date.fromisoformat(day_of(time.time_ns()))


def table(wanted: Wanted, config: Path | None = None, day: date | None = None) -> Table:
    """Return the actions of a configuration's incidents as they are on a day, those that want an eye first. Raises UsageError."""
    with opened(config) as (archive, conf):
        done = update(archive, conf)
        every = list(rows(archive, conf, day or today(), wanted.query, wanted.stalled_after))
    there = tuple(one.progress for one in every)
    own = {one.casefold() for one in wanted.owners}
    chosen = (
        one
        for one in every
        if (not wanted.states or {one.progress.state, *one.progress.marks} & set(wanted.states))
        if not own or one.action.owner.casefold() in own
    )
    ordered = sorted(chosen, key=_order)
    share = completion(((one.action, one.progress) for one in every), day or today())
    return Table(tuple(ordered), len(every), dict(counts(there)), share, done)


def _order(row: Row) -> tuple[int, str, str, str]:
    return (STATES.index(row.progress.state), row.action.due or "9", row.kept.id, row.action.id)


def rows(
    archive: Archive, conf: Config, day: date, query: Query = Query(), stalled_after: int = STALLED_AFTER  # noqa: B008 - immutable
) -> Iterator[Row]:  # fmt: skip
    """Yield all actions of the incidents that a query chooses, with what is known of their tickets."""
    known, own = cached(conf), made(conf)
    chosen = archive.chosen(query) if query != Query() else None
    every = archive.details()
    again = _recurred(every)
    for place, (kept, details) in enumerate(every):
        if chosen is None or kept.folder in chosen:
            review = follow_up(details.reviews, conf.settings.review.days, day)
            for action in details.actions:
                one = action if action.ticket else replace(action, ticket=own.get(action.id, ""))
                ticket = known.get(one.ticket) if one.ticket else None
                how = progress(one, day, ticket, stalled_after, again.get(place, ()))
                yield Row(kept, one, how, ticket, review)


def _recurred(every: Sequence[tuple[Kept, Details]]) -> dict[int, list[Recurred]]:
    """Return what came back of each incident, by its place: whatever it is that both have."""
    found: dict[int, list[Recurred]] = {}
    for pair in recurrences([(kept.start, details.features) for kept, details in every]):
        later = every[pair.later][0]
        found.setdefault(pair.former, []).append(Recurred(later.id, later.start or 0))
    return found


def find(archive: Archive, name: str) -> tuple[Kept, Followup]:
    """Return the action that an id or the beginning of one names. Raises UsageError."""
    every = [(kept, one) for kept, details in archive.details() for one in details.actions]
    those = [(kept, one) for kept, one in every if one.id == name] or [
        (kept, one) for kept, one in every if len(name) >= 5 and one.id.startswith(name)
    ]
    if not those:
        known = nearest(name, [one.id for _, one in every])
        raise UsageError(f"there is no action {name}{known}; `timeline actions list` shows their ids")
    if len(those) > 1:
        named = ", ".join(f"{one.id} of {shown(Path(kept.folder))}" for kept, one in those[:5])
        raise UsageError(f"{name} is the beginning of {len(those)} ids, or an incident was copied: {named}")
    return those[0]


class Run(NamedTuple):
    """What somebody ran to see whether an action holds: words, and whether it passed."""

    ran: str
    result: str
    passed: bool = True
    by: str = "reviewer"


def verify(name: str, run: Run, config: Path | None = None) -> tuple[Kept, Followup]:
    """Record a verification as a note beside the incident, and return what it is of. Raises UsageError."""
    from pydantic import ValidationError

    from timeline.invalid.problems import first

    with opened(config) as (archive, conf):
        update(archive, conf)
        kept, action = find(archive, name)
    raw = {
        "kind": "verification", "text": run.result, "ran": run.ran, "action": action.id, "outcome": "passed" if run.passed else "failed",
    }  # fmt: skip
    try:
        body = Verification.model_validate(raw)
    except ValidationError as err:
        raise UsageError(f"the verification cannot be recorded: {first(err, Verification, raw)}") from err
    now = time.time_ns()
    NotesFile(Path(kept.folder)).append(
        short_id("n", [action.id, run.ran, run.result, now]), body, (), run.by, now
    )
    return kept, action
