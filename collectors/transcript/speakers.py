"""Who speaks in a cue, and the words without the marks of captions; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from typing import NamedTuple

from collectors.transcript.cues import Cue

#: `<v Ann>`, `<v.first.loud Ann Lee>`: who speaks, until the next one or `</v>`.
_VOICE = re.compile(r"<v(?:\.[^\s<>]{1,100})?[ \t]([^<>]{0,200})>|</v>")
#: Marks of captions; any other angle is a word.
_MARK = re.compile(
    r"</?(?:c|i|b|u|s|em|strong|ruby|rt|lang|font)(?:[.\s][^<>]{0,200})?>|</?br ?/?>|<[0-9:.]{5,20}>|\{\\an?[0-9]{1,2}\}",
    re.IGNORECASE,
)
#: `Ann Lee: ...`, as Zoom and others write.
_NAMED = re.compile(r"(?:- ?|>> ?)?([^:\n\t]{1,80}):(?:[ \t]|$)")
_BESIDE = re.compile(r"[ \t]{0,9}[(\[][^()\[\]]{1,60}[)\]]$")  # `(she/her)`, `(Guest)`, `[Room 4]`
_SHARE = 0.5  # of the cues that name somebody, from which on what stands before a colon is a name


class Said(NamedTuple):
    """Words of one speaker, empty where nobody is named, and the cue that they are in."""

    speaker: str
    text: str
    cue: Cue


def spoken(cues: Sequence[Cue]) -> Iterator[Said]:
    """Yield what was said, cue by cue; a cue of two voices is two.

    What stands before a colon is a name where most cues of the file begin so and none has a voice.
    """
    voiced = any(_VOICE.search(cue.text) for cue in cues)
    named = sum(bool(_name(_plain(cue.text))) for cue in cues)
    is_named = not voiced and bool(cues) and named >= _SHARE * len(cues)
    for cue in cues:
        for speaker, text in _turns(cue.text) if voiced else _lines(_plain(cue.text), is_named):
            if text.strip():
                yield Said(" ".join(speaker.split()), text.strip(), cue)


def names_of(speaker: str) -> list[str]:
    """Return the names of a speaker: as shown, and without what stands in brackets behind it."""
    return list(dict.fromkeys([speaker, _BESIDE.sub("", speaker)]))


def _turns(text: str) -> Iterable[tuple[str, str]]:
    speaker, place = "", 0
    for match in _VOICE.finditer(text):
        yield speaker, _plain(text[place : match.start()])
        speaker, place = unescape(match[1] or ""), match.end()
    yield speaker, _plain(text[place:])


def _lines(text: str, is_named: bool) -> Iterable[tuple[str, str]]:
    """Yield the turns of a cue in which names stand before colons."""
    speaker, held = "", list[str]()
    for line in text.split("\n"):
        if is_named and (name := _name(line)):
            yield speaker, "\n".join(held)
            speaker, held = name, [line.partition(":")[2].strip()]
        else:
            held.append(line)
    yield speaker, "\n".join(held)


def _name(line: str) -> str:
    """Return the name that a line begins with; empty where it begins with none."""
    match = _NAMED.match(line)
    name = match[1].strip() if match else ""
    return name if name[:1].isalpha() and len(name.split()) <= 6 else ""


def _plain(text: str) -> str:
    """Return a text without marks; what was escaped is what it stands for."""
    return unescape(_MARK.sub("", text))
