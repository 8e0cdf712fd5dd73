"""Fenced regions of a draft: what we generated can be made again, what people wrote is never touched.

    <!-- timeline:begin NAME sha256=HEX -->
    ...
    <!-- timeline:end NAME -->

In a table that people write in, a line of its own would end the table: there a region is rows, and its marks are comments at the end of
the last cell of its first and its last row.

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


#: A mark within a row, at the end of its last cell.
_MARK = re.compile(
    r" ?<!-- timeline:(?:(?P<open>begin) (?P<begun>[a-z][a-z0-9-]*) sha256=(?P<digest>[0-9a-f]{64})"
    r"|end (?P<ended>[a-z][a-z0-9-]*)) -->(?=(?: <!-- timeline:end [a-z][a-z0-9-]* -->)? \|[ \t]*\r?\n?\Z)"
)
_ROW = re.compile(r" {0,3}\|")
_LIKE_MARK = re.compile(r"<!--\s*timeline:\s*(?:begin|end)\b")


class FenceError(TimelineError):
    """Fences that are broken or doubled; the file must not be touched."""


class Rendered(NamedTuple):
    """A new text, and what to tell the user about it."""

    text: str
    messages: tuple[str, ...]


class Piece(NamedTuple):
    """A part of a draft: prose, a generated region, or a kept block; the parts join to the text.

    `begin` and `end` are the fence lines with their line endings; prose has only a body. A region of rows has neither:
    `rows` are its lines with the marks in them.
    """

    form: Literal["prose", "region", "kept"]
    body: str
    name: str = ""
    digest: str = ""
    begin: str = ""
    end: str = ""
    rows: str = ""

    @property
    def text(self) -> str:
        """The piece as it stands in the file."""
        return self.rows or self.begin + self.body + self.end

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


def rows(name: str, body: str, newline: str = "\n") -> str:
    """Return `body`, rows of a table ended by LF, as a region within the table; nothing for no row."""
    if not body:
        return ""
    lines = body.removesuffix("\n").split("\n")
    lines[0] = _marked(lines[0], f"<!-- timeline:begin {name} sha256={body_digest(body)} -->")
    lines[-1] = _marked(lines[-1], f"<!-- timeline:end {name} -->")
    return "".join(f"{line}{newline}" for line in lines)


def _marked(row: str, mark: str) -> str:
    return f"{row.removesuffix(' |')} {mark} |"


def parse(text: str) -> list[Piece]:
    """Split a draft into prose, regions and kept blocks; raise FenceError naming the line."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    pieces = [Piece("prose", mark)]
    opened: tuple[re.Match[str], str, int] | None = None
    held: list[str] = []
    seen: set[str] = set()
    table = _Rows()
    for number, line in enumerate(_lines(text.removeprefix(mark)), 1):
        match = _fence(line, number)
        if opened is None and (table.lines or _begins_rows(line, number)):
            if not table.lines:
                pieces.append(Piece("prose", "".join(held)))
                held = []
            if piece := table.take(line, number):
                if piece.name in seen:
                    raise FenceError(_say(number, f"region {piece.name} is there twice"))
                seen.add(piece.name)
                pieces.append(piece)
                table = _Rows()
        elif match is None:
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
    if opened or table.lines:
        raise FenceError(_say(opened[2] if opened else table.first, "this fence has no end"))
    return [*pieces, Piece("prose", "".join(held))]


class _Rows:
    """The rows of a region within a table, as they are read."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.first, self.name, self.digest = 0, "", ""

    def take(self, line: str, number: int) -> Piece | None:
        """Take a row; return the region once it is the last one."""
        if not _ROW.match(line):
            raise FenceError(_say(self.first, "this fence has no end in its table"))
        marks = list(_MARK.finditer(line))
        if not self.lines:
            self.first, self.name, self.digest = number, marks[0]["begun"], marks[0]["digest"]
        elif any(one["open"] for one in marks):
            raise FenceError(_say(number, f"a fence begins inside the one of line {self.first}"))
        self.lines.append(line)
        ended = next((one["ended"] for one in marks if one["ended"]), "")
        if not ended:
            return None
        if ended != self.name:
            raise FenceError(_say(number, f"{ended} ends here, but line {self.first} begins {self.name}"))
        return Piece(
            "region",
            "".join(_MARK.sub("", _MARK.sub("", one)) for one in self.lines),
            self.name,
            self.digest,
            rows="".join(self.lines),
        )


def _begins_rows(line: str, number: int) -> bool:
    """Tell whether a row begins a region; raise FenceError for a broken mark."""
    if not (_ROW.match(line) and _LIKE_MARK.search(line)):
        return False
    first = _MARK.search(line)
    if first is None or not first["open"]:
        raise FenceError(_say(number, "a row has a broken fence, or the end of one that begins nowhere"))
    return True


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
    if piece.rows:
        return _renewed_rows(piece, body, messages)
    if not piece.touched and body_digest(body) == piece.digest:
        return piece.text
    newline = "\r\n" if piece.begin.endswith("\r\n") else "\n"
    made = region(piece.name, body, newline)
    if not piece.touched or body_digest(body) == body_digest(piece.body):
        return made if piece.end.endswith("\n") else made.removesuffix(newline)
    messages.append(f"someone wrote inside region {piece.name}: their text was moved, unchanged, below it")
    kept = f"<!-- timeline:kept {piece.name} -->{newline}{piece.body}<!-- timeline:end {piece.name} -->"
    return made + kept + (newline if piece.end.endswith("\n") else "")


def _renewed_rows(piece: Piece, body: str, messages: list[str]) -> str:
    """Return the rows anew; rows that a person wrote in stay, as rows of theirs below."""
    if not piece.touched and body_digest(body) == piece.digest:
        return piece.text
    newline = "\r\n" if piece.rows.endswith("\r\n") else "\n"
    made = rows(piece.name, body, newline)
    ours = {line.strip() for line in body.split("\n")}
    theirs = [line for line in _lines(piece.body) if line.strip() not in ours] if piece.touched else []
    if theirs:
        messages.append(
            f"someone wrote inside region {piece.name}: their rows stay, unchanged, below it as rows of their own"
        )
    made += "".join(line if line.endswith("\n") else f"{line}{newline}" for line in theirs)
    return made if piece.rows.endswith("\n") else made.removesuffix(newline)


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
