"""Signatures of documents: in which form an index holds one, and which was seen first."""

from __future__ import annotations

from typing import NamedTuple

from collectors.base import Payload
from collectors.kit.logs.signatures import Signature
from collectors.opensearch.fields import text_of
from collectors.opensearch.paging import DocumentReader, Snapshot
from timeline.canonical import Json
from timeline.instant import Bounds

#: What the fields of a signature are called, and the form of each that is aggregated.
Forms = tuple[tuple[str, str], ...]


class Held(NamedTuple):
    """A snapshot of those indices that hold a signature's fields in the same forms."""

    reader: DocumentReader
    snapshot: Snapshot
    forms: Forms

    def signature(self, key: Json) -> Signature:
        """Return the signature of a bucket."""
        return tuple((name, text_of(key.get(form))) for name, form in self.forms)

    def sources(self) -> list[Json]:
        """Return composite sources; documents without a field keep a bucket of their own."""
        own = self.forms == BY_INDEX
        return [
            {form: {"terms": {"field": form} if own else {"field": form, "missing_bucket": True}}}
            for _, form in self.forms
        ]


BY_INDEX: Forms = (("_index", "_index"),)


class Seen(NamedTuple):
    """The first document of a signature: when, what comes first among equal times, and where it stands."""

    at: Bounds
    order: tuple[int, str, str]
    hit: Json
    payload: Payload
    pointer: str
    forms: Forms


def earlier(one: Seen | None, other: Seen) -> Seen:
    """Return the earlier of two; the first of all is not before either's earliest, nor after its latest."""
    if one is None:
        return other
    first, second = (one, other) if one.order <= other.order else (other, one)
    earliest = min(first.at.earliest or 0, second.at.earliest or 0)
    return first._replace(at=Bounds(earliest, first.at.latest))
