"""What a line of an IRC log says behind its time, in the forms of irssi, WeeChat and ZNC; pure."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

#: Bold, colours and their kin (mIRC's, and those of hexadecimal digits).
_STYLE = re.compile(
    "\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?|\x04(?:[0-9A-Fa-f]{6}(?:,[0-9A-Fa-f]{6})?)?|[\x02\x0f\x11\x16\x1d\x1e\x1f]"
)
_NICK = r"[~&@%+! ]{0,3}([^\s<>~&@%+!:,*-][^\s<>]{0,63})"
_WHO = re.compile(_NICK)
_WORDS = re.compile(rf"<{_NICK}>(?: (.*))?", re.DOTALL)
_ACTION = re.compile(rf" {{0,2}}\*[ \t]{_NICK}(?: (.*))?", re.DOTALL)
_NOTICE = re.compile(r"-(?!!-)([^\s:<>*-][^\s:<>]{0,63}?)(?:[(:][^\s]{1,200})?- (.*)", re.DOTALL)
_EVENT = re.compile(r"(?:-!-|\*{3}|-->|<--|---|=!=)(?:\s(.*)|$)", re.DOTALL)
#: What stands in WeeChat's second column of a line that nobody wrote.
_EVENTS = frozenset({"-->", "<--", "--", "=!=", ""})
_SAID_BESIDE = re.compile(r"Notice\(([^\s()]{1,64})\): (.*)", re.DOTALL)
_RENAMED = re.compile(r"(\S{1,64}) is now known as (\S{1,64})")
_TOPIC = re.compile(
    r"(\S{1,64}) (?:changed the topic of \S{1,200} to: (.*)|has changed topic for \S{1,200} (?:from \".*\" )?to \"(.*)\"|changes topic to '(.*)')",
    re.DOTALL,
)
_CTCP = re.compile("\x01([A-Z]{1,30})(?: ([^\x01]*))?\x01?", re.DOTALL)

Sort = Literal["message", "topic", "renamed", "other"]


class Said(NamedTuple):
    """A line: who, and the words; of `renamed` the words are the new nick, of `other` nothing is known."""

    sort: Sort
    nick: str = ""
    text: str = ""


def read_line(rest: str) -> Said | None:
    """Return what a line says behind its time; None where it has no form that is known."""
    rest = _STYLE.sub("", rest)
    prefix, tab, text = rest.removeprefix("\t").partition("\t") if "\t" in rest[:70] else ("", "", "")
    if tab:
        return _of_columns(prefix, text)
    if match := _WORDS.fullmatch(rest):
        return _message(match[1], match[2] or "")
    if match := _EVENT.fullmatch(rest):
        return _event(match[1] or "")
    if match := _ACTION.fullmatch(rest):
        return Said("message", match[1], match[2] or "")
    if match := _NOTICE.fullmatch(rest):
        return _message(match[1], match[2])
    return None


def _of_columns(prefix: str, text: str) -> Said | None:
    """Read WeeChat's columns: who, or a sign, and the words."""
    sign = prefix.strip()
    if sign in _EVENTS:
        if match := _SAID_BESIDE.fullmatch(text):
            return _message(match[1], match[2])
        return _event(text)
    if sign == "*":
        nick, _, words = text.partition(" ")
        return Said("message", nick, words)
    match = _WHO.fullmatch(sign)
    return _message(match[1], text) if match else None


def _message(nick: str, text: str) -> Said:
    if match := _CTCP.fullmatch(text):
        return Said("message", nick, match[2] or "") if match[1] == "ACTION" else Said("other")
    return Said("message", nick, text)


def _event(text: str) -> Said:
    if match := _RENAMED.fullmatch(text):
        return Said("renamed", match[1], match[2])
    if match := _TOPIC.fullmatch(text):
        return Said("topic", match[1], match[2] or match[3] or match[4] or "")
    return Said("other")
