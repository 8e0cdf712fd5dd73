"""Every pattern of the product: those of modules as they are imported, and those that functions make."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from tests.house import dotted, modules, tree

_ANCHORED = frozenset({"match", "fullmatch"})
_MAKERS = frozenset(
    {"compile", "sub", "subn", "match", "search", "fullmatch", "findall", "finditer", "split"}
)


@dataclass(frozen=True)
class Held:
    """A pattern, where it stands, and whether it is tried at one place of a text alone."""

    where: str
    pattern: re.Pattern[Any]
    methods: frozenset[str]


@dataclass(frozen=True)
class Call:
    """A call of `re` inside of a function: its pattern where that is written there, else how it is made."""

    where: str
    method: str
    pattern: re.Pattern[Any] | None


@cache
def held() -> tuple[Held, ...]:
    """Return the patterns of all modules, each once."""
    made: dict[tuple[str, Any, int], Held] = {}
    for name in sorted(modules()):
        module = importlib.import_module(name)
        for variable, value in list(vars(module).items()):
            for found in _patterns(value, module, set()):
                key = (name if variable.startswith("_") else "", found.pattern, found.flags)
                made.setdefault(key, Held(f"{name}.{variable}", found, _methods(name, variable)))
    return tuple(made.values())


def _patterns(value: Any, module: ModuleType, seen: set[int]) -> Iterator[re.Pattern[Any]]:
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, Mapping):
        for one in [*list(value), *list(value.values())]:
            yield from _patterns(one, module, seen)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _patterns(one, module, seen)
    elif isinstance(value, type) and value.__module__ == module.__name__:
        for one in list(vars(value).values()):
            yield from _patterns(one, module, seen)
    elif type(value).__module__ in modules():
        for one in list(getattr(value, "__dict__", {}).values()):
            yield from _patterns(one, module, seen)


def _methods(module: str, variable: str) -> frozenset[str]:
    """Return the methods by which a module's pattern is tried; all where it is handed on."""
    found: set[str] = set()
    for path in modules().values():
        if variable.startswith("_") and dotted(path) != module:
            continue
        found |= _tried(path).get(variable, set())
    return frozenset(found or {"finditer"})


@cache
def _tried(path: Any) -> dict[str, set[str]]:
    made: dict[str, set[str]] = {}
    within = {id(node.value): node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree(path)):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if name and isinstance(getattr(node, "ctx", None), ast.Load):
            method = within.get(id(node), "finditer")
            if method in _MAKERS:
                made.setdefault(name, set()).add(method)
    return made


@cache
def calls() -> tuple[Call, ...]:
    """Return the calls of `re` inside of functions that are given a pattern, not one that a module holds."""
    made = []
    for path in modules().values():
        for function in ast.walk(tree(path)):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                made += [
                    Call(f"{dotted(path)}.{function.name}", node.func.attr, _written(node))  # type: ignore[attr-defined]
                    for node in ast.walk(function)
                    if _is_call(node)
                ]
    return tuple(dict.fromkeys(made))


def _is_call(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in _MAKERS
    )


def _written(call: ast.AST) -> re.Pattern[Any] | None:
    assert isinstance(call, ast.Call)
    if not isinstance(call.args[0], ast.Constant):
        return None
    flags = 0
    for word in call.keywords:
        if word.arg == "flags":
            flags = eval(ast.unparse(word.value), {"re": re})
    if call.func.attr == "compile" and len(call.args) > 1:  # type: ignore[attr-defined]
        flags = eval(ast.unparse(call.args[1]), {"re": re})
    return re.compile(call.args[0].value, flags)


def is_anchored(methods: frozenset[str]) -> bool:
    """Tell whether a pattern is tried at one place of a text alone."""
    return methods <= _ANCHORED
