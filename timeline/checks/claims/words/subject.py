"""Names: what a sentence names in code form, or as the timeline does, is something that it cites."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from timeline.checks.claims.claim import Claim
from timeline.checks.claims.ground import Cited, Ground
from timeline.checks.claims.phrases import english_subjects as english
from timeline.checks.claims.plain import Span
from timeline.checks.claims.report import report
from timeline.checks.claims.when import context
from timeline.checks.claims.when.context import DENIES, denies
from timeline.checks.claims.words.patterns import any_of
from timeline.checks.findings import Finding
from timeline.model import Fact, Gap, Measure

RULE = "claim-subject"
#: Names of facts that are names of things.
_NAMES = (
    "alert",
    "deploy",
    "release",
    "tag",
    "flag",
    "channel",
    "change",
    "revision",
    "previous",
    "by",
    "service",
    "signature",
    "name",
    "operation",
    "page",
)
_HOSTS = ("instance", "host", "pod", "node", "cluster", "region", "zone", "version", "tag", "queue", "shard")
_TOKEN = re.compile(r"(?<![\w#./:@-])#?[A-Za-z0-9][\w.:-]{2,80}")
_DISTINCT = re.compile(r"[a-z0-9][A-Z]|\d[^-.]{0,80}[-.]|[-.][^\d]{0,80}\d|^#")
#: A name of a thing in code form, by its form alone: `eu-west-7`, `v2.3.1`, `search-2026.9.1`.
_NUMBERED = re.compile(
    r"#?[A-Za-z][A-Za-z.]{0,30}(?:-[A-Za-z0-9.]{1,30}){0,6}-\d[\w.]{0,20}(?:-[\w.]{1,20}){0,3}|v\d{1,4}(?:\.\d{1,6}){1,3}"
)
#: Beside a thing's noun or verb, any of these too: `feature-x`, `QueueAgeHigh`.
_PLAIN = re.compile(r"#?[A-Za-z][\w.-]{1,60}")
_FILE = re.compile(r"\.[a-z]{1,5}$|^[A-Z0-9_]+$|_")
_SERVICE = re.compile(
    r"(?<![\w-])(?:service|(?:deploy(?:ment)?|rollback|release|alerts?) (?:of|for)) (?P<behind>[\w-]{2,60})|(?<![\w-])(?P<before>[\w-]{2,60}) service\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(rf"(?<![\w-])(?:{any_of((*english.THINGS, *english.DOES))})\s{{1,4}}$", re.IGNORECASE)
_BEHIND = re.compile(rf"\s{{1,4}}(?:{any_of((*english.THINGS, *english.HAPPENS))})(?![\w-])", re.IGNORECASE)
_NOT_BEFORE = re.compile(rf"(?<![\w-])(?:{any_of(english.UNKNOWABLE)})\s{{1,4}}$", re.IGNORECASE)
_ASIDE = re.compile(rf"(?<![\w-])(?:{any_of(english.ASIDE)})$", re.IGNORECASE)
_IS_CALLED = re.compile(r"(?:is|was) (?:what|how|the name|just the name)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,12}")
_OTHERS = re.compile(rf"(?<![\w-])(?:{any_of(english.OTHERS)})(?![\w-])[^,;]*$", re.IGNORECASE)
_OLDER = re.compile(
    rf"(?<![\w-])(?:{any_of(english.OLDER)})(?:\s[\w'’-]{{1,20}}){{0,2}}[,\s]*$", re.IGNORECASE
)
_IN_VAIN = re.compile(english.IN_VAIN, re.IGNORECASE)
_NEAR = 28  # characters behind a name
_VERSION = re.compile(r"-v?(\d{1,4}(?:\.\d{1,6}){1,3})$")
_NOT_BEHIND = re.compile(rf"\s{{1,4}}(?:{any_of(english.UNKNOWABLE)})(?![\w-])", re.IGNORECASE)


class _Index(NamedTuple):
    """What the timeline names anywhere, in small letters, and which facts share a life or a commit."""

    names: frozenset[str]
    distinct: frozenset[str]
    services: frozenset[str]
    shapes: frozenset[str]  # of names with numbers: `gateway-0` of `gateway-411`
    alike: Mapping[str, Sequence[Fact]]
    incident: str


class _Texts:
    """All that is said of what is cited, in small letters, each made once."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._held: dict[str, str] = {}

    def of(self, identity: str, one: Cited) -> str:
        """Return the texts of one thing that is cited, and of what shares its life."""
        if identity not in self._held:
            self._held[identity] = "\n".join(_said(one, self._ground)).casefold()
        return self._held[identity]


