"""Mentions by a source's own form: marks of ours, `<@U1>`, `@login`, Matrix ids, `[~jira]`, addresses, trailers of git."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from timeline.people.folding import UNSPACED, fold, is_letter
from timeline.people.machines import is_machine
from timeline.people.registry import Registry
from timeline.text import MENTION, PERSON_OPEN

_SLACK = re.compile(r"<@([UW][A-Z0-9]{1,40})(?:\|[^<>\n]{0,200})?>")
_JIRA = re.compile(r"\[~(?:accountid:)?([^\]\[\n]{1,200})\]")
_TEAMS = re.compile(r"<at(?: [^<>\n]{0,100})?>([^<>\n]{1,200})</at>")
_MATRIX_TO = re.compile(
    r"https?://matrix\.to/#/((?:@|%40)[A-Za-z0-9._=/+-]{1,255}(?::|%3A)[A-Za-z0-9.-]{0,253}[A-Za-z0-9](?::\d{1,5})?)"
    r"(?:\?via=[\w.:&=-]{0,500}\w)?", re.IGNORECASE,
)  # fmt: skip
_MXID = re.compile(r"@[A-Za-z0-9._=/+-]{1,255}:[A-Za-z0-9.-]{0,253}[A-Za-z0-9](?::\d{1,5})?")
_TRAILER = re.compile(r"^[ \t>]{0,8}[A-Za-z][A-Za-z-]{0,40}-by:[ \t]*(\S[^\n]*)$", re.MULTILINE)
_ADDRESSED = re.compile(r"([^<>]{0,200})<([^<>\s@]{1,64}@[^<>\s]{1,253})>")
_ID = re.compile(r"(?<!\w)[A-Z][A-Z0-9]{6,40}(?!\w)")
_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-'[]")
_DOMAIN = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,10}")
_HANDLE = re.compile(r"[^\W_](?:[\w.-]{0,80}[^\W_])?")
_GROUPS = frozenset({"here", "channel", "everyone", "all", "room", "group", "team"})
_MOST_LOCAL = 64
_LONGEST = 120  # characters of a name before an address
#: Stands for somebody whom no source names.
NOBODY: frozenset[str] = frozenset()


class Mention(NamedTuple):
    """Who is mentioned at `[start, end)`: identities, none where it is not known who."""

    start: int
    end: int
    people: frozenset[str]


class Place(NamedTuple):
    """Tells whether a part of a text is code; and whether it is code or an address."""

    is_code: Callable[[int, int], bool]
    is_kept: Callable[[int, int], bool]


def mentions(text: str, registry: Registry, place: Place, own: frozenset[str]) -> Iterator[Mention]:
    """Yield mentions; they may overlap, those that come first count. What is one of `own` is a pseudonym already."""
    for match in MENTION.finditer(text) if PERSON_OPEN in text else ():
        yield Mention(*match.span(), frozenset({match[1]}))
    if "-by:" in text.lower():
        yield from _outside(place.is_code, _trailers(text, registry, own))
    if "@" in text or "[~" in text or "%40" in text:
        yield from _outside(place.is_code, _linked(text, registry))
        yield from _outside(place.is_kept, _written(text, registry))
    yield from _outside(place.is_kept, _bare(text, registry)) if registry.ids else ()


def _outside(is_inside: Callable[[int, int], bool], found: Iterable[Mention]) -> Iterator[Mention]:
    return (one for one in found if not is_inside(one.start, one.end))


def _bare(text: str, registry: Registry) -> Iterator[Mention]:
    for match in _ID.finditer(text):
        if people := registry.ids.get(match[0]):
            yield Mention(*match.span(), people)


def signers(message: str) -> Iterator[tuple[str, str]]:
    """Yield name and address of everyone whom a commit's trailers name (`Co-authored-by: Ada <ada@example.org>`)."""
    for match in _TRAILER.finditer(message):
        if addressed := _ADDRESSED.fullmatch(match[1].rstrip()):
            yield addressed[1].strip(), addressed[2]


def _trailers(text: str, registry: Registry, own: frozenset[str]) -> Iterator[Mention]:
    for match in _TRAILER.finditer(text):
        value = match[1].rstrip()
        addressed = _ADDRESSED.fullmatch(value)
        name, mail = (addressed[1].strip(), addressed[2]) if addressed else (value, "")
        if is_machine(name, mail) or set(value.split("/")) <= own or "://" in value or PERSON_OPEN in value:
            continue
        people = registry.mails.get(mail.casefold()) or registry.accounts.get(fold(name.removeprefix("@")))
        people = people or registry.mails.get(name.casefold()) or registry.whole.get(fold(name), NOBODY)
        if people or mail:
            yield Mention(match.start(1), match.start(1) + len(value), people or NOBODY)


