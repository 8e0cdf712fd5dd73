"""The cues of WebVTT, SubRip (SRT) and SubViewer (SBV): spans of a recording, and what is shown over them; pure."""

from __future__ import annotations

import re
from typing import NamedTuple

_TIME = r"(?:([0-9]{1,4}):)?([0-9]{1,2}):([0-9]{1,2})[.,]([0-9]{1,3})"
_TIMING = re.compile(rf"[ \t]{{0,20}}{_TIME}(?:[ \t]{{0,20}}-->[ \t]{{0,20}}|,){_TIME}(?:[ \t].*)?")
_NO_CUES = re.compile(r"(NOTE|STYLE|REGION)(?:[ \t:].*)?")
_COUNTER = re.compile(r"[0-9]{1,9}")
_MS = 1_000_000  # ns


class Cue(NamedTuple):
    """What is shown from `start` to `end` (ns from the recording's start), and the index of the line of its times."""

    start: int
    end: int
    text: str
    line: int


class Unread(NamedTuple):
    """A block that is no cue, why, and the index of its first line."""

    why: str
    line: int


class CueReader:
    """Takes the lines of a file one by one; `heads` are those that are no cue's: the header, and notes."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self._span: tuple[int, int, int] | None = None
        self._lines: list[str] = []
        self._pending: list[tuple[int, str]] = []
        self._is_header = False
        self._is_lost = False  # within a block whose times cannot be read
        self._number = 0

    def feed(self, text: str) -> Cue | Unread | None:
        """Take a line; return what it ended."""
        index, self._number = self._number, self._number + 1
        if index == 0 and text.lstrip("\ufeff").startswith("WEBVTT"):
            self._is_header = True
        if not text.strip():
            return self.end()
        if match := _TIMING.fullmatch(text):
            return self._begin(match, index)
        if self._span:
            self._lines.append(text)
        elif "-->" in text and not self._is_lost and not self._is_apart():
            self._is_lost, self._pending = True, []
            return Unread("its times cannot be read", index)
        else:
            self._pending.append((index, text))
        return None

    def end(self) -> Cue | Unread | None:
        """End what was begun, at an empty line or the end of the file; return it."""
        pending, self._pending = self._pending, []
        is_lost, self._is_lost = self._is_lost, False
        is_header, self._is_header = self._is_header, False
        if self._span:
            return self._cue()
        if not pending or is_lost:
            return None
        apart = _NO_CUES.fullmatch(pending[0][1])
        if is_header or apart:
            self.heads += [text for _, text in pending if not apart or apart[1] == "NOTE"]
            return None
        return Unread("it has no times", pending[0][0])

    def _is_apart(self) -> bool:
        return self._is_header or bool(self._pending and _NO_CUES.fullmatch(self._pending[0][1]))

    def _begin(self, match: re.Match[str], index: int) -> Cue | Unread | None:
        ended = None
        if self._span:  # no empty line before it: its counter seems to be the last line of the cue before
            if self._lines and _COUNTER.fullmatch(self._lines[-1].strip()):
                self._lines.pop()
            ended = self._cue()
        elif self._is_header:
            self.heads += [text for _, text in self._pending]
        parts = match.groups()
        self._pending, self._is_header, self._is_lost = [], False, False
        self._span = (_offset(*parts[:4]), _offset(*parts[4:]), index)
        return ended

    def _cue(self) -> Cue | Unread:
        start, end, index = self._span or (0, 0, 0)
        text = "\n".join(self._lines)
        self._span, self._lines = None, []
        return Unread("it ends before it begins", index) if end < start else Cue(start, end, text, index)


def _offset(hours: str | None, minutes: str, seconds: str, fraction: str) -> int:
    """Return an offset in ns; minutes and seconds over 59 are what they are."""
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return (whole * 1000 + int(fraction.ljust(3, "0"))) * _MS
