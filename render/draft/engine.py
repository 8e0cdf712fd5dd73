"""Compose a draft from a Jinja2 template in a sandbox; run as a script, in a process with bounds.

A team's template comes with the repository, and in CI a stranger's branch may bring one: it sees what
is documented and nothing else, reads no file, and neither loops nor grows without end. Jinja's own
sandbox bounds no time and no memory, so the process does. This file imports only Jinja2.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

CPU_S, MEMORY, LARGEST = 5, 512 * 2**20, 2**20
OWN = "template"  # what a team's template is called while it runs


class LayoutError(Exception):
    """A template that cannot be used; `line` in it, 0 where that is not known."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


def compose(name: str, sources: Mapping[str, str], context: Mapping[str, Any]) -> str:
    """Return the draft that template `name` of `sources` makes; raise LayoutError naming the line.

    `context["fences"]` holds the fenced regions by name: the template asks for them by `fence(name)`.
    """
    from jinja2 import DictLoader, StrictUndefined, TemplateError, TemplateNotFound
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    # The output is Markdown: what sources say was escaped for that, not for HTML.
    environment = ImmutableSandboxedEnvironment(
        loader=DictLoader(dict(sources)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    given = dict(context)
    fences = given.pop("fences")
    given["fence"] = lambda region: _fence(fences, region)
    given["has"] = lambda region: region in fences
    try:
        text = "".join(_bounded(environment.get_template(name).generate(given)))
    except LayoutError as err:
        raise LayoutError(str(err), err.line or _line(err, name)) from err
    except TemplateNotFound as err:
        known = ", ".join(other for other in sources if other != OWN)
        raise LayoutError(f"there is no template {err.name!r}; there are {known}", _line(err, name)) from err
    except TemplateError as err:
        message = err.message or type(err).__name__
        raise LayoutError(message, getattr(err, "lineno", 0) or _line(err, name)) from err
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as err:
        raise LayoutError(f"{type(err).__name__}: {err}", _line(err, name)) from err
    return text.rstrip("\n") + "\n"


def _fence(fences: Mapping[str, str], region: str) -> str:
    if region not in fences:
        raise LayoutError(f"there is no region {region!r}; there are {', '.join(fences)}")
    return fences[region]


def _bounded(pieces: Any) -> Any:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > LARGEST:
            raise LayoutError(f"the draft would be longer than {LARGEST:,} characters")
        yield piece


def _line(err: BaseException, name: str) -> int:
    """Return the line of the template that raised, which Jinja puts into the traceback."""
    found, trace = 0, err.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename in {"<template>", name}:
            found = trace.tb_lineno
        trace = trace.tb_next
    return found


def _main() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    asked = json.load(sys.stdin)
    answer: dict[str, Any]
    try:
        answer = {"text": compose(OWN, asked["sources"], asked["context"])}
    except LayoutError as err:
        answer = {"error": str(err), "line": err.line}
    except (MemoryError, RecursionError) as err:
        answer = {"error": f"it needs too much ({type(err).__name__})", "line": 0}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _main()
