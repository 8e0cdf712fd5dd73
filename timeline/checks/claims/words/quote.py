"""Quotations: what stands between marks, or in a block quotation that cites, is in the cited facts' words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Cited, Ground
from timeline.checks.claims.phrases.english_words import CALLED, DOCUMENTS, IMAGINED, RECORDS, SAYING, UNHEARD
from timeline.checks.claims.plain import Span
from timeline.checks.claims.report import report
from timeline.checks.claims.words.folded import amount, folded
from timeline.checks.claims.words.patterns import any_of, words_of
from timeline.checks.findings import Finding
from timeline.model import Fact, Gap, Impact, Measure
from timeline.order import of_kind
from timeline.references.grammar import reference
from timeline.text import line

_MOST = 60  # quotations of a sentence: more are a dump, and each reads its clause
_FEW = 3  # words that are a quotation only beside a verb of saying
_MANY = 6  # words that may stand before a noun: a "works on my machine" moment
_SHOWN = 160
_LIKE_A = re.compile(r"\b(?:an?|the|this|that|our|their|some)\s[\"“„«‘]?$", re.IGNORECASE)
_NOUN = re.compile(r".\s[a-z]{3,}", re.DOTALL)
_SAYING = words_of(SAYING)
_CALLED = re.compile(rf"\b(?:{any_of(CALLED)})\s{{1,3}}(?:the\s|an?\s)?[\"“„«‘]?\s?$", re.IGNORECASE)
_DOCUMENT = re.compile(
    rf"(?<![\w-])(?:{any_of(DOCUMENTS)})(?:\s[\w'’-]{{1,20}}){{0,3}}?\s(?:says|said|reads|read|states|stated|goes|went|tells us|told us|asks|asked|demands|wants|is|has it|puts it)(?:\s(?:that|to|us))?[\s,:]{{1,4}}$",
    re.IGNORECASE,
)
_RECORD = re.compile(rf"(?<![\w-])(?:{any_of(RECORDS)})(?![\w])|\w-\d", re.IGNORECASE)
_VOICE = rf"(?:{any_of(UNHEARD)})"
_UNHEARD = re.compile(
    rf"(?<![\w-]){_VOICE}\s(?:said|says|asked|asks|wrote|complained|told us|tweeted)(?:\sthat)?[\s,:]{{1,4}}$",
    re.IGNORECASE,
)
_UNHEARD_AFTER = re.compile(
    rf"[,\s]{{1,3}}(?:(?:said|says|asked|wrote)\s{_VOICE}|{_VOICE}\s(?:said|says|asked|asks|wrote|complained|told us))\b",
    re.IGNORECASE,
)
_RENAMED = re.compile(r"\brenam\w{1,3}\s(?:[\w'’-]{1,30}\s){0,4}to\s$", re.IGNORECASE)
_IMAGINED = re.compile(rf"(?<![\w-])(?:{any_of(IMAGINED)})(?:\sthat)?[\s,:]{{1,4}}$", re.IGNORECASE)
# Left out by who quotes, or put in by them: `[...]`, `…`, `[the pool]`; not one letter, whose case was changed.
_CUT = re.compile(r"\[[^\[\]]{2,200}\]|\[…\]|\(\.{3}\)|\(…\)|\.{3,}|…")
_LETTER = re.compile(r"\[(\w)\]")
_ENDING = re.compile(r"(?<=\w)\[\w{1,4}\]")  # `fit[s]`
# Of a block quotation: who said it when, before and after the words.
_SPEAKER = re.compile(r"^[^:\"“]{1,60}:\s")
_BY = re.compile(r"(?:\s|^)(?:[—–]|--?)\s?[^—–]{1,120}$")
_EMPTY = re.compile(r"\([\s,;·:.-]{0,40}\)")
_EDGES = " \t\n,;:·—–-"


class _Words:
    """The folded words of what is cited, each made once."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._held: dict[str, tuple[tuple[str, ...], bool]] = {}
        self._edits: dict[str, list[Fact]] = {}  # what a message says later, by its thread
        for fact in of_kind(ground.facts, "chat.edited"):
            self._edits.setdefault(fact.thread or "", []).append(fact)

    def of(self, identity: str, one: Cited) -> tuple[tuple[str, ...], bool]:
        """Return the texts, and whether they are all that the source gave."""
        if identity not in self._held:
            self._held[identity] = self._read(one)
        return self._held[identity]

    def _read(self, one: Cited) -> tuple[tuple[str, ...], bool]:
        if not isinstance(one, Fact):
            said = one.statement if isinstance(one, Gap) else f"{one.name} {_more(one)}"
            return (folded(said),), True
        at_pointer = self._ground.words(one)
        texts = [one.statement, *map(str, one.names.values()), *one.subject.labels.values()]
        whole = bool(at_pointer) or not any(evidence.payload for evidence in one.evidence)
        edits = self._edits.get(one.thread or "", ()) if one.kind == "chat.message" else ()
        for content in (one, *one.variants, *edits):
            if content.quote:
                texts.append(content.quote.text)
                whole = whole and not (content.quote.truncated and not at_pointer)
        for text in at_pointer:
            texts += [text, self._ground.names.replace(text)]
        return tuple(dict.fromkeys(map(folded, texts))), whole


def _more(one: Measure | Impact) -> str:
    return one.unit if isinstance(one, Impact) else one.formula or ""


def read(claim: Claim, ground: Ground) -> Iterator[Finding]:
    """Find quotations that no cited fact has."""
    quotations = list(_quotations(claim))
    if quotations:
        held = ground.once(_Words)
        for span, forms, whole in quotations:
            yield from _check(claim, span, forms, ground, held, alone=whole)


