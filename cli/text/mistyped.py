"""What was mistyped in a command line, in our words: what, where, the nearest valid name, and the next line to type.

The library that parses command lines is asked for the place and the sort of an error alone, by what its exceptions carry.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, EnumType
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import typer
from typer.core import TyperGroup

from timeline.errors import UsageError
from timeline.invalid.nearest import closest, nearest
from timeline.present import listed

_SURE = 0.75  # how alike a name must be to be meant before another command's
_MOST = 3  # commands that are named
_LONGEST = 60  # characters of a word that is repeated
_LETTER = re.compile(r"-[^-]")


def ours(err: Exception, root: Any, words: Sequence[str]) -> Exception:
    """Return the error in our words; one that shows a command's help as it is."""
    if type(err).__name__ == "NoArgsIsHelpError":
        return err
    ctx = getattr(err, "ctx", None) or _command(root, words)
    if unknown := getattr(err, "unknown", ""):
        return UsageError(_no_command(ctx, unknown, ctx.command.list_commands(ctx)))
    return UsageError(_joined(_said(err, ctx, words), f"`{_path(ctx)} --help` shows what it takes"))


def _said(err: Any, ctx: Any, words: Sequence[str]) -> str:
    path, name, param = _name(ctx), getattr(err, "option_name", None), getattr(err, "param", None)
    if name == "-=":  # of `-v=3`, where `-v` takes no value
        return f"{path}: a switch takes no value, as {_short(_typed('-=', words))} would give it"
    if name is not None and hasattr(err, "possibilities"):
        return _no_option(ctx, _typed(str(name), words))
    if name is not None:
        return _wrong_use(ctx, str(name))
    if param is not None and type(err).__name__ == "MissingParameter":
        return f"{path} lacks {_called(param)}{_of(param)}"
    if param is not None:
        return _wrong_value(ctx, param, words)
    told, opened, extra = str(getattr(err, "message", "")).partition(" (")
    if opened and told.lower().endswith(("argument", "arguments", "argument(s)")):
        return _too_many(ctx, extra.removesuffix(")"))
    return f"{path} is not written so: {getattr(err, 'message', err)}"


def _command(ctx: Any, words: Sequence[str]) -> Any:
    """Return the context of the command that words lead to: the library does not name it with every error."""
    for word in words:
        command = ctx.command.commands.get(word) if isinstance(ctx.command, TyperGroup) else None
        if command is not None:
            ctx = typer.Context(command, info_name=word, parent=ctx)
    return ctx


# --- names that are none --------------------------------------------------------------------------


def _no_command(ctx: Any, word: str, commands: Iterable[str]) -> str:
    known = {**{one: one for one in commands}, **{one.lstrip("-"): one for one in _options(ctx) if one[2:]}}
    said, path = f"{_where(ctx, 'there is')} no command {_short(word)}", _path(ctx)
    if near := closest(word, known):
        said += f"; did you mean `{path} {known[near]}`?"
    elif ctx.parent is None and (re.search(r"[\d./]", word) or Path(word).exists()):
        said += f"; a command comes first, such as `{path} build {word}`"
    return _joined(said, f"`{path} --help` lists them")


def _no_option(ctx: Any, word: str) -> str:
    options = list(_options(ctx))
    said = f"{_where(ctx, 'there is')} no option {_short(word)}"
    is_letter = len(word) == len("-q")  # which tells little
    if is_letter and word.swapcase() in options:
        return f"{said}; did you mean {word.swapcase()!r}?"
    spelt = word if is_letter else f"--{word.lstrip('-')}"
    begun = [one for one in options if len(spelt) > len("--o") and one.startswith(spelt)]
    if near := begun or [one for one in [closest(spelt, options, least=_SURE)] if one and not is_letter]:
        return f"{said}; did you mean {listed([repr(one) for one in near], 'or')}?"
    if having := list(_having(ctx, spelt)):
        lines = [f"`{one} {spelt}`" for one in having[:_MOST]] + ["..."][: len(having) - _MOST]
        return f"{said}; {'others have it' if ctx.parent else 'it stands behind its command'}: {', '.join(lines)}"
    return said if is_letter else f"{said}{nearest(spelt, options)}"


def _having(ctx: Any, option: str) -> Iterator[str]:
    """Yield the other commands that take an option; before any command, the one that was meant comes first."""
    held = [
        name
        for name, command in ctx.find_root().command.every().items()
        if name != ctx.command.name and any(option in param.opts for param in command.params)
    ]
    for name in sorted(held, key=lambda name: name != "build"):
        yield f"timeline {name}"


