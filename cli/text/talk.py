"""How `timeline init` tells and asks: on stderr, at a terminal alone."""

from __future__ import annotations

import sys

import typer

from timeline.text import inert, shown


class AtTerminal:
    """Asks where standard input and standard error are a terminal, and it may."""

    def __init__(self, *, asks: bool) -> None:
        self.asks = asks and sys.stdin.isatty() and sys.stderr.isatty()

    def say(self, text: str) -> None:
        """Tell something."""
        typer.echo(inert(shown(text)), err=True)

    def ask(self, question: str, proposed: str = "") -> str:
        """Return an answer; empty for none."""
        return str(typer.prompt(question, default=proposed, show_default=bool(proposed), err=True))

    def confirm(self, question: str) -> bool:
        """Return whether so; Enter is yes."""
        return typer.confirm(inert(shown(question)), default=True, err=True)
