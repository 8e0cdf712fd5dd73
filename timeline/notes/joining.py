"""Two versions of one meeting as one: what either side added is there, what either took out is gone; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from timeline.notes.bodies import Meeting, MeetingItem
from timeline.notes.journal import Note, Version

_BETWEEN = {"title": " / ", "time": " / ", "text": "\n\n"}


def joined(note: Note) -> Meeting | None:
    """Return what the versions of a meeting that stand beside each other make together; None where nothing is to join.

    A removal takes no part: whoever joins keeps the meeting. Words that both changed stand one behind the other.
    """
    sides = [body for head in note.heads if isinstance(body := head.body, Meeting)]
    if not note.conflict or len(sides) < 2:
        return None
    before = _ancestor(note)
    old = before if before is not None else sides[0].model_copy(update=_NOTHING)
    names = {
        name: tuple(
            sorted(
                _sets([tuple(getattr(one, name) or ()) for one in (old, *sides)]),
                key=lambda n: (n.casefold(), n),
            )
        )
        for name in ("present", "invited", "discussed")
    }
    return sides[-1].model_copy(
        update={
            **names,
            "invited": names["invited"] or None,
            "items": _items(old, sides) or None,
            "held": _day(before, sides),
            "cites": tuple(dict.fromkeys(cite for one in sides for cite in one.cites)),
            **{
                name: _words([getattr(one, name) for one in (old, *sides)], _BETWEEN[name])
                for name in _BETWEEN
            },
        }
    )


_NOTHING = {
    "present": (),
    "discussed": (),
    "invited": None,
    "items": None,
    "title": None,
    "time": None,
    "text": None,
}


def _ancestor(note: Note) -> Meeting | None:
    """Return the newest version that every side came from."""
    known = {one.id: one for one in note.versions}
    shared = set.intersection(*(_past(head, known) for head in note.heads if head.body is not None))
    return next(
        (
            body
            for one in reversed(note.versions)
            if one.id in shared and isinstance(body := one.body, Meeting)
        ),
        None,
    )


def _past(head: Version, known: Mapping[str, Version]) -> set[str]:
    found, left = set[str](), [head.id]
    while left:
        one = left.pop()
        if one not in found and one in known:
            found.add(one)
            left += known[one].base
    return found


def _sets(of: Sequence[tuple[str, ...]]) -> set[str]:
    """Return what all sides kept of what there was, and what any of them added."""
    old, *sides = (set(one) for one in of)
    return {one for one in old if all(one in side for side in sides)} | {
        one for side in sides for one in side - old
    }


def _items(old: Meeting, sides: Sequence[Meeting]) -> tuple[MeetingItem, ...]:
    lists = [one.items or () for one in (old, *sides)]
    kept = _sets([tuple(item.text for item in items) for items in lists])
    through = _sets([tuple(item.text for item in items if item.discussed) for items in lists])
    order = dict.fromkeys(item.text for items in lists[1:] for item in items)
    return tuple(MeetingItem(text=text, discussed=text in through) for text in order if text in kept)


def _words(of: Sequence[str | None], between: str) -> str | None:
    old, *sides = of
    changed = list(dict.fromkeys(one for one in sides if one != old))
    if not changed:
        return old
    return between.join(one for one in changed if one) or None


def _day(before: Meeting | None, sides: Iterable[Meeting]) -> object:
    days = [one.held for one in sides]
    moved = [day for day in days if before is None or day != before.held]
    return max(moved or days)
