"""The letter to customers and the public: made of what the status page said and of the impact, without our nouns."""

from __future__ import annotations

from render.draft.parts import Parts
from render.draft.regions.shown import impact_number
from render.text import markdown
from timeline import present
from timeline.instant import civil_from_days
from timeline.model import Fact
from timeline.response.extent import CUSTOMERS
from timeline.text import number

#: Later posts that are quoted, and numbers that are told, so that the letter stays a page of 250 words.
_POSTS, _WORDS, _NUMBERS, _DAY = 3, 90, 3, 86_400 * 10**9
_HOURS = 10  # from which on minutes are left out of a length
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def happened(parts: Parts) -> str:
    """Return when it was and how long, and what the status page said first."""
    extent = parts.course.extent
    if extent is None:
        return "Nothing was recorded of what happened.\n"
    what = "customers were affected" if extent.what == CUSTOMERS else "we had an incident"
    start, end = _minute(extent.first), extent.last
    if end is None:
        said = f"On {_day(extent.first)}, from {start} UTC on, {what}. Its end is not recorded."
    else:
        until = _minute(end) if _day(end) == _day(extent.first) else f"{_minute(end)} on {_day(end)}"
        said = (
            f"On {_day(extent.first)}, from {start} to {until} UTC, {what}, for {_long(end - extent.first)}."
        )
    first = next(iter(_posts(parts)), None)
    return f"{said} {_wrote(parts, first)}\n" if first else f"{said}\n"


def affected(parts: Parts) -> str:
    """Return the numbers of the impact; or that nothing was counted."""
    numbers = [one for one in parts.timeline.impact if one.value is not None and one.take != "budget"]
    numbers = [one for one in numbers if one.span == "incident"] or numbers
    lines = [
        f"- {_name(parts, one.name)}: {_amount(impact_number(parts, one))}\n" for one in numbers[:_NUMBERS]
    ]
    return "".join(lines) or "How many were affected was not counted.\n"


def did(parts: Parts) -> str:
    """Return what was changed, and what the status page said next."""
    said = []
    if last := parts.course.last_before_end:
        way = "took a change back" if last.change.kind == "deploy.rolled_back" else "made a change"
        said.append(f"At {_minute(last.change.latest)} UTC we {way}.")
    said += _later(parts)
    return f"{' '.join(said)}\n" if said else "What was done was not recorded.\n"


def _later(parts: Parts) -> list[str]:
    """Return the last of the later posts, as many as there is room for; the last in any case."""
    kept: list[str] = []
    for post in reversed(_posts(parts)[1:]):
        wrote = _wrote(parts, post)
        if kept and (len(kept) == _POSTS or sum(len(one.split()) for one in [wrote, *kept]) > _WORDS):
            break
        kept.insert(0, wrote)
    return kept


def _posts(parts: Parts) -> list[Fact]:
    start = parts.course.span[0]
    return [f for f in parts.timeline.facts if f.kind == "status.posted" and f.quote and f.latest >= start]


def _wrote(parts: Parts, post: Fact) -> str:
    return f"At {_minute(post.latest)} UTC we wrote{parts.quote(post)}"


def _name(parts: Parts, name: str) -> str:
    text = markdown.escape(parts.words(name))
    return text[:1].upper() + text[1:]


def _amount(words: str) -> str:
    """Return a number as a letter says it: `508 at most at once` are up to 508 at the same time."""
    most = words.removesuffix(" at most at once")
    return words if most == words else f"up to {most} at the same time"


def _long(nanos: int) -> str:
    """Return a length as a letter says it, in whole minutes: `about 32 minutes`, `about 2 hours and 5 minutes`."""
    hours, minutes = divmod(max(round(nanos / 60e9), 1), 60)
    if hours >= _HOURS:
        return f"about {present.count(round(hours + minutes / 60), 'hour')}"
    parts = [present.count(n, one) for n, one in ((hours, "hour"), (minutes, "minute")) if n]
    return f"about {' and '.join(parts)}"


def _minute(instant: int) -> str:
    return present.time(instant)[:5]


def _day(instant: int) -> str:
    year, month, day = civil_from_days(instant // _DAY)
    return f"{number(day)} {_MONTHS[month - 1]} {year}"
