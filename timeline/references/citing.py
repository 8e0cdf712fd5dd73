"""Cite: the Markdown that a person or an agent pastes for an id, its time or value filled in and kept as a reference."""

from __future__ import annotations

from collections.abc import Iterable

from timeline.references.filling import written
from timeline.references.grammar import parse
from timeline.references.names import UnknownReferenceError
from timeline.references.values import Values, wrong


def cite(ids: Iterable[str], values: Values) -> list[str]:
    """Return the Markdown for each id, or reference without its braces: of a fact and a gap the time.

    A measure gives its duration, a number of the impact its value, `f-a..f-b` the time between. Raises
    UnknownReferenceError, naming the nearest id, before any is returned.
    """
    return [_cited(text, values) for text in ids]


def _cited(text: str, values: Values) -> str:
    inside = text.strip().removeprefix("{").removesuffix("}").strip()
    whole = inside if ":" in inside else f"{inside}:{'duration' if '..' in inside else 'time'}"
    given = parse(f"{{{inside}}}") or parse(f"{{{whole}}}")
    if given is None:
        if inside[:2] not in {"f-", "g-", "m-", "i-"}:
            raise UnknownReferenceError(
                f"{text!r} is no id: those of facts begin with f-, of gaps g-, of measures m-, of the impact i-"
            )
        raise UnknownReferenceError(wrong(f"{{{whole}}}", values))
    return written(given, values)
