"""Cut a large OpenAPI description to the paths a test uses: the whole takes a checker minutes to read."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(target := part.get("$ref"), str):
            yield target
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)


def _without_examples(part: Any) -> Any:
    # A property may be named `example`: only those beside a schema or a type are left out.
    if isinstance(part, list):
        return [_without_examples(value) for value in part]
    if not isinstance(part, dict):
        return part
    described = "schema" in part or isinstance(part.get("type"), str)
    dropped = {"example", "examples"} if described else {"x-github"}
    return {key: _without_examples(value) for key, value in part.items() if key not in dropped}


def _components(whole: dict[str, Any], start: Any) -> dict[str, dict[str, Any]]:
    """Collect what the start refers to, and what that refers to."""
    found: dict[str, dict[str, Any]] = {}
    waiting = set(_references(start))
    while waiting:
        _, _, group, name = waiting.pop().split("/")  # "#/components/GROUP/NAME"
        if group == "examples" or name in found.setdefault(group, {}):
            continue
        part = found[group][name] = _without_examples(whole["components"][group][name])
        waiting |= set(_references(part))
    return found


def cut(description: Path, paths: Iterable[str], methods: Iterable[str] = ("get",)) -> dict[str, Any]:
    """Keep only the named paths and methods of a description, with all they refer to."""
    whole = json.loads(description.read_text())
    wanted = {"parameters", *methods}
    kept = {
        path: {key: _without_examples(value) for key, value in whole["paths"][path].items() if key in wanted}
        for path in paths
    }
    head = {key: whole[key] for key in ("openapi", "info")}
    return {**head, "paths": kept, "components": _components(whole, kept)}
