"""Members of foreign JSON, with one set of rules; and records that cannot be read, as one counted gap.

A path is dotted (`status.state`, `items.0.name`); a member whose own name holds dots comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from collectors.base import MakeGap, SourceError
from timeline.errors import MissingNameError, UndecodableTimeError
from timeline.instant import Bounds
from timeline.model import Evidence, Gap, Window
from timeline.values import lookup
from timeline.zones import read_time

SHOWN = 10  # unreadable records that a gap shows as evidence
_TOLD = 5  # reasons that it tells


class UnreadableError(SourceError):
    """A record lacks what makes it one: it is counted, and the others are read."""

    def __init__(self, message: str) -> None:
        super().__init__("undecodable", message)


#: What a record is counted for, and passed over.
UNREADABLE = (UnreadableError, MissingNameError)
#: Reads the time at a path; raises UnreadableError.
ReadTime = Callable[[Any, str], Bounds]


def at(value: Any, path: str) -> Any:
    """Return what stands at a path; None where nothing does. An empty path is the value itself."""
    return lookup(value, path) if path else value


def text(value: Any, path: str) -> str:
    """Return the text at a path, a whole number as text; empty where there is neither."""
    found = at(value, path)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def string(value: object) -> str:
    """Return what is a text; empty where it is none."""
    return value if isinstance(value, str) else ""


def required(value: Any, path: str) -> str:
    """Return the text at a path; raise UnreadableError where there is none."""
    if not (found := text(value, path)):
        raise UnreadableError(f"it has no {path}")
    return found


def nullable(value: Any, path: str) -> str | None:
    """Return the text at a path, None where it is null or empty; raise UnreadableError where there is no such member.

    For what says whether there is more: a source that came to call it otherwise would seem to be at its end.
    """
    return None if member(value, path) in (None, "") else required(value, path)


def member(value: Any, path: str) -> Any:
    """Return what is at a path, null too; raise UnreadableError where there is no such member."""
    above, _, name = path.rpartition(".")
    holder = at(value, above) if above else value
    if not isinstance(holder, dict) or name not in holder:
        raise UnreadableError(f"it has no {path}")
    return holder[name]


def number(value: Any, path: str) -> int:
    """Return the whole number at a path; raise UnreadableError where there is none."""
    found = at(value, path)
    if not isinstance(found, int) or isinstance(found, bool):
        raise UnreadableError(f"it has no {path}")
    return found


def time(
    value: Any, path: str, *, unit: str | None = None, zone: str | None = None, precision: int | None = None
) -> Bounds:
    """Return the time at a path as bounds; raise UnreadableError.

    `unit` (s, ms, us, ns) is for numbers without 10, 13, 16 or 19 digits, `zone` for texts without one,
    `precision` (ns) for a source that prints more digits than it knows.
    """
    found = at(value, path)
    if found is None or found == "":
        raise UnreadableError(f"it has no {path}")
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        raise UnreadableError(f"its {path} is no time")
    try:
        return read_time(found, zone_name=zone, unit=unit, precision=precision)
    except UndecodableTimeError as err:
        raise UnreadableError(f"its {path} is no time") from err


def is_before(value: Any, path: str, instant: int, read: ReadTime = time) -> bool:
    """Tell whether the time at a path is surely before an instant (ns); what has none that can be read proves no end."""
    try:
        return read(value, path).latest < instant
    except UNREADABLE:
        return False


def listing(value: Any, path: str = "") -> list[Any]:
    """Return the list at a path; raise UnreadableError where there is none."""
    found = at(value, path)
    if not isinstance(found, list):
        raise UnreadableError(f"its {path} is no list" if path else "the answer is no list")
    return found


def many(value: Any, path: str) -> list[Any]:
    """Return the list at a path; empty where there is none."""
    found = at(value, path)
    return found if isinstance(found, list) else []


class Row(NamedTuple):
    """One record of an answer, and where it stands in the evidence."""

    data: Any
    evidence: Evidence


class _Reason(NamedTuple):
    """The first reason of a sort, how many there are, and whether others of the sort are other words."""

    first: str
    amount: int = 0
    is_one_of_several: bool = False

    def words(self) -> str:
        """Return the reason; only as the first one where those of its sort differ."""
        return f"the first: {self.first}" if self.is_one_of_several else self.first

    def counted(self) -> str:
        """Return the reason with how many there are."""
        return (
            f"{self.amount} of one sort, {self.words()}"
            if self.is_one_of_several
            else f"{self.amount} x {self.first}"
        )


class Skipped:
    """Records that could not be read: how many, why, and the evidence of the first ones.

    `what` names one of them, `where` what they are of (`of alerts.csv`), `place` where one stands (`line`).
    """

    def __init__(
        self,
        what: str = "record",
        shown: int = SHOWN,
        *,
        where: str = "",
        plural: str = "",
        place: str = "place",
    ) -> None:
        self._names, self._where = (what, plural or f"{what}s"), f" {where}" if where else ""
        self._place, self._most = place, shown
        self._reasons: dict[str, _Reason] = {}  # by sort
        self._evidence: list[Evidence] = []
        self._places: list[str] = []

    def __len__(self) -> int:
        """Return how many there are."""
        return sum(reason.amount for reason in self._reasons.values())

    def add(
        self, why: str, *evidence: Evidence, sort: str = "", place: int | str = "", count: int = 1
    ) -> None:
        """Count what could not be read; the first entries of evidence, and places, are kept.

        Reasons that differ from record to record have one `sort`, of which the first is told.
        """
        first, number, is_one_of_several = self._reasons.get(sort or why, _Reason(why))
        differs = is_one_of_several or (bool(why) and why != first)
        self._reasons[sort or why] = _Reason(first, number + count, differs)
        self._evidence += evidence[: max(0, self._most - len(self._evidence))]
        if place and len(self._places) <= self._most:
            self._places.append(str(place) if len(self._places) < self._most else "...")

    @contextmanager
    def over(self, *evidence: Evidence) -> Iterator[None]:
        """Read a record inside: an UnreadableError ends it, and is counted."""
        try:
            yield
        except UNREADABLE as err:
            self.add(str(err), *evidence)

    def gaps(self, make: MakeGap, window: Window) -> Iterator[Gap]:
        """Yield the one gap over `window`, by a collector's own `gap`; none where all was read."""
        if count := len(self):
            missing = f"{count} {self._names[count > 1]}"
            text = f"{missing}{self._where} could not be read: {self._why()}{self._shown()}"
            yield make("undecodable", window, text, missing=missing, evidence=tuple(self._evidence))

    def _shown(self) -> str:
        if not self._places:
            return ""
        return f"; {self._place}{'s' * (len(self._places) > 1)} {', '.join(self._places)}"

    def _why(self) -> str:
        ordered = sorted(self._reasons.values(), key=lambda reason: (-reason.amount, reason.first))
        if len(ordered) == 1:
            return ordered[0].words()
        more = f"; and {len(ordered) - _TOLD} reasons more" if len(ordered) > _TOLD else ""
        return "; ".join(reason.counted() for reason in ordered[:_TOLD]) + more
