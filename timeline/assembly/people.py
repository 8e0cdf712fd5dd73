"""Pseudonyms: assigned once, in the order people first appear, and never renumbered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from timeline.model import Content, Fact, Person
from timeline.statements import persons
from timeline.text import PERSON_CLOSE, PERSON_OPEN

_MARK = re.compile(f"{PERSON_OPEN}([^{PERSON_CLOSE}]*){PERSON_CLOSE}")
_SHORTEST_NAME = 3  # a shorter display name would match inside ordinary words


def identities(content: Content) -> list[str]:
    """Return the identities a fact mentions: its actor, then marks in statement and quote."""
    found = [content.actor] if content.actor else []
    if PERSON_OPEN in content.statement:
        found += _MARK.findall(content.statement)
    if content.quote and PERSON_OPEN in content.quote.text:
        found += _MARK.findall(content.quote.text)
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


def replacer(people: Iterable[Person], pseudonyms: Mapping[str, str]) -> Callable[[str], str]:
    """Return a function that replaces person marks, and known people's names, by pseudonyms."""
    names: dict[str, set[str]] = {}
    for person in people:
        for name in person.names:
            if len(name.strip()) >= _SHORTEST_NAME and not person.bot:
                names.setdefault(name.strip().casefold(), set()).add(pseudonyms[person.identity])
    pattern = None
    if names:
        longest_first = sorted(names, key=lambda name: (-len(name), name))
        pattern = re.compile(rf"(?<!\w)@?({'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)

    def by_name(text: str) -> str:
        # Two people of one name: the smallest pseudonym would be a guess, so both are named.
        return (
            pattern.sub(lambda m: "/".join(sorted(names.get(m[1].casefold(), {"someone"}))), text)
            if pattern
            else text
        )

    def replace(text: str) -> str:
        if PERSON_OPEN not in text:
            return by_name(text)
        # Names are looked for outside the marks: an identity often holds one.
        parts = _MARK.split(text)
        parts[::2] = [by_name(part) for part in parts[::2]]
        parts[1::2] = [pseudonyms.get(identity, "someone") for identity in parts[1::2]]
        return "".join(parts)

    return replace


def pseudonymise(fact: Fact, pseudonyms: Mapping[str, str], replace: Callable[[str], str]) -> Fact:
    """Return the fact with pseudonyms for its actor, in its statement and in its quote."""
    update = _hidden(fact, pseudonyms, replace)
    if fact.variants:
        hidden = (v.replace(**_hidden(v, pseudonyms, replace)) for v in fact.variants)
        update["variants"] = tuple(hidden)
    return fact.replace(**update) if update else fact  # most facts name nobody


def _hidden(
    content: Content, pseudonyms: Mapping[str, str], replace: Callable[[str], str]
) -> dict[str, object]:
    """Return the members that change."""
    found: dict[str, object] = {}
    if content.actor:
        found["actor"] = pseudonyms.get(content.actor)
    if held := persons(content.kind) & content.names.keys():
        found["names"] = {
            name: pseudonyms.get(str(value), "someone") if name in held else value
            for name, value in content.names.items()
        }
    if PERSON_OPEN in content.statement:
        found["statement"] = _MARK.sub(lambda m: pseudonyms.get(m[1], "someone"), content.statement)
    quote = content.quote
    if quote and (text := replace(quote.text)) != quote.text:
        found["quote"] = quote.replace(text=text)
    return found


_OPAQUE = re.compile(r"[A-Z][A-Z0-9]{6,}")


def excerpt_mask(people: Iterable[Person], pseudonyms: Mapping[str, str]) -> Callable[[str], str]:
    """Return a replacer for excerpts of payloads: it hides names and the identities themselves."""
    hidden = [p.replace(names=(*p.names, *_written_forms(p.identity)), bot=False) for p in people]
    return replacer(hidden, pseudonyms)


def _written_forms(identity: str) -> list[str]:
    """Return how a source writes an identity: `slack:T1:U0123456` stands as `U0123456` there."""
    own = identity.partition(":")[2]
    last = own.rpartition(":")[2]
    return [form for form in {own, last if _OPAQUE.fullmatch(last) else own} if form]
