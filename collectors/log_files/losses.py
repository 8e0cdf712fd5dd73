"""What a log itself says it does not hold: messages that were suppressed, dropped, or folded into one."""

from __future__ import annotations

import re

from collectors.log_files.entries import Entry
from collectors.log_files.form_kept import LossKept
from timeline.model import Window

_MOST = 10_000  # senders whose last line is remembered
#: What is said of messages that are not there, by whom: the count is the group `n`, the sender `of`.
_SAID = (
    ("suppressed", re.compile(r"Suppressed (?P<n>\d{1,12}) messages from (?P<of>\S{1,255})\s*")),
    ("lost", re.compile(r"imuxsock(?:\[[^\]]{0,20}\])? lost (?P<n>\d{1,12}) messages from (?P<of>pid \d{1,10}) due to rate-limiting.*")),
    ("lost", re.compile(r"(?P<of>im\w{1,20}): (?P<n>\d{1,12}) messages lost due to rate-limiting.*")),
    ("suppressed", re.compile(r"(?:\[ {0,12}[\d.]{1,20}\] )?(?P<of>\w{1,80}): (?P<n>\d{1,12}) callbacks suppressed")),
    ("folded into one", re.compile(r"(?P<of>)message repeated (?P<n>\d{1,12}) times: \[.*", re.DOTALL)),
    ("folded into one", re.compile(r"(?P<of>)last message repeated (?P<n>\d{1,12}) times?")),
)  # fmt: skip

_WORDS = ("uppressed", " lost ", "repeated ")  # of which each has one


class Losses:
    """Gathers what entries say is missing; of one sender in one."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], int] = {}  # by host and sender
        self._found: dict[tuple[str, str], LossKept] = {}

    def see(self, entry: Entry, at: int, file: str) -> None:
        """Note an entry: what it says is missing lies between the sender's line before and it."""
        host = entry.fields.get("host", "")
        for how, pattern in _SAID if any(word in entry.text for word in _WORDS) else ():
            if found := pattern.fullmatch(entry.text):
                self._add(
                    how,
                    found["of"] or entry.fields.get("service", ""),
                    int(found["n"]),
                    host,
                    at,
                    f"{file}, line {entry.place}",
                )
        if len(self._last) < _MOST:
            for name in ("service", "_SYSTEMD_UNIT"):
                if sender := entry.fields.get(name):
                    self._last[host, sender] = at

    def _add(self, how: str, of: str, count: int, host: str, at: int, place: str) -> None:
        start = min(self._last.get((host, of), at), at)
        if (known := self._found.get((how, of))) is None:
            self._found[how, of] = LossKept(how=how, of=of, count=count, start=start, end=at, place=place)
            return
        known.count += count
        known.start, known.end = min(known.start, start), max(known.end, at)

    def within(self, window: Window) -> list[LossKept]:
        """Return those of which some may lie in a window."""
        found = [
            loss for loss in self._found.values() if loss.end >= window.start and loss.start < window.end
        ]
        return sorted(found, key=lambda loss: (loss.start, loss.how, loss.of))
