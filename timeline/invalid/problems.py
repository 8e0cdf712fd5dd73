"""What is wrong with data that a model refuses, in our words: never the library's, never what was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from timeline.invalid.expected import Form, at, choices, described, expected, members
from timeline.invalid.nearest import nearest

Path = tuple[str | int, ...]
_LISTED = 12  # members that are named where none is near
#: What a place of an error says that stands for a key itself.
_KEY = "[key]"
_ABSENT = object()


class Problem(NamedTuple):
    """One thing that is wrong: its path as people wrote it, and the sentence."""

    path: Path
    text: str


class _Refusal(NamedTuple):
    """An error of the library with the path that people wrote."""

    path: Path
    kind: str
    value: Any
    context: Mapping[str, Any]


def problems(err: ValidationError, model: Any, raw: Any, *, also: Iterable[str] = ()) -> list[Problem]:
    """Return what is wrong with `raw`, one entry a place; `also` are keys that others take beside `model`."""
    refusals = [_refusal(one, raw) for one in err.errors(include_url=False)]
    known = tuple(also)
    return [
        Problem(path, text)
        for path, ones in _by_place(refusals).items()
        for text in _texts(path, ones, Form(model), known)
    ]


def first(err: ValidationError, model: Any, raw: Any) -> str:
    """Return the first thing that is wrong, as a sentence."""
    return problems(err, model, raw)[0].text


def named(path: Sequence[str | int]) -> str:
    """Return a path for people, items counted from one: `'serve.token.1.role'`."""
    return repr(".".join(str(part + 1) if isinstance(part, int) else part for part in path))


def plain(error: Mapping[str, Any]) -> str:
    """Return what is wrong where the model is not at hand."""
    own = _own(error["type"], error.get("ctx") or {})
    return own or _PLAIN.get(error["type"], "is not of the form that belongs here")


_PLAIN = {
    "missing": "is missing",
    "extra_forbidden": "is unknown",
    "json_invalid": "is no JSON",
    "string_too_short": "is too short",
    "string_too_long": "is too long",
    "too_short": "has too few items",
    "too_long": "has too many items",
    "string_type": "is no text",
    "int_type": "is no whole number",
    "int_parsing": "is no whole number",
    "float_parsing": "is no number",
    "bool_parsing": "is neither true nor false",
    "list_type": "is no list",
    "dict_type": "is no table",
    "string_pattern_mismatch": "has another form",
    "literal_error": "is no name that is known here",
    "greater_than_equal": "is too small",
    "greater_than": "is too small",
    "less_than_equal": "is too large",
    "less_than": "is too large",
}


def _refusal(error: Any, raw: Any) -> _Refusal:
    kind = error["type"]
    written: list[str | int] = []
    value, last = raw, len(error["loc"]) - 1
    for place, part in enumerate(error["loc"]):
        inner = _member(value, part)
        if inner is not _ABSENT:
            written.append(part)
            value = inner
        elif kind == "missing" and place == last and isinstance(part, str):
            written.append(part)
    return _Refusal(tuple(written), kind, value, error.get("ctx") or {})


def _member(value: Any, part: str | int) -> Any:
    """Return what stands there; what names a branch of a union is no part of what people wrote."""
    if isinstance(value, Mapping):
        return value.get(part, _ABSENT)
    if isinstance(value, list | tuple) and isinstance(part, int) and part < len(value):
        return value[part]
    return _ABSENT


def _by_place(refusals: Sequence[_Refusal]) -> dict[Path, list[_Refusal]]:
    """Group errors by place; of a union's branches the one counts that what was written came furthest in."""
    places: dict[Path, list[_Refusal]] = {}
    for one in refusals:
        places.setdefault(one.path, []).append(one)
    above = {path[:end] for path in places for end in range(len(path))}
    for path in list(places):
        if path in above:
            kept = [one for one in places[path] if one.kind in {"value_error", "assertion_error"}]
            if kept:
                places[path] = kept
            else:
                del places[path]
    return places


