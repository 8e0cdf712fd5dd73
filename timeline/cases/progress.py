"""How far an action is: open, overdue, reopened, stalled, vague, done but unverified, done; and how many are done in time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple, get_args

from timeline.cases.followups import Followup, day_of

State = Literal["overdue", "reopened", "unverified", "stalled", "vague", "open", "done"]
#: In the order in which they want somebody's eye.
STATES: tuple[State, ...] = get_args(State)
#: Days without a change after which an action is stalled.
STALLED_AFTER = 30
#: Completion within the target date that is expected, in per cent.
EXPECTED = 70
#: Fewer than this many are too few to say how a team does.
FEW = 8


class Ticket(NamedTuple):
    """What a tracker says of a ticket: `is_open`, when it was closed and last changed (ns), and when it was asked (ns)."""

    title: str
    is_open: bool
    closed: int | None = None
    updated: int | None = None
    asked: int = 0


class Recurred(NamedTuple):
    """An incident in which something of the action's own came back: its id, and when it began (ns)."""

    incident: str
    at: int


class Progress(NamedTuple):
    """An action's state, all that is so of it beside, the day on which it was done if that is known, and in which incident its own came back since."""

    state: State
    marks: tuple[State, ...] = ()
    done: str = ""
    recurred: str = ""


def progress(
    one: Followup, today: date, ticket: Ticket | None = None, stalled_after: int = STALLED_AFTER, recurred: Sequence[Recurred] = ()
) -> Progress:  # fmt: skip
    """Return how far an action is on a day (UTC). It is done where it says so, or its ticket is closed, and a check of it passed last.

    What was done before its incident came back is reopened, until a later check passes.
    """
    claimed = one.ended or (ticket is not None and not ticket.is_open)
    passed = bool(one.verified) and one.verified[-1].passed
    if passed or claimed:
        done = _done(one, ticket)
        checked = one.verified[-1].at if passed else None
        since = [again for again in recurred if _is_after(again.at, checked, done)]
        if since:
            return Progress("reopened", ("reopened",), done, min(since, key=lambda again: again.at).incident)
        if passed:
            return Progress("done", (), done)
    marks = list[State]()
    if claimed:
        marks.append("unverified")
    elif _is_past(one.due, today):
        marks.append("overdue")
    if not claimed and _is_stalled(one, today, ticket, stalled_after):
        marks.append("stalled")
    if not claimed and one.vague:
        marks.append("vague")
    state: State = min(marks, key=STATES.index) if marks else "open"
    return Progress(state, tuple(marks), _done(one, ticket) if claimed else "")


def _done(one: Followup, ticket: Ticket | None) -> str:
    """Return the day: as it says, or that of the ticket's end, or that of the first verification that passed."""
    closed = day_of(ticket.closed) if ticket and not ticket.is_open and ticket.closed is not None else ""
    return one.done or closed or next((day_of(run.at) for run in one.verified if run.passed), "")


def _is_after(at: int, checked: int | None, done: str) -> bool:
    """Tell whether an incident began when the action was done: after the last check of it, or else after the day."""
    return at > checked if checked is not None else bool(done) and day_of(at) > done


def _is_past(day: str, today: date) -> bool:
    return _is_day(day) and day < today.isoformat()


def _is_day(text: str) -> bool:
    return len(text) == 10 and text[4] == text[7] == "-"


def _is_stalled(one: Followup, today: date, ticket: Ticket | None, after: int) -> bool:
    """Tell whether nothing changed for so many days: neither note, nor draft, nor ticket."""
    known = [at for at in (one.changed, ticket.updated if ticket else None) if at is not None]
    return bool(known) and (today - date.fromisoformat(day_of(max(known)))).days > after


class Completion(NamedTuple):
    """Of `due` actions whose date is past or that are done and have a date, `in_time` were done by it; `undated` have no date."""

    in_time: int
    due: int
    undated: int

    @property
    def percent(self) -> int | None:
        """The share in per cent, rounded down; None where none was due."""
        return self.in_time * 100 // self.due if self.due else None

    @property
    def is_few(self) -> bool:
        """Whether these are too few for a percentage to say much."""
        return self.due < FEW

    @property
    def is_low(self) -> bool:
        """Whether fewer than expected were done in time."""
        return self.percent is not None and self.percent < EXPECTED

    def text(self) -> str:
        """Return it as a sentence."""
        if not self.due:
            return "no action was due yet"
        flag = f"; under {EXPECTED} %" if self.is_low else ""
        few = (
            f"; {self.due} {'is' if self.due == 1 else 'are'} few, and the share says little"
            if self.is_few
            else ""
        )
        return f"{self.in_time} of {self.due} actions that were due were done in time and verified ({self.percent} %){flag}{few}"


def completion(ones: Iterable[tuple[Followup, Progress]], today: date) -> Completion:
    """Return how many of the actions that were due by a day, or are done, were done by their date and verified."""
    in_time = due = undated = 0
    for one, how in ones:
        if not _is_day(one.due):
            undated += 1
        elif how.state == "done" or one.due < today.isoformat():
            due += 1
            in_time += how.state == "done" and bool(how.done) and how.done <= one.due
    return Completion(in_time, due, undated)


def counts(ones: Iterable[Progress]) -> Mapping[State, int]:
    """Return how many are in each state, those that want an eye first; states of none are left out."""
    there = [one.state for one in ones]
    return {state: there.count(state) for state in STATES if state in there}