def _quotations(claim: Claim) -> Iterator[tuple[Span, Sequence[str], bool]]:
    """Yield what is quoted: where, the forms that it may be read in, and whether it is all of the claim."""
    marked = [
        span for span in claim.plain.quotes if claim.span.start <= span.start and span.end <= claim.span.end
    ][:_MOST]
    if claim.quoted and not marked:
        forms = _block_forms(claim.text)
        begin = claim.span.start + max(claim.text.find(forms[-1]), 0)
        yield Span(begin, min(begin + len(forms[-1]), claim.span.end)), forms, True
        return
    for span in marked:
        text = claim.plain.text[span.start : span.end]
        if _is_quotation(claim, span, text):
            yield span, (text,), False


def _is_quotation(claim: Claim, span: Span, text: str) -> bool:
    before = claim.plain.text[max(claim.span.start, span.start - 60) : span.start]
    if not claim.quoted and (_CALLED.search(before) or _is_unrecorded(claim, span)):
        return False
    words = amount(text)
    if (
        not claim.quoted
        and words <= _MANY
        and _LIKE_A.search(before)
        and _NOUN.match(claim.plain.text, span.end, claim.span.end)
    ):
        return _SAYING.search(_around(claim, span)) is not None
    if words > _FEW or claim.quoted:
        return words > 1
    return words > 0 and _SAYING.search(_around(claim, span)) is not None


def _is_unrecorded(claim: Claim, span: Span) -> bool:
    """Tell whether the words are those of a document that is no fact, or what somebody might say."""
    before = claim.plain.text[max(claim.span.start, span.start - 90) : span.start - 1]
    after = claim.plain.text[span.end + 1 : claim.span.end]
    return any(pattern.search(before) for pattern in (_DOCUMENT, _IMAGINED, _UNHEARD, _RENAMED)) or (
        _UNHEARD_AFTER.match(after) is not None
    )


def _around(claim: Claim, span: Span) -> str:
    """Return the words of the clause around a quotation, and those of the one that leads to it."""
    clause = claim.clause_at(span.start)
    at = claim.clauses.index(clause) if clause in claim.clauses else 0
    start = (
        claim.clauses[at - 1].start
        if at and claim.plain.text[claim.clauses[at - 1].end : clause.start].startswith(":")
        else clause.start
    )
    return f"{claim.plain.text[start : span.start]} {claim.plain.text[span.end : clause.end]}"


def _block_forms(text: str) -> tuple[str, ...]:
    whole = _EMPTY.sub("", text).strip(" \t\n,;:·")
    bare, without = whole.strip(_EDGES), _BY.sub("", whole).strip(_EDGES)
    return tuple(dict.fromkeys([bare, without, _SPEAKER.sub("", bare), _SPEAKER.sub("", without)]))


def _check(
    claim: Claim, span: Span, forms: Sequence[str], ground: Ground, held: _Words, *, alone: bool
) -> Iterator[Finding]:
    if alone and min(map(amount, forms)) <= _FEW:
        return  # who said it when, or a word or two
    citations = claim.cited_beside(span.start) or claim.citations
    cited = {one.id: ground.by_id[one.id] for one in citations if one.id in ground.by_id}
    if not cited:
        return
    words = {identity: held.of(identity, one) for identity, one in cited.items()}
    texts = [text for held_texts, _ in words.values() for text in held_texts]
    if not alone and not _is_attributed(claim, span, texts):
        return
    if any(_is_in(form, texts) for form in forms) or not all(whole for _, whole in words.values()):
        return
    yield _finding(claim, span, cited)


def _is_attributed(claim: Claim, span: Span, texts: Sequence[str]) -> bool:
    """Tell whether marks hold somebody's words by what stands around them, or by words that what is cited has too."""
    around = _around(claim, span)
    before = claim.plain.text[claim.span.start : span.start - 1]
    if (
        not before.strip(" (")
        or before.rstrip().endswith((":", "("))
        or _RECORD.search(around)
        or _SAYING.search(around)
    ):
        return True
    words = set(re.findall(r"\w+", folded(claim.plain.text[span.start : span.end])))
    held = set(re.findall(r"\w+", " ".join(texts)))
    return 2 * len(words & held) >= len(words)


@lru_cache(maxsize=256)
def _pieces(quotation: str) -> tuple[str, ...]:
    """Return what stands between the places where something is left out."""
    joined = _LETTER.sub(r"\1", _ENDING.sub(" … ", quotation))
    pieces = [folded(part) for part in _CUT.split(joined)]
    return tuple(piece for piece in pieces if piece.strip())


def _is_in(quotation: str, texts: Sequence[str]) -> bool:
    pieces = _pieces(quotation)
    return any(_in_order(pieces, text) for text in texts)


def _in_order(pieces: Sequence[str], text: str) -> bool:
    place = 0
    for piece in pieces:
        place = text.find(piece, place)
        if place < 0:
            return False
        place += len(piece) - 1
    return True


def _finding(claim: Claim, span: Span, cited: Mapping[str, Cited]) -> Finding:
    quoted = [one for one in cited.values() if isinstance(one, Fact) and one.quote]
    names = ", ".join(cited)
    text = line(claim.plain.text[span.start : span.end], _SHOWN)
    only = quoted[0] if len(quoted) == 1 and isinstance(quoted[0], Fact) else None
    expected = f"“{line(only.quote.text, _SHOWN)}”" if only and only.quote else ""
    said = f"; it says {expected}" if expected else ""
    message = f"“{text}” is not in the words of {names}{said}"
    marks = Span(span.start - 1, span.end + 1) if span in claim.plain.quotes else span
    return report(
        "claim-quote", claim, marks, message, about=list(cited.values()), expected=expected,
        reference=reference(only.id, "quote") if only and not claim.quoted else "",
    )  # fmt: skip
