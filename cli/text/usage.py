"""Groups of commands whose usage errors are ours; how they are said is loaded when something was mistyped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup

#: What the library raises for every slip: the base of its errors of values.
SLIP: type[Exception] = typer.BadParameter.__mro__[1]


class Commands(TyperGroup):
    """A group of commands whose usage errors are ours."""

    #: Returns all commands with their parameters, by name.
    every: ClassVar[Callable[[], dict[str, Any]]] = dict
    _words: Sequence[str] = ()

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Read what stands before a command; raise UsageError."""
        self._words = list(args)
        try:
            return super().make_context(info_name, args, parent, **extra)
        except SLIP as err:
            from cli.text.mistyped import ours

            raise ours(err, typer.Context(self, info_name="timeline"), self._words) from None

    def invoke(self, ctx: Any) -> Any:
        """Read a command's own words and run it; raise UsageError."""
        try:
            return super().invoke(ctx)
        except SLIP as err:
            from cli.text.mistyped import ours

            raise ours(err, ctx, self._words) from None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that the first word names, its name, and the rest."""
        try:
            return super().resolve_command(ctx, args)
        except SLIP as err:
            err.unknown = args[0]  # type: ignore[attr-defined]  # the library keeps it in its sentence alone
            raise
