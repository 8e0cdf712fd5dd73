"""Tables of a pydantic model's options: name, form, default, what it is for, and an example in TOML."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from timeline.instant import Instant
from timeline.zones import ClockOffset, Duration

Model = type[BaseModel]
_NAMED = {Duration: "duration", ClockOffset: "offset", Instant: "time", str: "text", int: "integer", float: "number",
          bool: "true or false", Any: "anything"}  # fmt: skip


def toml(value: Any) -> str:
    """Return a value as TOML writes it, in one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key(k)} = {toml(v)}" for k, v in value.items()) + " }" if value else "{}"
    if isinstance(value, BaseModel):
        return toml(value.model_dump(mode="json", exclude_defaults=True))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def key(name: str) -> str:
    """Return a key as TOML writes it: bare where it may be."""
    bare = name.replace("-", "").replace("_", "")
    return name if bare.isascii() and bare.isalnum() else json.dumps(name, ensure_ascii=False)


def written(name: str, field: FieldInfo) -> str:
    """Return the key of an option in a file."""
    return field.alias or name


def example(field: FieldInfo) -> Any:
    """Return an option's example: its own, else a default that shows something, else None."""
    if field.examples:
        return field.examples[0]
    default = field.get_default(call_default_factory=True)
    if field.is_required() or isinstance(default, BaseModel) or default in (None, "", (), {}):
        inner = next(iter(nested(field)), None)
        if inner is None:
            return None
        made = {written(n, f): example(f) for n, f in shown(inner) if f.is_required()}
        return (made or None) if not _is_list(field) else [made]
    return default


def shown(model: Model) -> list[tuple[str, FieldInfo]]:
    """Return a model's options in their order."""
    return list(model.model_fields.items())


def own(model: Model, bases: Sequence[Model]) -> list[tuple[str, FieldInfo]]:
    """Return the options that none of `bases` has in the same words."""

    def told(field: FieldInfo) -> tuple[Any, ...]:
        default = field.get_default(call_default_factory=True)
        return (str(field.annotation), str(default), field.description, field.is_required())

    theirs = {n: told(f) for base in bases if issubclass(model, base) for n, f in shown(base)}
    return [(n, f) for n, f in shown(model) if theirs.get(n) != told(f)]


def nested(field: FieldInfo) -> Iterator[Model]:
    """Yield the models inside an option."""

    def inside(annotation: Any) -> Iterator[Model]:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield annotation
        for part in get_args(annotation):
            yield from inside(part)

    yield from inside(field.annotation)


def models(fields: Sequence[tuple[str, FieldInfo]], path: str = "") -> Iterator[tuple[str, Model]]:
    """Yield every model below options, outermost first, with the path of keys that leads to it."""
    for name, field in fields:
        for inner in nested(field):
            here = f"{path}.{written(name, field)}".strip(".")
            yield here, inner
            yield from models(shown(inner), here)


def form(annotation: Any, metadata: Sequence[Any] = ()) -> str:
    """Return what may be written, in a few words."""
    for marked, words in _NAMED.items():
        if annotation is marked or (metadata and _is(marked, annotation, metadata)):
            return words
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return form(parts[0], parts[1:])
    if origin is Literal:
        return ", ".join(f"`{p}`" for p in parts) if len(parts) < 9 else "a [kind](kinds.md)"
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(form(p) for p in parts if p is not type(None)))
    if origin is tuple:
        return f"list of {form(parts[0])}"
    if origin is dict:
        return f"table of {form(parts[1])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "table"
    return str(annotation)


def _is(marked: Any, annotation: Any, metadata: Sequence[Any]) -> bool:
    """Tell whether pydantic took `marked` (an `Annotated`) apart into these."""
    parts = get_args(marked)
    return get_origin(marked) is Annotated and parts[0] is annotation and parts[1] in metadata


def _is_list(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is tuple


def table(fields: Sequence[tuple[str, FieldInfo]]) -> list[str]:
    """Return the table of options."""
    rows = ["| option | form | default | what it is for | example |", "|---|---|---|---|---|"]
    for name, field in fields:
        default = field.get_default(call_default_factory=True)
        empty = isinstance(default, BaseModel) or default in (None, "", (), {})
        said = "required" if field.is_required() else "" if empty else f"`{toml(default)}`"
        shown_as = example(field)
        line = f"`{key(written(name, field))} = {toml(shown_as)}`" if shown_as is not None else ""
        cells = (
            f"`{written(name, field)}`",
            form(field.annotation, field.metadata),
            said,
            field.description or "",
            line,
        )
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return rows
