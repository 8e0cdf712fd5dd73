"""Names in texts: who is meant is replaced by a pseudonym; what cannot be told from a word stays, and is counted."""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from timeline.model import Person
from timeline.people import protected
from timeline.people.bounds import is_bounded, is_japanese
from timeline.people.folding import UNSPACED, WORD, Folded, folded
from timeline.people.mentions import Mention, Place, mentions
from timeline.people.protected import OK, SLASH
from timeline.people.registry import Entry, Registry
from timeline.people.words import ORDINARY
from timeline.text import PERSON_OPEN

UNKNOWN = "someone"  # a mention of somebody whom no source names
_PASSES = 4  # without spaces, a name that touches another one is found when that one is a pseudonym
_SHORT, _KEPT = 64, 2**16  # characters, and how many texts of at most so many are kept
_SHORTEST = 3  # characters; a shorter word with a capital is more often none


class Named(NamedTuple):
    """A name at `[start, end)` of a text, and whose it is, or may be; `part` of a name by itself."""

    start: int
    end: int
    people: frozenset[str]
    part: bool = False


class Found(NamedTuple):
    """Who is named in a text, in order; and what may be a name and cannot be told from a word."""

    named: list[Named]
    unsure: list[Named]


class Written(NamedTuple):
    """A text with pseudonyms, and whether a name may remain in it."""

    text: str
    may_name: bool


class Names:
    """The names of known people, to be looked for in texts; `pseudonyms` is by identity."""

    def __init__(self, people: Iterable[Person], pseudonyms: Mapping[str, str] | None = None) -> None:
        self._registry = Registry(people)
        self._pseudonyms = pseudonyms or {}
        self._own = frozenset({*self._pseudonyms.values(), UNKNOWN})
        self._replaced: dict[str, str] = {}  # short texts of payloads come again and again

    @cached_property
    def _first(self) -> re.Pattern[str] | None:
        """Find the characters that names begin with in scripts that put no space between words."""
        characters = sorted(self._registry.unspaced)
        return re.compile(f"[{''.join(map(re.escape, characters))}]") if characters else None

    def replace(self, text: str) -> str:
        """Return the text with a pseudonym for everyone who is named."""
        if len(text) > _SHORT:
            return self.written(text).text
        made = self._replaced.get(text)
        if made is None:
            if len(self._replaced) >= _KEPT:
                self._replaced.clear()
            made = self._replaced[text] = self.written(text).text
        return made

    def written(self, text: str) -> Written:
        """Return the text with a pseudonym for everyone who is named, and whether a name may remain."""
        named, unsure = self.find(text)
        passes = 0
        while named:
            text, passes = self._put(text, named), passes + 1
            if passes == _PASSES or text.isascii() or not self._registry.unspaced:
                break
            named, unsure = self.find(text)
        return Written(text, bool(unsure))

    def find(self, text: str) -> Found:
        """Return who is named in a text, without overlaps, and what may be a name."""
        if not self.may_name(text):
            return Found([], [])
        return _Search(text, self._registry, self._own, self._first).found()

    def likely(self, text: str) -> list[Named]:
        """Return who is named, and what is written like a name though it may be a word; in order."""
        named, unsure = self.find(text)
        likely = [one for one in unsure if _is_like_a_name(text[one.start : one.end], one)]
        kept: list[Named] = []
        for one in sorted((*named, *likely), key=lambda n: (n.start, -n.end)):
            if not kept or one.start >= kept[-1].end:
                kept.append(one)
        return kept

    def called(self, name: str) -> frozenset[str]:
        """Return everyone who has this name, account, address or identity, whole."""
        return self._registry.called(name)

    def pseudonym(self, people: Iterable[str]) -> str:
        """Return what stands for people: two of one name are both named, for either would be a guess."""
        return "/".join(sorted({self._pseudonyms.get(one, UNKNOWN) for one in people})) or UNKNOWN

    def systems(self, pseudonym: str) -> frozenset[str]:
        """Return the systems (`matrix`, `github`) in which somebody has an identity, as far as is known."""
        return self._systems.get(pseudonym, frozenset())

    @cached_property
    def _systems(self) -> Mapping[str, frozenset[str]]:
        held: dict[str, frozenset[str]] = {}
        for identity, pseudonym in self._pseudonyms.items():
            held[pseudonym] = held.get(pseudonym, frozenset()) | {identity.partition(":")[0]}
        return held

    def may_name(self, text: str) -> bool:
        """Tell quickly whether a text may name somebody."""
        if PERSON_OPEN in text or "@" in text or "[~" in text or "-by:" in text or "%40" in text:
            return True
        return bool(self._registry) and self._registry.may_be_in(text)

    def _put(self, text: str, named: Iterable[Named]) -> str:
        parts, end = list[str](), 0
        for start, stop, people, _ in named:
            between = text[end:start]
            parts.append(between)
            shown = self.pseudonym(people)
            if _touches(between[-1:] or ("x" if end and end == start else "")):
                shown = f" {shown}"
            parts.append(shown)
            end = stop
            if _touches(text[end : end + 1]) and not _is_genitive(text, end):
                parts.append(" ")
        parts.append(text[end:])
        return "".join(parts)


