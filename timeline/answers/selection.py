"""Which facts are asked for: by time, kind, category, service, source and words; in display order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from timeline.model import Fact


class Selection(NamedTuple):
    """What is asked of facts; what is None asks nothing.

    `start` and `end` are instants (ns), both inside; `kind` is a kind or the family before its dot; `service` is a
    subject's service or component; `text` is looked for in statement, quote and names, whatever its case.
    """

    start: int | None = None
    end: int | None = None
    kind: str | None = None
    category: str | None = None
    service: str | None = None
    source: str | None = None
    text: str | None = None


def select(facts: Sequence[Fact], wanted: Selection) -> list[Fact]:
    """Return the facts that may have happened in the span and are what is asked for, in their order."""
    return [
        fact for fact in facts if _in_span(fact, wanted) and _is_of(fact, wanted) and _says(fact, wanted.text)
    ]


def _in_span(fact: Fact, wanted: Selection) -> bool:
    if wanted.start is not None and fact.latest < wanted.start:
        return False
    return wanted.end is None or fact.earliest is None or fact.earliest <= wanted.end


def _is_of(fact: Fact, wanted: Selection) -> bool:
    if wanted.kind is not None and wanted.kind not in {fact.kind, fact.kind.partition(".")[0]}:
        return False
    if wanted.service is not None and wanted.service not in {fact.subject.service, fact.subject.component}:
        return False
    return wanted.category in {None, fact.category} and wanted.source in {None, fact.source}


def _says(fact: Fact, text: str | None) -> bool:
    if text is None:
        return True
    folded = text.casefold()
    return any(folded in words.casefold() for words in _words(fact))


def _words(fact: Fact) -> Iterator[str]:
    yield fact.statement
    if fact.quote is not None:
        yield fact.quote.text
    yield from (str(name) for name in fact.names.values())
