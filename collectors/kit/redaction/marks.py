"""Marks stand for what was taken out, and say of what kind it was."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

#: Any mark; those without a kind are of earlier versions.
MARK = re.compile(rb"\[redacted(?::[a-z0-9_]+)?\]")
#: What every mark begins with.
BEGINNING = b"[redacted"


class Span(NamedTuple):
    """Bytes `[start, end)` that are a secret, of what kind, and the quotes that its mark needs."""

    start: int
    end: int
    kind: str
    quote: bytes = b""


def mark(kind: str) -> bytes:
    """Return what stands for a secret; no blank in it, for it may stand in a link."""
    return b"[redacted:%s]" % kind.encode()


def marked(data: bytes, spans: Iterable[Span], counts: Counter[str]) -> bytes:
    """Return `data` with each span replaced; what overlaps is one secret, of the kind that begins first."""
    parts, rest = list[bytes](), 0
    for span in joined(spans):
        parts += (data[rest : span.start], span.quote, mark(span.kind), span.quote)
        rest = span.end
        counts[span.kind] += 1
    return b"".join([*parts, data[rest:]]) if parts else data


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those that overlap as one."""
    done: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end, one.kind)):
        if done and span.start < done[-1].end:
            done[-1] = done[-1]._replace(end=max(span.end, done[-1].end))
        else:
            done.append(span)
    return done
