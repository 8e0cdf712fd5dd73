"""Join our ES modules into one script, with no tool but this: see docs/decisions/0005-page.md."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from timeline.errors import TimelineError

_IMPORT = re.compile(r"^import \{[^}]*\} from '(\.\.?/[\w./-]+\.js)';\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?function |const |let |class )", re.MULTILINE)
_NAME = re.compile(r"^(?:async )?(?:function\*?|const|let|class) (\w+)", re.MULTILINE)
#: Comments on lines of their own: for who reads the modules, not for who opens the page.
_COMMENT = re.compile(r"^[ \t]*(?:/\*\*(?:(?!\*/).)*\*/[ \t]*\n|//[^\n]*\n)", re.MULTILINE | re.DOTALL)
_LEFT = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


class ScriptError(TimelineError):
    """A module uses what the joiner does not know, or two modules share a name."""


def join_modules(modules: Mapping[str, str], first: str) -> str:
    """Return one script: each module after those it imports, without import and export.

    Modules are known by their paths; they may use `import { a, b } from './c.js';` and `export` before a declaration; nothing
    else. Top-level names must be unique over all modules. Raises ScriptError.
    """
    joined = "".join(_plain(name, modules[name]) for name in order(modules, first))
    names = _NAME.findall(joined)
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ScriptError(f"declared in more than one module: {', '.join(doubled)}")
    if "</script" in joined.lower() or "<!--" in joined:
        raise ScriptError("the script holds text that would end or hide its own element")
    return f"(() => {{\n'use strict';\n{joined}}})();\n"


def order(modules: Mapping[str, str], first: str) -> list[str]:
    """Return the modules that `first` needs, each after its own imports."""
    done: list[str] = []
    _visit(modules, first, done, ())
    return done


def _visit(modules: Mapping[str, str], name: str, done: list[str], path: tuple[str, ...]) -> None:
    if name in path:
        raise ScriptError(f"modules import each other: {' > '.join((*path, name))}")
    if name in done:
        return
    if name not in modules:
        raise ScriptError(f"{path[-1] if path else 'the page'} imports {name}, which is not there")
    for wanted in _IMPORT.findall(modules[name]):
        there = posixpath.normpath(posixpath.join(posixpath.dirname(name), wanted))
        _visit(modules, there, done, (*path, name))
    done.append(name)


def _plain(name: str, text: str) -> str:
    body = _EXPORT.sub("", _IMPORT.sub("", text))
    if left := _LEFT.search(body):
        raise ScriptError(f"{name}: the joiner does not know {left[0]!r}")
    return f"// {name}\n{_COMMENT.sub('', body)}"
