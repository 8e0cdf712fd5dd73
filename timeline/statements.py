"""Statements: one sentence, past tense, from a fixed template per kind; never a source's prose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from timeline.errors import MissingNameError
from timeline.kinds import SPECS, Kind
from timeline.text import amount, code, mention, number, unit_word

#: Words that state a cause or a judgement, or may begin to: no template of ours holds one, so that it bars more
#: than `checks.wording.JUDGING`, which reads what people and sources wrote around them.
BARRED_WORDS = (
    "because", "caused", "causes", "cause", "due to", "led to", "leads to", "resulted", "thanks to", "should",
    "failed to", "unfortunately", "abnormal", "bad", "wrong", "mistake", "error by", "blame", "fault", "too late",
    "too slow", "finally", "only", "obviously", "clearly", "luckily", "root", "reason", "triggered", "broke",
)  # fmt: skip
#: Operators of a condition that is met below its threshold.
BELOW = frozenset({"<", "<=", "below", "at_most"})
Name = str | int | float | bool | None
_FIELD = re.compile(r"\{(\w+)(?::(\w))?\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


class _Part(NamedTuple):
    """A text of ours, then a name and its form; empty where the template ends."""

    text: str
    name: str = ""
    form: str = ""


def statement(kind: Kind, names: Mapping[str, Name], *, already: bool = False) -> str:
    """Fill the template of `kind`; `already` picks the form for an unknown beginning.

    Raises MissingNameError when a name that the template must have is missing.
    """
    there = frozenset(name for name, value in names.items() if value is not None)
    below = names.get("op") in BELOW
    parts = _parts(kind, there, already=already, matching="matchers" in there, below=below)
    text = "".join(
        [part.text + _fill(part.name, part.form, names) if part.name else part.text for part in parts]
    )
    return text[0].upper() + text[1:]


def forms(kind: Kind) -> tuple[str, ...]:
    """Return the templates of a kind."""
    spec = SPECS[kind]
    return tuple(
        dict.fromkeys(filter(None, (spec.template, spec.already, spec.matching, *(spec.below or ()))))
    )


@cache
def fields(kind: Kind) -> Mapping[str, str]:
    """Return the names of a kind's templates, each with its form: empty, `n`, `w`, `u`, `p` or `x`."""
    return {name: form for template in forms(kind) for name, form in _FIELD.findall(template)}


@cache
def required(kind: Kind) -> tuple[str, ...]:
    """Return the names that the statement of `kind` cannot do without."""
    return tuple(name for name, _ in _FIELD.findall(_OPTIONAL.sub("", SPECS[kind].template)))


@cache
def numbers(kind: Kind) -> frozenset[str]:
    """Return the names of a kind that are numbers."""
    return frozenset(name for name, form in fields(kind).items() if form == "n")


@cache
def persons(kind: Kind) -> frozenset[str]:
    """Return the names of a kind that are people's identities, or their pseudonyms."""
    return frozenset(name for name, form in fields(kind).items() if form == "p")


def kept_names(kind: Kind, names: Mapping[str, Name]) -> dict[str, str | int | float | bool]:
    """Return what of `names` the kind's templates have, in the order of the names, each in its type."""
    forms_of = fields(kind)
    return {
        name: _typed(value, forms_of[name])
        for name in sorted(names)
        if name in forms_of and (value := names[name]) is not None
    }


def _typed(value: str | int | float | bool, form: str) -> str | int | float | bool:
    if form == "n":
        return float(
            value
        )  # whole numbers too: beyond 2**53 they would be written otherwise than they are read
    return bool(value) if form == "x" else str(value)


@cache
def _parts(
    kind: Kind, there: frozenset[str], *, already: bool, matching: bool, below: bool
) -> tuple[_Part, ...]:
    """Return the pieces of the template that the names that are there fill."""
    spec = SPECS[kind]
    template, was = spec.below if below and spec.below else (spec.template, spec.already)
    template = was if already and was else template
    if spec.matching and matching:
        template = spec.matching
    kept = _OPTIONAL.sub(lambda part: part[1] if _complete(part[1], there) else "", template)
    parts, end = list[_Part](), 0
    for match in _FIELD.finditer(kept):
        parts.append(_Part(kept[end : match.start()], match[1], match[2] or ""))
        end = match.end()
    return (*parts, _Part(kept[end:].rstrip()))


def _complete(part: str, there: frozenset[str]) -> bool:
    return all(name in there for name, _ in _FIELD.findall(part))


def _fill(name: str, form: str, names: Mapping[str, Name]) -> str:
    value = names.get(name)
    if value is None:
        raise MissingNameError(name)
    if not form:
        return _code(value if type(value) is str else str(value))
    if form == "n":
        if unit := names.get("unit"):
            return amount(float(value), str(unit), exact=name == "threshold")
        threshold = names.get("threshold")
        return number(float(value), None if threshold is None else float(threshold))
    if form == "w":
        return str(value)
    if form == "u":
        return f" {unit_word(str(value))}" if value else ""
    return "" if form == "x" else mention(str(value))


_code = lru_cache(maxsize=8192)(code)  # the same identifiers come again and again
