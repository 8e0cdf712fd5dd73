"""Sources as they are written: a `[[source]]` of the configuration, or `--source` at the command."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from collectors.base import AnyCollector, Options
from service.settings import registry
from service.settings.identify import identify, is_address
from service.settings.written import NOTHING, Written
from timeline.assembly.reading import OWN_SOURCE
from timeline.errors import UsageError
from timeline.invalid.expected import Form, members
from timeline.invalid.problems import Path as Members
from timeline.invalid.problems import Problem, problems


@dataclass(frozen=True)
class SourceConfig:
    """One configured source read by one collector; `options` are as written, without secrets."""

    name: str
    collector: str
    options: Options
    written: dict[str, Any]

    @property
    def type(self) -> type[AnyCollector]:
        """The collector's class."""
        return registry.load(self.collector)


def from_entry(entry: dict[str, Any], number: int, written: Written) -> list[SourceConfig]:
    """Return what a `[[source]]` names, the first of them with number 0; raise UsageError."""
    options, place = dict(entry), ("source", number)
    where = f"source {number + 1}"
    name, collector = options.pop("name", None), options.pop("collector", None)
    if not isinstance(collector, str):
        wrong = "`collector` is missing" if collector is None else "'collector' is no text"
        raise UsageError(
            f"{written.place((*place, 'collector'))}{where}: {wrong}; there are {registry.some()}: see `timeline collectors`"
        )
    try:
        each = registry.expand(collector)
    except UsageError as err:
        raise UsageError(f"{written.place((*place, 'collector'))}{where}: {err}") from err
    name = name if name is not None else collector
    at = At(where, written, place)
    return [source(name, one, _for_one(one, each, options), at, each) for one in each]


def _for_one(one: str, each: Sequence[str], options: dict[str, Any]) -> dict[str, Any]:
    """Hand each collector behind a short name the options that are its own."""
    others = {key for other in each if other != one for key in _takes(other)}
    return {key: value for key, value in options.items() if key in _takes(one) or key not in others}


def _takes(collector: str) -> tuple[str, ...]:
    """Return the names of a collector's options."""
    return _names(registry.load(collector).options_type)


@cache
def _names(options: type[BaseModel]) -> tuple[str, ...]:
    # A file of a thousand unknown keys asks for those of every collector a thousand times.
    return tuple(members(Form(options)))


class At(NamedTuple):
    """Where a source is written: what people call it, the file, and its table."""

    where: str
    written: Written = NOTHING
    table: Members = ()


def source(
    name: Any, collector: str, options: dict[str, Any], at: At, each: Sequence[str] = ()
) -> SourceConfig:
    """Make one source; raise UsageError that names the key, and the nearest valid one of all that are read so."""
    if not isinstance(name, str) or not name.strip() or name == OWN_SOURCE or not name.isprintable():
        raise UsageError(f"{at.written.place((*at.table, 'name'))}{at.where}: {name!r} cannot name a source")
    model = registry.load(collector).options_type
    try:
        return SourceConfig(name, collector, model.model_validate(options), options)
    except ValidationError as err:
        also = [key for other in each for key in _takes(other)]
        told = [
            Problem(path, f"{text}; `timeline collectors {collector}` lists them" if _is_open(text) else text)
            for path, text in problems(err, model, options, also=also)
        ]
        raise UsageError(at.written.said(told, f"{at.where} ({name})", at.table)) from err


def _is_open(text: str) -> bool:
    """Tell whether a message leaves open which names there are."""
    return " names: " in text or (text.startswith("unknown key") and "; " not in text)


def from_flag(flag: str) -> list[SourceConfig]:
    """Return what `--source COLLECTOR[:NAME]=TARGET`, or a target alone, names; raise UsageError."""
    head, equals, target = flag.partition("=")
    collector, _, name = head.partition(":")
    if is_address(flag) or not equals:
        try:
            collector, target = identify(flag)
        except UsageError as err:
            raise UsageError(f"--source {flag}: {err}") from err
        name = ""
    elif not target:
        raise UsageError(f"--source {flag}: the target is missing: write COLLECTOR[:NAME]=TARGET")
    found = []
    for one in registry.expand(collector):
        options = {registry.load(one).target: target}
        found.append(source(name or collector, one, options, At(f"--source {flag}")))
    return found


def unique(sources: Sequence[SourceConfig], written: Written) -> None:
    """Raise UsageError where two sources would be one."""
    seen: set[tuple[str, str]] = set()
    for one in sources:
        if (one.name, one.collector) in seen:
            raise UsageError(
                f"{written.place()}two sources are named {one.name!r}; give each a name of its own"
            )
        seen.add((one.name, one.collector))


def is_option(word: str) -> bool:
    """Tell whether a source of any collector takes an option of this name."""
    for name in registry.names():
        with suppress(UsageError):  # one that cannot be loaded here takes nothing
            if word in {"name", "collector", *_takes(name)}:
                return True
    return False
