"""Which fields the indices have, what they mean, and which indices hold them in the same form."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from collectors.base import Payload, SourceError
from collectors.kit import fields
from collectors.kit.fields import UnreadableError
from collectors.kit.logs.signatures import SIGNATURE, USUAL
from collectors.opensearch.options import Fields, OpensearchOptions
from collectors.opensearch.times import RESOLUTION, TimeField, times_of
from timeline.canonical import Json
from timeline.instant import Bounds

_TIMES = ("@timestamp", "timestamp", "time", "ts", "date", "created_at")
_GROUPS = frozenset({"object", "nested"})


#: Types whose values are compared as one, by the one that stands for them.
_ALIKE = {
    "byte": "long",
    "short": "long",
    "integer": "long",
    "constant_keyword": "keyword",
    "wildcard": "keyword",
}
_UNMAPPED = "unmapped"
_LONGEST = 2_000  # characters of names in one address; the engine takes 4 KiB


class Part(NamedTuple):
    """Indices that hold the fields of a signature in the same forms: a mixture cannot be aggregated."""

    expression: str  # of the indices
    signature: tuple[tuple[str, str], ...]  # what a field is called, and its form that is aggregated


@dataclass(frozen=True)
class Layout:
    """What the indices of one read look like."""

    indices: tuple[str, ...]
    roles: Mapping[str, str]  # message, level, ... -> field
    types: Mapping[str, str]  # index -> date or date_nanos; "" for all others
    untimed: tuple[str, ...] = ()  # indices whose time field is of another type
    parts: tuple[Part, ...] = ()
    unfit: tuple[str, ...] = ()  # signature fields that cannot be aggregated, or are nowhere
    own_roles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # where an index has others
    times: Mapping[str, TimeField] = field(default_factory=dict)
    precision: int | None = None  # ns that times are known to, where that is configured

    def times_of(self, hit: Json, name: str) -> list[Bounds]:
        """Return each of a hit's times in a field, as `collectors.opensearch.times.times_of`."""
        return times_of(hit, name, self.types, self.times, self.precision)

    @property
    def nanos(self) -> bool:
        """Tell whether any index keeps nanoseconds."""
        return "date_nanos" in self.types.values()

    def roles_in(self, index: str) -> Mapping[str, str]:
        """Return which field holds what in an index."""
        return self.own_roles.get(index, self.roles)

    def paths(self) -> set[str]:
        """Return all fields that hold something, and the time, in any index."""
        every = [self.roles, *self.own_roles.values()]
        return {name for roles in every for name in roles.values()} | {t.path for t in self.times.values()}


def asked_fields(options: OpensearchOptions) -> list[str]:
    """Return every field whose type decides how documents are read."""
    usual = [name for names in USUAL.values() for name in names]
    given = [v for v in options.fields.model_dump().values() if v]
    wanted = dict.fromkeys([options.time, *_TIMES, *usual, *given, *options.signature])
    return [name for field in wanted for name in (field, f"{field}.keyword")]


def read_layout(payload: Payload, options: OpensearchOptions) -> Layout:
    """Read `_field_caps`; raise SourceError where nothing can be placed."""
    answer = payload.json()
    caps = fields.at(answer, "fields")
    indices = tuple(sorted(str(name) for name in fields.listing(answer, "indices")))
    if not isinstance(caps, dict) or not all(_is_caps(types) for types in caps.values()):
        raise UnreadableError("its fields are no field capabilities")
    caps = {
        name: {kind: {**detail, "indices": _named(detail)} for kind, detail in types.items()}
        for name, types in caps.items()
    }
    if not indices:
        raise SourceError(
            "partial", f"no index matches {options.index!r}; check `index` and the user's rights"
        )
    types, untimed = _times(caps, options, indices)
    timed = tuple(index for index in indices if index not in untimed)
    roles = _roles(caps, options.fields, timed)
    own = {index: _roles(caps, options.fields, (index,), roles) for index in timed}
    parts, unfit = _parts(caps, options, timed, own)
    if len(parts) == 1 and not untimed:
        parts = (parts[0]._replace(expression=options.index),)
    differing = {index: named for index, named in own.items() if named != roles}
    return Layout(indices, roles, types, untimed, parts, unfit, differing, precision=options.precision_ns)


def _is_caps(types: Json) -> bool:
    details = types.values() if isinstance(types, dict) else [None]
    return all(isinstance(fields.at(detail, "aggregatable"), bool) for detail in details)


def _named(detail: Json) -> frozenset[str] | None:
    """Return the indices where a field is of a type; None where that is all of them."""
    return None if detail.get("indices") is None else frozenset(map(str, fields.listing(detail, "indices")))


