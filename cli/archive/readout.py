"""`timeline readout`: an incident as a page for a reading club."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import ConfigFile, Incident


def readout(
    named: Incident,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as one HTML file, with the chart's still inside.")] = None,
    config: ConfigFile = None,
) -> None:  # fmt: skip
    """Print a page for a reading club: what happened, where to stop and ask, factors, lessons, and last what was done."""
    from service import files
    from service.export import readout as run
    from service.incident.located import located_one
    from timeline.text import inert

    directory = located_one(named, config)
    text = run.page(directory, config)
    if html is None:
        typer.echo(inert(text), nl=False)
        return
    files.write(html, run.html(text, directory))
    typer.echo(f"wrote {html}", err=True)
