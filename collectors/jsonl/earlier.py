"""Rows from before the window: those of lives that had begun, and not ended, when it did."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from collectors.jsonl.table import Row
from timeline.kinds import Kind

#: Kinds of lives; of any other kind nothing was so when the window began.
_LIVES = ("alert.", "deploy.", "metric.")
_ENDS = frozenset(
    {"alert.resolved", "alert.pending_ended", "deploy.finished", "deploy.failed", "deploy.rolled_back"}
)
#: What is done about an alert: told where the alert went on. A silence goes on by itself.
_BESIDE = frozenset({"alert.acknowledged", "alert.notified"})
_SILENCED, _UNSILENCED = "alert.silenced", "alert.unsilenced"


#: By kind: when, and the row; of what ends a life only when.
_Known = dict[str, tuple[tuple[int, int], Row | None]]


class Earlier:
    """Of each life the newest row of each kind; of what ended only when, so memory grows with what goes on."""

    def __init__(self) -> None:
        self._lives: dict[str, _Known] = {}
        self._added = 0

    def add(self, kind: Kind, life: Sequence[str], latest: int, row: Row) -> None:
        """Note a row that lies before the window."""
        if not kind.startswith(_LIVES):
            return
        ends = kind in _ENDS or kind == _UNSILENCED
        known = self._lives.setdefault(json.dumps(life), {})
        self._added += 1
        at = (latest, self._added)  # of one time the later row is the newer one
        if kind not in known or known[kind][0] < at:
            known[kind] = (at, None if ends else row)
        for other in [name for name in known if ends and _over(name, known)]:
            del known[other]

    def rows(self) -> Iterator[Row]:
        """Yield the rows of lives that went on."""
        for known in self._lives.values():
            went_on = [name for name in known if name not in _ENDS | _BESIDE and not _over(name, known)]
            for name, (_, row) in known.items():
                if row is not None and not _over(name, known) and (name not in _BESIDE or went_on):
                    yield row


def _over(kind: str, known: _Known) -> bool:
    """Tell whether something later says that what a row told is over."""
    at, row = known[kind]
    if row is None:
        return False
    enders = {_UNSILENCED} if kind == _SILENCED else _ENDS
    return any(known[name][0] >= at for name in enders & known.keys())
