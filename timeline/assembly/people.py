"""Pseudonyms: assigned once, in the order people first appear, and never renumbered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from timeline.model import Content, Fact, Gap, Person, Subject
from timeline.people.names import UNKNOWN, Names
from timeline.people.records import shown
from timeline.statements import persons, statement
from timeline.text import MENTION, PERSON_OPEN


def identities(content: Content) -> list[str]:
    """Return the identities a fact mentions: its actor, then marks in statement and quote."""
    found = [content.actor] if content.actor else []
    if PERSON_OPEN in content.statement:
        found += MENTION.findall(content.statement)
    if content.quote and PERSON_OPEN in content.quote.text:
        found += MENTION.findall(content.quote.text)
    # One that stands in no sentence, for its template is another, is told by the names all the same.
    return found + [str(content.names[name]) for name in sorted(persons(content.kind) & content.names.keys())]


def assign(
    facts: Iterable[Fact], people: Iterable[Person], known: Mapping[str, str],
    joined: Mapping[str, str], roles: Mapping[str, str],
) -> dict[str, str]:  # fmt: skip
    """Return identity to pseudonym for everyone in `facts` (in display order) and `people`.

    `known` is never changed; `joined` maps an identity to the one that stands for the person;
    `roles` maps an identity to its role in the incident file.
    """
    bots = {p.identity for p in people if p.bot}
    result = dict(known)
    taken = set(result.values())
    for identity, person in sorted(joined.items()):
        if identity in known:  # whom an earlier collection named keeps that name under new identities
            result.setdefault(person, known[identity])
    order = [i for fact in facts for c in (fact, *fact.variants) for i in identities(c)]
    for identity in dict.fromkeys([*order, *sorted(p.identity for p in people)]):
        if identity in result:
            continue
        person = joined.get(identity, identity)
        if person not in result:
            base = _slug(roles[person]) if person in roles else "bot" if person in bots else "responder"
            result[person] = _free(base, taken, plain=person in roles)
            taken.add(result[person])
        result[identity] = result[person]
    return result


def _slug(role: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", role.lower()).strip("-") or "role"


def _free(base: str, taken: set[str], *, plain: bool) -> str:
    if plain and base not in taken:
        return base
    number = 1
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


class Pseudonymiser:
    """Puts pseudonyms where facts and gaps name people; `may_name` counts quotes in which names may remain, by kind."""

    def __init__(self, people: Iterable[Person], pseudonyms: Mapping[str, str]) -> None:
        people = list(people)
        self._pseudonyms = pseudonyms
        self._has_people = bool(people)
        self.names = Names(people, pseudonyms)
        self._shown: dict[str, str] = {}  # identifiers come again and again
        self._labels: dict[tuple[str, str], str] = {}
        self.may_name: Counter[str] = Counter()

    def fact(self, fact: Fact) -> Fact:
        """Return the fact with pseudonyms in everything that it says, in its variants too."""
        update = self._hidden(fact)
        if fact.variants:
            update["variants"] = tuple(v.replace(**self._hidden(v)) for v in fact.variants)
        return fact.replace(**update) if update else fact  # most facts name nobody

    def gap(self, gap: Gap) -> Gap:
        """Return the gap with pseudonyms: it may say what a server answered."""
        missing = gap.missing if gap.missing is None else self.names.replace(gap.missing)
        return gap.replace(statement=self.names.replace(gap.statement), missing=missing)

    def _hidden(self, content: Content) -> dict[str, object]:
        """Return the members that change."""
        found: dict[str, object] = {}
        if content.actor:
            found["actor"] = self._pseudonyms.get(content.actor)
        self._hide_names(content, found)
        if self._has_people and (subject := self._subject(content.subject)) is not content.subject:
            found["subject"] = subject
        if quote := content.quote:
            text, may_name = self.names.written(quote.text)
            self.may_name[content.kind] += may_name
            if text != quote.text:
                found["quote"] = quote.replace(text=text)
        return found

    def _hide_names(self, content: Content, found: dict[str, object]) -> None:
        held = persons(content.kind) & content.names.keys()
        told = self._told(content, held) if self._has_people else None
        said = content.statement
        if told is not None:
            said = statement(content.kind, told, already=content.earliest is None)
        if held or told is not None:
            found["names"] = {
                name: self._pseudonyms.get(str(value), UNKNOWN) if name in held else value
                for name, value in (content.names if told is None else told).items()
            }
        if PERSON_OPEN in said:
            said = MENTION.sub(lambda m: self._pseudonyms.get(m[1], UNKNOWN), said)
        if said is not content.statement:
            found["statement"] = said

    def _told(self, content: Content, held: frozenset[str]) -> dict[str, str | int | float | bool] | None:
        """Return the names with pseudonyms where a source put a person's name; None where it put none."""
        changed = {
            name: made
            for name, value in content.names.items()
            if type(value) is str and name not in held and (made := self._show(value)) != value
        }
        return {**content.names, **changed} if changed else None

    def _subject(self, subject: Subject) -> Subject:
        labels = {name: self._label(name, value) for name, value in subject.labels.items()}
        named = {name: self._show(value) for name in _ABOUT if (value := getattr(subject, name))}
        changed: dict[str, object] = {} if labels == subject.labels else {"labels": labels}
        changed |= {name: value for name, value in named.items() if value != getattr(subject, name)}
        return subject.replace(**changed) if changed else subject

    def _label(self, name: str, value: str) -> str:
        made = self._labels.get((name, value))
        if made is None:
            made = self._labels[name, value] = shown(name, value, self.names)
        return made

    def _show(self, text: str) -> str:
        made = self._shown.get(text)
        if made is None:
            # A source's own word in a sentence of ours is in code form: that is no code of its own.
            form = "`" if len(text) > 1 and text[0] == text[-1] == "`" else ""
            inner = text[1:-1] if form else text
            made = self._shown[text] = f"{form}{self.names.replace(inner)}{form}"
        return made


_ABOUT = ("service", "component", "environment")
