"""What people wrote in a draft for readers outside, and what of it is not for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from render.draft.form import form_of
from render.draft.parts import Parts
from render.text.audience import INSIDE, LEFT_OUT, PEOPLE
from timeline.checks import fences
from timeline.model import Timeline
from timeline.people.names import Names
from timeline.references.filling import without_comments

_MOST = 10
_COMMENT = re.compile(r"<!--(?! timeline:)(?:[^-]|-(?!->))*+(?:-->|(?P<open>\Z))")
_OURS = "<!-- timeline:"
_CITED = re.compile(r"(?<!\s)\s*\((?:[fg]-[0-9a-f]{16}(?:,\s*)?)+\)")
_LINK = re.compile(
    r"!?\[((?:[^\[\]\\]|\\.)*+)\](?:\((?:[^()]|\([^()]*\))*+\)|\[[^\[\]]*\])|^\s*\[[^\[\]]+\]:.*$"
)


def leaks(text: str, timeline: Timeline, names: Names) -> list[str]:
    """Return a message for each address, host or name in what people wrote; `names` are people's.

    A draft for engineers or executives has none: what is inside is for them. Nothing is changed.
    """
    return _without(text, timeline, names, "is not for {}; the text is a person's and was not changed")[1]


def printable(text: str, timeline: Timeline, names: Names) -> tuple[str, list[str]]:
    """Return a copy that may be handed out, and what was left out of people's text, as `leaks` finds it.

    Links keep their labels; cited facts and comments go. For engineers or executives it is the text.
    """
    return _without(text, timeline, names, "is not for {} and was left out of this copy")


def _without(text: str, timeline: Timeline, names: Names, how: str) -> tuple[str, list[str]]:
    audience = form_of(text).audience
    if audience.identifiers:
        return text, []
    text = without_comments(text)
    inside = Parts(timeline, "", (), str, audience).inside
    public = _public(timeline)
    patterns = [INSIDE, PEOPLE, *_named(inside)]
    made, found, line = [], [], 1
    for piece in fences.parse(text):
        lines = [piece.text] if piece.form == "region" else list(_lines(piece.text))
        for number, said in enumerate(lines, line):
            shown, words = (said, []) if piece.form == "region" else _told(said, patterns, names, public)
            made.append(shown if shown.endswith("\n") or not said.endswith("\n") else f"{shown}\n")
            found += [f"line {number}: {word!r} {how.format(audience.name)}" for word in words]
        line += piece.text.count("\n")
    more = len(found) - _MOST
    return "".join(made), [*found[:_MOST], *([f"{more} more of the kind"] if more > 0 else [])]


def _public(timeline: Timeline) -> str:
    """Return what readers outside know already: the incident's id, and what the status page said and is called."""
    posts = [f for f in timeline.facts if f.kind == "status.posted"]
    said = [str(f.names.get("page") or "") for f in posts] + [f.quote.text for f in posts if f.quote]
    return "\n".join([timeline.incident.id, *said])


def _stands(word: str, text: str) -> bool:
    """Tell whether a word stands in a text, as no part of a longer one."""
    at = text.find(word)
    while at >= 0:
        around = text[at - 1 : at] + text[at + len(word) : at + len(word) + 1]
        if not any(c.isalnum() or c == "_" for c in around):
            return True
        at = text.find(word, at + 1)
    return False


def _named(known: Iterable[str]) -> list[re.Pattern[str]]:
    words = sorted(known, key=len, reverse=True)
    return (
        [re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)] if words else []
    )


def _lines(text: str) -> Iterator[str]:
    """Yield lines with their ends; a comment of a person's is only its ends of lines."""

    def ends(match: re.Match[str]) -> str:
        return match[0] if match["open"] is not None else "\n" * match[0].count("\n")

    return iter(_COMMENT.sub(ends, text).splitlines(keepends=True))


def _told(said: str, patterns: list[re.Pattern[str]], names: Names, public: str) -> tuple[str, list[str]]:
    """Return a line without what is not for the readers, and those words; our own comments and public words stay."""
    if "-->" in said.partition(_OURS)[2]:
        return said, []
    heading = re.match(r"#+ ", said)
    shown, words = said[heading.end() :] if heading else said, []

    def taken(match: re.Match[str]) -> str:
        if _stands(match[0], public):
            return match[0]
        words.append(match[0])
        return LEFT_OUT

    links = [match[0] for match in _LINK.finditer(shown)]
    shown = _LINK.sub(lambda match: match[1] or "", _CITED.sub("", shown))
    for named in reversed(names.likely(shown)):
        words.append(shown[named.start : named.end])
        shown = f"{shown[: named.start]}{LEFT_OUT}{shown[named.end :]}"
    for one in patterns:
        shown = one.sub(taken, shown)
    return f"{heading[0] if heading else ''}{shown}", [*links, *words]
