"""What a field takes, in words: of its annotation, and of the bounds that stand beside it."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

_LISTED = 8  # names that are written out; of more, how they begin
_SEVERAL = 3  # tables that are told apart by one of their members, where they can be
_MEMBERS = 6
_SCALARS = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}
_LISTS = (tuple, list, set, frozenset)


@dataclass(frozen=True)
class Reads:
    """Beside an annotation: what a text of this form is called, such as `a duration such as '30s'`."""

    words: str


@dataclass(frozen=True)
class _Described:
    """What a field's description says."""

    words: str


class Form(NamedTuple):
    """An annotation with what stands beside it."""

    annotation: Any
    beside: tuple[Any, ...] = ()


def branches(form: Form) -> Iterator[Form]:
    """Yield the forms that a value may have, without None: those of a union, else the form itself."""
    annotation, beside = form
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        yield from branches(Form(inner, (*beside, *_flat(more))))
    elif origin in {Union, types.UnionType}:
        for one in get_args(annotation):
            yield from branches(Form(one, beside))
    elif annotation is not type(None):
        yield form


def members(form: Form) -> dict[str, Form]:
    """Return the members of a table by the names that are written; none where it is no model."""
    fields: dict[str, Form] = {}
    for annotation, _ in branches(form):
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            for name, field in annotation.model_fields.items():
                fields.setdefault(field.alias or name, _of_field(field))
    return fields


def inside(form: Form, part: str | int) -> list[Form]:
    """Return the forms that a member, or an item, of a value may have."""
    forms: list[Form] = []
    for one in branches(form):
        origin, inner = get_origin(one.annotation) or one.annotation, get_args(one.annotation)
        if isinstance(part, int) and origin in _LISTS and inner:
            forms.append(Form(inner[0]))
        elif isinstance(part, str) and origin is dict and inner:
            forms.append(Form(inner[1]))
        elif isinstance(part, str) and part in (known := members(one)):
            forms.append(known[part])
    return forms


def at(form: Form, path: Sequence[str | int]) -> list[Form]:
    """Return the forms that a value at a path may have."""
    forms = [form]
    for part in path:
        forms = [inner for one in forms for inner in inside(one, part)]
    return forms


def choices(forms: Iterable[Form]) -> list[str]:
    """Return the words that may be written where a text is one of a list."""
    words = (
        word
        for form in forms
        for one in branches(form)
        if get_origin(one.annotation) is Literal
        for word in get_args(one.annotation)
    )
    return list(dict.fromkeys(word for word in words if isinstance(word, str)))


def expected(forms: Iterable[Form]) -> str:
    """Return what is taken: `a whole number from 1 to 65535`; nothing where anything is."""
    every = [one for form in forms for one in branches(form)]
    tables = [one for one in every if _is_table(one)]
    told = _told_apart(tables)
    words = [told if told and one in tables else _words(one) for one in every]
    return " or ".join(dict.fromkeys(words)) if all(words) else ""


def _is_table(form: Form) -> bool:
    origin = get_origin(form.annotation) or form.annotation
    return isinstance(origin, type) and issubclass(origin, BaseModel)


def _told_apart(tables: Sequence[Form]) -> str:
    """Return what several tables take, where each is known by the word in a member of its own: `kind`."""
    every = [members(one) for one in tables]
    if len(every) < _SEVERAL:
        return ""
    for name in every[0]:
        words = [choices([one[name]]) if name in one else [] for one in every]
        if all(words):
            return f"a table with {name} as {_names([word for some in words for word in some])}"
    return ""


def _words(form: Form) -> str:
    annotation, beside = form
    reads = [one.words for one in beside if isinstance(one, Reads)]
    if reads:
        return reads[-1]
    origin, inner = get_origin(annotation) or annotation, get_args(annotation)
    if origin is Literal:
        return _names([str(one) for one in inner])
    if isinstance(origin, type) and issubclass(origin, BaseModel):
        named = list(members(form))
        more = ", ..." if len(named) > _MEMBERS else ""
        return f"a table with {', '.join(named[:_MEMBERS])}{more}"
    if origin in _LISTS:
        return f"a list{_of(Form(inner[0])) if inner else ''}{_size(beside)}"
    if origin is dict:
        return f"a table{_of(Form(inner[1])) if inner else ''}"
    return f"{_SCALARS[origin]}{_size(beside)}" if origin in _SCALARS else ""


def _names(names: list[str]) -> str:
    if len(names) <= _LISTED:
        return f"one of {', '.join(map(repr, names))}" if len(names) > 1 else repr(names[0])
    groups = dict.fromkeys(f"{name.partition('.')[0]}.*" if "." in name else repr(name) for name in names)
    return f"one of {len(names)} names: {', '.join(groups)}"


def _of(form: Form) -> str:
    words = [_plural(_words(one)) for one in branches(form)]
    return f" of {' or '.join(dict.fromkeys(words))}" if words and all(words) else ""


def _plural(words: str) -> str:
    simple = words.removeprefix("a ")
    return f"{simple}s" if words in _SCALARS.values() and words.startswith("a ") else words


def _size(beside: Iterable[Any]) -> str:
    low, high, longest = None, None, None
    words = ""
    for one in beside:
        low = one.ge if isinstance(one, Ge) else low
        high = one.le if isinstance(one, Le) else high
        longest = one.max_length if isinstance(one, MaxLen) else longest
        if isinstance(one, Gt):
            words += f" above {one.gt}"
        if isinstance(one, Lt):
            words += f" below {one.lt}"
        if isinstance(one, MinLen) and one.min_length:
            words += " that is not empty"
    if low is not None or high is not None:
        words += f" from {low} to {high}" if None not in {low, high} else _half(low, high)
    return words + (f" of at most {longest:,}" if longest is not None else "")


def _half(low: Any, high: Any) -> str:
    return f" from {low} on" if high is None else f" up to {high}"


def _of_field(field: FieldInfo) -> Form:
    return Form(field.annotation, _flat([field]))


def _flat(beside: Iterable[Any]) -> tuple[Any, ...]:
    """Return what stands beside an annotation, with what a `Field` among it holds."""
    return tuple(
        inner
        for one in beside
        for inner in (
            (*one.metadata, *([_Described(one.description)] if one.description else ()))
            if isinstance(one, FieldInfo)
            else (one,)
        )
    )


def described(forms: Iterable[Form]) -> str:
    """Return what the description of a field says, in brackets; nothing where there is none."""
    words = [
        b.words for form in forms for one in branches(form) for b in one.beside if isinstance(b, _Described)
    ]
    return f" ({words[0]})" if words else ""