def _texts(path: Path, ones: Sequence[_Refusal], form: Form, also: Sequence[str]) -> Iterator[str]:
    subject = f"{named(path)} " if path else "it "
    own = list(dict.fromkeys(text for one in ones if (text := _own(one.kind, one.context))))
    kinds = {one.kind for one in ones}
    if own:
        yield from (f"{named(path)}: {text}" if path else text for text in own)
    elif "missing" in kinds:
        forms = at(form, path)
        yield f"{subject}is missing{_takes(forms, ': ')}{described(forms)}"
    elif "extra_forbidden" in kinds:
        yield _unknown(path, form, also)
    elif "union_tag_not_found" in kinds or "union_tag_invalid" in kinds:
        yield f"{subject}{_tag(ones[0].context)}"
    elif "json_invalid" in kinds:
        yield f"{subject}is no JSON"
    else:
        yield f"{subject}{_refused(at(form, path), ones[0])}"


def _own(kind: str, context: Mapping[str, Any]) -> str:
    """Return what a check of ours says: the only words of an error that are passed on."""
    return str(context["error"]) if kind in {"value_error", "assertion_error"} and "error" in context else ""


def _refused(forms: list[Form], one: _Refusal) -> str:
    words = choices(forms)
    if isinstance(one.value, str) and words and (near := nearest(one.value, words)):
        # Shown only where it nearly is one of the names: else it may be a secret in the wrong place.
        return f"has {one.value!r}, which is none of its {len(words)} names{near}"
    more = described(forms) if one.kind.endswith("pattern_mismatch") else ""
    return f"{_fault(one, known=bool(words))}{_takes(forms, '; it takes ')}{more}"


def _fault(one: _Refusal, *, known: bool) -> str:
    if isinstance(one.value, str) and known:
        return "has a name that is not known"
    for end, words in _FAULTS.items():
        if one.kind.endswith(end):
            return words
    return f"is {written(one.value)}"


_FAULTS = {
    "too_short": "is too short",
    "too_long": "is too long",
    "pattern_mismatch": "has another form",
    "than_equal": "is out of range",
    "greater_than": "is out of range",
    "less_than": "is out of range",
}


def _takes(forms: list[Form], before: str) -> str:
    words = expected(forms)
    return f"{before}{words}" if words else ""


def written(value: Any) -> str:
    """Return what kind of value stands there, and nothing of it."""
    if isinstance(value, bool):
        return str(value).lower()
    for kind, words in _WRITTEN:
        if isinstance(value, kind):
            return words
    if hasattr(value, "isoformat"):
        return "a date or time"
    return "nothing" if value is None else "something else"


_WRITTEN: tuple[tuple[Any, str], ...] = (
    (str, "a text"),
    (int | float, "a number"),
    (list | tuple, "a list"),
    (Mapping, "a table"),
)


def _unknown(path: Path, form: Form, also: Sequence[str]) -> str:
    word, table = str(path[-1]), path[:-1]
    tables = [(name, inner) for one in at(form, table) for name, inner in members(one).items()]
    names = list(dict.fromkeys([*(name for name, _ in tables), *(() if table else also)]))
    deeper = [".".join([*map(str, table), name, word]) for name, inner in tables if word in _deep(inner)]
    if near := (f"; did you mean {deeper[0]!r}?" if deeper else nearest(word, names)):
        return f"unknown key {named(path)}{near}"
    listed = f"; known are {', '.join(names)}" if 0 < len(names) <= _LISTED else ""
    return f"unknown key {named(path)}{listed}"


def _deep(form: Form) -> set[str]:
    return {*members(form), *(name for one in at(form, (0,)) for name in members(one))}


def _tag(context: Mapping[str, Any]) -> str:
    member = str(context.get("discriminator", "")).strip("'")
    return f"needs {member!r}, one of {context.get('expected_tags', 'those that are known')}"
