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
        Path | None,
        typer.Option(
            "--dir", metavar="ID|DIR", help="Of which incident (default: where you are, or the only one)."
        ),
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Print Markdown that cites: the time or value, linked; each refresh fills it in again."""
    from service.draft.cite import cite as run
    from service.incident.folders import is_incident
    from service.incident.located import located_one

    here = Path()
    incident = here if directory is None and is_incident(here) else located_one(directory, config)
    for markdown in run(ids, incident, config=config):
        typer.echo(markdown)
