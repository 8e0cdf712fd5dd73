"""Claims: the sentences, items and rows of people's prose, each with what it cites."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from timeline.checks.claims.plain import Citation, Plain, Position, Span, cited_in
from timeline.checks.claims.sentences import cells, clauses, sentences
from timeline.checks.draft import Block
from timeline.checks.sections import Kind
from timeline.checks.times import stated_for_all

#: Blocks that hold claims; a heading is a name, and code is nobody's sentence.
_FORMS = frozenset({"paragraph", "item", "row"})
#: What may stand behind a question mark: marks, and the brackets of a citation.
_CLOSING = ' ()[]*_"”’»,;'


@dataclass(frozen=True)
class Claim:
    """A sentence, with its clauses (of a row: its cells) and what it cites.

    Places are those of `plain.text`, which is as long as the block's Markdown. Where a sentence cites nothing,
    `citations` are those of its paragraph, item or note, and `own` is false.
    """

    plain: Plain
    span: Span
    clauses: tuple[Span, ...]
    citations: tuple[Citation, ...]
    own: bool
    kind: Kind = "prose"
    section: tuple[str, ...] = ()
    header: tuple[str, ...] = ()  # of a row: what the columns are called, a name a clause
    quoted: bool = False  # a block quotation: others' words
    note: bool = False
    times_in: str = ""  # the words of the document that say whose clock its times are by

    @cached_property
    def text(self) -> str:
        """The sentence's plain words."""
        return self.plain.text[self.span.start : self.span.end]

    @property
    def shown(self) -> str:
        """The sentence as a finding quotes it: its Markdown on one line, at most 300 characters."""
        text = " ".join(self.plain.raw[self.span.start : self.span.end].split())
        return text if len(text) <= 300 else f"{text[:299]}…"

    @property
    def asks(self) -> bool:
        """Whether the sentence is a question."""
        return self.text.rstrip(_CLOSING).endswith("?")

    def clause_at(self, place: int) -> Span:
        """Return the clause that holds a place; the sentence where none does."""
        return next((span for span in self.clauses if span.holds(place)), self.span)

    def cited_at(self, place: int) -> tuple[Citation, ...]:
        """Return what a statement at a place rests on.

        The citations of its clause, else the nearest one after it in the sentence, else those of the sentence (or of
        its paragraph, item or note).
        """
        if not self.own:
            return self.citations
        if inside := self.cited_beside(place):
            return inside
        after = next((one for one in self.citations if one.start >= place), None)
        return (after,) if after else self.citations

    def cited_beside(self, place: int) -> tuple[Citation, ...]:
        """Return what the clause around a place cites itself."""
        return cited_in(self.citations, self.clause_at(place)) if self.own else ()

    def position(self, place: int) -> Position:
        """Return the line and column of the file at a place."""
        return self.plain.position(place)


def claims(blocks: Iterable[Block]) -> Iterator[Claim]:
    """Yield the claims of a draft's blocks: prompts, moved text, headings and code hold none."""
    blocks = tuple(blocks)
    every = [block for block in blocks if block.form in _FORMS and not block.prompt and not block.kept]
    shared = _shared(every)
    stated = stated_for_all([block for block in blocks if block.form != "code" and not block.kept])
    for block, plain in ((block, shared[id(block)][0]) for block in every):
        yield from _of_block(block, plain, shared[id(block)][1], stated[1] if stated else "")


def _shared(blocks: Sequence[Block]) -> dict[int, tuple[Plain, tuple[Citation, ...]]]:
    """Return each block's words, and what all of its item or paragraph cites."""
    plains = [Plain(block.raw, block.line, row=block.form == "row") for block in blocks]
    items: dict[tuple[int, int], list[Citation]] = {}
    for block, plain in zip(blocks, plains, strict=True):
        if block.form == "item":
            items.setdefault((block.heading, block.group), []).extend(plain.citations)
    return {
        id(block): (
            plain,
            tuple(plain.citations or (items[block.heading, block.group] if block.form == "item" else ())),
        )
        for block, plain in zip(blocks, plains, strict=True)
    }


def _of_block(block: Block, plain: Plain, shared: tuple[Citation, ...], times_in: str) -> Iterator[Claim]:
    if block.form == "row":
        whole = Span(0, len(plain.text))
        yield Claim(
            plain, whole, tuple(cells(plain)), tuple(plain.citations), True, block.kind, block.section, block.header,
            block.quoted, times_in=times_in,
        )  # fmt: skip
        return
    for span in sentences(plain):
        own = cited_in(plain.citations, span)
        yield Claim(
            plain, span, clauses(plain, span), own or shared, bool(own), block.kind, block.section,
            quoted=block.quoted, times_in=times_in,
        )  # fmt: skip


def note_claims(text: str, cites: Sequence[str], line: int) -> Iterator[Claim]:
    """Yield the claims of a note: its words cite the note's facts (ids) besides what they name; `line` is the file's.

    A note is one line of its file: every place in it is on that line.
    """
    plain = Plain(" ".join(text.split()), line)
    given = tuple(Citation(identity, len(plain.text), len(plain.text)) for identity in cites)
    for span in sentences(plain):
        own = cited_in(plain.citations, span)
        yield Claim(plain, span, clauses(plain, span), own or given, bool(own), note=True)