def _said(one: Cited, ground: Ground) -> Iterator[str]:
    match one:
        case Fact():
            yield from ground.words(one)
            yield one.source
            for fact in (one, *_alike(one, ground)):
                yield from _own(fact)
        case Gap():
            yield from (one.source, one.statement, one.missing or "")
        case Measure():
            yield from (one.name, one.formula or "", one.reason or "")
            for end in (one.from_, one.to):
                if isinstance(other := ground.by_id.get(end or ""), Fact):
                    yield from _own(other)
        case _:
            yield from (one.source, one.name, one.unit, one.query, *one.labels, *one.labels.values())


def _own(fact: Fact) -> Iterator[str]:
    yield fact.statement
    yield from map(str, fact.names.values())
    yield from (
        fact.subject.service or "",
        fact.subject.component or "",
        fact.subject.environment or "",
        fact.actor or "",
    )
    for name, value in fact.subject.labels.items():
        yield f"{name} {value}"
    for content in (fact, *fact.variants):
        if content.quote:
            yield content.quote.text
    for evidence in fact.evidence:
        yield evidence.query or ""
        yield evidence.link or ""


def _keys(fact: Fact) -> Iterator[str]:
    if fact.thread:
        yield fact.thread
    if commit := fact.subject.labels.get("commit"):
        yield commit


def _alike(fact: Fact, ground: Ground) -> list[Fact]:
    alike = ground.once(_index).alike
    return [other for key in _keys(fact) for other in alike.get(key, ()) if other.id != fact.id][:50]


def _index(ground: Ground) -> _Index:
    names, alike = set[str](), dict[str, list[Fact]]()
    for fact in ground.timeline.facts:
        for key in _keys(fact):
            alike.setdefault(key, []).append(fact)
        for name in _NAMES:
            if isinstance(value := fact.names.get(name), str):
                names.add(value)
        names.update(value for name in _HOSTS if (value := fact.subject.labels.get(name)))
        if fact.subject.service:
            names.add(fact.subject.service)
    names = {name for name in names if len(name) > 2}
    incident = ground.timeline.incident
    own = (incident.id, incident.severity or "", *incident.channels, *incident.links)
    return _Index(
        frozenset(name.casefold() for name in names),
        frozenset(name.casefold() for name in names if _DISTINCT.search(name)),
        frozenset(fact.subject.service.casefold() for fact in ground.timeline.facts if fact.subject.service),
        frozenset(_shape(name) for name in names if _NUMBER.search(name) and len(name) > 3),
        alike, "\n".join(own).casefold(),
    )  # fmt: skip


def read(claim: Claim, ground: Ground) -> Iterator[Finding]:
    """Find names that nothing cited has."""
    if claim.quoted or claim.kind in {"actions", "people"} or not claim.citations or claim.asks:
        return
    if context.of_another(claim, ground):
        return
    named = list(dict.fromkeys(_named(claim, ground)))
    if not named:
        return
    cited = {
        one.id: ground.by_id[one.id]
        for one in (*claim.citations, *claim.plain.citations)
        if one.id in ground.by_id
    }
    if not cited:
        return
    texts = ground.once(_Texts)
    held = [texts.of(identity, one) for identity, one in cited.items()] + [ground.once(_index).incident]
    for span in named:
        name = claim.plain.text[span.start : span.end].strip()
        if (
            not any(_has_any(text, name.casefold()) for text in held)
            and not _denies(claim, span)
            and not _is_aside(claim, span)
        ):
            message = f"nothing that is cited names {name}: {', '.join(cited)}"
            yield report(RULE, claim, span, message, about=list(cited.values()))