def _typed(name: str, words: Sequence[str]) -> str:
    """Return what somebody typed for an option: of `-config` the library names the letter alone."""
    if not _LETTER.fullmatch(name):
        return name
    whole = [word for word in words if _LETTER.match(word) and name[1] in word[1:]]
    if name == "-=":
        return next(iter(whole), name)
    whole = [word.partition("=")[0] for word in whole]
    return next((word for word in whole if len(word) > 3), name)


def _options(ctx: Any) -> dict[str, Any]:
    """Return the options of a command by their names, those that are switched off as well."""
    params = ctx.command.get_params(ctx)
    return {name: one for one in params if _is_option(one) for name in (*one.opts, *one.secondary_opts)}


# --- values ---------------------------------------------------------------------------------------


def _wrong_use(ctx: Any, name: str) -> str:
    option = _options(ctx).get(name)
    if option is None or not getattr(option, "is_flag", False):
        what = _metavar(option) if option is not None else "VALUE"
        return f"{_name(ctx)}: {name} needs its value: `{name} {what}`{_of(option)}"
    return f"{_name(ctx)}: {name} is a switch and takes no value"


def _wrong_value(ctx: Any, param: Any, words: Sequence[str]) -> str:
    annotation, info = _declared(ctx, param)
    typed = _value(param, words)
    told = f", not {_short(typed)}" if typed else ""
    choices = _choices(annotation)
    near = closest(typed, choices)
    hint = f"; did you mean {near!r}?" if near else ""
    return f"{_name(ctx)}: {_called(param)} takes {listed(choices, 'or') or _expected(annotation, info)}{told}{hint}"


def _declared(ctx: Any, param: Any) -> tuple[Any, Any]:
    """Return the type that a command's function gives a parameter, and what else it says of it."""
    function = inspect.unwrap(ctx.command.callback)
    hint = get_type_hints(function, include_extras=True).get(param.name)
    annotation, *more = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    return annotation, next(iter(more), None)


def _choices(annotation: Any) -> list[str]:
    """Return the words that a type allows, where it allows some alone."""
    held = [annotation, *get_args(annotation)]
    named = [str(member.value) for one in held if isinstance(one, EnumType) for member in list[Enum](one)]
    return named or [str(word) for one in held if get_origin(one) is Literal for word in get_args(one)]


def _expected(annotation: Any, info: Any) -> str:
    held = {annotation, *get_args(annotation)}
    low, high = getattr(info, "min", None), getattr(info, "max", None)
    for kind, what in ((bool, "true or false"), (int, "a whole number"), (float, "a number")):
        if kind in held:
            return f"{what} from {low} to {high}" if low is not None and high is not None else what
    if Path in held and not getattr(info, "file_okay", True):
        return "a folder that is there"
    return "a file or folder that is there" if Path in held else "another value"


def _value(param: Any, words: Sequence[str]) -> str:
    """Return what was typed for an option; of an argument, and where it is not to be seen, nothing."""
    for place, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in param.opts and _is_option(param):
            return value if equals else next(iter(words[place + 1 : place + 2]), "")
    return ""


def _too_many(ctx: Any, extra: str) -> str:
    taken = [_metavar(one) for one in ctx.command.params if not _is_option(one)]
    takes = (
        f"takes {listed([f'one {one}' if '...' not in one else one for one in taken])}"
        if taken
        else "takes no argument"
    )
    return f"{_name(ctx)} {takes}; {_short(extra)} is too much"


# --- words ----------------------------------------------------------------------------------------


def _path(ctx: Any) -> str:
    """Return the command as people type it, however the program was started."""
    names = []
    while ctx.parent is not None:
        names.append(str(ctx.info_name))
        ctx = ctx.parent
    return " ".join(["timeline", *reversed(names)])


def _name(ctx: Any) -> str:
    return _path(ctx).removeprefix("timeline ")


def _where(ctx: Any, alone: str) -> str:
    """Return the beginning of what a command has or lacks; `alone` before any command."""
    name = _path(ctx).partition(" ")[2]
    return f"{name} has" if name else alone


def _joined(said: str, more: str) -> str:
    return f"{said} {more}" if said.endswith("?") else f"{said}; {more}"


def _is_option(param: Any) -> bool:
    return str(getattr(param, "param_type_name", "")) == "option"


def _called(param: Any) -> str:
    return max(param.opts, key=len) if _is_option(param) else _metavar(param)


def _metavar(param: Any) -> str:
    return str(param.metavar or param.name.upper())


def _of(param: Any) -> str:
    """Return what a parameter is for, as its help says."""
    said = " ".join(str(getattr(param, "help", "") or "").split()).rstrip(".")
    return f" ({said[0].lower()}{said[1:]})" if said[1:2].islower() else f" ({said})" if said else ""


def _short(word: str) -> str:
    return repr(word if len(word) <= _LONGEST else f"{word[:_LONGEST]}...")
