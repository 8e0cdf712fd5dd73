"""Secrets that are known by their own form, and private keys, in one view."""

from __future__ import annotations

from collections.abc import Iterator

from collectors.kit.redaction.assigned import Hit
from collectors.kit.redaction.patterns import Match, Pattern, compiled
from collectors.kit.redaction.rules import Formed, rules

_NEAR = 40  # how far behind what tells a token its pattern may begin
_LETTERS = compiled(rb"[A-Za-z0-9_-]*")
_PRIVATE_KEY = compiled(
    rb"-----BEGIN[ A-Z0-9_-]{0,60}PRIVATE KEY(?: BLOCK)?-----"
    rb"(?:[A-Za-z0-9+/=\s:,.()>_-]*?-----END[ A-Z0-9_-]{0,60}PRIVATE KEY(?: BLOCK)?-----"
    rb"|(?:[\s+>-]*[A-Za-z0-9+/=]{16,})+)"
)


def formed(text: bytes, beginnings: Pattern) -> Iterator[Hit]:
    """Yield the tokens of a text that any rule knows, each with what follows of its own letters."""
    place = 0
    ahead: dict[Formed, Match | None] = {}  # the next match of each rule, so that none is looked for twice
    probes: dict[Formed, int] = {}  # where each probe finds the next, likewise
    known = rules()
    while found := beginnings.search(text, place):
        place = ended = found.start()
        here = list(known.at(text, found))
        if known.is_probed(text, found):
            here += [rule for rule in known.probed if _begins(text, place, rule, probes)]
        for rule in here:
            match = _next(text, place, rule, ahead)
            if match and match.start() <= place + _NEAR and (hit := _hit(text, match, rule)):
                ended = max(ended, hit.end)
                yield hit
        place = max(place + 1, ended)
    if b"PRIVATE KEY" in text:
        for match in _PRIVATE_KEY.finditer(text):
            yield Hit(match.start(), match.end(), "private_key")


def _begins(text: bytes, place: int, rule: Formed, probes: dict[Formed, int]) -> bool:
    """Tell whether a rule's probe finds something at a place."""
    if probes.get(rule, -1) < place:
        match = rule.probing.search(text, place)
        probes[rule] = match.start() if match else len(text)
    return probes[rule] == place


def _next(text: bytes, place: int, rule: Formed, ahead: dict[Formed, Match | None]) -> Match | None:
    """Return a rule's first match that ends behind a place."""
    match = ahead[rule] if rule in ahead else rule.pattern.search(text)
    while match and match.end() <= place:
        match = rule.pattern.search(text, max(match.end(), match.start() + 1))
    ahead[rule] = match
    return match


def _hit(text: bytes, match: Match, rule: Formed) -> Hit | None:
    group = 1 if rule.has_group and match.groups() and match[1] else 0
    begin, end = match.span(group)
    return (
        Hit(begin, max(end, _LETTERS.match(text, end).end()), rule.kind)
        if end - begin >= rule.least
        else None
    )
