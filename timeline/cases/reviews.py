"""Reviews of an incident as draft, notes and labels tell of them, and the one that comes after: on which day, and whether it was held."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from timeline import present
from timeline.checks.draft import Block
from timeline.notes.bodies import Meeting
from timeline.notes.journal import Note, current

#: A row of a draft's *Follow-up*, or a label of the incident file; the row counts where both are there.
FOLLOW_UP = "follow-up review"
_HELD = "review held"
_DAY = re.compile(r"(held (?:on )?)?(?<!\d)(\d{4}-\d\d-\d\d)(?!\d)", re.IGNORECASE)
_NONE = re.compile(r"\W*(?:none|no|not needed|n/?a)\b", re.IGNORECASE)
_TITLED = re.compile(r"\bfollow[ -]?up\b", re.IGNORECASE)


class Reviews(msgspec.Struct, frozen=True, omit_defaults=True):
    """Days (ISO 8601) as they are written: meetings, those of them that are called follow-ups, when the next is due, when it was held.

    `due` is `none` where people wrote that there is none.
    """

    meetings: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()
    due: str = ""
    held: str = ""


class FollowUpReview(NamedTuple):
    """The review after the review: its day, what tells it, and the day on which it was held."""

    due: date
    told_by: str
    held: date | None = None

    def is_due(self, today: date) -> bool:
        """Tell whether its day is there or past, and it was not held."""
        return self.held is None and self.due <= today

    def text(self, today: date) -> str:
        """Return it as a line: due or held, and how many days are left."""
        if self.held is not None:
            return f"follow-up review: held {self.held}, due {self.due} ({self.told_by})"
        return f"follow-up review: due {self.due}, {self.left(today)} ({self.told_by})"

    def left(self, today: date) -> str:
        """Return the days until it is due in words."""
        days = (self.due - today).days
        if not days:
            return "today"
        return f"{present.count(abs(days), 'day')} {'left' if days > 0 else 'overdue'}"


def reviews_of(
    draft: Sequence[Block] = (), notes: Iterable[Note] = (), labels: Mapping[str, str] = {}
) -> Reviews:  # fmt: skip
    """Return what tells of reviews; days that are none are left out."""
    held = [one.head.body for one in current(notes) if isinstance(one.head.body, Meeting)]
    rows = dict(_rows(draft))
    labelled = {" ".join(name.casefold().split()): text for name, text in labels.items()}
    due, done = _written(rows.get(FOLLOW_UP, ""))
    if not due and not done:
        due, done = _written(labelled.get(FOLLOW_UP, ""))
    titled = [one.held.isoformat() for one in held if _TITLED.search(one.title or "")]
    first = [day for _, day in _days(rows.get(_HELD, ""))]
    meetings = {*(one.held.isoformat() for one in held), *first} - ({*titled} - {*first})
    return Reviews(tuple(sorted(meetings)), tuple(sorted({*titled})), due, done)


def _rows(draft: Sequence[Block]) -> Iterable[tuple[str, str]]:
    for block in draft:
        if block.follows_up and len(block.cells) > 1 and not (block.quoted or block.prompt):
            told = " ".join(cell.text for cell in block.cells[1:] if not cell.asks)
            yield " ".join(block.cells[0].text.casefold().split()), told


def _written(text: str) -> tuple[str, str]:
    """Return the day on which it is due, and the day after the word *held*."""
    days = list(_days(text))
    due = next((day for is_held, day in days if not is_held), "none" if _NONE.match(text) else "")
    return due, next((day for is_held, day in days if is_held), "")


def _days(text: str) -> Iterable[tuple[bool, str]]:
    for match in _DAY.finditer(text):
        try:
            yield bool(match[1]), date.fromisoformat(match[2]).isoformat()
        except ValueError:
            continue


def follow_up(told: Reviews, after: int, today: date) -> FollowUpReview | None:
    """Return the follow-up review: on the day that is written, else `after` days (0: none) from the first review that was held."""
    past = [day for day in map(date.fromisoformat, told.meetings) if day <= today]
    first = min(past, default=None)
    held = date.fromisoformat(told.held) if told.held else None
    if told.due == "none" and held is None:
        return None
    if told.due and told.due != "none":
        due, by = date.fromisoformat(told.due), "as written"
    elif first is not None and after:
        due, by = (
            first + timedelta(days=after),
            f"{present.count(after, 'day')} after the review of {first}",
        )
    elif held is not None:
        due, by = held, "as written"
    else:
        return None
    if held is None:
        titled = [day for day in map(date.fromisoformat, told.follow_ups) if day <= today]
        # Another meeting when it was due is that review, whatever it is called; one before may be the first's second half.
        later = [day for day in past if day >= due and day != first]
        held = min([*titled, *later], default=None)
    return FollowUpReview(due, by, held)
