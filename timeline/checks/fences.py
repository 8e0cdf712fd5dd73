"""Fenced regions of a draft: what we generated can be made again, what people wrote is never touched.

    <!-- timeline:begin NAME sha256=HEX -->
    ...
    <!-- timeline:end NAME -->

The digest covers the LF-normalised bytes between the two lines. Where it does not match, a person
wrote inside: the text moves, unchanged, below the region, between `<!-- timeline:kept NAME -->` and
its end. Everything outside stays as it is, byte by byte.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from timeline.canonical import sha256
from timeline.errors import TimelineError

_FENCE = re.compile(
    r"<!-- timeline:(?:(?P<open>begin) (?P<begun>[a-z][a-z0-9-]*) sha256=(?P<digest>[0-9a-f]{64})"
    r"|(?P<mark>end|kept) (?P<marked>[a-z][a-z0-9-]*)) -->[ \t]*"
)
# What begins like a fence and is none is a broken one: a slip of the hand, or of a merge.
_LIKE = re.compile(r" {0,3}<!--\s*timeline:\s*(?:begin|end|kept)\b")


class FenceError(TimelineError):
    """Fences that are broken or doubled; the file must not be touched."""


class Rendered(NamedTuple):
    """A new text, and what to tell the user about it."""

    text: str
    messages: tuple[str, ...]


class Piece(NamedTuple):
    """A part of a draft: prose, a generated region, or a kept block; the parts join to the text.

    `begin` and `end` are the fence lines with their line endings; prose has only a body.
    """

    form: Literal["prose", "region", "kept"]
    body: str
    name: str = ""
    digest: str = ""
    begin: str = ""
    end: str = ""

    @property
    def text(self) -> str:
        """The piece as it stands in the file."""
        return self.begin + self.body + self.end

    @property
    def touched(self) -> bool:
        """Whether a person wrote inside a region."""
        return self.form == "region" and body_digest(self.body) != self.digest


def body_digest(body: str) -> str:
    """Return the SHA-256 over the LF-normalised bytes of a region's body."""
    return sha256(body.replace("\r\n", "\n").encode("utf-8", "surrogatepass"))


def region(name: str, body: str, newline: str = "\n") -> str:
    """Return `body` (lines ended by LF) as a fenced region, its lines ended by `newline`."""
    begin, end = f"<!-- timeline:begin {name} sha256={body_digest(body)} -->", f"<!-- timeline:end {name} -->"
    return f"{begin}\n{body}{end}\n".replace("\n", newline)


def parse(text: str) -> list[Piece]:
    """Split a draft into prose, regions and kept blocks; raise FenceError naming the line."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    pieces = [Piece("prose", mark)]
    opened: tuple[re.Match[str], str, int] | None = None
    held: list[str] = []
    seen: set[str] = set()
    for number, line in enumerate(_lines(text.removeprefix(mark)), 1):
        match = _fence(line, number)
        if match is None:
            held.append(line)
        elif match["mark"] == "end":
            pieces.append(_closed(opened, match, "".join(held), line, number))
            opened, held = None, []
        else:
            if opened:
                raise FenceError(_say(number, f"a fence begins inside the one of line {opened[2]}"))
            if match["open"] and match["begun"] in seen:
                raise FenceError(_say(number, f"region {match['begun']} is there twice"))
            seen |= {match["begun"]} if match["open"] else set()
            pieces.append(Piece("prose", "".join(held)))
            opened, held = (match, line, number), []
    if opened:
        raise FenceError(_say(opened[2], "this fence has no end"))
    return [*pieces, Piece("prose", "".join(held))]


def replace(text: str, bodies: Mapping[str, str]) -> Rendered:
    """Put new bodies (lines ended by LF) into the regions that are there; keep every other byte.

    Raises FenceError, before anything is changed, where fences are broken or doubled.
    """
    pieces = parse(text)
    messages: list[str] = []
    parts = [_renewed(piece, bodies, messages) for piece in pieces]
    there = {piece.name for piece in pieces if piece.form == "region"}
    messages += [
        f"region {name} was deleted from the draft and stays deleted" for name in bodies if name not in there
    ]
    return Rendered("".join(parts), tuple(messages))


def _renewed(piece: Piece, bodies: Mapping[str, str], messages: list[str]) -> str:
    if piece.form != "region":
        return piece.text
    if piece.name not in bodies:
        messages.append(f"region {piece.name} is not made by this version; it is left as it is")
        return piece.text
    body = bodies[piece.name]
    if not piece.touched and body_digest(body) == piece.digest:
        return piece.text
    newline = "\r\n" if piece.begin.endswith("\r\n") else "\n"
    made = region(piece.name, body, newline)
    if not piece.touched or body_digest(body) == body_digest(piece.body):
        return made if piece.end.endswith("\n") else made.removesuffix(newline)
    messages.append(f"someone wrote inside region {piece.name}: their text was moved, unchanged, below it")
    kept = f"<!-- timeline:kept {piece.name} -->{newline}{piece.body}<!-- timeline:end {piece.name} -->"
    return made + kept + (newline if piece.end.endswith("\n") else "")


def _lines(text: str) -> list[str]:
    # Only LF ends a line here: splitlines would also split at form feeds and U+2028 in prose.
    return re.findall(r"[^\n]*\n|[^\n]+\Z", text)


def _fence(line: str, number: int) -> re.Match[str] | None:
    bare = line.rstrip("\n").removesuffix("\r")
    match = _FENCE.fullmatch(bare)
    if match is None and _LIKE.match(bare):
        raise FenceError(_say(number, f"{bare.strip()[:80]!r} is a broken fence"))
    return match


def _closed(
    opened: tuple[re.Match[str], str, int] | None, match: re.Match[str], body: str, line: str, number: int
) -> Piece:
    name = match["marked"]
    if opened is None:
        raise FenceError(_say(number, f"region {name} ends here and begins nowhere"))
    begin = opened[0]
    expected = begin["begun"] or begin["marked"]
    if expected != name:
        raise FenceError(_say(number, f"{name} ends here, but line {opened[2]} begins {expected}"))
    form: Literal["region", "kept"] = "region" if begin["open"] else "kept"
    return Piece(form, body, name, begin["digest"] or "", opened[1], line)


def _say(number: int, what: str) -> str:
    return (
        f"line {number} of the draft: {what}; mend the fence by hand or restore the file, nothing was written"
    )