def _denies(claim: Claim, span: Span) -> bool:
    """Tell whether what is said of a name is denied: before it, or right behind it; not that it was in vain."""
    text, clause = claim.plain.text, claim.clause_at(span.start)
    if _IN_VAIN.match(text, span.end + (text[span.end : span.end + 1] == " "), clause.end):
        return False
    near = text[clause.start : min(span.end + _NEAR, clause.end)]
    return denies(claim, span) and (DENIES.search(near) is not None)


def _is_aside(claim: Claim, span: Span) -> bool:
    """Tell whether a name stands for comparison, or for what is so at any time: `unlike X`, `whenever X is slow`, `X is what we call it`."""
    before = claim.plain.text[max(claim.span.start, span.start - 40) : span.start].rstrip("` ")
    after = claim.plain.text[span.end : claim.span.end].lstrip("` ")
    return bool(_ASIDE.search(before) or _IS_CALLED.match(after))


def _has_any(text: str, name: str) -> bool:
    """Tell whether a text has a name, or the version that ends it: `12.2` of `blobstore-12.2`."""
    version = _VERSION.search(name)
    return _has(text, name) or (version is not None and _has(text, version[1]))


def _has(text: str, name: str) -> bool:
    """Tell whether a text has a name, as a whole one."""
    place = text.find(name)
    while place >= 0:
        end = place + len(name)
        before, after = text[place - 1 : place], text[end : end + 1]
        if not (before.isalnum() or after.isalnum()):
            return True
        place = text.find(name, place + 1)
    return False


def _shape(name: str) -> str:
    return _NUMBER.sub("0", name.casefold())


def _is_sibling(claim: Claim, span: Span, name: str, index: _Index) -> bool:
    """Tell whether a name that is nowhere is like those that are, but for its numbers: `gateway-410` beside `gateway-411`."""
    if not _NUMBER.search(name) or _shape(name) not in index.shapes or name.casefold() in index.names:
        return False
    if any(_has(claim.text.casefold(), other) for other in index.names if _shape(other) == _shape(name)):
        return False  # from one to the next
    return _OTHERS.search(claim.plain.text[max(claim.span.start, span.start - 30) : span.start]) is None


def _named(claim: Claim, ground: Ground) -> Iterator[Span]:
    index, text = ground.once(_index), claim.plain.text
    for span in claim.plain.code:
        if (
            claim.span.start <= span.start
            and span.end <= claim.span.end
            and not claim.plain.is_quoted(span.start)
        ):
            name = text[span.start : span.end].strip()
            if (
                name.casefold() in index.names
                or _is_thing(claim, span, name)
                or _is_sibling(claim, span, name, index)
            ):
                yield span
    for match in _TOKEN.finditer(text, claim.span.start, claim.span.end):
        name = match[0].rstrip(".:-")
        plain = not (claim.plain.is_code(match.start()) or claim.plain.is_quoted(match.start()))
        span = Span(match.start(), match.start() + len(name))
        like = (name[0] == "#" or "-" in name) and _is_sibling(claim, span, name, index)
        if plain and (name.casefold() in index.distinct or like):
            yield span
    for match in _SERVICE.finditer(text, claim.span.start, claim.span.end):
        group = "behind" if match["behind"] else "before"
        plain = not (claim.plain.is_code(match.start(group)) or claim.plain.is_quoted(match.start(group)))
        if plain and match[group].casefold() in index.services:
            yield Span(*match.span(group))


def _is_thing(claim: Claim, span: Span, name: str) -> bool:
    """Tell whether a name in code form that the timeline has nowhere is of something that facts would be about."""
    text, clause = claim.plain.text, claim.clause_at(span.start)
    before, behind = text[clause.start : span.start - 1], span.end + 1
    if _OLDER.search(before[-40:]):
        return False
    if name.casefold() in english.COMMON or _FILE.search(name) or name.endswith("-"):
        return False
    if _NOT_BEFORE.search(before[-40:]) or _NOT_BEHIND.match(text, behind, clause.end):
        return False
    if _NUMBERED.fullmatch(name):
        return True
    beside = _BEFORE.search(before[-40:]) or _BEHIND.match(text, behind, clause.end)
    return beside is not None and _PLAIN.fullmatch(name) is not None
