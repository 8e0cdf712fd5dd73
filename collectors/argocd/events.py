"""What Argo CD's own events tell of operations: which began, which ended, and how; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from collectors.kit.kubernetes.client import Item
from collectors.kit.kubernetes.events import Event
from timeline.relative import first_instant

#: The server names whose wish it was, and what is to be deployed; the controller, when nobody wished it.
_WISHED = re.compile(
    r"\S.* initiated (?P<partial>partial )?(?:sync (?:to (?P<to>.*)|locally)|rollback to (?P<back>\d+))"
)
_AUTOMATIC = re.compile(r"Initiated automated sync to '(?P<to>[^']*)'")
_ENDED = re.compile(r"(?P<partial>Partial s|S)ync operation (?:to (?P<to>\S*) )?(?P<how>succeeded|failed:)")
_IN_BRACKETS = re.compile(r"\(([0-9a-f]{40,64})\)")


class Told(NamedTuple):
    """One operation as its events tell it: either may be forgotten, or never have been written."""

    began: Event | None
    ended: Event | None

    @property
    def first(self) -> Event:
        """Return the event by which it is known."""
        known = self.began or self.ended
        assert known is not None
        return known

    @property
    def back(self) -> str:
        """Return the number in the history that it was to roll back to; empty where it was no rollback."""
        found = _WISHED.match(self.began.message) if self.began else None
        return (found["back"] or "") if found else ""

    @property
    def revision(self) -> str:
        """Return what it deployed; empty where no event says."""
        ended = _ENDED.match(self.ended.message) if self.ended else None
        if ended and ended["to"]:
            return ended["to"]
        words = self.began.message if self.began else ""
        found = _AUTOMATIC.match(words) or _WISHED.match(words)
        wanted = (found["to"] or "") if found else ""
        inside = _IN_BRACKETS.search(wanted)
        return inside[1] if inside else wanted

    @property
    def has_failed(self) -> bool:
        """Whether its end was a failure."""
        found = _ENDED.match(self.ended.message) if self.ended else None
        return bool(found and found["how"] == "failed:")

    @property
    def is_partial(self) -> bool:
        """Whether some of the application's resources alone were synced: the history has no such operation."""
        found = [_ENDED.match(self.ended.message) if self.ended else None, _WISHED.match(self.began.message) if self.began else None]  # fmt: skip
        return any(one["partial"] not in {None, "S"} for one in found if one)

    @property
    def is_automated(self) -> bool:
        """Whether the controller began it."""
        return bool(self.began and _AUTOMATIC.match(self.began.message))


def user_of(item: Item) -> str:
    """Return who did what an event tells, as the server notes it; empty where nobody is noted."""
    found = item.data.get("metadata", {}).get("annotations", {}) if isinstance(item.data, dict) else {}
    user = found.get("user") if isinstance(found, dict) else None
    return user if isinstance(user, str) and user != "Unknown user" else ""


def operations(events: Iterable[Event]) -> Iterator[Told]:
    """Yield the operations of one application: it has one at a time, so each end is of the beginning before it.

    Times are whole seconds: of one second, an end comes first where something is under way, else a beginning.
    """
    begun: Event | None = None
    for begins, ends in _by_second(events):
        while begins or ends:
            if begun and ends:
                yield Told(begun, ends.pop(0))
                begun = None
            elif begins:
                if begun:
                    yield Told(begun, None)
                begun = begins.pop(0)
            else:
                yield Told(None, ends.pop(0))
    if begun:
        yield Told(begun, None)


def _by_second(events: Iterable[Event]) -> list[tuple[list[Event], list[Event]]]:
    found: dict[int, tuple[list[Event], list[Event]]] = {}
    for event in sorted(events, key=lambda one: one.uid):
        is_begin = event.reason == "OperationStarted" and bool(
            _WISHED.match(event.message) or _AUTOMATIC.match(event.message)
        )
        is_end = event.reason == "OperationCompleted" and bool(_ENDED.match(event.message))
        if is_begin or is_end:
            begins, ends = found.setdefault(first_instant(event.times[0].at), ([], []))
            (begins if is_begin else ends).append(event)
    return [found[second] for second in sorted(found)]