def _is_like_a_name(written: str, named: Named) -> bool:
    if len(written) < _SHORTEST or not written[0].isupper():
        return False
    return not (named.part and written.lower() in ORDINARY)


def _touches(character: str) -> bool:
    """Tell whether a character would be read as a part of a pseudonym beside it."""
    return character.isascii() and character.isalnum()


def _is_genitive(text: str, end: int) -> bool:
    return text[end] == "s" and not text[end + 1 : end + 2].isalnum()


class _Candidate(NamedTuple):
    start: int  # in the text
    end: int
    entry: Entry
    left: str  # what it is tied to
    right: str


class _Search:
    """One search of a text."""

    def __init__(
        self, text: str, registry: Registry, own: frozenset[str], first: re.Pattern[str] | None
    ) -> None:  # fmt: skip
        self._text, self._registry, self._first = text, registry, first
        self._own = own
        self._unsure: list[Named] = []

    @cached_property
    def _kept(self) -> list[tuple[int, int]]:
        return protected.spans(self._text)

    def _is_kept(self, start: int, end: int) -> bool:
        """Tell whether a part is code or an address."""
        return protected.meets(self._kept, start, end)

    @cached_property
    def _code(self) -> list[tuple[int, int]]:
        return protected.joined(protected.code(self._text))

    def _is_code(self, start: int, end: int) -> bool:
        return protected.meets(self._code, start, end)

    def found(self) -> Found:
        """Return who is named, and what may be a name."""
        named = _apart(mentions(self._text, self._registry, Place(self._is_code, self._is_kept), self._own))
        taken = protected.joined((one.start, one.end) for one in named)
        if self._registry.may_be_in(self._text):
            sure = [
                c for c in self._candidates(folded(self._text)) if not protected.meets(taken, c.start, c.end)
            ]
            named += [Named(*self._with_sign(c), c.entry.people) for c in self._settled(sure)]
        named.sort()
        taken = protected.joined((one.start, one.end) for one in named)
        return Found(named, [one for one in self._unsure if not protected.meets(taken, one.start, one.end)])

    def _with_sign(self, candidate: _Candidate) -> tuple[int, int]:
        """Return its span, with an `@` before it."""
        start = candidate.start
        return (start - 1 if self._text[start - 1 : start] == "@" else start), candidate.end

    def _candidates(self, held: Folded) -> Iterator[_Candidate]:
        """Yield, where a name may begin, the longest that can be nothing else; note what may be one."""
        japanese = bool(self._first) and is_japanese(held.text)
        for place, entries in self._places(held.text):
            for entry in entries:
                end = place + len(entry.form.text)
                if not held.text.startswith(entry.form.text, place):
                    continue
                if len(entry.form.text) == 1 and _is_inside(held.text, place):
                    continue
                start, stop = held.span(place, end)
                if not is_bounded(held.text, place, end, japanese=japanese):
                    if entry.form.sure and UNSPACED.match(held.text, place):
                        self._note(start, stop, entry)
                    continue
                if not entry.form.sure or (entry.form.capitals and not _has_capitals(self._text[start:stop])):
                    self._note(start, stop, entry)
                    continue
                yield _Candidate(
                    start,
                    stop,
                    entry,
                    protected.tie_before(self._text, start),
                    protected.tie_after(self._text, stop),
                )
                break

    def _places(self, text: str) -> Iterator[tuple[int, list[Entry]]]:
        spaced = self._registry.spaced
        places = [
            (match.start(), spaced[piece]) for match in WORD.finditer(text) if (piece := match[0]) in spaced
        ] if spaced else []  # fmt: skip
        if self._first:
            places += [
                (match.start(), self._registry.unspaced[match[0]]) for match in self._first.finditer(text)
            ]
            places.sort(key=lambda place: place[0])
        return iter(places)

    def _note(self, start: int, end: int, entry: Entry) -> None:
        """Note what may be a name: not a part of one as a plain word, nor a word in an address or identifier."""
        word, text = self._text[start:end], entry.form.text
        if text in ORDINARY and not entry.form.sure:
            tied = protected.tie_before(self._text, start) or protected.tie_after(self._text, end)
            if tied or self._is_kept(start, end) or (entry.form.part and word[:1].islower()):
                return
        elif entry.form.part and self._is_kept(start, end):
            return
        self._unsure.append(Named(start, end, entry.people, entry.form.part))

    def _settled(self, candidates: Iterable[_Candidate]) -> Iterator[_Candidate]:
        """Yield what is outside code, addresses and identifiers; two names across each other are neither."""
        apart = _longest(candidates)
        crossing = {n for n, (one, other) in enumerate(pairwise(apart)) if other.start < one.end}
        accepted = {
            id(c) for group in _lists(c for c in apart if not self._is_kept(c.start, c.end)) for c in group
        }
        for number, candidate in enumerate(apart):
            if id(candidate) in accepted and not {number, number - 1} & crossing:
                yield candidate
            else:
                self._unsure.append(Named(candidate.start, candidate.end, candidate.entry.people))