def _linked(text: str, registry: Registry) -> Iterator[Mention]:
    for match in _SLACK.finditer(text):
        yield Mention(*match.span(), registry.references.get(match[1], NOBODY))
    for pattern in (_JIRA, _TEAMS):
        for match in pattern.finditer(text):
            named = (
                registry.references.get(match[1])
                or registry.accounts.get(fold(match[1]))
                or registry.whole.get(fold(match[1]), NOBODY)
            )
            yield Mention(*match.span(), named)
    for match in _MATRIX_TO.finditer(text):
        user = re.sub("%40", "@", re.sub("%3a", ":", match[1], flags=re.IGNORECASE))
        yield Mention(*match.span(), registry.ids.get(user, NOBODY))


def _written(text: str, registry: Registry) -> Iterator[Mention]:
    """Yield what people write by `@`: addresses, ids and accounts."""
    place = text.find("@")
    while place >= 0:
        found = _address(text, place, registry) or _account(text, place, registry)
        if found:
            yield from _with_name(text, found, registry)
        place = text.find("@", place + 1)


def _address(text: str, place: int, registry: Registry) -> Mention | None:
    start = place
    while start > 0 and place - start < _MOST_LOCAL and text[start - 1] in _LOCAL:
        start -= 1
    domain = _DOMAIN.match(text, place + 1)
    if start == place or not domain or not registry.mails:
        return None
    end = domain.end()
    if text[end : end + 1] in {"/", "_", "@"} or (
        text[end : end + 1] == ":" and text[end + 1 : end + 2].strip()
    ):
        return None  # `git@host:path`
    while text[start] in ".'[":
        start += 1
    people = registry.mails.get(text[start:end].rstrip("-").casefold())
    return Mention(start, end, people) if people else None


def _account(text: str, place: int, registry: Registry) -> Mention | None:
    before = text[place - 1 : place] if place else ""
    if before and ((is_letter(before) and not UNSPACED.match(before)) or before in "/@.#$%&=\\-`"):
        return None
    for end in _id_ends(text, place) if registry.ids else ():
        if people := registry.ids.get(text[place:end]):
            return Mention(place, end, people)
    handle = _HANDLE.match(text, place + 1)
    if not handle or fold(handle[0]) in _GROUPS:
        return None
    for end in _handle_ends(handle[0]):
        behind = text[place + 1 + end : place + 3 + end]
        if behind[:1] in {"/", "\\", "@"} or (behind[:1] == ":" and behind[1:].isalnum()):
            continue
        if people := registry.accounts.get(fold(handle[0][:end])):
            return Mention(place, place + 1 + end, people)
    return None


def _id_ends(text: str, place: int) -> Iterator[int]:
    if match := _MXID.match(text, place):
        yield match.end()
        port = match[0].rpartition(":")
        if port[2].isdigit() and port[0].count(":"):
            yield place + len(port[0])


def _handle_ends(handle: str) -> Iterator[int]:
    """Yield how far an account may reach: to the end, or before what no space parts from it."""
    yield len(handle)
    for end in range(len(handle) - 1, 0, -1):
        if UNSPACED.match(handle[end]) or "\uac00" <= handle[end] <= "\ud7a3":
            yield end


def _with_name(text: str, found: Mention, registry: Registry) -> Iterator[Mention]:
    """Yield an address with the name before it: `Ada <ada@example.org>`, or on the line before, as git prints it."""
    start, end = found.start, found.end
    if text[start] == "@":
        yield found
    elif text[start - 1 : start] == "<" and text[end : end + 1] == ">":
        stop = start - 1
        while stop and text[stop - 1] in " \t":
            stop -= 1
        named = _name_before(text, stop, found.people, registry)
        yield Mention(start - 1 if named == stop else named, end + 1, found.people)
    else:
        named = (
            _name_before(text, start - 1, found.people, registry)
            if text[start - 1 : start] == "\n"
            else start
        )
        if named < start - 1:
            yield Mention(named, start - 1, found.people)
        yield found


def _name_before(text: str, stop: int, people: frozenset[str], registry: Registry) -> int:
    """Return where the name of one of these people begins that ends at `stop`; `stop` where there is none."""
    first = max(stop - _LONGEST, 0)
    begin = max(text.rfind("\n", first, stop), text.rfind('"', first, stop), first - 1) + 1
    return next(
        (n for n in _word_starts(text, begin, stop) if _is_name(text[n:stop], people, registry)), stop
    )


def _word_starts(text: str, begin: int, stop: int) -> Iterator[int]:
    return (
        n for n in range(begin, stop) if not text[n].isspace() and (n == begin or not is_letter(text[n - 1]))
    )


def _is_name(name: str, people: frozenset[str], registry: Registry) -> bool:
    return bool((registry.accounts.get(fold(name)) or registry.whole.get(fold(name), NOBODY)) & people)
