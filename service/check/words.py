"""What stands in the payloads where a fact points: the words that a quotation is checked against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from service.evidence.store import Evidence
from timeline.canonical import Json, loads_loosely
from timeline.errors import TimelineError
from timeline.model import Fact
from timeline.pointers import BYTES, LINE, resolve

_KEPT = 16  # payloads that are kept as they were read: facts that are cited together often share one
_MOST = 2_000  # texts of one element
#: What a payload that is absent, broken or of another shape raises.
_UNREADABLE = (KeyError, IndexError, ValueError, TypeError, OSError, RecursionError, TimelineError)


class Words:
    """Reads the texts at a fact's pointers; of what cannot be read there are none."""

    def __init__(self, evidence: Evidence) -> None:
        self._get = lru_cache(maxsize=_KEPT)(evidence.get)
        self._parsed = lru_cache(maxsize=_KEPT)(lambda digest: loads_loosely(self._get(digest)))

    def __call__(self, fact: Fact) -> Sequence[str]:
        """Return the texts of every element that the fact's evidence points to."""
        texts: list[str] = []
        for evidence in fact.evidence:
            if evidence.payload is not None:
                try:
                    texts += self._at(evidence.payload, evidence.pointer or "")
                except _UNREADABLE:
                    continue
        return texts

    def _at(self, digest: str, pointer: str) -> list[str]:
        if match := LINE.fullmatch(pointer):
            return _decoded(self._get(digest).split(b"\n")[int(match[1]) - 1])
        if match := BYTES.fullmatch(pointer):
            return _decoded(self._get(digest)[int(match[1]) : int(match[2]) + 1])
        return [
            text
            for text, _ in zip(_texts(resolve(self._parsed(digest), pointer)), range(_MOST), strict=False)
        ]


def _decoded(data: bytes) -> list[str]:
    text = data.decode("utf-8", "replace")
    try:
        parsed = loads_loosely(data)
    except ValueError:
        return [text]
    return [text, *_texts(parsed)]


def _texts(value: Json) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += reversed(list(one.values()))
        elif isinstance(one, list):
            waiting += reversed(one)
        elif isinstance(one, str):
            yield one
