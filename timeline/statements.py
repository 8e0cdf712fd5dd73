"""Statements: one sentence, past tense, from a fixed template per kind; never a source's prose."""

from __future__ import annotations

import re
from collections.abc import Mapping

from timeline.kinds import SPECS, Kind
from timeline.text import code, mention, number

#: Words that state a cause or a judgement; no template may hold one.
JUDGING = (
    "because", "caused", "causes", "cause", "due to", "led to", "leads to", "resulted", "thanks to", "should",
    "failed to", "unfortunately", "abnormal", "bad", "wrong", "mistake", "error by", "blame", "fault", "too late",
    "too slow", "finally", "only", "obviously", "clearly", "luckily", "root", "reason", "triggered", "broke",
)  # fmt: skip
Name = str | int | float | None
_FIELD = re.compile(r"\{(\w+)(?::(\w))?\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


def statement(kind: Kind, names: Mapping[str, Name], *, already: bool = False) -> str:
    """Fill the template of `kind`; `already` picks the form for an unknown beginning.

    Raises KeyError when a name that the template must have is missing.
    """
    spec = SPECS[kind]
    template = spec.already if already and spec.already else spec.template
    if spec.matching and names.get("matchers"):
        template = spec.matching
    kept = _OPTIONAL.sub(lambda part: part[1] if _complete(part[1], names) else "", template)
    text = _FIELD.sub(lambda field: _fill(names[field[1]], field[2]), kept).strip()
    return text[0].upper() + text[1:]


def _complete(part: str, names: Mapping[str, Name]) -> bool:
    return all(names.get(field) is not None for field, _ in _FIELD.findall(part))


def _fill(value: Name, form: str | None) -> str:
    if value is None:
        raise KeyError("a name the template must have is empty")
    if form == "n":
        return number(float(value))
    if form == "w":
        return str(value)
    if form == "u":
        return f" {value}" if value else ""
    if form == "x":
        return ""
    return mention(str(value)) if form == "p" else code(str(value))