def _times(
    caps: Json, options: OpensearchOptions, indices: tuple[str, ...]
) -> tuple[dict[str, str], tuple[str, ...]]:
    found: dict[str, str] = {}
    untimed: list[str] = []
    for name, detail in caps.get(options.time, {}).items():
        if name in RESOLUTION:
            found |= dict.fromkeys(detail["indices"] or [""], name)
        else:
            untimed += detail["indices"] or indices
    if found:
        return found, tuple(sorted(untimed))
    others = [f"`{t}`" for t in _TIMES if set(caps.get(t, {})) & set(RESOLUTION)]
    hint = f"; of type date there is {', '.join(others)}: set `time`" if others else "; set `time`"
    raise SourceError("undecodable", f"{options.index} has no field `{options.time}` of type date{hint}")


def _roles(
    caps: Json, mapped: Fields, indices: tuple[str, ...], others: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return which field holds what in some indices; what they do not have is as in `others`."""
    given = {role: name for role, name in mapped.model_dump().items() if name}
    usual = {role: _first(caps, names, indices) for role, names in USUAL.items()}
    return dict(others or {}) | {role: name for role, name in {**usual, **given}.items() if name}


def _first(caps: Json, names: tuple[str, ...], indices: tuple[str, ...]) -> str | None:
    for name in names:
        held = {kind for index in indices for kind, _ in _types(caps, name, index)}
        if held and not held & _GROUPS:
            return name
    return None


def _types(caps: Json, field: str, index: str) -> Iterator[tuple[str, bool]]:
    """Yield the type that a field has in an index, and whether that can be aggregated."""
    for kind, detail in caps.get(field, {}).items():
        if kind != _UNMAPPED and (detail["indices"] is None or index in detail["indices"]):
            yield kind, bool(detail.get("aggregatable"))


def _parts(
    caps: Json, options: OpensearchOptions, indices: tuple[str, ...], own: Mapping[str, Mapping[str, str]]
) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """Return the indices by the forms of their signature, and the fields that cannot be aggregated somewhere."""

    @cache
    def elsewhere(name: str) -> tuple[str, str] | None:
        return next((form for index in indices if (form := _form(caps, name, index))), None)

    forms: dict[str, list[tuple[str, str, str]]] = {}
    unfit: dict[str, list[str]] = {}
    for index in indices:
        wanted = options.signature or tuple(own[index][role] for role in SIGNATURE if role in own[index])
        forms[index] = []
        for name in dict.fromkeys(name.removesuffix(".keyword") for name in wanted):
            form = _form(caps, name, index)
            if form is None and not any(_types(caps, name, index)):
                form = elsewhere(name)  # what an index does not have at all is in no document of it
            if form:
                forms[index].append((name, *form))
            else:
                unfit.setdefault(name, []).append(index)
    held: dict[str, set[str]] = {}
    for name, own_form, _ in itertools.chain.from_iterable(forms.values()):
        held.setdefault(name, set()).add(own_form)
    groups: dict[tuple[tuple[str, str, str], ...], list[str]] = {}
    for index, signature in forms.items():
        # A field is called by its only form; where it has several, by its own name.
        called = [(form if len(held[name]) == 1 else name, form, kind) for name, form, kind in signature]
        groups.setdefault(tuple(called), []).append(index)
    told = tuple(
        name if len(where) == len(indices) else f"{name} in {', '.join(where)}"
        for name, where in unfit.items()
        if options.signature or len(where) < len(indices)
    )
    return tuple(_cut(groups)), told


def _form(caps: Json, name: str, index: str) -> tuple[str, str] | None:
    """Return the form of a field that can be aggregated in an index, and its type."""
    for form in (name, f"{name}.keyword"):
        for kind, aggregatable in _types(caps, form, index):
            if aggregatable and kind not in _GROUPS:
                return form, _ALIKE.get(kind, kind)
    return None


def _cut(groups: Mapping[tuple[tuple[str, str, str], ...], list[str]]) -> Iterator[Part]:
    """Yield a part a group, or several where the names of its indices are too many for one address."""
    for forms, indices in groups.items():
        signature = tuple((name, form) for name, form, _ in forms)
        names: list[str] = []
        for index in indices:
            if names and sum(map(len, names)) + len(names) + len(index) > _LONGEST:
                yield Part(",".join(names), signature)
                names = []
            names.append(index)
        yield Part(",".join(names), signature)


def text_of(value: Any) -> str | None:
    """Return a field's value as text (the first of several); None when it has none."""
    if isinstance(value, list):
        value = value[0] if value else None
    if value is None or value == "" or isinstance(value, dict):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