def _longest(candidates: Iterable[_Candidate]) -> list[_Candidate]:
    """Return names without those within a longer one, or across one of the same people."""
    kept: list[_Candidate] = []
    for one in candidates:
        last = kept[-1] if kept else None
        if last and one.start < last.end and (one.end <= last.end or one.entry.people == last.entry.people):
            continue
        kept.append(one)
    return kept


def _is_inside(text: str, place: int) -> bool:
    """Tell whether a character stands beside others of a script without spaces: it is a part of a word."""
    beside = text[max(place - 1, 0) : place] + text[place + 1 : place + 2]
    return bool(UNSPACED.match(text, place) and UNSPACED.search(beside))


def _lists(candidates: Iterable[_Candidate]) -> Iterator[list[_Candidate]]:
    """Yield names that are tied to nothing; `A/B` is a list of names, and no path, where both are some."""
    group: list[_Candidate] = []
    for candidate in candidates:
        if group and candidate.start < group[-1].end:
            continue
        if group and candidate.left == SLASH and candidate.start == group[-1].end + 1:
            group.append(candidate)
            continue
        if group and group[0].left == OK and group[-1].right == OK:
            yield group
        group = [candidate]
    if group and group[0].left == OK and group[-1].right == OK:
        yield group


def _has_capitals(text: str) -> bool:
    words = [word for word in re.split(r"[\s,.-]+", text) if word[:1].isalpha()]
    return all(word[0].isupper() or word[0].lower() == word[0].upper() for word in words)


def _apart(found: Iterable[Mention]) -> list[Named]:
    """Return mentions without those that overlap an earlier one."""
    kept: list[Named] = []
    spans: list[tuple[int, int]] = []
    for one in found:
        if not protected.meets(spans, one.start, one.end):
            insort(spans, (one.start, one.end))
            kept.append(Named(*one))
    return kept
