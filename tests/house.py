"""The house read from its imports: which module names which, and what goes round in circles."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
PACKAGES = ("archive", "cli", "collectors", "render", "service", "timeline")
Graph = Mapping[str, frozenset[str]]


def files(package: str) -> list[Path]:
    """Return a package's modules."""
    return sorted((HOME / package).rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    """Return a module, parsed once."""
    return ast.parse(path.read_text())


def dotted(path: Path) -> str:
    """Return a module's name; a package's own file has the package's."""
    parts = path.relative_to(HOME).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, Path]:
    """Return every module of ours by its name."""
    return {dotted(path): path for package in PACKAGES for path in files(package)}


@cache
def named(path: Path) -> frozenset[str]:
    """Return the modules that a file imports, inside functions and for types too; of ours to the file."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {name if name in modules() else node.module for name in inner}
    return frozenset(names)


@cache
def graph() -> Graph:
    """Return which module of ours imports which."""
    return {name: (named(path) & modules().keys()) - {name} for name, path in modules().items()}


def circles(edges: Graph) -> list[list[str]]:
    """Return the groups of modules that reach each other (Tarjan's strongly connected components)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []

    def visit(node: str) -> None:
        number[node] = low[node] = len(number)
        stack.append(node)
        for other in sorted(edges[node]):
            if other not in number:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == number[node]:
            at = stack.index(node)
            group, stack[at:] = stack[at:], []
            if len(group) > 1:
                groups.append(sorted(group))

    for node in sorted(edges):
        if node not in number:
            visit(node)
    return groups


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Yield each call of a module with the name called: `open`, `.read_text`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id, node
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield f".{node.func.attr}", node
