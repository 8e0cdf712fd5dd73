"""`timeline cite`: the Markdown to paste for a fact, a measure or a number of the impact."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import ConfigFile


def cite(
    ids: Annotated[
        list[str],
        typer.Argument(metavar="ID...", help="f-, g-, m-, i-; f-A..f-B; with :time, :value, :quote."),
    ],
    directory: Annotated[
        Path, typer.Option("--dir", metavar="DIR", help="What `timeline build` made.")
    ] = Path(),
    config: ConfigFile = None,
) -> None:
    """Print Markdown that cites: the time or value, linked; each refresh fills it in again."""
    from service.draft.cite import cite as run

    for markdown in run(ids, directory, config=config):
        typer.echo(markdown)
