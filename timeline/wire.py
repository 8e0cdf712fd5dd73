"""Facts as canonical JSON (RFC 8785), in bulk and fast; any record's bytes as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from timeline.canonical import canonical
from timeline.errors import UndecodableTimeError
from timeline.instant import format_instant, parse_instant
from timeline.kinds import Category, Kind
from timeline.model import Content, Evidence, Fact, Quantity, Quote, Related, Subject
from timeline.record import Record, RecordError, build, plain, read_names
from timeline.statements import numbers


def encode(record: Record) -> bytes:
    """Return a record's RFC 8785 bytes."""
    if type(record) is Fact and (line := _line(record)) is not None:
        return _encode(line)
    return canonical(plain(record))


class _Line(Struct, frozen=True, gc=False):
    """A fact as it stands in JSON; members in the order of their names, which is RFC 8785's."""

    actor: str | None
    category: str
    clock: str
    earliest: str | None
    evidence: tuple[Evidence, ...]
    id: str
    kind: str
    last_seen: int | None
    latest: str
    names: Mapping[str, str | int | float | bool]
    panel: str | None
    quantity: Quantity | None
    quote: Quote | None
    related: tuple[Related, ...]
    source: str
    statement: str
    subject: Subject
    surfaced: str | None
    thread: str | None
    time_means: str
    variants: tuple[Content, ...] = ()


_encode = msgspec.json.Encoder(order="sorted").encode


def _line(fact: Fact) -> _Line | None:
    """Return a fact as its line; None where something in it must be written another way than msgspec does."""
    quote = fact.quote
    if fact.quantity is not None or fact.variants or (quote is not None and quote.edited_at is not None):
        return None
    if not all(map(str.isascii, fact.subject.labels)) or numbers(fact.kind):
        return None
    latest = format_instant(fact.latest)
    return _Line(
        fact.actor, fact.category, fact.clock,
        None if fact.earliest is None else latest if fact.earliest == fact.latest else format_instant(fact.earliest),
        fact.evidence, fact.id, fact.kind, fact.last_seen, latest, fact.names, fact.panel, None, quote,
        fact.related, fact.source, fact.statement, fact.subject,
        None if fact.surfaced is None else latest if fact.surfaced == fact.latest else format_instant(fact.surfaced),
        fact.thread, fact.time_means,
    )  # fmt: skip


class _Written(Struct, frozen=True, gc=False):
    """A fact as it is read: what is not there has its default."""

    id: str
    kind: Kind
    category: Category
    clock: str
    latest: str
    source: str
    statement: str
    time_means: str
    earliest: str | None = None
    actor: str | None = None
    evidence: tuple[Evidence, ...] = ()
    last_seen: int | None = None
    names: dict[str, str | int | float | bool] = msgspec.field(default_factory=dict)
    panel: str | None = None
    quantity: dict[str, Any] | None = None
    quote: dict[str, Any] | None = None
    related: tuple[Related, ...] = ()
    subject: Subject = msgspec.field(default_factory=Subject)
    surfaced: str | None = None
    thread: str | None = None
    variants: tuple[dict[str, Any], ...] = ()


_decode_line = msgspec.json.Decoder(_Written).decode
_decode_lines = msgspec.json.Decoder(tuple[_Written, ...]).decode


def decode_fact(line: bytes) -> Fact:
    """Return the fact of a JSON line; raise RecordError."""
    try:
        return _fact(_decode_line(line))
    except (msgspec.ValidationError, msgspec.DecodeError, UndecodableTimeError, OverflowError) as err:
        raise RecordError(f"no fact: {err}") from err


def decode_facts(data: bytes | msgspec.Raw) -> tuple[Fact, ...]:
    """Return the facts of a JSON array; raise RecordError."""
    try:
        return tuple(map(_fact, _decode_lines(data)))
    except (msgspec.ValidationError, msgspec.DecodeError, UndecodableTimeError, OverflowError) as err:
        raise RecordError(f"no facts: {err}") from err


def _fact(written: _Written) -> Fact:
    latest = parse_instant(written.latest)
    quote = written.quote
    return Fact(
        id=written.id, kind=written.kind, category=written.category, latest=latest,
        earliest=_instant(written.earliest, written.latest, latest),
        surfaced=_instant(written.surfaced, written.latest, latest),
        time_means=written.time_means, clock=written.clock, subject=written.subject, statement=written.statement,
        names=read_names(written.kind, written.names) if numbers(written.kind) else written.names,
        quote=None if quote is None else build(Quote, quote),
        quantity=None if written.quantity is None else build(Quantity, written.quantity),
        actor=written.actor, thread=written.thread, related=written.related, source=written.source,
        evidence=written.evidence, panel=written.panel,
        variants=tuple(build(Content, one) for one in written.variants), last_seen=written.last_seen,
    )  # fmt: skip


def _instant(text: str | None, known: str, instant: int) -> int | None:
    return None if text is None else instant if text == known else parse_instant(text)
