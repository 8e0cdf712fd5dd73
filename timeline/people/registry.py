"""Everyone's names, accounts, addresses and ids, to be looked up as a text is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from timeline.model import Person
from timeline.people.folding import HANGUL, PREFIXING, UNSPACED, WORD, fold, rough
from timeline.people.forms import Form, forms, is_mail
from timeline.people.machines import is_machine

_LONGEST = 200  # characters: what is longer is no name
_OPAQUE = re.compile(r"[A-Z][A-Z0-9]{6,}")
_PRIVATE = re.compile(r"(?:\d+\+)?([A-Za-z0-9][A-Za-z0-9-]*)@users\.noreply\.\S+")


class Entry(NamedTuple):
    """A form of a name, and everyone who has it."""

    form: Form
    people: frozenset[str]


class Registry:
    """What is looked up, built once; bots have ids alone, for `github` or `jenkins` in a text is no person."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._named: dict[Form, set[str]] = {}
        self.accounts: dict[str, frozenset[str]] = {}
        self.mails: dict[str, frozenset[str]] = {}
        self.ids: dict[str, frozenset[str]] = {}
        self.references: dict[str, frozenset[str]] = {}
        self.identities: dict[str, frozenset[str]] = {}
        bots: set[str] = set()
        for person in people:
            self._add_ids(person.identity)
            if person.bot or is_machine(*person.names, person.identity.partition(":")[2]):
                bots |= {fold(name) for name in person.names}
                continue
            for name in person.names:
                self._add_name(person.identity, name)
        entries = _joined(self._named, bots)
        self.whole = {entry.form.text: entry.people for entry in entries if not entry.form.part}
        self.spaced: dict[str, list[Entry]] = {}  # by the first word
        self.unspaced: dict[
            str, list[Entry]
        ] = {}  # by the first character, where a word may begin within what no space parts
        for entry in entries:
            text = entry.form.text
            if UNSPACED.match(text) or HANGUL.match(text) or PREFIXING.match(text):
                self.unspaced.setdefault(text[0], []).append(entry)
            elif piece := WORD.search(text):
                self.spaced.setdefault(piece[0], []).append(entry)
        for held in (*self.spaced.values(), *self.unspaced.values()):
            held.sort(key=lambda entry: (-len(entry.form.text), entry.form.text))
        keys = [*self.spaced, *self.ids, *self.accounts]
        self._pieces = frozenset(piece for key in keys for piece in WORD.findall(rough(key))[:1])
        self._characters = frozenset(rough(key)[0] for key in self.unspaced)

    def __bool__(self) -> bool:
        return bool(self.spaced or self.unspaced or self.ids or self.mails)

    def may_be_in(self, text: str) -> bool:
        """Tell quickly whether a name may stand in a text."""
        if not self._pieces.isdisjoint(WORD.findall(rough(text))):
            return True
        return bool(self._characters) and not text.isascii() and not self._characters.isdisjoint(rough(text))

    def called(self, name: str) -> frozenset[str]:
        """Return everyone who has this name, account or address."""
        text = fold(name.strip())
        return (
            self.whole.get(text) or self.accounts.get(text) or self.mails.get(name.strip().casefold())
            or self.ids.get(name.strip()) or self.identities.get(text) or frozenset()
        )  # fmt: skip

    def _add_ids(self, identity: str) -> None:
        """Note how a source writes an identity: `slack:T1:U0123456` stands as `U0123456` there."""
        own = identity.partition(":")[2]
        last = own.rpartition(":")[2]
        for form in {own, last if _OPAQUE.fullmatch(last) else own} - {""}:
            if is_mail(form):
                _note(self.mails, form.casefold(), identity)
            elif _OPAQUE.fullmatch(form) or form.startswith("@"):
                _note(self.ids, form, identity)
            else:
                _note(self.accounts, fold(form), identity)
        _note(self.references, last, identity)
        _note(self.identities, fold(identity), identity)

    def _add_name(self, identity: str, name: str) -> None:
        if len(name) > _LONGEST:
            return
        if is_mail(name):
            _note(self.mails, name.casefold(), identity)
            if private := _PRIVATE.fullmatch(name):
                _note(self.accounts, fold(private[1]), identity)
            return
        for form in forms(name):
            self._named.setdefault(form, set()).add(identity)
            if not form.part and " " not in form.text:
                _note(self.accounts, form.text, identity)


def _note(held: dict[str, frozenset[str]], key: str, identity: str) -> None:
    held[key] = held.get(key, frozenset()) | {identity}


def _joined(named: Mapping[Form, set[str]], bots: set[str]) -> list[Entry]:
    """Return one entry a text: what is a part of one's name and another's whole name is the whole name."""
    by_text: dict[str, list[Form]] = {}
    for form in named:
        by_text.setdefault(form.text, []).append(form)
    entries = []
    for text, alike in by_text.items():
        whole = [form for form in alike if not form.part] or alike
        people = frozenset(identity for form in whole for identity in named[form])
        sure = any(form.sure for form in whole) and text not in bots
        capitals = all(form.capitals for form in whole if form.sure)
        entries.append(Entry(Form(text, sure, sure and capitals, all(form.part for form in alike)), people))
    return entries
