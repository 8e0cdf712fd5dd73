"""The messages of an IRC channel as facts, once all nicks are known; pure."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from collectors.irc_log.lines import Said, read_line
from collectors.irc_log.stamps import Stamped, stamped
from collectors.kit import chat, fields
from collectors.kit.people import People
from timeline.facts import quote_marked, thread_key
from timeline.model import Evidence, Fact, Quote
from timeline.text import clean, mention

_ADDRESSED = re.compile(r"([^\s:,]{1,64})([:,])(?=\s|$)")


class Line(NamedTuple):
    """A kept line: its number in the file, its day, clock and words, or why it cannot be read."""

    number: int
    day: str
    clock: str
    text: str
    broken: str
    evidence: Evidence

    @staticmethod
    def of(entry: Mapping[str, Any], evidence: Evidence) -> Line:
        """Return the line of an entry."""
        number = entry.get("line")
        day, clock, text, broken = (
            fields.string(entry.get(name)) for name in ("day", "clock", "text", "broken")
        )
        return Line(number if isinstance(number, int) else 0, day, clock, text, broken, evidence)


def entry_of(row: bytes) -> Mapping[str, Any]:
    """Return an entry of the evidence; one that says it is broken where it is none any more."""
    try:
        found = json.loads(row)
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {"broken": "the evidence is no entry of a log"}


class Channel:
    """Takes the lines of a channel, and makes facts of them when all are there; then `people` are those in them."""

    def __init__(self, label: str, origin: str, source: str, bots: frozenset[str]) -> None:
        self._label, self._origin, self._source = label, origin, source
        self._bots = frozenset(map(str.casefold, bots))
        self._said: list[tuple[Said, Stamped, Evidence]] = []
        self._before: dict[str, str] = {}  # nick -> the one that it was before
        self.people = People()

    def add(self, line: Line, zone: str) -> str:
        """Take a line; return why it cannot be read, empty where it can."""
        at, said = stamped(line.day, line.clock, line.text, zone), read_line(line.text)
        if isinstance(at, str):
            return at
        if said is None:
            return "its form is not known"
        if said.sort == "renamed":
            old, new = self._first(said.nick), said.text.casefold()
            if old != new and new not in self._before:
                self._before[new] = old
        elif said.sort in {"message", "topic"}:
            self._said.append((said, at, line.evidence))
        return ""

    def facts(self) -> Iterator[Fact]:
        """Yield the facts of all messages, in their order."""
        for said, *_ in self._said:
            self._person(said.nick)
        for new, old in self._before.items():
            if (identity := f"{self._origin}:{self._first(old)}") in self.people:
                self.people.add(identity, new, old)
        seen: Counter[tuple[str, ...]] = Counter()
        for said, at, evidence in self._said:
            same = (at.day, at.clock, said.nick, said.sort, said.text)
            seen[same] += 1
            yield self._fact(said, at, evidence, [self._label, *same, seen[same]])

    def _fact(self, said: Said, at: Stamped, evidence: Evidence, key: list[Any]) -> Fact:
        return chat.Channel(self._origin, self._source, self._label).posted(
            chat.Message(
                key=key, at=at.at, means="time in the log", clock=self._origin, thread=thread_key("irc", self._origin, *key),
                evidence=evidence, author=self._person(said.nick), text=self._quote(said.text),
                is_bot=said.nick.casefold() in self._bots, system="topic" if said.sort == "topic" else None,
            )
        )  # fmt: skip

    def _quote(self, text: str) -> Quote | None:
        """Return the words; whom they address by nick is marked."""
        text = clean(text)
        match = _ADDRESSED.match(text)
        identity = f"{self._origin}:{self._first(match[1])}" if match else ""
        if match and identity in self.people:
            text = f"{mention(identity)}{text[match.end(1) :]}"
        return quote_marked(text)

    def _person(self, nick: str) -> str:
        identity = f"{self._origin}:{self._first(nick)}"
        return self.people.add(identity, nick, bot=nick.casefold() in self._bots)

    def _first(self, nick: str) -> str:
        """Return the first nick that somebody is known under."""
        nick = nick.casefold()
        passed = {nick}
        while (before := self._before.get(nick)) and before not in passed:
            nick = before
            passed.add(nick)
        return nick
